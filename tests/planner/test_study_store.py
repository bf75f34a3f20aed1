"""The tables of all runs as Parquet hold what the CSV files of the runs hold."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

from tests.planner.test_study import SCENARIO, TOTAL

duckdb = pytest.importorskip("duckdb")


def test_every_table_of_every_run(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "one-site.yaml").write_text(SCENARIO)
    path, out = tmp_path / "study.yaml", tmp_path / "it's out"
    values = f"{{{TOTAL}: [5000, 6000, 1]}}"
    path.write_text(f"name: x\nscenario: one-site.yaml\ndesign: grid\nover: {values}\n")
    result = run("study", path, "--out", out, "--store")
    assert result.exit_code == 0, result.output
    runs = pd.read_csv(out / "runs.csv").dropna(subset=["value"])
    assert len(runs) == 2
    store = out / "store"
    with duckdb.connect() as base:

        def rows(name: str, ask: str) -> list[tuple]:
            return base.execute(f"{ask} FROM '{str(store / name).replace(chr(39), chr(39) * 2)}"
                                ".parquet'").fetchall()  # fmt: skip

        assert rows("runs", "SELECT count(*)") == [(3,)]
        for name in ("fleet", "power", "budget", "sites", "inputs", "policies"):
            files = [pd.read_csv(out / folder / f"{name}.csv") for folder in runs["folder"]]
            assert rows(name, "SELECT count(*)") == [(sum(map(len, files)),)]
        keys = {folder.split("/")[1] for folder in runs["folder"]}
        assert {key for (key,) in rows("fleet", "SELECT DISTINCT run_key")} == keys
        files = [pd.read_csv(out / folder / "power.csv") for folder in runs["folder"]]
        load = sum(file["facility_mw"].sum() for file in files)
        assert rows("power", "SELECT sum(facility_mw)")[0][0] == pytest.approx(load)
    again = run("study", path, "--out", out, "--store", "--resume")
    assert again.exit_code == 0, again.output
