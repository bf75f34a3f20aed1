"""The command line where nothing is wrong."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from planner import __version__
from planner.scenario_file import read_scenario

Run = Callable[..., Result]


def answer(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_help_names_every_command(run: Run) -> None:
    text = answer(run("--help"))
    for command in ("init", "plan", "rank", "sites", "data", "explain", "verify", "export"):
        assert f" {command} " in text


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, cli\n"
        "heavy = {'pyomo', 'pandas', 'numpy', 'highspy', 'geopandas', 'pydantic', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_version(run: Run) -> None:
    assert answer(run("--version")).strip() == __version__


def test_init_writes_a_scenario_and_its_schema(tmp_path: Path, run: Run) -> None:
    answer(run("init", tmp_path / "new"))
    assert read_scenario(tmp_path / "new" / "scenario.yaml").periods
    schema = json.loads((tmp_path / "new" / "scenario.schema.json").read_text())
    assert set(schema["required"]) == {"name", "periods", "demand"}
    assert schema["additionalProperties"] is False


def test_data_list_counts_rows_and_recalled_numbers(run: Run) -> None:
    rows = {row["table"]: row for row in json.loads(answer(run("data", "list", "--json")))}
    assert rows["systems"]["rows_count"] >= 16
    assert 0 < rows["systems"]["recalled_count"] < rows["systems"]["numbers_count"]


@pytest.mark.parametrize(
    "words", [("list",), ("cite",), ("columns",), ("columns", "sites"), ("check",)]
)
def test_data_fits_a_hundred_columns(words: tuple[str, ...], run: Run) -> None:
    lines = answer(run("data", *words)).splitlines()
    assert lines
    assert max(len(line) for line in lines) <= 100


def test_data_check_of_a_region_of_ones_own(spoiled: Callable[..., Path], run: Run) -> None:
    folder = spoiled("systems", lambda rows: None)
    assert answer(run("data", "check", "--region", folder)).startswith("mine: ")


def test_data_cite_names_the_licences_that_ask_for_credit(run: Run) -> None:
    credits_ = json.loads(answer(run("data", "cite", "--json")))
    licences = {row["licence"] for row in credits_}
    assert any(licence.startswith("ODbL") for licence in licences)
    assert any("KOGL" in licence for licence in licences)
    assert any("CC BY" in licence for licence in licences)


def test_data_columns_says_units_and_limits(run: Run) -> None:
    rows = json.loads(answer(run("data", "columns", "systems", "--json")))
    rack = next(row for row in rows if row["column"] == "rack_kw")
    assert rack["unit"] == "kilowatt"
    assert rack["limits"] == "a number, at least 0.1"
