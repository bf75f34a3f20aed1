"""Coefficients of places, recomputed by hand from round facts put over those of real sites."""

from dataclasses import replace

import numpy as np
import pytest

from planner.coefficients import where
from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.coefficients.where import places, where_values
from tests.region import context
from tests.solved import relaxed, solve

SITE, SOURCE = "haenam-154kv-1", "industrial"
FACTS = {
    f"sites[{SITE}].headroom_mw": 70.0,
    f"sites[{SITE}].parcel_m2": 100_000.0,
    f"sites[{SITE}].land_local_per_m2": 150_000.0,
    f"sites[{SITE}].water_local_per_m3": 3000.0,
    f"sites[{SITE}].water_limit_m3_per_day": 800.0,
    "tariffs[kr-industrial-154kv-3].energy_local_per_kwh": 150.0,
    "tariffs[kr-industrial-154kv-3].demand_local_per_kw_month": 9000.0,
    "emission_factors[*].gco2_per_kwh": 400.0,
    "interconnection_steps[KR/154*/1].step_mw": 40.0,
    "interconnection_steps[KR/154*/2].step_mw": 60.0,
    "interconnection_steps[KR/154*/3].step_mw": 100.0,
    "interconnection_steps[KR/154*/1].step_musd": 8.0,
    "interconnection_steps[KR/154*/2].step_musd": 18.0,
    "interconnection_steps[KR/154*/1].lead_years": 1.0,
    "interconnection_steps[KR/154*/2].lead_years": 2.0,
    "permit_regions[KR-REST].extra_lead_years": 0.0,
    "permit_regions[KR-REST].free_mw": 0.0,
    "parameters[*/facility_life_years].value": 2.0,
    "parameters[*/interconnection_life_years].value": 1.0,
    "parameters[*/setback_frac].value": 0.2,
    "parameters[*/substation_m2].value": 5000.0,
    "parameters[*/transformer_efficiency_frac].value": 0.8,
    "parameters[*/ups_efficiency_frac].value": 0.5,
    "parameters[*/distribution_efficiency_frac].value": 1.0,
    "parameters[*/auxiliary_frac].value": 0.01,
    "parameters[KR/shell_musd_per_mw].value": 3.0,
    "cooling_designs[dtc-dry].hall_mw": 20.0,
    "cooling_designs[dtc-dry].hall_m2_per_mw": 400.0,
    "cooling_designs[dtc-dry].cooling_musd_per_mw": 2.0,
}
ONLY = {
    "filters": {"sites": {"include": [SITE]}, "cooling": {"include": ["dtc-dry"]}},
    "money": {"discount_frac": 0.1, "exchange_rates": {"KRW": 1500.0}},
}


def where_at(asked: Context):
    """Sets, coefficients and tables of the places there are."""
    return where_values(asked, places(asked))


def values_of(**facts):
    """Sets and coefficients of the one site, with further facts of the site by column."""
    more = {f"sites[{SITE}].{name}": value for name, value in facts.items()}
    sets, values, _ = where_at(context({**FACTS, **more}, **ONLY))
    return sets, values


def test_money_of_the_site():
    _, values = values_of()
    # 150 KRW/kWh / 1500 KRW/$ x 1000; 9000 KRW a kW and month x 12 / 1500
    assert values["energy_usd_per_mwh"][SITE] == pytest.approx(100)
    assert values["demand_usd_per_kw_year"][SITE] == pytest.approx(72)
    # 150 000 KRW/m2 are 100 $; a fifth of the parcel cannot be built on, so 125 $ for what can
    assert values["land_musd_per_m2"][SITE] == pytest.approx(125e-6)
    assert values["water_usd_per_m3"][SITE, SOURCE] == pytest.approx(2)
    # a loan over two years at 10 %: 0.1 x 1.1^2 / (1.1^2 - 1); over one year, all and the interest
    assert values["facility_crf_per_year"][SITE] == pytest.approx(0.1 * 1.21 / 0.21)
    assert values["interconnection_crf_per_year"][SITE] == pytest.approx(1.1)
    assert values["emission_gco2_per_kwh"][SITE] == 400


