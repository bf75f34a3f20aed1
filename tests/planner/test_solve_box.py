"""Bounds around points, and what is found within them."""

from dataclasses import replace

import numpy as np
import pytest

from models.build import build
from planner.solve.box import between, columns_of, fix, next_to, wider
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from planner.solve.order import Limits, in_order
from planner.solve.told import Quiet, Shown
from planner.solve.watch import Watch
from tests.tiny import tiny_case


class Told(Watch):
    """Writes down the bounds it is told."""

    def __init__(self) -> None:
        self.bounds: list[float] = []

    def bound(self, value: float) -> None:
        self.bounds.append(value)


NEVER = float("inf")
NAMES = ["tokens_per_mw", "cost"]


@pytest.fixture(scope="module")
def compiled():
    return compile_model(build(tiny_case()))


def test_the_numbers_next_to_a_fractional_one():
    x = np.array([0.4, 3.0, 2.9999999])
    assert dict(next_to(x, [0, 1, 2])) == {0: (0, 1), 1: (3, 3), 2: (3, 3)}


def test_bounds_hold_all_points_and_leave_out_what_none_uses(compiled):
    halls = [compiled.column_names[i] for i in columns_of(compiled, "halls")]
    points = [{halls[0]: 0.3}, {halls[0]: 2.0}]
    found = between(compiled, points)
    column = compiled.column
    # 0.3 is between 0 and 1, and 2 is itself: from 0 to 2, or to what the model allows
    assert found[column[halls[0]]] == (0, min(2, compiled.high[column[halls[0]]]))
    assert all(found[column[name]] == (0, 0) for name in halls[1:])
    assert set(found) == set(np.flatnonzero(compiled.integer))


def test_wider_bounds_stay_within_the_models_own(compiled):
    open_a = columns_of(compiled, "open")[0]
    assert compiled.high[open_a] == 1
    assert wider(compiled, {open_a: (1.0, 1.0)}, [open_a], 2.0) == {open_a: (0, 1)}


def test_a_plan_is_found_again_next_to_itself(compiled):
    free = in_order(Solver(compiled, threads=1), NAMES, 0.0, Limits(1e-6, 1e-6, NEVER))
    assert free[1] is not None
    solver = Solver(compiled, threads=1)
    fix(solver, between(compiled, [dict(zip(compiled.column_names, free[1], strict=True))]))
    again, plan = in_order(solver, NAMES, free[0].value, Limits(1e-6, 1e-6, NEVER))
    assert plan is not None
    assert again.value == pytest.approx(free[0].value, rel=1e-5)


def test_a_plan_below_the_least_is_not_wanted(compiled):
    # the best racks make 16.67 Mtokens/s of each MW: nothing makes 17
    limits = Limits(1e-6, 1e-6, NEVER, least=17.0)
    first, plan = in_order(Solver(compiled, threads=1), NAMES, 0.0, limits)
    assert first.value == pytest.approx(20 / 1.2, rel=1e-5)
    assert plan is None


def test_without_ties_whole_numbers_stay_as_the_first_objective_has_them(compiled):
    within = Limits(1e-6, 0.1, NEVER)  # a tenth to give away for cost
    one = in_order(Solver(compiled, threads=1), NAMES[:1], 0.0, within)[1]
    settled = in_order(Solver(compiled, threads=1), NAMES, 0.0, replace(within, ties=False))[1]
    best = in_order(Solver(compiled, threads=1), NAMES, 0.0, within)[1]
    assert one is not None
    assert settled is not None
    assert best is not None
    whole, cost = compiled.integer, compiled.column["cost_present"]
    assert settled[whole] == pytest.approx(one[whole], abs=1e-6)
    # b costs less than a and 10 % fewer tokens are allowed: a search moves there, settling cannot
    assert best[cost] < settled[cost] - 1


def test_a_search_without_hope_asks_for_the_end():
    told = Told()
    quiet = Quiet(told, least=2.0)
    quiet.bound(2.5)
    assert not quiet.stop
    quiet.bound(1.9)
    assert quiet.stop
    assert not told.stop
    Shown(told, 1e6).bound(2.0)
    assert told.bounds == [2e6]
