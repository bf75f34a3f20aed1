"""Studies: designs worked out by hand, every run a row, nothing finished is ever lost."""

import json
import os
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import Result

from planner.errors import InputError
from planner.overrides import override_text
from planner.study import Results, read_study, study
from planner.study.designs import runs_of
from planner.study.progress import Runs, RunsProgress
from planner.study.schema import study_from
from planner.verify import verify
from tests.processes import kill, workers_of
from tests.region import shipped

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = """\
name: one-site
periods: [2027]
scale: {facility_mw_min: {2027: 12}}
demand: {mix: {chat: 1.0}}
filters:
  countries: [KR]
  sites: {include: [ulsan-mipo, ulsan-ulju-154kv-1]}
  cooling: {include: ["dtc-*"]}
solve: {gap_frac: 0.02}
"""
PRICE = "systems[*].price_musd"
TOTAL = "budget.capex_musd_total"
TORNADO = f"""\
name: tornado
scenario: one-site.yaml
design: one_at_a_time
over:
  "{PRICE}": ["*0.8", "*1.25"]
  {TOTAL}: [1, 20000]
"""


@pytest.fixture
def stated(tmp_path: Path) -> Callable[..., Path]:
    """Write a study beside its scenario."""

    def write(text: str = TORNADO) -> Path:
        (tmp_path / "one-site.yaml").write_text(SCENARIO)
        path = tmp_path / "study.yaml"
        path.write_text(text)
        return path

    return write


def design(**stated: Any) -> list[dict[str, Any]]:
    values = {"name": "x", "scenario": "x.yaml", **stated}
    return [dict(run.inputs) for run in runs_of(study_from(values))]


def shown(found: Results) -> str:
    out = StringIO()
    Console(file=out, width=100).print(found.summary())
    return out.getvalue()


# -- designs --------------------------------------------------------------------------------------


def test_grid_is_every_combination() -> None:
    assert design(design="grid", over={"a.b": [1, 2], "c": ["x", "y"]}) == [
        {"a.b": 1, "c": "x"},
        {"a.b": 1, "c": "y"},
        {"a.b": 2, "c": "x"},
        {"a.b": 2, "c": "y"},
    ]


def test_one_at_a_time_begins_with_the_base() -> None:
    runs = design(design="one_at_a_time", over={"a": [1, 2], "b": [3]})
    assert runs == [{}, {"a": 1}, {"a": 2}, {"b": 3}]


def test_a_latin_hypercube_has_one_run_in_each_slice() -> None:
    over = {"whole": [1, 8], "t[x].c": ["*0.5", "*1.5"], "real": [0.0, 8.0]}
    runs = design(design="latin_hypercube", samples=8, seed=3, over=over)
    assert sorted(run["whole"] for run in runs) == list(range(1, 9))
    assert sorted(int(run["real"]) for run in runs) == list(range(8))
    slices = sorted(int((float(run["t[x].c"][1:]) - 0.5) * 8) for run in runs)
    assert slices == list(range(8))
    assert runs == design(design="latin_hypercube", samples=8, seed=3, over=over)
    assert runs != design(design="latin_hypercube", samples=8, seed=4, over=over)


