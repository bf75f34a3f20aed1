"""`verify` accepts a plan, and refuses it once any one number in it is spoiled, in plain words."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.limits import Book
from planner.planning import Plan
from planner.results.columns import declared
from planner.verify import FAMILIES, answer, checked, references, verify
from planner.verify.fleet import installs
from planner.verify.run import KEYS, Run
from tests.runs import read_back, tightened, with_table


@pytest.fixture(scope="module")
def run(written: Path) -> Run:
    return read_back(written)


def changed_cell(run: Run, name: str, rows: str, column: str, change: Any) -> Run:
    """The run with one cell changed: in the first row that fits the query."""
    table = run.tables[name].copy()
    at = table.query(rows).index[0] if rows else table.index[0]
    new = change(table.at[at, column]) if callable(change) else change
    assert new != table.at[at, column]
    if isinstance(new, float):
        table[column] = table[column].astype(float)
    table.at[at, column] = new
    return with_table(run, name, table)


def test_a_plan_is_accepted(written: Path) -> None:
    assert verify(written) == []


def test_the_plan_holds_what_the_spoils_need(solved: Plan) -> None:
    tables = solved.tables
    assert tables["power"]["period"].nunique() == 2
    assert tables["flows"].query("site_id == 'ishikari-bay'").size
    assert set(tables["policies"]["rule"]) >= set(TIGHTER) | {"facility_floor"}


# -- one number in a result file ------------------------------------------------------------------


def more(value: float) -> float:
    return float(value) * 1.01


def one_more(value: float) -> float:
    return float(value) + 1


SPOILS: dict[str, tuple[str, str, str, Any, str]] = {
    "unknown site": ("halls", "", "site_id", "atlantis", "the site is not open then"),
    "unplanned period": ("power", "", "period", 2031, "no planning period"),
    "negative": ("flows", "", "tokens_per_s", -5.0, "tokens_per_s is negative"),
    "steps not whole": ("power", "", "steps_count", 1.5, "steps_count is 1.5, not a whole number"),
    "step before its lead time": (
        "power", "period == 2027", "steps_count", 9,
        "steps_count is 9, more than the steps whose lead time has passed, 1",
    ),
    "connection": ("power", "connected_mw > 1", "connected_mw", more, "the sum of its steps gives"),
    "facility MW": ("power", "facility_mw > 1", "facility_mw", more, "facility_mw is"),
    "mean MW": ("power", "facility_mw > 1", "mean_facility_mw", more, "mean_facility_mw is"),
    "energy": ("power", "facility_mw > 1", "energy_mwh_per_year", more, "but its mean MW gives"),
    "price of energy": ("power", "", "energy_usd_per_mwh", more, "but the tariff gives"),
    "carbon factor": ("power", "", "emission_gco2_per_kwh", more, "but the grid zone gives"),
    "carbon": ("power", "facility_mw>1", "carbon_t_per_year", more, "the energy of its sources"),
    "country": ("power", "country == 'KR'", "country", "JP", "the site is in another country"),
    "halls not whole": ("halls", "", "halls_count", 1.5, "halls_count is 1.5, not a whole number"),
    "too many halls": ("halls", "", "halls_count", 99.0, "more than land and power have room for"),
    "hall MW": ("halls", "", "hall_mw", more, "but the number of halls gives"),
    "hall land": ("halls", "", "land_m2", more, "but the number of halls gives"),
    "load beyond the hall": ("halls", "", "it_mw", 500.0, "more than the halls can carry"),
    "load beyond what racks there draw": (
        "halls", "it_mw > 1", "it_mw", 500.0, "MW in halls where racks can draw",
    ),
    "load of the racks": ("halls", "it_mw > 1", "it_mw", more, "MW at work, but its halls carry"),
    "mean above the peak": ("halls", "it_mw > 1", "it_mean_mw", 90.0, "more than the peak allows"),
    "mean below idle": ("halls", "it_mw > 1", "it_mean_mw", 0.1, "less the least mean load"),
    "mean of the racks": ("halls", "it_mw > 1", "it_mean_mw", lambda v: v * 0.999,
                          "mean of the year"),
    "cooling class": (
        "halls", "cooling_class != 'air-30kw'", "cooling_class", "air-30kw", "is not of that class",
    ),
    "cooling not possible": ("halls", "", "design_id", "magic", "cooling design is not possible"),
    "water of a day": ("water", "", "water_m3_per_day", one_more, "but halls.csv gives"),
    "water of a year": ("water", "water_m3_per_year > 1e4", "water_m3_per_year", more,
                        "but halls.csv gives"),
    "water limit": ("water", "", "water_limit_m3_per_day", more, "but the region's table gives"),
    "racks not whole": ("installs", "", "racks_new_count", 2.5, "not a whole number of things"),
    "racks standing": ("installs", "racks_count > 1", "racks_count", one_more,
                       "racks installed and not retired"),
    "price of racks": ("installs", "capex_musd > 0", "capex_musd", more, "racks x price"),
    "rack in the wrong hall": ("installs", "system_id == 'vr-nvl72-maxq'", "cooling_class",
                               "air-30kw", "cannot carry the rack"),
    "racks of the fleet": ("fleet", "racks_count > 1", "racks_count", one_more,
                           "but installs.csv has"),
    "racks at work": ("fleet", "it_kw > 0", "racks_at_work_count", lambda v: v + 1e6,
                      "more than the"),
    "tokens of racks": ("fleet", "it_kw > 0", "peak_tokens_per_s", more, "racks at work x serving"),
    "kW of racks": ("fleet", "it_kw > 1000", "it_kw", more, "racks at work x kW"),
    "tokens delivered": ("fleet", "it_kw > 1000", "tokens_per_s", more, "but flows.csv has"),
    "power state": ("fleet", "state_id == 'p100'", "state_id", "p11", "cannot serve that workload"),
    "no such hall": ("fleet", "design_id == 'dtc-tower'", "design_id", "dtc-dry",
                     "the site has no hall of that design"),
    "flow beyond capacity": ("flows", "tokens_per_s > 1e6", "tokens_per_s", lambda v: v * 3,
                             "sent at the peak, more than its racks make"),
    "share of a market": ("flows", "tokens_per_s > 1e6", "tokens_per_s", more,
                          "but the market's share of its country is"),
    "mix": ("flows", "tokens_per_s > 1e6", "tokens_per_s", more, "but its share of the mix is"),
    "out of reach": ("flows", "workload_id == 'public-sector-kr'", "market_id", "tokyo",
                     "the market is out of reach"),
    "round trip": ("flows", "", "rtt_ms", one_more, "but site_markets gives"),
    "money": ("budget", "item == 'energy'", "amount_musd", more, "M$, but it comes to"),
    "money's country": ("budget", "site_id == 'ishikari-bay'", "country", "KR", "is not in KR"),
    "kind of money": ("budget", "", "kind", "gift", "no kind of money"),
    "achieved": ("policies", "achieved > 0", "achieved", more, "achieved is"),
    "required": ("policies", "required > 0", "required", more, "required is"),
    "slack": ("policies", "slack > 1", "slack", more, "slack is"),
    "binding": ("policies", "binding_flag == 1", "binding_flag", 0.0, "binding_flag is 0"),
    "a rule of nobody": ("policies", "", "rule", "quota", "a row of nothing that exists"),
    "rank": ("sites", "rank == 2", "rank", 7, "rank does not count the sites from 1 on"),
    "tokens per MW of a site": ("sites", "chosen == 1", "tokens_per_s_per_mw", more,
                                "tokens_per_s_per_mw is"),
    "potential of a site": ("sites", "chosen == 0", "potential_tokens_per_s_per_mw", more,
                            "potential_tokens_per_s_per_mw is"),
    "headroom of a site": ("sites", "chosen == 1", "headroom_mw", more, "headroom_mw is"),
    "why at a site": ("sites", "chosen == 1", "binding", "nothing", "binding is 'nothing'"),
    "recalled at a site": ("sites", "", "recalled_inputs_count", one_more,
                           "recalled_inputs_count is"),
    "no candidate": ("sites", "chosen == 0", "site_id", "atlantis", "no candidate of the scenario"),
    "an input": ("inputs", "table == 'systems'", "value", more, "value is"),
    "a source": ("inputs", "", "source", "hearsay", "source is 'hearsay'"),
    "serving": ("serving", "", "tokens_per_s", more, "tokens_per_s is"),
    "meaning": ("columns", "", "meaning", "something", "meaning is 'something'"),
}  # fmt: skip


ANSWERS: dict[str, tuple[Callable[[Run], list[str]], ...]] = {
    "policies": (answer.rules,),
    "sites": (answer.ranking,),
    "inputs": (answer.inputs,),
    "serving": (answer.dictionaries,),
    "columns": (answer.dictionaries,),
}
"""Checks of tables that only report; the others are decisions, and the other families'."""


