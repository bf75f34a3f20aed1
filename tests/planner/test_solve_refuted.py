"""What a linear program without a solution says of other bounds: only what is so."""

import numpy as np
import pytest

from planner.solve import dive as module
from planner.solve.compile import Compiled, compile_case
from planner.solve.dive import Held, _made_whole
from planner.solve.highs import Solver
from planner.solve.narrow import at_sites
from planner.solve.refuted import Refuted
from planner.solve.split import with_row
from tests.tiny import YEARS, tiny_case

NEVER = float("inf")


@pytest.fixture
def two_at_most() -> Compiled:
    """Of three sites two are open in 2028, a and b, and none else can be."""
    case = tiny_case(3, periods=YEARS)
    compiled = compile_case(at_sites(case, case.sets["SITE"]))
    for site in "ab":
        compiled = with_row(compiled, {f"open[{site},2028]": 1.0}, 1.0, f"{site} is open")
    some = {f"open[{site},2028]": -1.0 for site in "abc"}
    return with_row(compiled, some, -2.0, "two at most")


def refuted(compiled: Compiled) -> tuple[Refuted, np.ndarray]:
    """Why c is not open in 2027, and its columns of both years."""
    solver = Solver(compiled, threads=1)
    solver.whole(False)
    years = np.array([compiled.column[f"open[c,{t}]"] for t in YEARS])
    solver.bounds(years[:1], np.ones(1), np.ones(1))
    assert solver.run().state == "infeasible"
    found = Refuted.of(solver, years)
    assert found is not None
    return found, years


def test_what_cannot_be_later_either_is_told(two_at_most: Compiled) -> None:
    found, (_, later) = refuted(two_at_most)
    low, high = two_at_most.low.copy(), two_at_most.high.copy()
    assert not found.still(low, high)
    low[later] = 1.0
    assert found.still(low, high)
    low[later] = 0.5
    solver = Solver(two_at_most, threads=1)
    solver.whole(False)
    solver.bounds(np.array([later]), low[[later]], high[[later]])
    assert solver.run().state == "infeasible"


def test_where_another_site_may_make_room_nothing_is_told() -> None:
    case = tiny_case(3, periods=YEARS)
    compiled = compile_case(at_sites(case, case.sets["SITE"]))
    in_2027 = with_row(compiled, {"open[c,2027]": -1.0}, 0.0, "not in 2027")
    found, (_, later) = refuted(in_2027)
    low = in_2027.low.copy()
    low[later] = 1.0
    assert not found.still(low, in_2027.high)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_told_has_no_solution(seed: int) -> None:
    """Random rows and bounds: HiGHS says so, too, of every column that is told."""
    rng = np.random.default_rng(seed)
    case = tiny_case(3, periods=YEARS)
    compiled = compile_case(at_sites(case, case.sets["SITE"]))
    names = [f"open[{site},{t}]" for site in "abc" for t in YEARS]
    for k in range(4):
        some = dict(zip(names, rng.integers(-2, 2, len(names)).tolist(), strict=True))
        compiled = with_row(compiled, some, float(rng.integers(-2, 1)), f"row {k}")
    columns = np.array([compiled.column[name] for name in names])
    solver = Solver(compiled, threads=1)
    solver.whole(False)
    for i in columns.tolist():
        solver.bounds(np.array([i]), np.ones(1), np.ones(1))
        found = None if solver.run().state == "optimal" else Refuted.of(solver, columns[:0])
        solver.bounds(np.array([i]), np.zeros(1), np.ones(1))
        for j in columns.tolist() if found is not None else ():
            low = compiled.low.copy()
            low[j] = 1.0
            if found.still(low, compiled.high):
                solver.bounds(np.array([j]), np.ones(1), np.ones(1))
                assert solver.run().state == "infeasible", (names[j], seed)
                solver.bounds(np.array([j]), np.zeros(1), np.ones(1))


def test_a_dive_closes_a_site_for_good(
    two_at_most: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One program without a solution, not one for each year."""
    solved: list[bool] = []
    real = module._solved
    monkeypatch.setattr(
        module, "_solved", lambda *of: [x := real(*of), solved.append(x is not None)][0]
    )
    costs = np.zeros(len(two_at_most.low))
    costs[two_at_most.column["tokens_total"]] = 1.0
    program = Held(two_at_most, costs, 0)
    first, later = (two_at_most.column[f"open[c,{t}]"] for t in YEARS)
    x = np.where(np.arange(len(costs)) == first, 0.4, 0.0)
    x[later] = 0.6
    assert _made_whole(program, x, np.array([first]), NEVER, None) is not None
    assert solved == [False, True]
    low, high = program.held_at(np.array([first, later]))
    assert (low.tolist(), high.tolist()) == ([0.0, 0.0], [0.0, 0.0])
