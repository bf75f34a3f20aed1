"""Infeasible cases worked out by hand: the rules that conflict, and the numbers that resolve it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.case import Case
from planner.explain import Explanation, explain, explain_case
from planner.explain.checks import checks
from planner.explain.diagnosis import Diagnosis, outward
from planner.explain.offers import with_changes
from planner.explain.words import number, place
from planner.optimize import optimize
from planner.scenario import Scenario
from tests.tiny import tiny_case

SCENARIO = Scenario.model_validate(
    {"name": "tiny", "periods": [2027], "demand": {"mix": {"chat": 1.0}}}
)
FLOOR = "scale.facility_mw_min.2027"


def of(case: Case) -> Explanation:
    return explain_case(case, SCENARIO)


def paths(rules: Any) -> set[str]:
    return {rule.path for rule in rules}


def numbers(changes: Any) -> dict[str, float]:
    return {change.rule.path: change.feasible_at for change in changes}


def with_numbers(case: Case, **values: Any) -> Case:
    return case.having(values={**case.values, **values})


def test_more_megawatts_than_can_be_connected() -> None:
    # two sites of 24 MW
    found = of(tiny_case(2, facility_mw_min={("all", 2027): 60.0}))
    assert found.feasible is False
    assert "60 MW asked for in 2027, but only 48 MW can be connected by then" in found.checks
    assert paths(found.conflict) == {FLOOR}
    assert numbers(found.relaxation) == {FLOOR: pytest.approx(48.0, rel=1e-3)}
    assert found.note == "MW that can be connected, whatever they cost: 2027: KR 48."
    assert found.relaxation[0].by_frac == pytest.approx(-0.2)
    assert found.relaxation[0].feasible_at <= 48.0


def test_a_forced_site_that_cannot_carry_its_load() -> None:
    # b has room for 6.5 MW at the meter, 5 MW of IT
    case = tiny_case(2, step_mw={("a", 1): 24.0, ("b", 1): 6.5}, forced_it_mw={"b": 10.0})
    found = of(case.having(sets={**case.sets, "FORCED_SITE": ("b",)}))
    assert found.feasible is False
    assert [str(rule) for rule in found.conflict] == [
        "filters.sites.force: b: at least 10 MW of IT load"
    ]
    assert numbers(found.relaxation) == {"filters.sites.force: b": pytest.approx(5, rel=1e-3)}


def poor(budget_musd: float = 52.0) -> Case:
    """12 MW at site a: 100 racks of 1 M$, a hall of 3, half a connection and half a site of 1."""
    return tiny_case(1, capex_total_musd_max={"all": budget_musd})


def test_a_budget_against_a_floor() -> None:
    # divisible, half of 104 M$ builds half the megawatts; whole, a hall, a connection and a site
    # cost 5 M$ and 47 M$ are left for racks of 0.12 MW: 5.64 MW
    found = of(poor())
    assert paths(found.conflict) == {FLOOR, "budget.capex_musd_total"}
    assert numbers(found.relaxation) == {"budget.capex_musd_total": pytest.approx(105, rel=3e-3)}
    alone = numbers(found.alone)
    assert alone == {
        FLOOR: pytest.approx(5.64, rel=3e-3),
        "budget.capex_musd_total": pytest.approx(105.0, rel=3e-3),
    }
    assert all(change.checked for change in found.alone)
    assert of(poor(103.9)).feasible is False


def test_each_number_offered_has_a_plan_of_whole_halls() -> None:
    found = of(poor())
    for change in found.alone:
        case = with_changes(poor(), [change])
        assert optimize(case, SCENARIO).placed is not None
        assert f"{number(change.feasible_at or 0.0)} " in str(found)


def test_a_number_that_is_not_checked_says_so() -> None:
    found = explain_case(poor(), SCENARIO, check=False)
    assert numbers(found.alone) == {
        FLOOR: pytest.approx(6.0, rel=1e-3),
        "budget.capex_musd_total": pytest.approx(104.0, rel=1e-3),
    }
    assert "Not checked" in str(found)
    assert "Checked: a plan" not in str(found)


def test_a_hall_is_whole() -> None:
    # divisible it costs 104 M$; a whole hall, connection and site make it 105
    found = of(poor(104.5))
    assert found.feasible is False
    assert numbers(found.relaxation) == {"budget.capex_musd_total": pytest.approx(105.0)}
    assert "They are whole" in found.note
    assert of(poor(105.0)).feasible is True


def test_a_budget_too_small_for_the_racks_alone_is_seen_without_solving() -> None:
    # 12 MW at 1.2 per IT MW are 10 MW of IT, at 10 M$ of slow racks each
    assert any("100 M$ of racks alone" in said for said in checks(poor(99.0)))
    assert not checks(poor(101.0))


SHARE = "policies.domestic_accelerator_share.KR.share"
SUPPLY = "table system_supply, racks of KR"


def scarce(share: float = 0.5, racks: float = 20.0, floor_mw: float = 12.0) -> Case:
    """12 MW are 100 racks; half of them must be of the domestic kind, of which 20 can be had."""
    return tiny_case(
        1,
        facility_mw_min={("all", 2027): floor_mw},
        domestic_frac={("KR", "chips"): share},
        racks_supply_count={("KR", "slow", 2027): racks, ("KR", "fast", 2027): 1000.0},
    )


def test_a_share_against_a_supply_and_a_floor() -> None:
    found = of(scarce())
    assert paths(found.conflict) == {FLOOR, SHARE, SUPPLY}
    alone = {change.rule.path: change for change in found.alone}
    assert alone[SHARE].feasible_at == pytest.approx(0.2, rel=2e-3)  # 20 of 100
    assert alone[FLOOR].feasible_at == pytest.approx(4.8, rel=2e-3)  # 40 racks: 4 MW of IT
    assert alone[SUPPLY].by_frac == pytest.approx(1.5, rel=1e-3)  # 50 instead of 20
    assert alone[SUPPLY].feasible_at is None  # many numbers, one for each system and year
    assert sum(abs(change.by_frac) for change in found.relaxation) == pytest.approx(0.6, rel=2e-3)


def test_each_change_alone_makes_it_feasible() -> None:
    alone = {change.rule.path: change for change in of(scarce()).alone}
    assert of(scarce(share=alone[SHARE].feasible_at)).feasible is True
    assert of(scarce(share=1.01 * alone[SHARE].feasible_at)).feasible is False
    assert of(scarce(floor_mw=alone[FLOOR].feasible_at)).feasible is True
    assert of(scarce(racks=20 * (1 + 1e-6 + alone[SUPPLY].by_frac))).feasible is True


def test_a_rule_of_single_sites() -> None:
    # site a uses 1.1 MWh for each MWh of IT
    found = of(tiny_case(1, pue_max={"a": 1.05}))
    assert paths(found.conflict) == {FLOOR, "policies.pue_max.KR"}
    assert numbers(found.relaxation) == {"policies.pue_max.KR": pytest.approx(1.1, rel=1e-3)}
    assert numbers(found.alone)["policies.pue_max.KR"] == pytest.approx(1.1, rel=1e-2)


def test_a_limit_of_nature() -> None:
    # 24 m3 a day at 1 L/kWh carry 1 MW of IT at each site: 1.2 and 1.3 MW at the meter
    case = tiny_case(
        2,
        wue_peak_l_per_kwh={("a", "dry"): 1.0, ("b", "dry"): 1.0},
        water_limit_m3_per_day={("a", "city"): 24.0, ("b", "city"): 24.0},
    )
    found = of(case)
    assert paths(found.conflict) == {FLOOR, "sites[*].water_limit_m3_per_day"}
    assert numbers(found.relaxation) == {FLOOR: pytest.approx(2.5, rel=1e-3)}
    water = next(change for change in found.alone if change.rule.path.startswith("sites"))
    assert 1 + water.by_frac == pytest.approx(12 / 2.5, rel=1e-2)


def moved(case: Case, changes: Any) -> Case:
    """The case with the changed numbers in the place of its own."""
    values = {name: dict(numbers) for name, numbers in case.values.items()}
    for change in changes:
        for name, key in {at for place_ in change.rule.places for at in place_.at}:
            values[name][key] *= 1 + change.by_frac * (1 + 1e-6)
    return case.having(values=values)


@settings(max_examples=25, deadline=None)
@given(
    floor=st.floats(5.0, 60.0),
    budget=st.floats(20.0, 400.0),
    share=st.floats(0.1, 1.0),
    racks=st.floats(1.0, 200.0),
    pue=st.floats(1.05, 1.25),
)
def test_the_least_changes_together_make_it_feasible(
    floor: float, budget: float, share: float, racks: float, pue: float
) -> None:
    case = tiny_case(
        2,
        facility_mw_min={("all", 2027): floor},
        capex_total_musd_max={"all": budget},
        domestic_frac={("KR", "chips"): share},
        racks_supply_count={("KR", "slow", 2027): racks},
        pue_max={"a": pue, "b": pue},
    )
    diagnosis = Diagnosis(case, float("inf"))
    least = diagnosis.least()
    assert least is not None
    if least.holds:
        return
    changes = diagnosis.changes(least)
    again = Diagnosis(moved(case, changes), float("inf")).least()
    assert again is not None
    assert again.least == pytest.approx(0.0, abs=1e-5)
    # and no rule of the conflict can be left out of it
    conflict = diagnosis.conflict(least)
    assert {diagnosis.rules[j].path for j in conflict} & paths(change.rule for change in changes)


def test_a_floor_is_not_given_up_for_a_rule_of_single_sites() -> None:
    # 24 MW at site a need 1.06 and the 6 MW beyond it 1.5: with less asked for, 1.06 would do
    case = tiny_case(
        2,
        facility_mw_min={("all", 2027): 30.0},
        energy_per_it_frac={("a", "dry"): 1.06, ("b", "dry"): 1.5},
        pue_max={"a": 1.05, "b": 1.05},
    )
    assert numbers(of(case).relaxation) == {"policies.pue_max.KR": pytest.approx(1.5, rel=1e-2)}


COST = "budget.cost_usd_per_mtoken_max"


def test_conflicts_that_stay_are_named_and_the_floor_is_kept() -> None:
    # of two kinds of rack, one must be more than a tenth; and nothing is made for so little
    case = tiny_case(
        1,
        domestic_frac={("KR", "chips"): 0.5},
        racks_supply_count={("KR", "slow", 2027): 0.0, ("KR", "fast", 2027): 1000.0},
        cost_usd_per_mtoken_max={"all": 1e-6},
    )
    found = of(case)
    named = [paths(found.conflict), *(paths(each) for each in found.further)]
    assert {path for each in named for path in each} >= {COST, SHARE}
    moved_rules = paths(change.rule for change in found.relaxation)
    assert COST in moved_rules
    assert FLOOR not in moved_rules


def test_facts_that_leave_nothing_are_named_whatever_the_time_left() -> None:
    # no rack at all can be had
    case = tiny_case(1, racks_supply_count={("KR", k, 2027): 0.0 for k in ("slow", "fast")})
    found = of(case)
    assert found.feasible is False
    assert paths(found.conflict) == {SUPPLY}
    assert "time limit" not in found.note
    assert "Tables of the region alone" in found.note
    assert [change.rule.path for change in found.relaxation] == [SUPPLY]


def test_a_workload_that_nothing_serves() -> None:
    modes = {(k, "p100", "other"): 1.0 for k in ("fast", "slow")}
    case = tiny_case(1, theta_mtokens_per_s=modes, kappa_mw=modes)
    assert "workload chat: no rack system of the scenario serves it within its targets" in (
        of(case).checks
    )


def test_no_site_at_all() -> None:
    assert of(tiny_case(0)).feasible is False


def test_a_feasible_case_says_what_binds() -> None:
    # 100 racks, as many fast ones (2 M$, twice the tokens) as the money allows: one more M$ turns
    # one rack, which adds 1e6 tokens/s to the 12 MW
    found = of(poor(150.0))
    assert found.feasible is True
    assert not found.conflict
    worth = {worth.rule.path: worth for worth in found.binding}
    assert worth["budget.capex_musd_total"].per_unit == pytest.approx(1e6 / 12)
    assert worth["budget.capex_musd_total"].per_percent == pytest.approx(1.5e6 / 12)


def test_an_explanation_is_shown_within_100_columns_and_in_json() -> None:
    found = of(scarce())
    text = str(found)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "scale.facility_mw_min.2027: at least 12 MW" in text
    assert "x 2.5" in text
    document = json.loads(json.dumps(found.document()))
    assert {rule["rule"] for rule in document["conflict"]} == {FLOOR, SHARE, SUPPLY}
    assert document["feasible"] is False


def test_rows_are_named_in_the_words_of_the_scenario() -> None:
    case = tiny_case(1)
    named = {
        "facility_floor[KR,2027]": "scale_by_country.KR.facility_mw_min.2027",
        "demand_floor[0,chat,KR,,2027]": "demand.floors[0].tokens_per_s",
        "vendor_share[F,mw,2027]": "policies.vendor_share_max.share",
        "survivors_it_load[a,2027]": "policies.outage.KR.share",
        "cost_ceiling[2027]": "budget.cost_usd_per_mtoken_max",
        "zone_headroom[KR-N,2027]": "zones[KR-N].headroom_mw",
    }
    assert {row: at.path for row in named if (at := place(row, case))} == named
    assert place("grid_connection[a,2027]", case) is None
    assert place("it_load[KR-1,liquid,2027]", case) is None


@pytest.mark.parametrize(
    ("value", "way", "shown"),
    [(47.99996, -1, 47.99), (48.0, -1, 48.0), (7546.2, 1, 7547.0), (0.80331, -1, 0.8033)],
)
def test_numbers_are_rounded_the_looser_way(value: float, way: float, shown: float) -> None:
    assert outward(value, way) == pytest.approx(shown, rel=1e-12)


def test_numbers_read_well() -> None:
    assert [number(v) for v in (0, 12345.6, 12.3456, 0.8033, 3e12, 2e-5)] == [
        "0", "12,346", "12.35", "0.8033", "3e+12", "2e-05",
    ]  # fmt: skip


def test_a_scenario_on_real_sites(small: Any) -> None:
    path = small(
        "filters: {countries: [KR], sites: {include: ['geumsan-*', 'wonju-*']}}\n"
        "policies: {first_year: {KR: 2028}}\n"
    )
    found = explain(path)
    assert found.feasible is False
    assert found.checks == ("20 MW asked for in 2027, but power reaches no site by then",)
    assert numbers(found.relaxation) == {FLOOR: 0.0}
