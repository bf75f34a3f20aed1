"""A plan by whole numbers one after the other: it is a plan, and near the relaxation."""

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csc_array

from models.blocks.objective import OBJECTIVES
from planner.solve import ways as ways_module
from planner.solve.box import with_more
from planner.solve.compile import Compiled, compile_case, holds
from planner.solve.dive import Held, Point, Wanted, Worth, but_racks, priced
from planner.solve.dive import dived as walked
from planner.solve.highs import Solver
from planner.solve.named import NOWHERE, Names
from planner.solve.narrow import at_sites
from planner.solve.order import Limits, in_order
from planner.solve.ratio import costs_at, value_at
from planner.solve.split import with_row
from planner.solve.ways import ways
from tests.tiny import tiny_case

NAMES = ["tokens_per_mw", "cost"]
RATIO = OBJECTIVES["tokens_per_mw"]
LIMITS = Limits(1e-6, 2.5e-4, float("inf"), ties=False)


def compiled(sites: int = 3, floor_mw: float = 12.0) -> Compiled:
    case = tiny_case(sites, facility_mw_min={("all", 2027): floor_mw})
    return compile_case(at_sites(case, case.sets["SITE"]))


def bound_of(model: Compiled) -> float:
    solver = Solver(model, 1, 0)
    solver.whole(False)
    return in_order(solver, NAMES, 0.0, LIMITS)[0].bound


def dived(model: Compiled, wanted: Wanted) -> np.ndarray | None:
    """What the first way finds that finds anything."""
    found = (way() for way in ways(model, wanted, LIMITS, 0))
    return next((x for x in found if x is not None), None)


@pytest.mark.parametrize("floor_mw", [12.0, 30.0, 60.0])
def test_what_is_found_is_a_plan_near_the_bound(floor_mw: float) -> None:
    model = compiled(4, floor_mw)
    bound = bound_of(model)
    x = dived(model, Wanted(NAMES, 0.99 * bound, bound))
    assert x is not None
    assert holds(model, x)
    assert np.allclose(x[model.integer], np.round(x[model.integer]))
    best = in_order(Solver(model, 1, 0), NAMES, bound, LIMITS)[0].value
    assert 0.99 * best <= value_at(model, RATIO, x) <= best * (1 + 1e-6)


def test_of_equals_it_is_a_cheap_one() -> None:
    """Where the ratio alone is sought, halls for nobody may be built."""
    model = compiled()
    bound = bound_of(model)
    x = dived(model, Wanted(NAMES, 0.99 * bound, bound))
    _, best = in_order(Solver(model, 1, 0), NAMES, bound, replace(LIMITS, ties=True))
    assert x is not None
    assert best is not None
    cost = model.column["cost_present"]
    assert x[cost] <= best[cost] * 1.01


@pytest.mark.parametrize("ties", [False, True])
def test_each_way_leads_to_a_plan_unless_time_is_up(ties: bool) -> None:
    model, limits = compiled(), replace(LIMITS, ties=ties)
    bound = bound_of(model)
    wanted = Wanted(NAMES, 0.99 * bound, bound)
    for way in ways(model, wanted, limits, 0):
        x = way()
        assert x is not None
        assert holds(model, x)
        assert value_at(model, RATIO, x) >= wanted.least
    over = replace(limits, deadline=time.monotonic() - 1.0)
    assert {way() for way in ways(model, wanted, over, 0)} == {None}


def test_whole_racks_as_good_as_asked_for_are_found_or_none() -> None:
    """Of 50.5 fast racks half of one is lost, 0.3 % of the tokens of 100."""
    case = tiny_case(2, racks_supply_count={("KR", "fast", 2027): 50.5})
    model = compile_case(at_sites(case, case.sets["SITE"]))
    best = in_order(Solver(model, 1, 0), NAMES, 0.0, replace(LIMITS, ties=True))[0].value
    bound = bound_of(model)
    assert best == pytest.approx(bound * 150 / 150.5)
    found = [way() for way in ways(model, Wanted(NAMES, 0.999 * bound, bound), LIMITS, 0)]
    assert found[:5] == [None] * 5
    for x in found[5:]:
        assert x is not None
        assert value_at(model, RATIO, x) == pytest.approx(best)


