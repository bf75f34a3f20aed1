"""The cheapest of a relaxation's equals: as good, no dearer, and a basis of the same relaxation."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.blocks.objective import OBJECTIVES
from planner.solve import cheapest as module
from planner.solve.cheapest import COST, cheapest_of_equals
from planner.solve.compile import Compiled, compile_case, holds
from planner.solve.highs import Solver
from planner.solve.order import held
from planner.solve.ratio import costs_at, value_at
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import Split, split, with_row
from tests.tiny import tiny_case

RATIO = OBJECTIVES["tokens_per_mw"]
NEVER = float("inf")


@pytest.fixture
def solved() -> tuple[Compiled, Split, Relaxed]:
    """Two sites of one kind, the second cheaper: equal in tokens per MW, and the dear one first."""
    same = {(s, "dry"): 1.2 for s in "ab"}
    case = tiny_case(
        2,
        facility_per_it_frac=same,
        energy_per_it_frac=same,
        site_musd={"a": 9.0, "b": 1.0},
    )
    compiled = compile_case(case)
    parts = split(compiled, "ab")
    first = np.array([True, False])
    relaxed = relaxed_ratio(compiled, parts, RATIO, first, 0.0, NEVER)
    kept = np.array([True, True])
    return compiled, parts, relaxed_ratio(compiled, parts, RATIO, kept, relaxed.value, NEVER)


def least_cost(compiled: Compiled, value: float) -> float:
    """The least cost of all solutions as good, by another way: a row that keeps the ratio."""
    solver = Solver(with_row(compiled, held("tokens_per_mw", value, 0.0), 0.0, "kept"), threads=1)
    solver.whole(False)
    solver.maximise({COST: -1.0})
    return -solver.run().objective


def test_it_is_as_good_and_the_cheapest(solved: tuple[Compiled, Split, Relaxed]) -> None:
    compiled, parts, relaxed = solved
    found = cheapest_of_equals(compiled, parts, RATIO, relaxed, NEVER)
    assert found.x is not None
    assert relaxed.x is not None
    assert holds(compiled, found.x)
    assert value_at(compiled, RATIO, found.x) == pytest.approx(relaxed.value, rel=1e-9)
    at = compiled.column[COST]
    assert found.x[at] == pytest.approx(least_cost(compiled, relaxed.value), rel=1e-6)
    assert found.x[at] < relaxed.x[at] - 0.1, "or nothing is shown"


def test_its_basis_is_one_of_the_relaxation(solved: tuple[Compiled, Split, Relaxed]) -> None:
    compiled, parts, relaxed = solved
    found = cheapest_of_equals(compiled, parts, RATIO, relaxed, NEVER)
    assert found.basis is not None
    assert found.x is not None
    solver = Solver(compiled, threads=1)
    solver.whole(False)
    solver.unperturbed()
    solver.start_from_basis(found.basis)
    solver.maximise_vector(costs_at(compiled, RATIO, found.value))
    ended = solver.run()
    assert ended.state == "optimal"
    assert solver.highs.getInfo().simplex_iteration_count == 0
    assert ended.x is not None
    assert np.allclose(ended.x, found.x, atol=1e-7)


def test_where_nothing_is_known_or_the_solve_ends_early_it_is_as_it_was(
    solved: tuple[Compiled, Split, Relaxed], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled, parts, relaxed = solved
    without = replace(relaxed, basis=None)
    assert cheapest_of_equals(compiled, parts, RATIO, without, NEVER) is without

    class Stopped(Solver):
        def run(self, *args: Any, **named: Any) -> Any:
            return replace(super().run(*args, **named), state="stopped")

    monkeypatch.setattr("planner.solve.sift.Solver", Stopped)
    assert module.cheapest_of_equals(compiled, parts, RATIO, relaxed, NEVER) is relaxed
