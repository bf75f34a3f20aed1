"""What was proven of a loaded model holds for whoever asks for less; else it is proven anew."""

import pytest

from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.coefficients.rules import rule_values
from planner.limit_rows import changed
from planner.loaded import Loaded, load_model
from planner.reading import read
from tests.planner.test_loaded import SCENARIO, agrees_with_anew
from tests.two_years import TWO_YEARS


@pytest.fixture(scope="module")
def bound_by_money() -> Loaded:
    """Money binds, so that its bound takes a search beyond the relaxation's."""
    found = load_model(
        {
            **TWO_YEARS,
            "name": "bound by money",
            "budget": {"capex_musd_total": 3000},
            "solve": {"gap_frac": 1e-3, "threads": 1},
        }
    )
    assert "prove" in found.outcome.seconds
    return found


def test_what_was_proven_holds_for_whoever_asks_for_more(bound_by_money: Loaded) -> None:
    assert bound_by_money.outcome.placed is not None
    (site,) = bound_by_money.outcome.placed.sites()
    answer = bound_by_money.what_if([f"forbid={site}"])
    assert answer.status == "optimal"
    assert answer.bound == pytest.approx(bound_by_money.outcome.bound, rel=1e-12)
    assert "prove" not in answer.outcome.seconds
    agrees_with_anew(bound_by_money, answer, f"filters.sites.exclude=[{site}]")


@pytest.mark.parametrize(
    "changes",
    [
        ("budget.capex_musd_total=3050",),
        ("forbid=gumi-154kv-1", "budget.capex_musd_total=2950"),
        ("forbid=gumi-154kv-1", "solve.gap_frac=0.0006"),
    ],
)
def test_what_is_not_proven_is_proven_anew(
    bound_by_money: Loaded, changes: tuple[str, ...]
) -> None:
    answer = bound_by_money.what_if(changes)
    assert answer.status == "optimal"
    assert "prove" in answer.outcome.seconds
    agrees_with_anew(bound_by_money, answer, *changes)


@pytest.mark.parametrize(
    ("change", "tightens"),
    [
        ("budget.capex_musd_total=4000", True),
        ("budget.capex_musd_total=9001", False),
        ("scale.facility_mw_min.2028=45", True),
        ("scale.facility_mw_min.2028=35", False),
        ("scale.facility_mw_max.2028=50", True),
        ("scale.facility_mw_max.2028=61", False),
        ("objective.no_worse_than={cost_per_mtoken: 0.5}", True),
        ("objective.no_worse_than={}", False),
        ("objective.no_worse_than={cost_per_mtoken: 0.9, tokens: 1000}", True),
        ("objective.no_worse_than={cost_per_mtoken: 1.1, tokens: 2000}", False),
        ("objective.no_worse_than={cost_per_mtoken: 1.0, tokens: 900}", False),
    ],
)
def test_whether_limits_leave_less_is_told(change: str, tightens: bool) -> None:
    before = {**SCENARIO, "objective": {"no_worse_than": {"cost_per_mtoken": 1.0, "tokens": 1000}}}
    if "no_worse" in change and "tokens" not in change:
        before = {**SCENARIO, "objective": {"no_worse_than": {"cost_per_mtoken": 1.0}}}
    (old, facts), (new, _) = (read(before, overrides=some) for some in ((), (change,)))
    values = rule_values(Context(facts, new))
    change_of = changed(make_case(facts, old), values)
    assert change_of is not None
    assert change_of.tightens == tightens