@pytest.mark.parametrize(("gaps", "ties"), [(1.2, False), (1.2, True), (1.6, False)])
def test_a_dive_that_ends_little_beyond_the_gap_is_led_back(
    gaps: float, ties: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hall too many costs so many gaps; one fewer is among the plans that are looked at."""
    model, names = compiled(2), ["cost"]
    halls, cost = model.column["halls[a,dry,2027]"], OBJECTIVES["cost"]
    _, best = in_order(Solver(model, 1, 0), names, 0.0, LIMITS)
    dearer = Solver(model, 1, 0)
    dearer.bounds(np.array([halls]), np.array([best[halls] + 1]), np.array([best[halls] + 1]))
    _, x = in_order(dearer, names, 0.0, LIMITS)
    bound = value_at(model, cost, best)
    least = bound - (bound - value_at(model, cost, x)) / gaps
    monkeypatch.setattr(ways_module, "dived", lambda *_: iter([Point(x, whole=True)]))
    tried = ways(model, Wanted(names, least, bound), replace(LIMITS, ties=ties), 0)
    found = tried[-1 if ties else 4]()
    if gaps > 1.5:
        assert found is None
    else:
        assert value_at(model, cost, found) >= least > value_at(model, cost, x)
        assert found[halls] == pytest.approx(best[halls])


def test_without_a_plan_none_is_found() -> None:
    model = compiled()
    forbidden = np.array([name.startswith("halls[") for name in model.column_names])
    none = replace(model, high=np.where(forbidden, 0.0, model.high))
    assert dived(none, Wanted(NAMES, 1.0, 2.0)) is None


def test_a_site_that_cannot_be_whole_is_left() -> None:
    """Half a site is all that a row allows of a: it is none, and b takes over."""
    model = compiled()
    half = np.where([n.startswith("open[a,") for n in model.column_names], 0.5, model.high)
    model = replace(model, high=half)
    program = Held(model, costs_at(model, RATIO, bound_of(model)), 0)
    x = but_racks(program, float("inf"))
    assert x is not None
    assert x[model.column["open[a,2027]"]] == pytest.approx(0.0)
    assert x[model.column["open[b,2027]"]] == pytest.approx(1.0)


def overfull() -> tuple[Compiled, np.ndarray]:
    """Most of 3 x - y, where y is ten times what x is above 1.4: 4.2 at 1.4, 3 at 1, 0 at 2."""
    model = Compiled(
        matrix=csc_array([[-10.0, 1.0]]),
        row_low=np.array([-14.0]),
        row_high=np.array([np.inf]),
        low=np.zeros(2),
        high=np.array([2.0, np.inf]),
        integer=np.array([True, False]),
        columns=Names.of(["halls[a]", "waste"]),
        rows=Names.of(["above"]),
        place=np.array([0, NOWHERE]),
        places=("a",),
    )
    return model, np.array([3.0, -1.0])


@pytest.mark.parametrize(
    ("worth", "halls"),
    [
        (None, 2.0),  # nothing to judge by
        ((1.0, 4.2), 1.0),  # 4.2 of a gap of 1 is lost upwards
        ((20.0, 4.2), 2.0),  # of a gap of 20 that is little
        ((0.1, 5.0), 2.0),  # 4.2 itself is eight gaps from the bound: any plan will do
    ],
)
def test_what_loses_much_upwards_goes_downwards(
    worth: tuple[float, float] | None, halls: float
) -> None:
    model, costs = overfull()
    judged = None if worth is None else Worth(lambda x: float(costs @ x), *worth)
    x = but_racks(Held(model, costs, 0), float("inf"), judged)
    assert x is not None
    assert x[0] == pytest.approx(halls)


def two_sites() -> tuple[Compiled, np.ndarray]:
    """Most of the halls at a and b, 0.4 in all: what is not at the one turns up at the other."""
    model = Compiled(
        matrix=csc_array([[1.0, 1.0]]),
        row_low=np.array([-np.inf]),
        row_high=np.array([0.4]),
        low=np.zeros(2),
        high=np.ones(2),
        integer=np.ones(2, dtype=bool),
        columns=Names.of(["halls[a,dry,2027]", "halls[b,dry,2027]"]),
        rows=Names.of(["of_all"]),
        place=np.array([0, 1]),
        places=("a", "b"),
    )
    return model, np.array([1.0, 0.99])


@pytest.mark.parametrize(
    ("gap", "points"),
    [
        (10.0, [(0.4, 0.0), (0.0, 0.0)]),  # 0.4 is little: none of the like at b either
        (1.0, [(0.4, 0.0), (0.0, 0.4), (0.0, 0.0)]),  # it is more than may be lost at once
    ],
)
def test_what_goes_downwards_does_not_turn_up_elsewhere(
    gap: float, points: list[tuple[float, float]]
) -> None:
    model, costs = two_sites()
    judged = Worth(lambda x: float(costs @ x), gap, 0.4)
    found = [point.x for point in walked(Held(model, costs, 0), float("inf"), judged)]
    assert np.array(found) == pytest.approx(np.array(points))


def test_what_is_sure_at_a_site_is_made_whole_with_it() -> None:
    """A site open by 0.8 with 0.9 halls, in one step; halls of another in the next, then a half."""
    names = ["open[a,2027]", "halls[a,dry,2027]", "halls[b,dry,2027]", "halls[a,wet,2027]"]
    least = np.array([0.8, 0.9, 0.9, 0.5])
    model = Compiled(
        matrix=csc_array(np.eye(4)),
        row_low=least,
        row_high=np.full(4, np.inf),
        low=np.zeros(4),
        high=np.full(4, 9.0),
        integer=np.ones(4, dtype=bool),
        columns=Names.of(names),
        rows=Names.of(["some", "of", "each", "kind"]),
        place=np.array([0, 0, 1, 0]),
        places=("a", "b"),
    )
    found = [point.x for point in walked(Held(model, np.full(4, -1.0), 0), float("inf"))]
    steps = [(0.8, 0.9, 0.9, 0.5), (1, 1, 0.9, 0.5), (1, 1, 1, 0.5), (1, 1, 1, 1)]
    assert np.array(found) == pytest.approx(np.array(steps))


def test_racks_have_room_to_spare_in_the_end() -> None:
    """Of the kinds that a point has; of others there are none, as in the point."""
    model = compiled()
    x = np.zeros(len(model.low))
    some = {"halls[a,dry,2027]": 2.0, "install[a,fast,liquid,2027]": 7.4}
    for name, count in some.items():
        x[model.column[name]] = count
    first, more, then = with_more(model, x)
    halls, racks = (model.column[name] for name in some)
    assert first[halls] == more[halls] == (2.0, 2.0)
    assert then[halls] == (2.0, min(3.0, model.high[halls]))
    assert first[racks] == (7.0, 8.0)
    assert more[racks] == then[racks] == (5.0, 10.0)
    assert next(with_more(model, x, 1.0)) == first | {racks: (6.0, 9.0)}
    for bounds in (first, more, then):
        assert {both for i, both in bounds.items() if i not in (halls, racks)} == {(0.0, 0.0)}


def test_a_priced_limit_is_all_that_may_be_broken() -> None:
    """Tokens cheaper than the best ratio gives; every other row holds, whatever side it ends on."""
    model = compiled(4)
    bound = bound_of(model)
    _, best = in_order(Solver(model, 1, 0), NAMES, bound, LIMITS)
    assert best is not None
    over, under = model.column["cost_present"], model.column["tokens_present"]
    dearest = 0.97 * best[over] / best[under]
    held = with_row(model, {"cost_present": -1.0, "tokens_present": dearest}, 0.0, "dearest")
    row = held.row["dearest"]
    relaxed = Solver(held, 1, 0)
    relaxed.whole(False)
    at_most = in_order(relaxed, NAMES, 0.0, LIMITS)[0].bound
    wanted = Wanted(NAMES, 0.999 * at_most, at_most)
    x = priced(held, row, 1.0, wanted, LIMITS, 0)
    assert x is not None
    at_twice = priced(held, row, 2.0, wanted, LIMITS, 0)
    assert at_twice is not None
    assert at_twice[over] / at_twice[under] <= x[over] / x[under]
    assert holds(model, x)
    assert np.allclose(x[model.integer], np.round(x[model.integer]))
    assert x[over] / x[under] < best[over] / best[under]
    everywhere = replace(held, row_low=np.where(np.arange(len(held.row_low)) == row, 1e9,
                                                held.row_low))  # fmt: skip
    assert priced(everywhere, row, 1.0, Wanted(NAMES, 0.0, at_most), LIMITS, 0) is None