def test_steps_end_at_the_headroom():
    # 70 MW: all of the first step's 40, and 30 of the second's 60 for half of its 18 M$
    sets, values = values_of()
    assert values["step_mw"] == {(SITE, 1): 40, (SITE, 2): 30}
    assert values["step_musd"] == {(SITE, 1): 8, (SITE, 2): 9}
    # decided in 2026, with 1 and 2 years to build
    steps = {(SITE, 1, 2027), (SITE, 1, 2028), (SITE, 1, 2029), (SITE, 2, 2028), (SITE, 2, 2029)}
    assert set(sets["STEP_PERIOD"]) == steps
    assert sets["SITE_PERIOD"] == ((SITE, 2027), (SITE, 2028), (SITE, 2029))


def test_a_permit_takes_longer():
    # half a year more makes 1.5 years, that is 2028
    sets, values, _ = where_at(
        context({**FACTS, "permit_regions[KR-REST].extra_lead_years": 0.5}, **ONLY)
    )
    assert values["first_year"] == {SITE: 2028}
    assert sets["SITE_PERIOD"] == ((SITE, 2028), (SITE, 2029))


def test_a_load_below_the_threshold_needs_no_permit():
    # of the first 40 MW, 10 come in 2027 without a permit, a quarter of its 8 M$; the rest takes
    # a year more, and so does the second step
    slow = {"permit_regions[KR-REST].extra_lead_years": 1.0, "permit_regions[KR-REST].free_mw": 10}
    sets, values, _ = where_at(context({**FACTS, **slow}, **ONLY))
    assert values["step_mw"] == {(SITE, 1): 10, (SITE, 2): 30, (SITE, 3): 30}
    assert values["step_musd"] == {(SITE, 1): 2, (SITE, 2): 6, (SITE, 3): 9}
    steps = {(SITE, 1, t) for t in (2027, 2028, 2029)} | {(SITE, 2, 2028), (SITE, 2, 2029)}
    assert set(sets["STEP_PERIOD"]) == {*steps, (SITE, 3, 2029)}


def test_a_threshold_beyond_the_first_step_frees_all_of_it():
    slow = {"permit_regions[KR-REST].extra_lead_years": 1.0, "permit_regions[KR-REST].free_mw": 50}
    sets, values, _ = where_at(context({**FACTS, **slow}, **ONLY))
    assert values["step_mw"] == {(SITE, 1): 40, (SITE, 2): 10, (SITE, 3): 20}
    assert {(SITE, 1, 2027), (SITE, 2, 2028)} <= set(sets["STEP_PERIOD"])
    assert (SITE, 3, 2028) not in sets["STEP_PERIOD"]


@pytest.mark.parametrize(("exempt", "first"), [(2027, 2027), (2028, 2028), (2040, 2029)])
def test_a_region_that_becomes_exempt_waits_no_longer_than_that(exempt, first):
    slow = {
        "permit_regions[KR-REST].extra_lead_years": 2.0,
        "permit_regions[KR-REST].exempt_from_year": exempt,
    }
    _, values, _ = where_at(context({**FACTS, **slow}, **ONLY))
    assert values["first_year"] == {SITE: first}


def test_a_country_may_start_later():
    sets, _, _ = where_at(context(FACTS, **ONLY, policies={"first_year": {"KR": 2029}}))
    assert sets["SITE_PERIOD"] == ((SITE, 2029),)


@pytest.mark.parametrize(
    ("parcel", "halls"),
    [
        # halls of 20 MW x 400 m2; of 100 000 m2 a fifth is lost and 5000 m2 are the substation's:
        # 9 by land, but racks capped to half of their nameplate fill 2 x 70 MW: 7 by power
        (100_000.0, 7),
        # 40 000 - 5000 m2: 4 by land
        (50_000.0, 4),
    ],
)
def test_most_halls(parcel, halls):
    _, values = values_of(parcel_m2=parcel)
    assert values["halls_max_count"][SITE, "dtc-dry"] == halls
    assert values["buildable_m2"][SITE] == pytest.approx(0.8 * parcel)


