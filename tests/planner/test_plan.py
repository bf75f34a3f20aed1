"""A plan's tables, files and summary; what it says where there is no plan."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from rich.console import Console

import planner
from models.blocks.objective import OBJECTIVES
from models.columns import unit_of
from planner.coefficients.context import Context
from planner.errors import InputError
from planner.planning import Plan, plan
from planner.results import plan_tables
from planner.results.columns import ORDER, WHEN_STATED, declared, dictionary
from planner.results.fleet import IDLE, apportioned
from planner.scenario_file import read_scenario
from planner.solve.prices import as_built, plan_steps, prices_of
from planner.solve.ratio import Fraction, best_ratio
from planner.verify import verify

NO_UNIT = {"rank", "pue", "required", "achieved", "slack", "shadow_price", "value"}
"""Numbers without a unit in their name: an order, a ratio, or one whose row states the unit."""

ONE_SITE: dict[str, Any] = {
    "name": "one-site",
    "periods": [2027],
    "scale": {"facility_mw_min": {2027: 12}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {"countries": ["KR"], "sites": {"include": ["ulsan-mipo", "ulsan-ulju-154kv-1"]},
                "cooling": {"include": ["dtc-*"]}},
    "solve": {"gap_frac": 0.02, "threads": 1},
}  # fmt: skip


def text_of(found: Plan) -> str:
    out = StringIO()
    Console(file=out, width=100).print(found.summary())
    return out.getvalue()


# -- tables ---------------------------------------------------------------------------------------


def test_every_written_column_is_declared_with_its_unit(solved: Plan) -> None:
    assert list(solved.tables) == list(ORDER)
    for name, table in solved.tables.items():
        assert list(table.columns) == ORDER[name].split(), name
    for (table, name), column in declared().items():
        assert column.meaning, (table, name)
        if column.kind in ("number", "whole") and name not in NO_UNIT:
            assert unit_of(name), f"{table}.{name} has no unit"
    assert set(zip(dictionary()["table"], dictionary()["column"], strict=True)) == set(declared())


def test_racks_are_whole_and_add_up(solved: Plan) -> None:
    fleet, installs = solved.tables["fleet"], solved.tables["installs"]
    key = ["site_id", "system_id", "cooling_class", "period"]
    sums = fleet.groupby(key)["racks_count"].sum()
    standing = installs.set_index(key)["racks_count"]
    assert (sums.reindex(standing.index) == standing).all()
    assert str(fleet["racks_count"].dtype) == "Int64"
    idle = fleet["state_id"] == IDLE
    assert (fleet.loc[idle, ["racks_at_work_count", "tokens_per_s", "it_kw"]] == 0).all(axis=None)
    assert solved.counts()["racks"] == installs.query("period == 2028")["racks_count"].sum()


@given(
    weights=st.lists(st.floats(0, 1e4), min_size=1, max_size=12).map(np.array),
    total=st.integers(0, 5000),
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_shares_of_whole_racks_are_nearest_to_the_exact_ones(
    weights: np.ndarray, total: int
) -> None:
    found = apportioned(weights, total)
    if weights.sum() <= 0:
        assert found.sum() == 0
        return
    exact = weights * (total / weights.sum())
    assert found.sum() == total
    assert (np.abs(found - exact) < 1 + 1e-6).all()


def test_money_by_site_and_item_is_the_money_of_the_objective(solved: Plan) -> None:
    """Parts sum to the total the solver held: discounted annuities and opex, and revenue."""
    assert solved.outcome.placed is not None
    budget, case, m = solved.tables["budget"], solved.case, solved.outcome.placed.model
    present = budget["period"].map(lambda t: case["discount_factor"][t] * case["years"][t])
    worth = budget["amount_musd"] * present.astype(float)
    yearly = worth[budget["kind"].isin(["annuity", "opex"])].sum()
    assert yearly == pytest.approx(m.cost_present.value, rel=1e-6)
    revenue = worth[budget["kind"] == "revenue"].sum()
    assert revenue > 0
    assert revenue - yearly == pytest.approx(m.npv.value, rel=1e-6)
    sites = solved.tables["sites"]
    capex = budget.loc[budget["kind"] == "capex", "amount_musd"].sum()
    assert sites["capex_musd"].sum() == pytest.approx(capex, rel=1e-9)


def test_sites_rank_every_candidate(solved: Plan) -> None:
    sites, last = solved.tables["sites"], 2028
    assert len(sites) == 7  # those the filter names
    assert sites["rank"].tolist() == list(range(1, len(sites) + 1))
    power = solved.tables["power"]
    assert set(sites.query("chosen == 1")["site_id"]) == set(power["site_id"])
    assert sites["chosen"].is_monotonic_decreasing
    built = power.loc[power["period"] == last, "facility_mw"].sum()
    assert sites["facility_mw"].sum() == pytest.approx(built)
    assert sites["tokens_per_s"].sum() == pytest.approx(
        solved.tables["flows"].query(f"period == {last}")["tokens_per_s"].sum()
    )
    others = sites.query("chosen == 0")
    assert others[["pue", "potential_tokens_per_s_per_mw", "headroom_mw"]].gt(0).all(axis=None)
    assert others["loss_if_forced_tokens_per_s_per_mw"].is_monotonic_increasing
    assert others["tokens_per_s_per_mw"].isna().all()
    assert set(sites["earliest_period"]) == {2027, 2028}  # Japan from 2028


def test_inputs_name_their_source(solved: Plan) -> None:
    numbers = solved.tables["inputs"]
    assert numbers["source"].ne("").all()
    assert {"systems", "sites", "tariffs", "llms", "throughput_coefficients", "parameters"} <= set(
        numbers["table"]
    )
    used = set(solved.tables["installs"]["system_id"])
    assert set(numbers.query("table == 'systems'")["key"]) == used
    count = solved.counts()
    assert 0 < count["recalled_or_assumed_inputs"] < count["inputs"] == len(numbers)


def test_designs_of_one_class_share_its_racks(tmp_path: Path) -> None:
    """Water for about a third of the load: towers take it, dry coolers of the class the rest."""
    facts = {"sites[ulsan-*].water_limit_m3_per_day": 200.0}
    found = plan({**ONE_SITE, "facts": facts, "scale": {"facility_mw_min": {2027: 30}}})
    halls, fleet = found.tables["halls"], found.tables["fleet"]
    both = halls.groupby(["site_id", "cooling_class"])["design_id"].nunique()
    assert both.max() == 2
    sums = fleet.groupby(["site_id", "design_id"])["it_kw"].sum() / 1e3
    load = halls.groupby(["site_id", "design_id"])["it_mw"].sum()
    pd.testing.assert_series_equal(
        sums, load.reindex(sums.index), check_names=False, check_dtype=False, rtol=1e-6
    )
    assert verify(found.write(tmp_path / "out")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": {"name": "cost_per_mtoken"}},
        {"objective": {"name": "carbon_per_mtoken", "then": ["tokens_per_mw"]}},
        {"objective": {"name": "water_per_mtoken", "then": ["tokens_per_mw"]}},
        {"periods": [2028], "scale": {"facility_mw_min": {2028: 20}},
         "demand": {"mix": {"chat": 1.0}, "country_share": {"KR": 0.7, "JP": 0.3}},
         "objective": {"name": "tokens_per_mw", "no_worse_than": {"in_country_frac": 0.9}},
         "filters": {"sites": {"include": ["ulsan-mipo", "tomakomai-east"]},
                     "cooling": {"include": ["dtc-*"]}}},
        {"objective": {"name": "npv"}, "budget": {"capex_musd_total": 2500},
         "money": {"revenue_usd_per_mtoken": {"chat": 0.5}}},
        {"demand": {"weights": {"chat": 1.0, "batch-documents": 0.2},
                    "floors": [{"tokens_per_s": 1e6, "workload": "chat"}]}},
        {"periods": [2028], "scale": {"facility_mw_min": {2028: 20}},
         "demand": {"mix": {"chat": 1.0}, "country_share": {"KR": 0.7, "JP": 0.3}},
         "filters": {"sites": {"include": ["ulsan-mipo", "tomakomai-east"]},
                     "cooling": {"include": ["dtc-*"]}}},
    ],
    ids=["cost", "carbon", "water", "at home", "npv", "weights", "country share"],
)  # fmt: skip
def test_plans_of_every_kind_are_verified(changes: dict[str, Any], tmp_path: Path) -> None:
    found = plan({**ONE_SITE, **changes})
    assert found.status == "optimal"
    assert found.value is not None
    assert found.bound is not None
    sign = 1 if OBJECTIVES[found.objective].more_is_better else -1
    assert sign * (found.bound - found.value) >= -1e-6 * abs(found.value)
    assert verify(found.write(tmp_path / "out")) == []
    assert found.unit in text_of(found)


# -- shadow prices --------------------------------------------------------------------------------


def test_a_shadow_price_is_what_a_little_more_gives(solved: Plan) -> None:
    assert solved.outcome.placed is not None
    placed, x = solved.outcome.placed.compiled, solved.outcome.placed.x
    ratio = OBJECTIVES["tokens_per_mw"]
    every = [((name, 1.0),) for name in placed.row_names]
    found = prices_of(plan_steps(placed, x, ratio), every)
    prices = {rows[0][0]: price for rows, price in found.items()}
    rules = [n for n in prices if n.startswith(("rack_supply[", "facility_floor[")) and prices[n]]
    assert rules

    def best(low: np.ndarray, high: np.ndarray) -> float:
        solver = as_built(replace(placed, row_low=low, row_high=high), x)
        fraction = Fraction(solver, ratio)
        return best_ratio(fraction, fraction.value(x), 1e-10, time.monotonic() + 60).value

    least = best(placed.row_low, placed.row_high)
    for name in rules:
        row, step = placed.row[name], 1e-3
        low, high = placed.row_low.copy(), placed.row_high.copy()
        low[row] -= step
        high[row] += step
        gain = (best(low, high) - least) * ratio.factor / step
        assert gain == pytest.approx(prices[name], rel=0.02), name


# -- files ----------------------------------------------------------------------------------------


def test_plan_json_says_how_to_repeat_the_plan(solved: Plan, written: Path) -> None:
    document = json.loads((written / "plan.json").read_text("utf-8"))
    assert document == json.loads(json.dumps(solved.document()))
    assert document["status"] == "optimal"
    assert document["gap_frac"] <= document["gap_frac_wanted"] == 0.01
    assert document["bound"] >= document["value"] > 0
    assert document["overrides"] == ["budget.capex_musd_total=9500"]
    assert document["region"] == "kr-jp"
    assert {"planner", "python", "pyomo", "highspy"} <= set(document["versions"])
    assert set(document["inputs_sha256"]) == set(solved.region.tables)
    again = read_scenario(written / "scenario.yaml")
    assert again == solved.scenario
    assert again.budget.capex_musd_total == 9500


def test_files_hold_every_table_at_full_precision(solved: Plan, written: Path) -> None:
    asked = [name for name, table in solved.tables.items() if len(table) or name not in WHEN_STATED]
    names = {f"{name}.csv" for name in asked} | {"plan.json", "scenario.yaml", "sites.gpkg"}
    assert {path.name for path in written.iterdir()} == names
    read = pd.read_csv(written / "power.csv")["facility_mw"]
    assert np.allclose(read, solved.tables["power"]["facility_mw"].astype(float), rtol=1e-11)
    layer = pyogrio.read_dataframe(written / "sites.gpkg")
    assert layer["site_id"].tolist() == solved.tables["sites"]["site_id"].tolist()
    assert solved.sites.crs.to_epsg() == 4326


def test_writing_again_gives_the_same_bytes(solved: Plan, written: Path, tmp_path: Path) -> None:
    again = solved.write(tmp_path / "again")
    for path in written.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_a_folder_of_something_else_is_left_alone(solved: Plan, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="not an earlier result"):
        solved.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_plan_on_facts_of_ones_own_is_verified_there(spoiled: Any, tmp_path: Path) -> None:
    folder = spoiled("systems", lambda rows: None)
    found = plan(ONE_SITE, region=folder)
    written = found.write(tmp_path / "out")
    assert json.loads((written / "plan.json").read_text("utf-8"))["region"] == str(folder)
    assert verify(written) == []
    assert verify(written, folder) == []


# -- the screen -----------------------------------------------------------------------------------


def test_the_summary_fits_the_screen_and_says_what_is_built(solved: Plan) -> None:
    text = text_of(solved)
    assert max(len(line) for line in text.splitlines()) <= 100
    best = solved.tables["sites"].iloc[0]
    for words in (
        "every-rule: optimal", "tokens/s per MW", "nothing beats", "2027", "$/Mtoken",
        str(best["name"]).split()[0], "What binds", "recalled or assumed", "7 candidate sites",
    ):  # fmt: skip
        assert words in text, words


# -- no plan --------------------------------------------------------------------------------------


def test_an_infeasible_scenario_is_an_answer(tmp_path: Path) -> None:
    found = plan({**ONE_SITE, "budget": {"capex_musd_total": 1.0}})
    assert (found.status, found.value, found.gap_frac, found.within_gap) == (
        "infeasible", None, None, False,
    )  # fmt: skip
    assert "No plan satisfies this scenario" in text_of(found)
    assert len(found.tables["sites"]) == 2
    assert found.tables["fleet"].empty
    assert verify(found.write(tmp_path / "out")) == []


def test_no_site_in_reach_is_an_answer(tmp_path: Path) -> None:
    # a node of 345 kV has its first step two years after the decision
    found = plan({**ONE_SITE, "filters": {"sites": {"include": ["ulsan-mipo"]}}})
    assert found.status == "infeasible"
    assert found.tables["sites"]["binding"].tolist() == ["no power, cooling or room by 2027"]
    assert verify(found.write(tmp_path / "out")) == []


def test_out_of_time_before_a_plan_is_said(tmp_path: Path) -> None:
    # a small case is solved in the tenth of a second that each program has at least; this is not
    path = Path(__file__).parents[2] / "examples" / "korea-japan-2027-2029.yaml"
    found = plan(path, overrides=["solve.time_limit_s=1e-6"], worth=False)
    assert not found.within_gap
    if found.value is None:
        assert "stopped before a plan" in text_of(found)
    assert verify(found.write(tmp_path / "out")) == []


# -- from Python ----------------------------------------------------------------------------------


def test_planner_plan_is_loaded_when_asked_for() -> None:
    code = (
        "import sys, planner; assert 'pyomo' not in sys.modules; "
        "assert callable(planner.plan) and callable(planner.plan); "
        "assert planner.Plan.__name__ == 'Plan'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
    assert planner.plan is plan
    with pytest.raises(AttributeError, match="no attribute 'plot'"):
        planner.plot  # noqa: B018


def test_the_scenario_file_is_plain_yaml(written: Path) -> None:
    data = yaml.safe_load((written / "scenario.yaml").read_text("utf-8"))
    assert data["name"] == "every-rule"
    assert data["budget"]["capex_musd_total"] == 9500


def test_what_rules_are_worth_changes_no_other_number(solved: Plan) -> None:
    tables = plan_tables(Context(solved.region, solved.scenario), solved.case, solved.outcome)
    assert tables["policies"]["shadow_price"].isna().all()
    assert solved.tables["policies"]["shadow_price"].notna().any()
    for name, table in solved.tables.items():
        if name == "policies":
            table, tables[name] = (
                one.drop(columns="shadow_price") for one in (table, tables[name])
            )
        if name != "sites":  # which stand in the order of what they are worth
            assert_frame_equal(table, tables[name], rtol=1e-9)
