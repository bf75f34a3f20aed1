"""Coefficients of the fleet, of supply and of reach; power states left out; groups of sites."""

from dataclasses import replace

import pandas as pd
import pytest

from models.blocks import halls
from models.full_halls import FullHalls, full_halls
from planner.coefficients import what
from planner.coefficients.case import make_case, regrouped
from planner.coefficients.context import Context
from planner.coefficients.what import (
    cross_border,
    delivered_in,
    fleet_serving,
    fleet_values,
    hbm_sources,
    reachable,
    supply_values,
)
from planner.serving import serving_table
from planner.solve.narrow import site_indexed
from tests.region import context
from tests.solved import relaxed

SYSTEM = "gb300-nvl72"
ONE = {"filters": {"systems": {"include": [SYSTEM]}}}
ULSAN = "ulsan-mipo"
FEW_SITES = ["haenam-154kv-1", "ulsan-mipo", "tomakomai-substation-187kv", "gumi-154kv-1"]


def with_table(asked: Context, name: str, rows: pd.DataFrame) -> Context:
    """The same with another table."""
    tables = {**asked.region.tables, name: rows}
    return Context(replace(asked.region, tables=tables), asked.scenario)


# -- racks ---------------------------------------------------------------------------------------


def test_a_rack():
    facts = {
        f"systems[{SYSTEM}].rack_kw": 130.0,
        f"systems[{SYSTEM}].price_musd": 4.0,
        f"systems[{SYSTEM}].life_years": 2.0,
        f"systems[{SYSTEM}].fp8_tflops": 5000.0,
        f"systems[{SYSTEM}].hbm_gb": 250.0,
        "parameters[*/availability_frac].value": 0.9,
    }
    asked = context(facts, **ONE, money={"discount_frac": 0.1})
    values = fleet_values(asked, fleet_serving(asked))
    assert values["rack_mw"][SYSTEM] == pytest.approx(0.13)
    assert values["rack_musd"][SYSTEM] == 4
    # two years at 10 %: 0.1 x 1.21 / 0.21
    assert values["rack_crf_per_year"][SYSTEM] == pytest.approx(0.1 * 1.21 / 0.21)
    # 72 chips of 5000 teraflops and 250 GB
    assert values["chips_kilo_count"][SYSTEM] == pytest.approx(0.072)
    assert values["flops_exa"][SYSTEM] == pytest.approx(0.36)
    assert values["hbm_tb"][SYSTEM] == pytest.approx(18)
    assert values["availability_frac"][SYSTEM] == 0.9


def test_mean_load_from_the_peak_and_the_idle_share():
    # a rack idles at 0.3 of its power, and is at work 1 / 1.4 of the time: 0.3 + 0.7 / 1.4;
    # batch work has no latency limit and fills the valleys
    asked = context(
        {"parameters[*/it_idle_frac].value": 0.3},
        **ONE,
        demand={"mix": {"chat": 0.5, "batch-documents": 0.5}, "peak_to_mean_ratio": 1.4},
    )
    values = fleet_values(asked, fleet_serving(asked))
    assert values["peak_to_mean_ratio"] == {"chat": 1.4, "batch-documents": 1.0}
    assert values["idle_frac"] == {"it": 0.3}
    assert values["work_frac"] == pytest.approx(
        {("chat", "peak"): 1 / 1.4, ("batch-documents", "peak"): 1.0}
    )
    assert values["mean_load_frac"] == pytest.approx({"low": 0.8, "high": 1.0})


def test_units_of_serving():
    asked = context(**ONE)
    serving = fleet_serving(asked)
    values = fleet_values(asked, serving)
    for row in serving.itertuples():
        index = (row.system_id, row.state_id, row.workload_id)
        assert values["theta_mtokens_per_s"][index] == pytest.approx(row.tokens_per_s / 1e6)
        assert values["kappa_mw"][index] == pytest.approx(row.it_kw / 1e3)
    rates = (serving["it_kw"] / serving["tokens_per_s"] * 1e3).min()  # kW per token/s to MW per 1e6
    assert values["least_mw_per_mtoken_per_s"] == pytest.approx({"chat": rates})


def test_racks_of_a_period_stand_until_their_life_ends():
    # periods 2027, 2028, 2029 and a life of two years
    stood = delivered_in(context({f"systems[{SYSTEM}].life_years": 2.0}))
    assert [stood[SYSTEM, t] for t in (2027, 2028, 2029)] == [[2027], [2027, 2028], [2028, 2029]]


# -- power states --------------------------------------------------------------------------------


def small(**choices):
    return context(
        scale={"facility_mw_min": {2029: 60.0}},
        filters={
            "sites": {"include": FEW_SITES},
            "systems": {"include": [SYSTEM, "b200", "rngd"]},
        },
        **choices,
    )


def with_worse_states(*facts):
    """The serving table with, for each state, one of fewer tokens for the same, and more, power."""
    rows = serving_table(*facts)
    worse = rows.assign(
        state_id=rows["state_id"] + "-worse", tokens_per_s=rows["tokens_per_s"] * 0.9
    )
    more = rows.assign(state_id=rows["state_id"] + "-more", it_kw=rows["it_kw"] + 1.0)
    return pd.concat([more, worse, rows], ignore_index=True)


