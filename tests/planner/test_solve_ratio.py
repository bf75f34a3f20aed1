"""The best ratio: Dinkelbach against bisection, Charnes-Cooper and a solver of another hand."""

import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from models.blocks.objective import LEAST_MTOKENS_PER_S, OBJECTIVES
from models.build import build
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from planner.solve.ratio import Fraction, best_ratio
from planner.solve.watch import Watch
from tests.planner.test_properties import seeded
from tests.random_cases import small_cases
from tests.tiny import tiny_case

NEVER = float("inf")
RATIOS = ["tokens_per_mw", "cost_per_mtoken", "carbon_per_mtoken"]


def compiled_of(case):
    return compile_model(build(case))


def fraction_of(compiled, name="tokens_per_mw", whole=True):
    solver = Solver(compiled, threads=1)
    solver.whole(whole)
    return Fraction(solver, OBJECTIVES[name])


def costs(compiled, name, r):
    """Costs of `sign x N - r x D`, to be made large."""
    ratio = OBJECTIVES[name]
    vector = np.zeros(len(compiled.low))
    vector[compiled.column[ratio.over]] += 1.0 if ratio.more_is_better else -1.0
    vector[compiled.column[ratio.under]] -= r
    return vector


def charnes_cooper(compiled, name):
    """The relaxed ratio as one linear program over y = x t, with t = 1 / D; None without a plan."""
    count = len(compiled.low)
    rows = np.vstack([compiled.matrix.toarray(), np.eye(count)])
    low = np.append(compiled.row_low, compiled.low)
    high = np.append(compiled.row_high, compiled.high)
    some_low, some_high = np.isfinite(low), np.isfinite(high)
    above = np.column_stack([-rows[some_low], low[some_low]])  # low t <= rows y
    below = np.column_stack([rows[some_high], -high[some_high]])
    under = np.zeros(count + 1)
    under[compiled.column[OBJECTIVES[name].under]] = 1.0
    answer = linprog(
        -np.append(costs(compiled, name, 0.0), 0.0),
        A_ub=np.vstack([above, below]),
        b_ub=np.zeros(some_low.sum() + some_high.sum()),
        A_eq=under.reshape(1, -1),
        b_eq=[1.0],
        bounds=[(None, None)] * count + [(0, None)],
    )
    return -answer.fun if answer.status == 0 else None


def greatest(compiled, name, r):
    """F(r) of the whole-numbered model by scipy."""
    answer = milp(
        -costs(compiled, name, r),
        constraints=LinearConstraint(compiled.matrix, compiled.row_low, compiled.row_high),
        bounds=Bounds(compiled.low, compiled.high),
        integrality=compiled.integer.astype(int),
        options={"mip_rel_gap": 0.0},
    )
    return -answer.fun


@pytest.mark.parametrize("name", RATIOS)
@seeded
@given(case=small_cases())
def test_relaxed_ratio_is_that_of_charnes_and_cooper(case, name):
    compiled = compiled_of(case)
    best = best_ratio(fraction_of(compiled, name, whole=False), 0.0, 1e-9, NEVER)
    other = charnes_cooper(compiled, name)
    if best.x is None:
        assert other is None
    else:
        assert best.state == "optimal"
        assert best.value == pytest.approx(other, rel=1e-6)


@pytest.mark.parametrize("name", RATIOS)
@settings(seeded, max_examples=5)
@given(case=small_cases())
def test_at_the_best_ratio_nothing_is_left_to_gain(case, name):
    compiled = compiled_of(case)
    best = best_ratio(fraction_of(compiled, name), 0.0, 1e-9, NEVER)
    assume(best.x is not None)
    scale = best.x[compiled.column[OBJECTIVES[name].under]] * abs(best.value)
    assert greatest(compiled, name, best.value) == pytest.approx(0, abs=1e-6 * scale)


@pytest.mark.parametrize("name", RATIOS)
@settings(seeded, max_examples=4)
@given(case=small_cases())
def test_from_above_and_from_below(case, name):
    compiled = compiled_of(case)
    low = best_ratio(fraction_of(compiled, name), 0.0, 1e-9, NEVER)
    assume(low.x is not None)
    for start in (low.value - abs(low.value), low.value + 0.5 * abs(low.value), low.value):
        again = best_ratio(fraction_of(compiled, name), start, 1e-9, NEVER)
        assert again.state == "optimal"
        assert again.value == pytest.approx(low.value, rel=1e-7)
        assert again.bound >= again.value * (1 - 1e-9 * np.sign(again.value))


class Witness(Watch):
    """Keeps what it is told."""

    def __init__(self):
        self.bounds, self.incumbents = [], []

    def bound(self, value):
        self.bounds.append(value)

    def incumbent(self, value):
        self.incumbents.append(value)


@seeded
@given(small_cases())
def test_no_bound_is_ever_below_the_best(case):
    compiled = compiled_of(case)
    told = Witness()
    best = best_ratio(fraction_of(compiled), 0.0, 1e-9, NEVER, told)
    assume(best.x is not None)
    assert told.bounds
    assert min(told.bounds) >= best.value * (1 - 1e-7)
    assert max(told.incumbents) <= best.bound * (1 + 1e-7)


def test_a_coarse_gap_is_honest():
    # stopped within 5 %, the bound still covers the true best, 200 / 12
    case = tiny_case(halls_max_count={("a", "dry"): 1.0, ("b", "dry"): 4.0})
    best = best_ratio(fraction_of(compiled_of(case)), 0.0, 0.05, NEVER)
    assert best.gap_frac <= 0.05
    assert best.value <= 200 / 12 * (1 + 1e-9) <= best.bound * (1 + 2e-9)