def test_a_parcel_too_small_is_no_candidate():
    sets, _, _ = where_at(context({**FACTS, f"sites[{SITE}].parcel_m2": 15_000.0}, **ONLY))
    assert sets["SITE"] == ()


def test_a_hall():
    _, values = values_of()
    at = (SITE, "dtc-dry")
    # 20 MW at 400 m2, 3 and 2 M$ each
    assert values["hall_m2"][at] == 8000
    assert values["shell_musd_per_hall"][at] == pytest.approx(60)
    assert values["cooling_musd_per_hall"][at] == pytest.approx(40)


def test_losses_and_cooling_make_the_load_at_the_meter():
    # efficiencies of 0.8 x 0.5 lose 1.5 kW per kW, lighting 0.01; what is left is cooling, more of
    # it in the hottest hour than in the mean of the year
    _, values = values_of()
    peak = values["facility_per_it_frac"][SITE, "dtc-dry"] - 2.51
    mean = values["energy_per_it_frac"][SITE, "dtc-dry"] - 2.51
    assert 0 < mean < peak < 0.5
    assert values["wue_peak_l_per_kwh"][SITE, "dtc-dry"] == 0, "dry coolers evaporate nothing"


def test_blank_limits_are_no_limits():
    assert values_of()[1]["water_limit_m3_per_day"] == {(SITE, SOURCE): 800}
    asked = context(FACTS, **ONLY)
    sites = asked.table("sites").assign(water_limit_m3_per_day=np.nan, headroom_mw=np.nan)
    region = replace(asked.region, tables={**asked.region.tables, "sites": sites})
    _, values, _ = where_at(Context(region, asked.scenario))
    assert values["water_limit_m3_per_day"] == {}
    # all three steps, since nothing ends them
    assert values["step_mw"] == {(SITE, 1): 40, (SITE, 2): 60, (SITE, 3): 100}


# -- designs left out ----------------------------------------------------------------------------

REAL = ["haenam-154kv-1", "ulsan-mipo", "tomakomai-substation-187kv"]
SEA = {"cooling_designs[seawater-economizer].cooling_musd_per_mw": 2.0}
"""Sea water is then cheaper than air chillers, and better in everything else, at coastal sites."""
SMALL = {
    "scale": {"facility_mw_min": {2029: 60.0}},
    "filters": {
        "sites": {"include": REAL},
        "systems": {"include": ["gb300-nvl72", "b200", "rngd"]},
    },
}


@pytest.mark.parametrize(
    "best",
    [lambda case: solve(case).value, lambda case: relaxed(case, "cost_per_mtoken")],
    ids=["tokens_per_mw", "cost_per_mtoken"],
)
def test_designs_left_out_would_not_have_helped(monkeypatch, best):
    asked = context(SEA, **SMALL)
    pruned = make_case(asked.region, asked.scenario)
    monkeypatch.setattr(where, "_undominated", lambda rows: rows)
    every = make_case(asked.region, asked.scenario)
    assert len(every.sets["SITE_DESIGN"]) > len(pruned.sets["SITE_DESIGN"])
    assert best(pruned) == pytest.approx(best(every), rel=1e-6)


def test_every_design_left_out_has_a_better_one(monkeypatch):
    asked = context(SEA, filters={"sites": {"include": REAL}})
    kept = where_at(asked)[2]["designs"]
    monkeypatch.setattr(where, "_undominated", lambda rows: rows)
    every = where_at(asked)[2]["designs"]
    less = ["facility_per_it_frac", "energy_per_it_frac", "wue_peak_l_per_kwh"]
    less += ["wue_mean_l_per_kwh", "hall_m2", "cooling_musd_per_hall"]
    pairs = set(zip(kept["site_id"], kept["design_id"], strict=True))
    assert len(every) > len(kept)
    for row in every.to_dict("records"):
        if (row["site_id"], row["design_id"]) not in pairs:
            same = kept[
                (kept["site_id"] == row["site_id"])
                & (kept["cooling_class"] == row["cooling_class"])
                & (kept["hall_mw"] == row["hall_mw"])
            ]
            assert (same[less] <= [row[x] for x in less]).all(axis=1).any(), row["design_id"]
