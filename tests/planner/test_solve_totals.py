"""The bound by whole totals of halls, and the proof by prices that no site helps."""

import time

import numpy as np
import pytest
from hypothesis import assume, given, settings

from models.blocks.objective import OBJECTIVES
from models.build import build
from planner.optimize import optimize
from planner.solve import farkas
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from planner.solve.narrow import at_sites
from planner.solve.ratio import Fraction, best_ratio
from planner.solve.sift import relaxed_ratio
from planner.solve.split import split, with_row, with_sums
from planner.solve.sums import halls_by_kind
from planner.solve.totals import WholeTotals
from tests.planner.test_optimize import scenario
from tests.planner.test_properties import seeded
from tests.random_cases import small_cases
from tests.solved import attempt, relaxed
from tests.tiny import tiny_case

NEVER = float("inf")
RATIO = OBJECTIVES["tokens_per_mw"]
BUDGET = ("capex_total_musd_max",)


def searched(case, r, first=1, deadline=NEVER):
    """The search over totals at a ratio, and the bounds it told on its way."""
    compiled, sites = compile_model(build(case)), case.sets["SITE"]
    parts = split(compiled, sites)
    marks = np.arange(len(sites)) < first
    root = relaxed_ratio(compiled, parts, RATIO, marks, 0.0, NEVER)
    assert root.x is not None
    totals = WholeTotals(compiled, parts, halls_by_kind(case, compiled), RATIO, root, r)
    told: list[float] = []
    totals.search(r, deadline, told.append)
    return root, totals, told


def test_a_plan_has_whole_totals():
    # 18 MW at the meter are 15 MW of IT at a: two halls of 10 MW, or one of them elsewhere
    case = tiny_case(2, facility_mw_min={("all", 2027): 18.0})
    cheapest = attempt(case, "cost").x
    compiled = compile_model(build(case))
    parts = halls_by_kind(case, compiled)
    halls = sum(cheapest[columns].sum() for columns in parts.values())
    assert halls == pytest.approx(round(halls))
    more = with_sums(compiled, parts)
    x = np.append(cheapest, [cheapest[columns].sum() for columns in parts.values()])
    assert more.matrix[len(compiled.row_low) :] @ x == pytest.approx(0.0)


@settings(seeded, max_examples=10)
@given(case=small_cases(must=BUDGET))
def test_the_bound_is_between_the_best_plan_and_the_relaxation(case):
    best = attempt(case)
    assume(best is not None)
    r = best.best.value * (1 - 1e-4)
    root, totals, told = searched(case, r)
    assert best.best.value * (1 - 1e-6) <= totals.bound <= root.bound * (1 + 1e-7)
    assert told == sorted(told, reverse=True)
    assert totals.bound <= r * (1 + 1e-7) or totals.whole


def test_halls_are_whole_where_one_is_much_of_all():
    # a row that allows one hall and a half: in whole totals one
    compiled, sites = compile_model(build(tiny_case(2))), ("a", "b")
    halls = [name for name in compiled.column_names if name.startswith("halls[")]
    compiled = with_row(compiled, dict.fromkeys(halls, -1.0), -1.5, "halls")
    parts, most = split(compiled, sites), OBJECTIVES["tokens"]
    root = relaxed_ratio(compiled, parts, most, np.ones(2, dtype=bool), 0.0, NEVER)
    sums = halls_by_kind(tiny_case(2), compiled)
    best = root.value / 1.5
    totals = WholeTotals(compiled, parts, sums, most, root, 0.999 * best)
    totals.search(0.999 * best, NEVER, lambda _: None)
    assert best * (1 - 1e-9) <= totals.bound <= best * (1 + 1e-3)


@settings(seeded, max_examples=5)
@given(case=small_cases(must=BUDGET))
def test_out_of_time_the_bound_holds(case):
    best = attempt(case)
    assume(best is not None)
    _, totals, _ = searched(case, best.best.value, deadline=time.monotonic() - 1)
    assert totals.bound >= best.best.value * (1 - 1e-6)


@settings(seeded, max_examples=6)
@given(case=small_cases(most_sites=2, must=BUDGET))
def test_where_money_binds_the_plan_is_within_the_gap(case):
    """Held against the site-indexed model in one piece, which is given two seconds."""
    whole = Solver(compile_model(build(at_sites(case, case.sets["SITE"]))), threads=1)
    best = best_ratio(Fraction(whole, RATIO), 0.0, 5e-3, time.monotonic() + 2)
    found = optimize(case, scenario(gap_frac=1e-2, time_limit_s=10))
    if found.placed is None:
        assert best.x is None
        return
    assert found.r <= best.bound * (1 + 1e-6)
    assert found.bound / 1e6 >= best.value * (1 - 1e-6)
    assert (found.status == "optimal") == (found.gap_frac <= 1e-2)


@settings(seeded, max_examples=20)
@given(case=small_cases(must=BUDGET))
def test_without_a_plan_few_sites_prove_it_for_all(case):
    """Of an eighth of the money: told by one site and prices of the others, or by all."""
    values = dict(case.values)
    values["capex_total_musd_max"] = {"all": values["capex_total_musd_max"]["all"] / 8}
    case = case.having(values=values)
    compiled, sites = compile_model(build(case)), case.sets["SITE"]
    parts, marks = split(compiled, sites), np.arange(len(sites)) < 1
    found = relaxed_ratio(compiled, parts, RATIO, marks, 0.0, NEVER)
    assert (found.state == "infeasible") == (relaxed(case) == NEVER)


def test_a_proof_of_some_sites_is_one_of_all_only_where_nobody_helps(monkeypatch):
    # 49 MW are more than the 48 MW of two sites with steps of 24, but not than three sites have
    asked = []
    others = farkas.Lacking.others

    def seen(self, *args):
        asked.append(others(self, *args))
        return asked[-1]

    monkeypatch.setattr(farkas.Lacking, "others", seen)
    case = tiny_case(3, facility_mw_min={("all", 2027): 49.0})
    compiled = compile_model(build(case))
    parts, marks = split(compiled, case.sets["SITE"]), np.arange(3) < 2
    found = relaxed_ratio(compiled, parts, RATIO, marks, 0.0, NEVER)
    assert found.state == "optimal"
    assert found.kept.all()
    assert [site.any() for site in asked] == [True]
    case = tiny_case(3, facility_mw_min={("all", 2027): 73.0})
    compiled = compile_model(build(case))
    found = relaxed_ratio(compiled, parts, RATIO, marks, 0.0, NEVER)
    assert found.state == "infeasible"
    assert not asked[-1].any()
