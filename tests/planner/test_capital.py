"""Grants and funds of a scenario: coefficients, a plan with both, spoiled plans, bad names."""

from dataclasses import replace
from pathlib import Path

import pytest

from planner.coefficients.capital import ITEMS, paid_in
from planner.coefficients.case import make_case
from planner.errors import InputError
from planner.planning import Plan, plan
from planner.reading import read
from planner.verify import checked, verify
from planner.verify.run import Run
from tests.region import context
from tests.runs import read_back, with_table

CAPITAL = """\
name: capital
periods: [2027, 2028]
scale: {facility_mw_min: {2027: 12, 2028: 20}, facility_mw_max: {2028: 22}}
demand: {mix: {chat: 1.0}}
filters:
  countries: [KR]
  sites: {include: [ulsan-mipo, gumi-154kv-1]}
budget:
  funds:
    KR:
      - {name: state, rate_frac: 0.03, share_max: 0.25, use: [shell, electrical, racks]}
      - {name: sponsor, rate_frac: 0.12}
      - {name: bank, rate_frac: 0.06, musd: 500, first_year: 2028}
  fund_shares:
    KR: [{name: equity, funds: [sponsor], min: 0.3}]
money:
  subsidies: [kr-ai-tax-credit, kr-local-investment]
  conditions_met: [taxable_profit, new_regional_plant]
solve: {gap_frac: 0.01, threads: 1}
"""


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("scenario") / "capital.yaml"
    path.write_text(CAPITAL, encoding="utf-8")
    return plan(path, worth=False)


