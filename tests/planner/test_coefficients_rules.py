"""Coefficients of choices: time, mix, policies, budget, scale, demand."""

import pytest

from planner.coefficients.demand import demand_limits
from planner.coefficients.rules import rule_values
from tests.region import context


def values_of(**choices):
    return rule_values(context(**choices))


def test_years_and_their_worth():
    # 2027, 2029 and five years from 2032; at 10 % from 2026
    values = values_of(
        periods=[2027, 2029, 2032], last_period_years=5.0, money={"discount_frac": 0.1}
    )
    assert values["years"] == {2027: 2, 2029: 3, 2032: 5}
    assert values["previous"] == {2029: 2027, 2032: 2029}
    assert values["discount_factor"] == pytest.approx(
        {
            2027: (1.1**-1 + 1.1**-2) / 2,
            2029: (1.1**-3 + 1.1**-4 + 1.1**-5) / 3,
            2032: sum(1.1**-year for year in range(6, 11)) / 5,
        }
    )


def test_work_of_one_country_leaves_the_others_mix():
    # public-sector-kr is Korea's alone: there 0.6 and 0.2 of 0.8, in Japan 0.6 and 0.2 of 0.8
    mix = {"chat": 0.6, "public-sector-kr": 0.2, "public-sector-jp": 0.2}
    assert values_of(demand={"mix": mix})["mix_frac"] == pytest.approx(
        {
            ("chat", "KR"): 0.75,
            ("public-sector-kr", "KR"): 0.25,
            ("chat", "JP"): 0.75,
            ("public-sector-jp", "JP"): 0.25,
        }
    )


def test_weights_are_no_mix():
    values = values_of(demand={"weights": {"chat": 1.0, "agent": 2.0}})
    assert values["mix_frac"] == {}
    assert values["token_weight"] == {"chat": 1, "agent": 2}


def test_shares_of_country_that_bind_nothing_are_left_out():
    share = {"KR": {"min": 0.0, "max": 0.6}, "JP": {"min": 0.3, "max": 1.0}}
    values = values_of(policies={"country_share": share})
    assert values["country_min_frac"] == {"JP": 0.3}
    assert values["country_max_frac"] == {"KR": 0.6}


def test_every_vendor_has_the_share_of_any_one():
    asked = context(policies={"vendor_share_max": {"share": 0.7, "basis": "chips"}})
    vendors = set(asked.table("systems")["vendor"])
    assert rule_values(asked)["vendor_frac"] == {(f, "chips"): 0.7 for f in vendors}
    assert values_of()["vendor_frac"] == {}


def test_a_rule_of_a_country_that_is_not_in_the_plan_is_left_out():
    only = values_of(
        filters={"countries": ["KR"]},
        policies={
            "in_country_share": {"KR": 0.8, "JP": 0.8},
            "outage": {"JP": {"share": 1.0}},
            "domestic_accelerator_share": {"JP": {"share": 0.1}},
        },
    )
    assert only["in_country_frac"] == {"KR": 0.8}
    assert only["outage_frac"] == only["domestic_frac"] == {}
    assert {key[:2] for key in only["cross_border_frac"]} <= {("KR", "KR")}


def test_outage_protects_the_classes_it_names():
    values = values_of(
        demand={"mix": {"chat": 0.5, "agent": 0.5}},  # open and private
        policies={"outage": {"KR": {"share": 0.5, "classes": ["private"]}}},
    )
    assert values["outage_workload"] == {("KR", "agent"): 1}


def test_units_of_limits():
    values = values_of(
        policies={"carbon_t_per_year_max": {2029: 5000.0}, "pue_max": {"JP": 1.3}},
        scale={"tokens_per_s_min": {2028: 4e6}, "facility_mw_min": {2028: 7.0}},
        scale_by_country={"KR": {"facility_mw_max": {2029: 9.0}}},
        budget={"capex_musd_total": 100.0, "opex_musd_per_year": {2027: 3.0}},
    )
    assert values["carbon_kt_max"] == {2029: 5}
    assert values["mtokens_per_s_min"] == {("all", 2028): 4}
    assert values["facility_mw_min"] == {("all", 2028): 7}
    assert values["facility_mw_max"] == {("KR", 2029): 9}
    assert values["capex_total_musd_max"] == {"all": 100}
    assert values["opex_musd_max"] == {2027: 3}
    assert values["cost_usd_per_mtoken_max"] == {}
    japan = context().table("sites")
    assert set(values["pue_max"]) == set(japan[japan["country"] == "JP"]["site_id"])


def test_a_limit_without_a_period_is_of_all_periods():
    asked = context(
        demand={
            "mix": {"chat": 1.0},
            "floors": [{"tokens_per_s": 2e6, "country": "KR", "period": 2028}],
            "ceilings": [{"tokens_per_s": 3e6}, {"tokens_per_s": 1e6, "workload": "chat"}],
        }
    )
    demand = asked.scenario.demand
    assert demand_limits(asked, demand.floors) == {(0, "", "KR", "", 2028): 2}
    assert demand_limits(asked, demand.ceilings) == {
        **{(0, "", "", "", t): 3 for t in (2027, 2028, 2029)},
        **{(1, "chat", "", "", t): 1 for t in (2027, 2028, 2029)},
    }


def test_a_ceiling_on_users_left_out_says_nothing():
    ceilings = [{"tokens_per_s": 5e6, "market": "tokyo"}, {"tokens_per_s": 9e6, "market": "seoul"}]
    mix = {"mix": {"chat": 1.0}, "ceilings": ceilings}
    asked = context(demand=mix, filters={"countries": ["KR"]}, periods=[2027])
    assert demand_limits(asked, asked.scenario.demand.ceilings) == {(1, "", "", "seoul", 2027): 9}
