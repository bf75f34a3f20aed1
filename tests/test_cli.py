"""The command line where nothing is wrong."""

import csv
import errno
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

FEW = """\
name: few
periods: [2028]
scale: {facility_mw_min: {2028: 20}}
demand: {mix: {chat: 1.0}}
filters: {sites: {include: ["ulsan-*", "pohang-*"]}}
"""
"""A scenario of a dozen sites, solved in about a second."""


@pytest.fixture
def few(tmp_path: Path) -> Path:
    path = tmp_path / "few.yaml"
    path.write_text(FEW)
    return path


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def answer(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_help_names_every_command(run: Run) -> None:
    text = answer(run("--help"))
    for command in (
        "init",
        "plan",
        "rank",
        "sites",
        "data",
        "explain",
        "verify",
        "compare",
        "study",
        "frontier",
        "alternatives",
        "export",
        "throughput",
    ):
        assert f" {command} " in text


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, cli\n"
        "heavy = {'pyomo', 'pandas', 'numpy', 'highspy', 'geopandas', 'pydantic', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_scenario_is_read_before_what_solves_it_is_imported() -> None:
    """So that what is wrong with it is said at once."""
    code = (
        "import sys, planner.halt, planner.reading\n"
        "print(sorted({'pyomo', 'highspy', 'geopandas', 'scipy'} & set(sys.modules)))\n"
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


# -- plans ---------------------------------------------------------------------------------------


def test_plan_writes_its_files_and_says_what_it_found(few: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "runs" / "first"
    result = run("plan", few, "--out", out, "--seed", "3", "--set", "name=mine")
    shown = answer(result)
    assert "mine: optimal" in shown
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert f"wrote {out}" in result.stderr
    written = json.loads((out / "plan.json").read_text())
    assert written["status"] == "optimal"
    assert written["gap_frac"] <= written["gap_frac_wanted"]
    assert written["seed"] == 3
    assert written["overrides"] == ["name=mine", "solve.seed=3"]
    files = {path.name for path in out.iterdir()}
    assert {"sites.csv", "fleet.csv", "inputs.csv", "columns.csv", "sites.gpkg"} <= files
    assert "accepted" in answer(run("verify", out))
    again = answer(run("plan", few, "--out", out, "--quiet"))  # over the earlier result
    assert again == ""
    assert json.loads((out / "plan.json").read_text())["name"] == "few"
    assert [path.name for path in out.parent.iterdir()] == ["first"]


def test_a_spoiled_plan_is_refused(few: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "spoiled"
    answer(run("plan", few, "--out", out, "--quiet"))
    path = out / "plan.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "value": 1.01 * document["value"]}))
    result = run("verify", out, "--json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert found["accepted"] is False
    assert "plan.json" in " ".join(found["violations"])


def test_plan_in_json_is_the_document_alone(few: Path, run: Run) -> None:
    result = run("plan", few, "--json", "--quiet")
    document = json.loads(answer(result))
    assert document["value"] <= document["bound"]
    assert result.stderr == ""


def test_facts_of_the_command_line_reach_the_plan(few: Path, tmp_path: Path, run: Run) -> None:
    change = "systems[*].price_musd*=2"
    answer(run("plan", few, "--quiet", "--set", change, "--out", tmp_path / "dear"))
    rows = table(tmp_path / "dear" / "inputs.csv")
    marked = {row["column"] for row in rows if row["overridden_flag"] == "1"}
    assert marked == {"price_musd"}


def test_infeasible_is_status_3(few: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "none"
    result = run("plan", few, "--set", "budget.capex_musd_total=0.1", "--out", out)
    assert result.exit_code == 3
    assert "No plan satisfies this scenario" in result.stdout
    assert json.loads((out / "plan.json").read_text())["status"] == "infeasible"


def test_an_infeasible_plan_is_explained_from_its_folder(
    few: Path, tmp_path: Path, run: Run
) -> None:
    out = tmp_path / "none"
    run("plan", few, "--set", "budget.capex_musd_total=0.1", "--out", out, "--quiet")
    result = run("explain", out, "--json", "--quiet")
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    assert document["feasible"] is False
    assert "budget.capex_musd_total" in json.dumps(document["conflict"])


def test_what_binds_a_feasible_scenario_is_explained(few: Path, run: Run) -> None:
    document = json.loads(answer(run("explain", few, "--json", "--quiet")))
    assert document["feasible"] is True


def test_out_of_time_is_status_4(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "stopped"
    path = Path(__file__).parents[1] / "examples" / "korea-japan-2027-2029.yaml"
    result = run("plan", path, "--time-limit", "1e-6", "--gap", "1e-9", "--out", out)
    assert result.exit_code == 4
    assert json.loads((out / "plan.json").read_text())["status"] == "stopped"


def test_an_interrupt_leaves_no_folder_and_no_traceback(
    few: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner import planning

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(planning, "optimize", interrupted)
    result = run("plan", few, "--out", tmp_path / "runs")
    assert result.exit_code == 130
    assert "Traceback" not in result.output
    assert not (tmp_path / "runs").exists()


def test_a_full_disk_is_told_in_words(
    few: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner.planning import Plan

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "plan.json")

    monkeypatch.setattr(Plan, "write", full)
    result = run("plan", few, "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr


def test_rank_writes_every_candidate(few: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "ranking"
    answer(run("rank", few, "--out", out))
    rows = table(out / "ranking.csv")
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))
    built = [row["site_id"] for row in rows if row["chosen"] == "1"]
    assert built
    assert all(site.startswith(("ulsan-", "pohang-")) for site in built)


@pytest.mark.parametrize("form", [(), ("--reference",)])
def test_export_writes_the_model(
    form: tuple[str, ...], few: Path, tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "models" / "few.mps"
    assert f"wrote {path}" in answer(run("export", few, "--mps", path, *form))
    lines = path.read_text().splitlines()
    assert lines[-1] == "ENDATA"
    assert {"ROWS", "COLUMNS", "RHS", "BOUNDS"} <= set(lines)


def test_there_is_no_model_to_export_of_an_infeasible_scenario(
    few: Path, tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "none.mps"
    result = run("export", few, "--mps", path, "--set", "budget.capex_musd_total=0.1")
    assert result.exit_code == 3
    assert "budget.capex_musd_total" in result.stdout
    assert not path.exists()


def test_targets_that_no_rack_meets_are_infeasible(few: Path, run: Run) -> None:
    result = run("plan", few, "--set", "workloads.chat.tpot_ms=1e-6")
    assert result.exit_code == 3


def test_sites_are_computed_and_written(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "sites"
    assert f"wrote {out / 'sites.csv'}" in answer(run("sites", "--out", out))
    answer(run("sites", "--out", out, "--quiet"))
    assert {path.name for path in out.iterdir()} == {"sites.csv", "site_markets.csv", "sites.gpkg"}
