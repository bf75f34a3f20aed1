"""`planner grid`: every node and site with its limits, and the words about them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.columns import unit_of
from planner.grid.report import Hosting, grid
from planner.grid.tables import COLUMNS, HELD_BY
from tests.region import shipped

STATED: dict[str, Any] = {
    "name": "small",
    "periods": [2027, 2031],
    "demand": {"mix": {"chat": 1.0}},
    "grid": {"KR": {"hours": ["summer-evening"]}, "JP": {}},
    "filters": {"sites": {"include": ["seoul-*", "haenam-*", "jeju-154kv-1", "ishikari-bay",
                                      "incheon-*", "abe-*"]}},
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Hosting:
    return grid(STATED, shipped())


def test_every_node_is_there_once_for_each_state_of_its_network(found: Hosting) -> None:
    # Korea is the same in both periods; Japan's links have grown by 2031
    counts = found.nodes.groupby(["country", "period"])["node_id"].nunique()
    assert counts.to_dict() == {("KR", 2027): 193, ("JP", 2027): 10, ("JP", 2031): 10}
    assert (found.nodes["hosting_mw"] > 0).all()
    japan = found.nodes[found.nodes["country"] == "JP"].set_index(["node_id", "period"])
    grown = japan["hosting_mw"].unstack()
    assert (grown[2031] >= grown[2027] - 1e-3).all()
    assert grown.loc["JP-HKD", 2031] > grown.loc["JP-HKD", 2027] + 200


def test_haenam_takes_about_what_its_two_lines_carry(found: Hosting) -> None:
    # A study of the same network at its August peak, without pumped hydro, served 1,000 MW at
    # Haenam and was short by 26 at 2,000. In the evening less comes from Honam's sun.
    haenam = found.nodes.set_index(["country", "node_id"]).loc[("KR", "143")]
    assert 1000 < haenam["hosting_mw"] < 2100
    assert "Haenam" in haenam["limited_by"]


def test_the_least_limit_holds_a_site_back(found: Hosting) -> None:
    sites = found.sites.set_index("site_id")
    limits = sites[list(HELD_BY.values())]
    assert (sites["usable_mw"] == limits.min(axis=1)).all()
    for row in sites.itertuples():
        assert getattr(row, HELD_BY[str(row.held_by)]) == row.usable_mw
    seoul = sites[sites.index.str.startswith("seoul")]
    assert len(seoul)
    # the city grants no more than 40 MW at a site, which the network takes many times over
    assert (seoul["held_by"] == "permit").all()
    assert (seoul["network_mw"] > 900).all()


def test_a_site_without_a_node_has_no_network_limit(found: Hosting) -> None:
    jeju = found.sites.set_index("site_id").loc["jeju-154kv-1"]
    assert jeju["node_id"] == ""
    assert pd.isna(jeju["network_mw"])
    assert jeju["held_by"] != "network"


def test_energy_has_a_price_and_carbon_where_costs_are_known(found: Hosting) -> None:
    nodes = found.nodes.set_index("country")
    # the dearest unit of KPG193 costs 78.8 KRW/kWh; a gas unit emits 370 g/kWh, coal 760
    assert nodes.loc["KR", "price_local_per_mwh"].median() == pytest.approx(70e3, rel=0.2)
    assert 300 < nodes.loc["KR", "marginal_gco2_per_kwh"].median() < 800
    assert nodes.loc["JP", "price_local_per_mwh"].isna().all()


def test_where_permits_limit_and_not_the_network_it_is_said(found: Hosting) -> None:
    from planner.commands.options import screen

    console = screen()
    with console.capture() as capture:
        console.print(found.summary(), highlight=False)
    text = " ".join(capture.get().split())
    assert "KR-CAP: the bulk network limits 0 of" in text
    assert "21% of applications pass" in text


def test_files_are_written_whole_and_declared(found: Hosting, tmp_path: Path) -> None:
    folder = found.write(tmp_path / "out")
    for table in ("hosting", "nodes"):
        declared = [c for c in COLUMNS if c.table == table]
        written = pd.read_csv(folder / f"{table}.csv")
        assert list(written.columns) == [c.name for c in declared]
        for column in declared:
            if column.kind == "number":
                assert unit_of(column.name), column.name
    listed = pd.read_csv(folder / "columns.csv")
    assert len(listed) == len(COLUMNS)
    json.dumps(found.document())


def test_without_a_section_every_network_is_looked_at() -> None:
    japan = {**STATED, "grid": {}, "filters": {"countries": ["JP"]}, "periods": [2027]}
    assert set(grid(japan, shipped()).nodes["hour_id"]) == {"area-peak"}


def test_the_command_writes_and_shows(small: Any, run: Any, tmp_path: Path) -> None:
    out = tmp_path / "hosting"
    shown = run("grid", small("filters: {countries: [JP]}\n"), "--out", out)
    assert shown.exit_code == 0
    assert "JP-TK" in shown.stdout
    assert sorted(path.name for path in out.iterdir()) == [
        "columns.csv",
        "hosting.csv",
        "nodes.csv",
    ]
    again = run("grid", small("filters: {countries: [JP]}\n"), "--json")
    assert {row["country"] for row in json.loads(again.stdout)["nodes"]} == {"JP"}


def test_the_command_spares_a_folder_of_others(small: Any, run: Any, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    refused = run("grid", small("filters: {countries: [JP]}\n"), "--out", tmp_path / "mine")
    assert refused.exit_code == 2
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
