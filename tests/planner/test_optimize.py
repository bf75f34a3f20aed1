"""The whole way of a case: the plan has whole racks, and its bound is above the true best."""

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings

from planner import in_hand
from planner import optimize as optimize_module
from planner.optimize import optimize
from planner.scenario import Scenario
from planner.search import Search
from planner.solve.narrow import at_sites
from planner.solve.order import relaxed_in_order
from tests.planner.test_properties import ratio, seeded
from tests.random_cases import small_cases
from tests.solved import attempt
from tests.tiny import YEARS, tiny_case


def scenario(name="tokens_per_mw", gap_frac=1e-3, **solve):
    return Scenario.model_validate(
        {
            "name": "small",
            "periods": list(YEARS),
            "demand": {"mix": {"chat": 1.0}},
            "objective": {"name": name},
            "solve": {"gap_frac": gap_frac, "threads": 1, **solve},
        }
    )


@pytest.mark.parametrize("name", ["tokens_per_mw", "cost_per_mtoken"])
@settings(seeded, max_examples=5)
@given(case=small_cases())
def test_the_true_best_is_between_plan_and_bound(name, case):
    best = ratio(at_sites(case, case.sets["SITE"]), name)
    found = optimize(case, scenario(name, gap_frac=1e-4))
    if found.placed is None:
        assert best == -np.inf
        return
    bound = found.bound if name == "tokens_per_mw" else -found.bound
    shown = {"tokens_per_mw": 1e6, "cost_per_mtoken": 1e6 / 31_557_600}[name]
    assert found.r <= best + 1e-6 * abs(best)
    assert bound / shown >= best - 1e-6 * abs(best)
    assert found.gap_frac is not None
    assert (found.status == "optimal") == (found.gap_frac <= 1e-4)


@settings(seeded, max_examples=5)
@given(small_cases())
def test_racks_halls_and_steps_of_the_plan_are_whole(case):
    found = optimize(case, scenario())
    if found.placed is None:
        return
    for name, x in zip(found.placed.compiled.column_names, found.placed.x, strict=True):
        if name.partition("[")[0] in ("install", "halls", "connect", "open"):
            assert x == pytest.approx(round(x), abs=1e-6)


def test_among_equals_the_plan_is_the_cheapest():
    # any load of a from 12 to 24 MW makes 16.667 Mtokens/s per MW, which may give way by 1e-4;
    # 12 MW cost 50.136 M$ a year, and ties are broken to half a per cent
    found = optimize(tiny_case(), scenario())
    assert found.value == pytest.approx(200e6 / 12, rel=1e-4)
    assert found.placed.value("cost_present") == pytest.approx(50.136, rel=6e-3)


@pytest.mark.parametrize(("dear_frac", "searched"), [(0.03, []), (-1e9, ["where and what"])])
def test_a_dear_plan_found_quickly_is_no_end_of_the_search(monkeypatch, dear_frac, searched):
    """One within the gap is taken, unless it is dearer than the relaxation by some share."""
    made = []
    where_and_what = Search.where_and_what

    def noted(search, *about):
        made.append("where and what")
        return where_and_what(search, *about)

    monkeypatch.setattr(in_hand, "DEAR_FRAC", dear_frac)
    monkeypatch.setattr(Search, "where_and_what", noted)
    case = tiny_case(4, facility_mw_min={("all", 2027): 30.0})
    found = optimize(case, scenario(gap_frac=0.05))
    assert found.status == "optimal"
    assert made == searched


def test_no_plan():
    found = optimize(tiny_case(facility_mw_min={("all", 2027): 49.0}), scenario())
    assert (found.status, found.value, found.placed) == ("infeasible", None, None)


def test_out_of_time_nothing_false_is_said():
    # 60 MW take three sites; stopped at once, it may have no plan, but one exists
    case = tiny_case(4, facility_mw_min={("all", 2027): 60.0})
    found = optimize(case, scenario(time_limit_s=1e-6))
    assert found.status != "infeasible"
    if found.bound is not None:
        assert found.bound >= ratio(at_sites(case, case.sets["SITE"])) * 1e6 * (1 - 1e-6)


def test_infeasible_by_whole_halls_alone_is_infeasible() -> None:
    # 6 MW at the meter need 5 MW of IT in `slow` racks: half a hall of 3 M$ for 1.5, a quarter of
    # the 24 MW step and of the site, 0.25 + 0.25, and 50 racks of 1 M$: 52 of the 53 M$. Whole,
    # the hall, the step and the site cost 5, together 55.
    case = tiny_case(
        1,
        facility_mw_min={("all", 2027): 6.0},
        hosts={"liquid": ["slow"]},
        capex_total_musd_max={"all": 53.0},
    )
    assert optimize(case, scenario()).status == "infeasible"


@settings(seeded, max_examples=6)
@given(case=small_cases(must=("capex_total_musd_max",)))
def test_limits_drawn_to_the_best_plan_leave_it_the_best(case):
    # its own spending as the budget, its own MW as the floors: the optimum is known beforehand
    best = attempt(at_sites(case, case.sets["SITE"]))
    assume(best is not None)
    spent = sum(best.ledger("capex_musd").values())
    drawn = {
        i: sum(best.ledger("country_mw", ("KR", i[1])).values()) for i in case["facility_mw_min"]
    }
    values = {
        **case.values,
        "capex_total_musd_max": {"all": spent * (1 + 1e-7)},
        "facility_mw_min": {i: mw * (1 - 1e-7) for i, mw in drawn.items()},
    }
    assert spent <= case["capex_total_musd_max"]["all"] * (1 + 1e-6)
    for seconds in (1e-6, 0.1, 5.0):
        found = optimize(case.having(values=values), scenario(time_limit_s=seconds))
        assert found.status != "infeasible"
        assert found.r <= best.best.value * (1 + 1e-6)
        assert found.bound is None or found.bound / 1e6 >= best.best.value * (1 - 1e-6)


def test_a_relaxation_without_a_bound_is_no_end_of_the_search(monkeypatch):
    # out of time between two rounds it has a solution, and nothing that no plan can beat
    def unbounded(*about):
        return [dataclasses.replace(one, bound=float("inf")) for one in relaxed_in_order(*about)]

    monkeypatch.setattr(optimize_module, "relaxed_in_order", unbounded)
    found = optimize(tiny_case(3), scenario(time_limit_s=5))
    assert found.value == pytest.approx(200e6 / 12, rel=1e-3)
    assert found.status == "stopped" or found.gap_frac <= 1e-3