def test_states_left_out_would_not_have_helped(monkeypatch):
    asked = small()
    pruned = make_case(asked.region, asked.scenario)
    monkeypatch.setattr(what, "serving_table", with_worse_states)
    again = make_case(asked.region, asked.scenario)
    assert dict(again["theta_mtokens_per_s"]) == dict(pruned["theta_mtokens_per_s"])
    systems = asked.table("systems")
    every = with_worse_states(
        systems[systems["system_id"].isin(asked.scenario.filters.systems.include)],
        asked.table("llms"),
        asked.workloads.reset_index(),
        asked.table("power_states"),
        asked.table("throughput_coefficients"),
    )
    values = {**pruned.values, **fleet_values(asked, every)}
    case = regrouped(pruned.having(values=values), pruned["group"])
    assert len(case.sets["RUN"]) >= 3 * len(pruned.sets["RUN"])
    # the same of what a full hall can draw at most, which is told by the states there are
    every_mw = FullHalls(1.0, 1.0, 0.0)
    monkeypatch.setattr(halls, "full_halls", lambda case: dict.fromkeys(full_halls(case), every_mw))
    for name in ("tokens_per_mw", "cost_per_mtoken"):
        assert relaxed(pruned, name) == pytest.approx(relaxed(case, name), rel=1e-7)


def test_each_state_kept_gives_more_for_more_power():
    for _, rows in fleet_serving(small()).groupby(["system_id", "workload_id"]):
        assert rows["it_kw"].is_monotonic_increasing
        assert rows["tokens_per_s"].is_monotonic_increasing
        assert rows["tokens_per_s"].is_unique


# -- supply --------------------------------------------------------------------------------------


def supply(years: dict[int, float]) -> pd.DataFrame:
    rows = [("KR", SYSTEM, year, count) for year, count in years.items()]
    return pd.DataFrame(rows, columns=["country", "system_id", "supply_year", "racks_count"])


def test_a_period_draws_on_the_years_since_the_one_before():
    asked = context(periods=[2027, 2029, 2032])
    found = supply_values(
        with_table(asked, "system_supply", supply({2027: 1.0, 2028: 2.0, 2029: 4.0, 2030: 8.0}))
    )["racks_supply_count"]
    # 2027 alone; 2028 and 2029; 2030, and 2031 and 2032 as the last year stated
    assert found == {
        ("KR", SYSTEM, 2027): 1,
        ("KR", SYSTEM, 2029): 2 + 4,
        ("KR", SYSTEM, 2032): 8 + 8 + 8,
    }


def test_before_the_first_delivery_there_is_none():
    asked = context(periods=[2027, 2028])
    found = supply_values(with_table(asked, "system_supply", supply({2028: 5.0})))
    assert found["racks_supply_count"] == {("KR", SYSTEM, 2027): 0, ("KR", SYSTEM, 2028): 5}


def test_memory_of_a_system_comes_from_its_own_vendors():
    asked = context({f"systems[{SYSTEM}].hbm_vendors": "SK hynix;Nobody"})
    assert hbm_sources(asked, {SYSTEM}) == [(SYSTEM, "SK hynix")]


# -- reach and groups ----------------------------------------------------------------------------


def reach_of(site: str, **choices) -> set[tuple[str, str]]:
    asked = context(**choices)
    sites = asked.table("sites").set_index("site_id", drop=False)
    return set(reachable(asked, sites.loc[[site]])[site])


def test_reach_ends_with_the_round_trip():
    # with 1 ms of network, what is near; with 40 ms, all of Korea and Japan
    far = {market for _, market in reach_of(ULSAN)}
    one_ms = {"workloads": {"chat": {"network_rtt_ms": 1.0}}}
    near = {market for _, market in reach_of(ULSAN, **one_ms)}
    assert near < far
    links = context().table("site_markets")
    links = links[links["site_id"] == ULSAN]
    assert near == set(links[links["rtt_ms"] <= 1.0]["market_id"])


def test_public_data_stay_at_home():
    markets = context().table("markets").set_index("market_id")["country"]
    served = reach_of(ULSAN, workloads={"chat": {"sovereignty_class": "public"}})
    assert {markets[m] for _, m in served} == {"KR"}
    law = {"cross_border_share": {"JP": {"KR": {"public": 0.5}}}}
    served = reach_of(
        "ulsan-mipo", workloads={"chat": {"sovereignty_class": "public"}}, policies=law
    )
    assert {markets[m] for _, m in served} == {"KR", "JP"}


def test_a_scenario_may_change_the_law():
    law = {"cross_border_share": {"JP": {"KR": {"open": 0.25}}}}
    assert cross_border(context(policies=law))["JP", "KR", "open"] == 0.25


def test_sites_of_a_group_are_interchangeable():
    asked = context(demand={"mix": {"chat": 0.5, "assistant": 0.5}})
    case = make_case(asked.region, asked.scenario)
    groups = {}
    for s, g in case["group"].items():
        groups.setdefault(g, set()).add((case["country"][s], case["reach"][s]))
    assert all(len(kinds) == 1 for kinds in groups.values())
    kinds = [kind for (kind,) in groups.values()]
    assert len(set(kinds)) == len(kinds), "and no two groups are alike"
    assert 1 < len(groups) < len(case.sets["SITE"])


@pytest.mark.parametrize("form", [lambda case: case, site_indexed], ids=["groups", "sites"])
def test_every_index_of_a_group_is_one_of_its_sites(form):
    asked = small()
    case = form(make_case(asked.region, asked.scenario))
    of = case["group"]
    for g, k, c, t in case.sets["INSTALL"]:
        here = [s for s in case.sets["SITE"] if of[s] == g]
        assert any((s, t) in case.sets["SITE_PERIOD"] for s in here)
        assert any(case["cooling_class"][d] == c for s, d in case.sets["SITE_DESIGN"] if s in here)
        assert k in case["hosts"][c]
        assert t >= case["available_from_year"][k]


def test_groups_of_real_sites_bound_them_one_by_one():
    asked = small()
    case = make_case(asked.region, asked.scenario)
    assert len(case.sets["GROUP"]) < len(case.sets["SITE"])
    assert relaxed(case) >= relaxed(site_indexed(case)) * (1 - 1e-7)