def test_a_deadline_in_the_past_proves_nothing_false():
    compiled = compiled_of(tiny_case(3, facility_mw_min={("all", 2027): 40.0}))
    best = best_ratio(fraction_of(compiled), 0.0, 1e-9, time.monotonic() - 1)
    exact = best_ratio(fraction_of(compiled), 0.0, 1e-9, NEVER)
    assert best.bound >= exact.value * (1 - 1e-9)
    assert best.steps == 1


def test_an_infeasible_model_has_no_ratio():
    best = best_ratio(
        fraction_of(compiled_of(tiny_case(facility_mw_min={("all", 2027): 49.0}))), 0.0, 1e-9, NEVER
    )
    assert (best.state, best.x, best.value) == ("infeasible", None, -NEVER)
    assert best.gap_frac == NEVER


def test_a_plain_total_takes_one_solve():
    compiled = compiled_of(tiny_case())
    best = best_ratio(fraction_of(compiled, "cost"), 0.0, 1e-9, NEVER)
    assert best.steps == 1
    assert best.bound == pytest.approx(best.value)


def test_a_plan_of_nothing_ends_the_search_and_does_not_start_it_anew():
    # were nothing at all a plan, it would be as good as the best when that is asked for: 0 - r 0
    model = build(tiny_case(facility_mw_min={}))
    model.tokens_total.setlb(0)
    compiled = compile_model(model)
    for start in (0.0, 20 / 1.2, 30.0):
        best = best_ratio(fraction_of(compiled), start, 1e-9, NEVER)
        assert (best.state, best.bound) == ("optimal", pytest.approx(best.value))
        assert best.value == pytest.approx(20 / 1.2)


def test_a_cost_per_token_is_bounded_without_a_floor_on_tokens():
    # F(r) <= 0.5 M$ at r = -0.3 M$ a year for each Mtoken/s. Nothing holds the tokens up, but a
    # plan that costs less than 0.35 for each, and 28 M$ in all, has more than 80 of them
    compiled = compiled_of(tiny_case())
    least = -best_ratio(fraction_of(compiled, "cost", whole=False), 0.0, 1e-9, NEVER).value
    assert least > 28
    fraction = fraction_of(compiled, "cost_per_mtoken")
    assert fraction.bound(-0.3, 0.5, -0.35, NEVER) == pytest.approx(-0.3 + 0.5 / (least / 0.35))
    # with no plan known yet, a better one may have as few tokens as a plan can have
    assert fraction.bound(-0.3, 0.5, -NEVER, NEVER) == -0.3 + 0.5 / LEAST_MTOKENS_PER_S
    assert fraction.bound(-0.3, -0.5, -NEVER, NEVER) == -0.3


def test_without_a_floor_below_the_line_the_one_above_it_bounds_the_ratio():
    # no MW are asked for, but a plan serves 1e-3 Mtokens/s: a ratio q has D = N / q >= 1e-3 / q,
    # and N - 2 D <= 2e-4 gives q - 2 <= 0.2 q. A gain as large as N itself says nothing
    compiled = compiled_of(tiny_case(facility_mw_min={}))
    fraction = fraction_of(compiled)
    assert fraction.above(2.0, 2e-4) == pytest.approx(2.5)
    assert fraction.above(2.0, 1e-3) == float("inf")
    assert fraction.above(2.0, 0.0) == 2.0


@pytest.mark.parametrize("name", RATIOS)
@settings(seeded, max_examples=6)
@given(case=small_cases())
def test_a_ratio_out_of_reach_bounds_the_best_by_the_most_below_the_line(case, name):
    compiled = compiled_of(case)
    best = best_ratio(fraction_of(compiled, name), 0.0, 1e-9, NEVER)
    assume(best.x is not None)
    r = best.value + 0.2 * abs(best.value)
    fraction = fraction_of(compiled, name)
    bound = fraction.below(r, greatest(compiled, name, r), NEVER)
    assert best.value - 1e-7 * abs(best.value) <= bound <= r
    assert fraction.solver.is_mip(), "whole numbers are as they were"


@pytest.mark.parametrize(("most_mw", "solves"), [(40.0, 1), (400.0, 2)])
def test_where_the_most_is_near_one_search_is_enough(most_mw, solves, monkeypatch):
    """Begun above what whole halls reach: no second search only to prove what the first shows."""
    case = tiny_case(
        3,
        facility_mw_min={("all", 2027): 40.0},
        facility_mw_max={("all", 2027): most_mw},
        step_mw={(s, 1): 400.0 for s in "abc"},
        halls_max_count={(s, "dry"): 4.0 for s in "abc"},
    )
    compiled = compiled_of(case)
    exact = best_ratio(fraction_of(compiled), 0.0, 1e-9, NEVER)
    searches = []
    run = Solver.run
    monkeypatch.setattr(
        Solver, "run", lambda of, *a, **k: searches.append(of.is_mip()) or run(of, *a, **k)
    )
    best = best_ratio(fraction_of(compiled), 1.01 * exact.value, 1e-3, NEVER)
    assert best.value == pytest.approx(exact.value, rel=1e-6)
    assert exact.value * (1 - 1e-9) <= best.bound <= exact.value * 1.001
    assert sum(searches) == solves
