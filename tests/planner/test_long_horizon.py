"""Ten years: lives, periods of several years, permits and leads, worked out by hand."""

import pytest

from planner.coefficients.case import first_delivery, make_case
from planner.coefficients.rules import rule_values
from planner.coefficients.what import delivered_in
from planner.coefficients.where import places, where_values
from planner.planning import plan
from planner.verify import verify
from tests.region import context, shipped
from tests.solved import solve
from tests.tiny import tiny_case

LIFE = {"systems[*].life_years": 5.0}
DECADE = list(range(2026, 2036))
SITE = "haenam-154kv-1"


def stands(**choices):
    return {t: u for (k, t), u in delivered_in(context(LIFE, **choices)).items() if k == "h100"}


def test_racks_of_five_years_stand_five_yearly_periods():
    found = stands(periods=DECADE)
    assert found[2030] == [2026, 2027, 2028, 2029, 2030]
    assert found[2035] == [2031, 2032, 2033, 2034, 2035]


def test_no_rack_outlives_its_life_within_a_long_period():
    found = stands(periods=[2027, 2028, 2030, 2032], last_period_years=3)
    # 2030 lasts to the end of 2031: racks of 2027 are then five years old, those of 2028 four
    assert found[2030] == [2027, 2028, 2030]
    # 2032 lasts to the end of 2034: racks of 2030 are then five, those of 2028 would be seven
    assert found[2032] == [2030, 2032]


def test_a_period_longer_than_the_life_still_has_its_own_racks():
    assert stands(periods=[2027], last_period_years=9) == {2027: [2027]}


def test_racks_are_replaced_in_the_halls_that_stand():
    # 12 MW at a from 2027 to 2029 are 100 fast racks of two years: again 100 in 2029, in one hall
    years = (2027, 2028, 2029)
    life = {("fast", 2027): [2027], ("fast", 2028): [2027, 2028], ("fast", 2029): [2028, 2029]}
    case = tiny_case(
        periods=years,
        hosts={"liquid": ["fast"]},
        delivered_in=life,
        facility_mw_min=dict.fromkeys([("all", t) for t in years], 12.0),
    )
    best = solve(case, "tokens_per_mw", "cost", held={f"open[b,{t}]": 0 for t in years})
    new = [best[f"install[KR-1,fast,liquid,{t}]"] for t in years]
    assert sum(new) == pytest.approx(200)
    assert new[0] == pytest.approx(100)
    assert [best[f"halls[a,dry,{t}]"] for t in years] == [1, 1, 1]
    # 200 racks of 2 M$, one hall of 3 x 1 M$, site and connection 1 M$ each
    capex = best.ledger("capex_musd")
    assert capex["racks"] == pytest.approx(400)
    assert sum(capex.values()) == pytest.approx(400 + 3 + 2)


def test_a_long_period_weighs_its_years():
    # one year of slow racks, 100 Mtokens/s, then nine of fast ones, 200, at 12 MW
    case = tiny_case(
        periods=(2027, 2028),
        years={2027: 1.0, 2028: 9.0},
        available_from_year={"fast": 2028, "slow": 2026},
        facility_mw_min={("all", 2027): 12.0, ("all", 2028): 12.0},
        facility_mw_max={("all", 2027): 12.0, ("all", 2028): 12.0},
    )
    assert solve(case).value == pytest.approx((100 + 9 * 200) / (10 * 12))


def test_a_period_is_discounted_year_by_year():
    found = rule_values(
        context(periods=[2027, 2029], last_period_years=1.5, money={"discount_frac": 0.25})
    )["discount_factor"]
    # 0.8 a year: (0.8 + 0.64) / 2;  (0.8^3 + 0.8^4 / 2) / 1.5 = (0.512 + 0.2048) / 1.5
    assert found == pytest.approx({2027: 0.72, 2029: 0.7168 / 1.5})