def messages(run: Run, table: str) -> Iterator[str]:
    """What the checks that are about a table say, one by one."""
    wrong = [message for check in references.CHECKS for message in check(run)]
    yield from wrong
    if not wrong:
        decisions = [c for family in FAMILIES if family is not answer for c in family.CHECKS]
        for check in ANSWERS.get(table, decisions):
            yield from check(run)


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoiled_number_is_refused(name: str, run: Run) -> None:
    table, rows, column, change, words = SPOILS[name]
    found = []
    for message in messages(changed_cell(run, table, rows, column, change), table):
        found.append(message)
        if words in message:
            return
    pytest.fail(f"not refused in words: {found}")


def test_every_number_of_every_file_is_checked(run: Run) -> None:
    """A change of 1 % in any column is seen, but for what the solver alone knows."""
    free = {"shadow_price", "loss_if_excluded_tokens_per_s_per_mw",
            "loss_if_forced_tokens_per_s_per_mw"}  # fmt: skip
    unseen = []
    for (name, column), about in declared().items():
        numbers = run.tables[name][column]
        if about.kind == "text" or column in free or (numbers.fillna(0) == 0).all():
            continue
        numbers = numbers.astype(float)
        numbers[numbers.abs().idxmax()] *= 1.01
        table = run.tables[name].assign(**{column: numbers})
        if not any(messages(with_table(run, name, table), name)):
            unseen.append(f"{name}.{column}")
    assert unseen == []


