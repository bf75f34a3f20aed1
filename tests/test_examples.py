"""Every example runs to its end: a proven plan that the verifier accepts, or a reason why none."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cli import app
from planner.coefficients.context import picked
from planner.scenario_file import read_scenario
from planner.tables import read_region

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
COUNTRIES = {
    "korea-100mw-2027": ["KR"],
    "korea-japan-2027-2029": ["KR", "JP"],
    "sovereign-gigawatt": ["KR", "JP"],
    "day-and-training": ["KR", "JP"],
}


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


DECADE = "korea-japan-2026-2035"
EVERY = [*COUNTRIES, pytest.param(DECADE, marks=pytest.mark.slow)]


@pytest.mark.parametrize("name", EVERY)
def test_an_example_ends_in_a_proven_plan(name: str, tmp_path: Path) -> None:
    out = tmp_path / name
    status, said = run("plan", str(EXAMPLES / f"{name}.yaml"), "--out", str(out), "--quiet")
    assert status == 0, said
    document = json.loads((out / "plan.json").read_text())
    assert document["status"] == "optimal"
    assert document["bound"] >= document["value"] * (1 - 1e-9)
    scenario = read_scenario(EXAMPLES / f"{name}.yaml")
    assert document["gap_frac"] <= scenario.solve.gap_frac <= 0.005
    sites = pd.read_csv(out / "sites.csv")
    facts = read_region("kr-jp", only=["sites"]).tables["sites"]
    here = facts["country"].isin(COUNTRIES.get(name, ["KR", "JP"]))
    here &= picked(facts["site_id"], scenario.filters.sites)
    assert set(sites["site_id"]) == set(facts.loc[here, "site_id"])
    assert sites["rank"].tolist() == list(range(1, len(sites) + 1))
    racks = pd.read_csv(out / "fleet.csv")["racks_count"]
    assert (racks == racks.round()).all()
    status, said = run("verify", str(out))
    assert status == 0, said
    assert "accepted" in said


def test_the_infeasible_example_is_explained_with_numbers() -> None:
    path = str(EXAMPLES / "infeasible-japan-2027.yaml")
    status, said = run("explain", path, "--quiet", "--json")
    assert status == 3
    for word in ("budget.capex_musd_total", "facility_mw_min", "5,000"):
        assert word in said


def test_the_example_of_money_is_paid_by_its_funds(tmp_path: Path) -> None:
    out = tmp_path / "who-pays"
    status, said = run("plan", str(EXAMPLES / "who-pays.yaml"), "--out", str(out), "--quiet")
    assert status == 0, said
    assert run("verify", str(out))[0] == 0
    paid = pd.read_csv(out / "funds.csv").groupby("fund")["drawn_musd"].sum()
    assert paid["state"] <= 0.29 * (paid["state"] + paid["private"]) + 1e-6
    assert paid["state"] + paid["private"] >= 0.3 * paid.sum() - 1e-6


def test_fuel_cells_bring_megawatts_before_the_grid_does(tmp_path: Path) -> None:
    path, out = EXAMPLES / "korea-fuel-cell-2027.yaml", tmp_path / "cells"
    status, said = run("plan", str(path), "--out", str(out), "--quiet")
    assert status == 0, said
    assert run("verify", str(out))[0] == 0
    power, supply = (pd.read_csv(out / f"{name}.csv") for name in ("power", "supply"))
    assert power.query("period == 2027")["facility_mw"].sum() >= 100 - 1e-6
    by_source = supply.query("period == 2027").groupby("source_id")["carried_mw"].sum()
    assert by_source["kr-fuel-cell"] > 1
    assert by_source.sum() == pytest.approx(power.query("period == 2027")["facility_mw"].sum())
    # without the section, the connections of these sites bring 65 MW by then
    text = path.read_text().replace("renewable_share_min: {KR: {2028: 0.05}}", "")
    (tmp_path / "without.yaml").write_text(text[: text.index("power:")])
    status, said = run("explain", str(tmp_path / "without.yaml"), "--quiet")
    assert status == 3
    assert "only 65 MW can be connected by then" in " ".join(said.split())


def test_the_network_sends_load_north(tmp_path: Path) -> None:
    path = EXAMPLES / "korea-grid-2029.yaml"
    text = path.read_text()
    (tmp_path / "without.yaml").write_text(
        text[: text.index("grid:\n")] + text[text.index("facts:") :]
    )
    north: dict[str, float] = {}
    for name, stated in (("with", path), ("without", tmp_path / "without.yaml")):
        out = tmp_path / name
        status, said = run("plan", str(stated), "--out", str(out), "--quiet")
        assert status == 0, said
        assert run("verify", str(out))[0] == 0
        load = pd.read_csv(out / "power.csv").set_index("site_id")["facility_mw"]
        assert load.sum() >= 500 - 1e-6
        north[name] = load[load.index.str.match("gunsan|gimje")].sum()
    assert north["without"] < 1
    assert north["with"] > 100
    limits = pd.read_csv(tmp_path / "with" / "policies.csv").query("rule == 'grid_limit'")
    assert limits["slack"].min() < 5, "a line of the network binds, but for whole racks"
    status, said = run("rank", str(path), "--out", str(tmp_path / "ranking"), "--quiet")
    assert status == 0, said
    ranking = pd.read_csv(tmp_path / "ranking" / "ranking.csv").query("chosen == 1")
    assert ranking["site_id"].str.match("gunsan|gimje").any()


def test_no_example_is_left_out() -> None:
    named = {*COUNTRIES, DECADE, "infeasible-japan-2027", "korea-fuel-cell-2027",
             "korea-grid-2029", "who-pays"}  # fmt: skip
    assert {path.stem for path in EXAMPLES.glob("*.yaml")} == named