def first_years(step_leads, extra, hall_lead=1.0, **choices):
    facts = {
        f"interconnection_steps[KR/154*/{i}].lead_years": lead
        for i, lead in enumerate(step_leads, 1)
    }
    facts |= {
        "permit_regions[KR-REST].extra_lead_years": extra,
        "permit_regions[KR-AIDC].extra_lead_years": extra,
        "permit_regions[KR-*].free_mw": 0.0,
        "permit_regions[KR-AIDC].exempt_from_year": 2100,
        "parameters[*/hall_lead_years].value": hall_lead,
        f"sites[{SITE}].headroom_mw": 200.0,
    }
    only = {"filters": {"sites": {"include": [SITE]}, "cooling": {"include": ["dtc-dry"]}}}
    asked = context(facts, periods=DECADE, **only, **choices)
    sets, values, _ = where_values(asked, places(asked))
    found: dict[int, int] = {}
    for _, step, t in sets["STEP_PERIOD"]:
        found[step] = min(t, found.get(step, t))
    return found, {step: lead for (_, step), lead in values["step_lead_years"].items()}


def test_a_permit_delays_every_step_of_its_region():
    # 1, 2 and 3 years to build from 2026; two and a half more for the permit, in whole years
    assert first_years([1.0, 2.0, 3.0], 0.0) == ({1: 2027, 2: 2028, 3: 2029}, {1: 1, 2: 2, 3: 3})
    assert first_years([1.0, 2.0, 3.0], 2.5) == ({1: 2030, 2: 2031, 3: 2032}, {1: 4, 2: 5, 3: 6})


def test_a_step_waits_for_the_one_before():
    assert first_years([4.0, 2.0, 3.0], 0.0) == ({1: 2030, 2: 2030, 3: 2030}, {1: 4, 2: 4, 3: 4})


def test_a_step_beyond_the_horizon_is_never_built():
    assert first_years([1.0, 2.0, 7.0], 3.0) == ({1: 2030, 2: 2031}, {1: 4, 2: 5})


def test_a_policy_may_hold_a_country_back_but_shortens_no_lead():
    late = first_years([1.0, 2.0, 3.0], 0.0, policies={"first_year": {"KR": 2031}})
    assert late == ({1: 2031, 2: 2031, 3: 2031}, {1: 1, 2: 2, 3: 3})


def test_no_power_is_used_before_a_hall_can_stand():
    slow = first_years([1.0, 2.0, 3.0], 0.0, hall_lead=1.5)
    assert slow == ({1: 2028, 2: 2028, 3: 2029}, {1: 1, 2: 2, 3: 3})


def test_racks_arrive_no_sooner_than_they_can_be_ordered():
    asked = context({"parameters[*/rack_lead_years].value": 1.2}, periods=[2027, 2028, 2029])
    case = make_case(asked.region, asked.scenario)
    assert first_delivery(case, "KR", "h100") == 2028
    assert min(t for *_, t in case.sets["INSTALL"]) == 2028


def test_ten_yearly_periods_are_planned_and_verified(tmp_path):
    # nothing can stand in the year of the decision; then 12 MW more are asked for every year
    found = plan(
        {
            "name": "ten-years",
            "decision_year": 2026,
            "periods": DECADE,
            "scale": {"facility_mw_min": {t: 12.0 * (t - 2026) for t in DECADE[1:]}},
            "demand": {"mix": {"chat": 1.0}},
            "filters": {
                "countries": ["KR"],
                "sites": {"include": ["ulsan-mipo", "ulsan-ulju-154kv-1"]},
                "systems": {"include": ["gb300-nvl72", "vr-nvl72-maxq", "rubin-ultra-nvl144"]},
                "cooling": {"include": ["dtc-dry", "dtc-800v"]},
            },
            "solve": {"gap_frac": 0.02, "threads": 1},
        },
        region=shipped(),
        worth=False,
    )
    assert found.status == "optimal"
    assert verify(found.write(tmp_path / "ten")) == []
    power, halls, racks = (found.tables[name] for name in ("power", "halls", "installs"))
    assert power["period"].min() == 2027
    load = power.groupby("period")["facility_mw"].sum()
    assert all(load[t] >= 12 * (t - 2026) - 1e-6 for t in DECADE[1:])
    for _, stock in halls.groupby(["site_id", "design_id"]):
        assert stock.sort_values("period")["halls_count"].is_monotonic_increasing
    first = racks[racks["racks_new_count"] > 0].sort_values("period").iloc[0]
    kind = racks[
        (racks["site_id"] == first["site_id"]) & (racks["system_id"] == first["system_id"])
    ].set_index("period")
    later = kind.loc[[t for t in kind.index if t >= first["period"] + 5], "racks_new_count"].sum()
    last = kind["racks_count"].get(2035, 0)
    assert last <= later + 1e-9, "five years on, none of the first racks stands"