def test_a_sobol_sample_has_as_many_runs_in_each_half() -> None:
    runs = design(design="sobol", samples=8, over={"a": [0.0, 1.0], "b": [0.0, 1.0]})
    quarters = [(run["a"] < 0.5, run["b"] < 0.5) for run in runs]
    assert {quarter: quarters.count(quarter) for quarter in quarters} == dict.fromkeys(
        [(True, True), (True, False), (False, True), (False, False)], 2
    )


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (PRICE, "*0.8", f"{PRICE}*=0.8"),
        ("sites[a].headroom_mw", 3.5, "sites[a].headroom_mw=3.5"),
        ("periods", [2027, 2028], "periods=[2027, 2028]"),
        ("scale.facility_mw_min", {2027: 30}, "scale.facility_mw_min={2027: 30}"),
        ("objective.name", "npv", "objective.name=npv"),
        ("name", "2027", "name='2027'"),
    ],
)
def test_a_change_is_written_as_an_option(path: str, value: Any, text: str) -> None:
    assert override_text(path, value) == text


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"design": "grid"}, "needs 'over'"),
        ({"design": "list", "over": {"a": [1]}}, "needs 'runs'"),
        ({"design": "grid", "over": {"a": [1]}, "samples": 4}, "takes no 'samples'"),
        ({"design": "latin_hypercube", "over": {"a": [1, 2]}}, "needs 'samples'"),
        ({"design": "sobol", "over": {"a": [1, 2]}, "samples": 6}, "power of 2, not 6"),
        ({"design": "sobol", "over": {"a": [2, 1]}, "samples": 4}, "no ends to draw between"),
        ({"design": "sobol", "over": {"a": ["*1", 2]}, "samples": 4}, "no ends to draw between"),
        ({"design": "grid", "over": {c: list(range(30)) for c in "abc"}}, "makes 27,000 runs"),
        ({"design": "sobol", "over": {"a": [2, 1], "b": [3]}, "samples": 4}, "2 problems"),
        ({"design": "list", "runs": {"..": {}, "b": {}}}, "characters that are not allowed"),
        ({"design": "gird", "over": {"a": [1]}}, "did you mean 'grid'"),
        ({"design": "grid", "ovre": {"a": [1]}}, "did you mean 'over'"),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(stated: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        design(**stated)
    assert message in str(caught.value)


# -- runs -----------------------------------------------------------------------------------------


def test_every_value_is_checked_before_the_first_run(stated: Any, tmp_path: Path) -> None:
    text = TORNADO.replace(TOTAL, "budget.capex_musd_totl") + '  "systems[gb301].price_musd": [1]\n'
    with pytest.raises(InputError) as caught:
        study(stated(text), tmp_path / "out", region=shipped())
    said = str(caught.value)
    assert "study.yaml, line 6" in said
    assert "did you mean 'capex_musd_total'" in said
    assert "study.yaml, line 7" in said
    assert "no row 'gb301' in systems" in said
    assert not (tmp_path / "out").exists()


def test_a_tornado_from_end_to_end(stated: Any, tmp_path: Path, run: Callable[..., Result]) -> None:
    out = tmp_path / "out"
    result = run("study", stated(), "--out", out)
    assert result.exit_code == 0, result.output
    rows = pd.read_csv(out / "runs.csv").set_index("run")
    assert rows["status"].to_dict() == {
        "base": "optimal", "001": "optimal", "002": "optimal", "003": "infeasible",
        "004": "optimal",
    }  # fmt: skip
    assert TOTAL in rows.loc["003", "reason"]
    assert pd.isna(rows.loc["003", "value"])
    assert rows.loc["001", "capex_musd"] < rows.loc["base", "capex_musd"]
    assert rows.loc["001", PRICE] == "*0.8"
    for folder in rows["folder"]:
        assert verify(out / folder) == []
    document = json.loads((out / rows.loc["001", "folder"] / "plan.json").read_text("utf-8"))
    assert document["overrides"] == ["solve.threads=1", f"{PRICE}*=0.8"]
    assert document["value"] == pytest.approx(rows.loc["001", "value"])
    effects = pd.read_csv(out / "effects.csv").set_index(["input", "level"])
    dear = effects.loc[(PRICE, "*1.25")]
    base = rows.loc["base", "cost_usd_per_mtoken"]
    assert dear["cost_change_frac"] == pytest.approx(
        rows.loc["002", "cost_usd_per_mtoken"] / base - 1
    )
    assert (effects.loc[(TOTAL, "1")]["runs_count"], effects.loc[(TOTAL, "1")]["solved_count"]) == (
        1, 0,
    )  # fmt: skip
    shares = pd.read_csv(out / "site_shares.csv")
    assert shares["runs_count"].max() <= 4
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    assert "003: infeasible" in result.stdout
    assert "5 of 5 runs" in result.stderr
    again = run("study", tmp_path / "study.yaml", "--out", out)
    assert again.exit_code == 2
    assert "--resume" in again.stderr


class Killer(Runs):
    """Kills one process the first time a run ends."""

    def __init__(self) -> None:
        self.killed: list[int] = []
        self.ends: list[str] = []

    def ended(self, record: dict[str, Any]) -> None:
        self.ends.append(record["status"])
        if not self.killed:
            self.killed += kill(workers_of(os.getpid())[:1])


def test_a_process_that_dies_takes_no_run_with_it(stated: Any, tmp_path: Path) -> None:
    killer = Killer()
    text = f"name: x\nscenario: one-site.yaml\ndesign: grid\nover: {{{TOTAL}: [5000, 6000, 1]}}\n"
    found = study(stated(text), tmp_path / "out", region=shipped(), progress=killer)
    assert killer.killed
    assert found.counts == {"optimal": 2, "infeasible": 1}
    assert len(killer.ends) == 3
    assert found.within_gap


def test_a_run_whose_process_always_dies_is_a_row_and_is_tried_again(
    stated: Any, tmp_path: Path
) -> None:
    text = f"name: one\nscenario: one-site.yaml\ndesign: grid\nover: {{{TOTAL}: [5000]}}\n"
    over = threading.Event()

    def kill_always() -> None:
        seen: list[int] = []  # one that is still being begun is left alone
        while not over.wait(0.2):
            now = workers_of(os.getpid())
            kill(pid for pid in now if pid in seen)
            seen = now

    killing = threading.Thread(target=kill_always)
    killing.start()
    try:
        found = study(stated(text), tmp_path / "out", region=shipped())
    finally:
        over.set()
        killing.join()
    assert found.counts == {"failed": 1}
    assert not found.within_gap
    assert "its process ended 3 times" in shown(found)
    again = study(tmp_path / "study.yaml", tmp_path / "out", region=shipped(), resume=True)
    assert again.counts == {"optimal": 1}


def test_what_the_study_sets_is_told_at_its_line(stated: Any, tmp_path: Path) -> None:
    text = TORNADO.replace("design:", "set: {solve.gap_frac: abc, periods: 3}\ndesign:")
    with pytest.raises(InputError) as caught:
        study(stated(text), tmp_path / "out", region=shipped())
    said = str(caught.value)
    assert said.count("study.yaml, line 3, set.") == 2
    assert "--set" not in said
    with pytest.raises(InputError, match=r"study.yaml, line 2, scenario, .*two-site.yaml: no such"):
        study(stated(TORNADO.replace("one-site", "two-site")), tmp_path / "out", region=shipped())
    assert not (tmp_path / "out").exists()


def test_values_that_make_a_scenario_together_are_no_mistake(stated: Any, tmp_path: Path) -> None:
    """Each alone contradicts the base; of their four combinations one does."""
    low, high = "scale.facility_mw_min.2027", "scale.facility_mw_max.2027"
    text = f"name: g\nscenario: one-site.yaml\ndesign: grid\nover:\n  {low}: [10, 20]\n"
    text += f"  {high}: [15, 25]\nset: {{{high}: 15}}\n"
    found = study(stated(text), tmp_path / "out", region=shipped(), workers=1)
    statuses = found.tables["runs"].set_index([low, high])["status"].to_dict()
    assert statuses[20, 15] == "failed"
    assert {statuses[10, 15], statuses[10, 25], statuses[20, 25]} <= {"optimal", "infeasible"}
    wrong = text.replace("[10, 20]", "[10, 30]")
    with pytest.raises(InputError, match="line 5, scale"):
        study(stated(wrong), tmp_path / "other", region=shipped())


def test_another_study_does_not_take_its_place(stated: Any, tmp_path: Path) -> None:
    text = f"name: one\nscenario: one-site.yaml\ndesign: list\nruns:\n  a: {{{TOTAL}: 5000}}\n"
    study(stated(text), tmp_path / "out", region=shipped(), workers=1)
    before = (tmp_path / "out" / "runs.csv").read_text()
    with pytest.raises(InputError, match="holds the study 'one'"):
        study(stated(text.replace("one\n", "two\n", 1)), tmp_path / "out", region=shipped(),
              resume=True)  # fmt: skip
    assert (tmp_path / "out" / "runs.csv").read_text() == before


def test_a_grown_study_solves_only_what_is_new(stated: Any, tmp_path: Path) -> None:
    class Count(Runs):
        begun = (0, 0)

        def begin(self, total: int, finished: int) -> None:
            Count.begun = (total, finished)

    text = f"name: few\nscenario: one-site.yaml\ndesign: list\nruns:\n  a: {{{TOTAL}: 5000}}\n"
    study(stated(text), tmp_path / "out", region=shipped(), workers=1)
    grown = f"{text}  same: {{{TOTAL}: 5000}}\n  b: {{{TOTAL}: 6000, {TOTAL}: 6000}}\n".replace(
        f", {TOTAL}: 6000", f', "{PRICE}": "*1.1"'
    )
    found = study(stated(grown), tmp_path / "out", region=shipped(), resume=True, progress=Count())
    assert Count.begun == (2, 1)
    rows = found.tables["runs"].set_index("run")
    assert rows.loc["a", "folder"] == rows.loc["same", "folder"] != rows.loc["b", "folder"]
    assert rows.loc["b", "capex_musd"] > rows.loc["a", "capex_musd"]


def test_options_change_every_run(stated: Any) -> None:
    asked = read_study(stated(), ["solve.gap_frac=0.5"])
    assert asked.changes == ["solve.gap_frac=0.5", "solve.threads=1"]
    assert asked.scenario_path.is_file()


def test_progress_says_what_is_done_and_what_is_left() -> None:
    out = StringIO()
    watch = RunsProgress(Console(file=out, width=100))
    watch.begin(3, 1)
    watch.ended({"status": "infeasible"})
    assert "2 of 3 runs  1 from before  1 infeasible  about 0:00 left" in watch.line()
    watch.ended({"status": "optimal"})
    assert "3 of 3 runs" in out.getvalue()