@pytest.fixture(scope="module")
def run(solved: Plan, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_back(solved.write(tmp_path_factory.mktemp("runs") / "capital"))


def test_a_plan_is_accepted(run: Run) -> None:
    assert checked(run) == []


def test_the_parts_of_the_budget_are_its_totals(solved: Plan) -> None:
    budget, grants, funds = (solved.tables[name] for name in ("budget", "grants", "funds"))
    capex = budget[budget["kind"] == "capex"]
    gross = capex[~capex["item"].str.startswith("subsidy ")]["amount_musd"].sum()
    assert capex["amount_musd"].sum() == pytest.approx(gross - grants["granted_musd"].sum())
    assert funds["drawn_musd"].sum() == pytest.approx(capex["amount_musd"].sum())
    assert {"land", "shell", "electrical", "cooling", "interconnection", "racks", "network"} <= set(
        capex["item"]
    )
    # 15 % of all but land and connection, and 6 % of the plant
    assert set(grants["programme_id"]) == {"kr-ai-tax-credit", "kr-local-investment"}
    assert (
        grants["granted_musd"] <= grants["share_max_frac"] * grants["eligible_musd"] + 1e-6
    ).all()


def test_who_pays(solved: Plan) -> None:
    funds = solved.tables["funds"]
    by_fund = funds.groupby("fund")["drawn_musd"].sum()
    assert by_fund["state"] <= 0.25 * by_fund.sum() + 1e-6
    assert by_fund["sponsor"] >= 0.3 * by_fund.sum() - 1e-6
    assert by_fund.get("bank", 0.0) <= 500 + 1e-6
    assert set(funds.loc[funds["fund"] == "state", "item"]) <= {"shell", "electrical", "racks"}
    assert funds.loc[funds["fund"] == "bank", "period"].min() >= 2028


SPOILS = {
    "grant above its share": ("grants", "granted_musd", 1.3, "subsidy share"),
    "more drawn than spent": ("funds", "drawn_musd", 1.3, "fund need"),
    "rate": ("funds", "drawn_musd", 0.5, "budget.csv"),
    "nobody's programme": ("grants", "programme_id", "gift", "no such programme"),
    "nobody's fund": ("funds", "fund", "casino", "no such fund"),
    "an item it is not for": ("funds", "item", "tea", "fund need"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_spoiled_plan_is_refused(run: Run, spoil: str) -> None:
    name, column, change, words = SPOILS[spoil]
    table = run.tables[name].copy()
    at = table.index[0]
    table.at[at, column] = change if isinstance(change, str) else table.at[at, column] * change
    assert words in "\n".join(checked(with_table(run, name, table)))


def test_areas_and_money_of_a_programme() -> None:
    chosen = context(
        money={
            "subsidies": ["kr-local-investment"],
            "conditions_met": ["new_regional_plant"],
            "exchange_rates": {"KRW": 1400},
        }
    )
    case = make_case(chosen.region, chosen.scenario)
    # 30.8 billion won at 1,400 won
    assert case["subsidy_cap_musd"] == pytest.approx({"kr-local-investment": 22})
    sites = chosen.table("sites").set_index("site_id")
    there = sites.loc[sorted(case["subsidy_sites"]["kr-local-investment"])]
    assert set(there["country"]) == {"KR"}
    assert not set(there["admin1"]) & {"KR-11", "KR-28", "KR-41"}
    assert case.sets["GRANT"][0] == ("kr-local-investment", "shell", 2027)


def test_groups_of_sites_share_the_grants_for_racks() -> None:
    regional = {"subsidies": ["jp-gx-clean-power"], "conditions_met": ["decarbonised_power"]}
    chosen = context(money=regional)
    case = make_case(chosen.region, chosen.scenario)
    inside = case["subsidy_sites"]["jp-gx-clean-power"]
    members: dict[str, set[bool]] = {}
    for s, g in case["group"].items():
        members.setdefault(g, set()).add(s in inside)
    assert all(len(kinds) == 1 for kinds in members.values())


def test_every_item_of_capex_is_known(solved: Plan) -> None:
    budget = solved.tables["budget"]
    items = set(budget.loc[budget["kind"] == "capex", "item"])
    assert {item for item in items if not item.startswith("subsidy ")} <= set(ITEMS)


def test_nothing_without_data() -> None:
    chosen = context()
    case = make_case(chosen.region, chosen.scenario)
    assert "GRANT" not in case.sets
    assert "item_paid_in" not in case.values


BAD = {
    "money.subsidies": ({"money": {"subsidies": ["kr-ai-tax"]}}, "kr-ai-tax-credit"),
    "condition": ({"money": {"subsidies": ["jp-cloud-programme"]}}, "domestic_operator"),
    "unknown condition": ({"money": {"conditions_met": ["domestic"]}}, "domestic_operator"),
    "sum of shares": (
        {
            "money": {
                "subsidies": [
                    "jp-cloud-programme", "jp-gx-clean-power", "jp-regional-data-centres",
                ],
                "conditions_met": [
                    "domestic_operator", "certified_supply_plan", "decarbonised_power",
                    "selected_bid",
                ],
            }
        },
        "together pay more than all of",
    ),
    "country": (
        {"budget": {"funds": {"KO": [{"name": "a", "rate_frac": 0.1}]}}},
        "unknown country",
    ),
    "item": (
        {"budget": {"funds": {"KR": [{"name": "a", "rate_frac": 0.1, "use": ["rack"]}]}}},
        "racks",
    ),
    "fund of a share": (
        {
            "budget": {
                "funds": {"KR": [{"name": "state", "rate_frac": 0.1}]},
                "fund_shares": {"KR": [{"name": "x", "funds": ["stat"], "max": 0.3}]},
            }
        },
        "is no fund of KR",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_named(bad: str) -> None:
    choices, words = BAD[bad]
    with pytest.raises(InputError, match=words):
        context(**choices)


def test_the_file_says_how_a_plan_is_paid(run: Run, tmp_path: Path, solved: Plan) -> None:
    folder = solved.write(tmp_path / "again")
    assert verify(folder) == []
    again, _ = read(folder / "scenario.yaml", None)
    assert again.budget.funds["KR"][2].first_year == 2028


def test_what_is_paid_off_when() -> None:
    # five years from 2027: a period of two years from 2031 ends after it, one of 2030 within
    years = {2027: 3.0, 2030: 1.0, 2031: 2.0}
    assert paid_in(years, 2027, 5.0) == [2027, 2030]
    assert paid_in(years, 2030, 5.0) == [2030, 2031]
    assert paid_in(years, 2027, 2.0) == [2027], "its own period, whatever its length"


def test_capex_by_item_sums_to_all_of_it(solved: Plan) -> None:
    said = solved.document()["money"]
    assert sum(said["capex_musd_by_item"].values()) == pytest.approx(said["capex_musd"])
    assert list(said["capex_musd_by_item"])[0] == "racks"
    last = solved.tables["power"].query("period == 2028")["facility_mw"].sum()
    assert said["capex_musd_per_mw"] == pytest.approx(said["capex_musd"] / last)


def test_a_wrong_item_of_plan_json_is_refused(run: Run) -> None:
    said = run.document["money"]
    wrong = {**said, "capex_musd_by_item": {**said["capex_musd_by_item"], "racks": 1.0}}
    document = {**run.document, "money": wrong}
    assert "money.capex_musd_by_item.racks is 1.0" in "\n".join(
        checked(replace(run, document=document))
    )