def test_a_site_ranked_above_a_better_one_is_refused(run: Run) -> None:
    sites = run.tables["sites"]
    best, second = sites["rank"] == 1, sites["rank"] == 2
    rank = sites["rank"].mask(best, 2).mask(second, 1)
    found = answer.ranking(with_table(run, "sites", sites.assign(rank=rank)))
    assert [m for m in found if "rank 2 is below a worse site" in m]


def test_sites_apart_by_rounding_alone_may_stand_either_way(run: Run) -> None:
    rows = run.tables["sites"].head(2).assign(
        rank=[1, 2], chosen=1, tokens_per_s=[1e8, 1e8 + 1e-3],
        potential_tokens_per_s_per_mw=[1.0, 2.0],
    )  # fmt: skip
    assert answer._in_order(rows) == []
    worse = rows.assign(tokens_per_s=[1e8, 2e8])
    assert "rank 2 is below a worse site" in answer._in_order(worse)[0]


# -- rows that come and go ------------------------------------------------------------------------


def in_all(run: Run, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Run:
    """The run with every table by site and period changed alike."""
    for name in ("fleet", "installs", "halls", "power", "supply", "water", "flows"):
        run = with_table(run, name, change(run.tables[name]).reset_index(drop=True))
    return run


def test_a_site_that_closes_is_refused(run: Run) -> None:
    site = run.tables["power"].query("period == 2027")["site_id"].iloc[0]
    gone = in_all(run, lambda t: t[(t["site_id"] != site) | (t["period"] != 2028)])
    assert f"power.csv: {site} is open in 2027 and not in 2028" in checked(gone)


def test_halls_and_racks_that_vanish_are_refused(run: Run) -> None:
    halls, installs_ = run.tables["halls"], run.tables["installs"]
    site = halls.query("period == 2027")["site_id"].iloc[0]
    kept = (halls["site_id"] != site) | (halls["period"] != 2028)
    found = checked(with_table(run, "halls", halls[kept]))
    assert [m for m in found if "stand in 2027 and not in 2028" in m]
    fewer = installs_[(installs_["site_id"] != site) | (installs_["period"] == 2027)]
    found = checked(with_table(run, "installs", fewer))
    assert [m for m in found if "still stand in 2028, which has no row" in m]


def test_a_site_before_its_power_is_refused(run: Run) -> None:
    early = run.tables["power"].query("site_id == 'ishikari-bay'").assign(period=2027)
    power = pd.concat([run.tables["power"], early], ignore_index=True)
    found = checked(with_table(run, "power", power))
    words = "the site is open before its first connection can be energised"
    assert [m for m in found if words in m]


def test_a_forced_site_left_out_is_refused(run: Run) -> None:
    gone = in_all(run, lambda t: t[t["site_id"] != "haenam-solaseado"])
    words = "power.csv: haenam-solaseado is forced by the scenario and not open in 2028"
    assert words in checked(gone)


def test_a_forced_site_without_load_is_refused(run: Run) -> None:
    halls = run.tables["halls"]
    ours = halls["site_id"] == "haenam-solaseado"
    words = "halls.csv: haenam-solaseado is forced by the scenario and carries 0 MW of IT load"
    idle = halls.assign(it_mw=halls["it_mw"].where(~ours, 0.0))
    for table in (idle, halls[~ours]):
        assert [m for m in checked(with_table(run, "halls", table)) if m.startswith(words)]


def test_racks_before_their_year_are_refused(run: Run) -> None:
    rows = run.tables["installs"].assign(system_id=lambda t: t["system_id"].replace(
        "vr-nvl72-maxq", "vr-nvl72-future"))  # fmt: skip
    case = run.book.case
    hosts = {c: [*names, "vr-nvl72-future"] for c, names in case["hosts"].items()}
    values = {**case.values, "hosts": hosts}
    for name in ("available_from_year", "rack_musd", "rack_mw", "availability_frac"):
        values[name] = {**case[name], "vr-nvl72-future": 2040}
    values["delivered_in"] = {
        **case["delivered_in"], **{("vr-nvl72-future", t): [t] for t in run.book.periods}
    }  # fmt: skip
    book = Book(case.having(values=values), run.book.scenario, {**run.tables, "installs": rows})
    assert [m for m in installs(replace(run, book=book)) if "before the year they become" in m]


# -- rules of the scenario ------------------------------------------------------------------------

TIGHTER: dict[str, tuple[str, Any, str]] = {
    "facility_floor": ("scale.facility_mw_min.2028", 300, "MW, must be at least 300"),
    "facility_ceiling": ("scale.facility_mw_max.2028", 46, "MW, must be at most 46"),
    "token_floor": ("scale.tokens_per_s_min.2028", 1e12, "must be at least 1e+12"),
    "demand_floor": ("demand.floors.0.tokens_per_s", 1e12, "must be at least 1e+12"),
    "demand_ceiling": ("demand.ceilings.0.tokens_per_s", 10, "must be at most 10"),
    "in_country_share": ("policies.in_country_share.KR", 0.99, "share, must be at least 0.99"),
    "cross_border": ("policies.cross_border_share.KR.JP.open", 0.01, "must be at most 0.01"),
    "domestic_accelerators": ("policies.domestic_accelerator_share.KR.share", 0.9, "at least 0.9"),
    "vendor_share": ("policies.vendor_share_max.share", 0.2, "must be at most 0.2"),
    "country_floor": ("policies.country_share.KR.min", 0.99, "must be at least 0.99"),
    "country_ceiling": ("policies.country_share.JP.max", 0.01, "must be at most 0.01"),
    "carbon_ceiling": ("policies.carbon_t_per_year_max.2028", 10, "t CO2/year, must be at most 10"),
    "pue_ceiling": ("policies.pue_max.JP", 1.01, "PUE, must be at most 1.01"),
    "capex_total": ("budget.capex_musd_total", 10, "M$, must be at most 10"),
    "capex_ceiling": ("budget.capex_musd.2027", 10, "M$, must be at most 10"),
    "capex_by_country": ("budget.capex_musd_by_country.JP", 10, "M$, must be at most 10"),
    "opex_ceiling": ("budget.opex_musd_per_year.2028", 10, "M$/year, must be at most 10"),
    "cost_ceiling": ("budget.cost_usd_per_mtoken_max", 0.001, "$/Mtoken, must be at most 0.001"),
    "water_day_limit": ("facts.sites[ishikari-bay].water_limit_m3_per_day", 1.0, "m3/day, must be"),
    "water_year_limit": ("facts.sites[ishikari-bay].water_limit_m3_per_year", 1.0, "m3/year, must"),
    "parcel": ("facts.sites[ishikari-bay].parcel_m2", 45000.0, "m2, must be at most"),
    "zone_headroom": ("facts.zones[JP-HKD].headroom_mw", 1.0, "MW, must be at most 1"),
    "staff_supply": ("facts.labour_regions[JP-01].staff_count", 1, "people, must be at most 1"),
    "rack_supply": ("facts.system_supply[KR/vr-nvl72-maxq/*].racks_count", 1, "racks, must be"),
    "hbm_supply": ("facts.hbm_supply[HBM4/*].supply_tb", 1.0, "TB, must be at most"),
    "outage": ("facts.parameters[*/availability_frac].value", 0.05, "outage (without"),
}  # fmt: skip


@pytest.mark.parametrize("rule", TIGHTER)
def test_a_plan_that_breaks_a_rule_is_refused(rule: str, run: Run) -> None:
    dotted, value, words = TIGHTER[rule]
    found = answer.rules(tightened(run, dotted, value))
    assert [m for m in found if rule.replace("_", " ") in m and words in m], found[:20]


# -- plan.json and keys ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": 1e6}, "plan.json: value is 1000000, but the tables give"),
        ({"bound": 1.0}, "plan.json: bound 1 is worse than the value"),
        ({"gap_frac": 0.5}, "plan.json: gap_frac is 0.5, but bound and value are"),
        ({"gap_frac": None}, "plan.json: a plan states its value, bound and gap_frac"),
        ({"value": "much"}, "plan.json: a plan states its value, bound and gap_frac"),
        ({"status": "stopped"}, "plan.json: status is 'stopped' at a gap of"),
        ({"objective": "npv"}, "plan.json: objective is 'npv', the scenario's is"),
    ],
)
def test_the_answer_follows_from_the_tables(changes: dict, words: str, run: Run) -> None:
    found = answer.objective(replace(run, document={**run.document, **changes}))
    assert [m for m in found if words in m], found


def test_keys_tell_rows_apart(run: Run) -> None:
    for name, key in KEYS.items():
        assert not run.tables[name].duplicated(key).any(), name
        assert np.isfinite(run.tables[name].select_dtypes("number").fillna(0)).all(axis=None), name
