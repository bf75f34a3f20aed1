"""Plans compared from their files: only what differs is named, and by how much."""

import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import Result

from planner.compare import Comparison, compare
from planner.errors import InputError
from planner.planning import plan
from planner.verify import verify

TINY: dict[str, Any] = {
    "name": "one-site",
    "periods": [2027],
    "scale": {"facility_mw_min": {2027: 12}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {"sites": {"include": ["ulsan-mipo", "ulsan-ulju-154kv-1"]}},
    "solve": {"gap_frac": 0.02, "threads": 1},
}
CHANGES = ["scale.facility_mw_min.2027=24", "systems[*].price_musd*=1.25"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, the same plan twice as large with dearer racks, and one that cannot be."""
    folder = tmp_path_factory.mktemp("runs")
    plan(TINY).write(folder / "base")
    plan(TINY, overrides=CHANGES).write(folder / "dear")
    plan(TINY, overrides=["budget.capex_musd_total=1"]).write(folder / "none")
    return folder


def said(found: Comparison, part: str) -> dict[str, Any]:
    return {row["item"]: row for _, row in found.table[found.table["part"] == part].iterrows()}


def test_inputs_that_differ_are_those_changed(runs: Path) -> None:
    inputs = said(compare([runs / "base", runs / "dear"]), "input")
    keys = {"scale.facility_mw_min.2027", "facts.systems[*].price_musd"}
    facts = {item for item in inputs if item.endswith("].price_musd")} - keys
    assert set(inputs) == keys | facts
    assert facts, "a rack that both plans use costs a quarter more in one"
    assert all(inputs[item]["dear_change_frac"] == pytest.approx(0.25) for item in facts)
    assert inputs["scale.facility_mw_min.2027"]["dear_change_frac"] == 1.0


def test_choices_and_outcome_follow(runs: Path) -> None:
    found = compare([runs / "base", runs / "dear"])
    choices, outcome = said(found, "choice"), said(found, "outcome")
    mw = choices["at the meter in 2027"]
    assert (mw["base"], mw["dear"]) == (pytest.approx(12, rel=0.02), pytest.approx(24, rel=0.02))
    assert outcome["facility_mw"]["base"] == pytest.approx(mw["base"])
    for name, folder in (("base", runs / "base"), ("dear", runs / "dear")):
        document = json.loads((folder / "plan.json").read_text("utf-8"))
        assert outcome["value"][name] == document["value"]
        assert outcome["tokens_per_mw"][name] == pytest.approx(document["value"], rel=1e-9)
        sites = pd.read_csv(folder / "sites.csv")
        assert outcome["capex_musd"][name] == pytest.approx(sites["capex_musd"].sum())
    assert outcome["cost_usd_per_mtoken"]["dear_change_frac"] > 0.05


def test_a_plan_differs_from_itself_in_nothing(runs: Path) -> None:
    found = compare([runs / "base", runs / "base"])
    assert len(set(found.names)) == 2
    assert set(found.table["part"]) == {"outcome"}


def test_an_infeasible_plan_has_blanks(runs: Path) -> None:
    outcome = said(compare([runs / "base", runs / "none"]), "outcome")
    assert (outcome["status"]["base"], outcome["status"]["none"]) == ("optimal", "infeasible")
    assert pd.isna(outcome["facility_mw"]["none"])


def test_the_screen_is_at_most_100_columns_and_keeps_brackets(runs: Path) -> None:
    out = StringIO()
    folders = [runs / "base", runs / "dear", runs / "none", runs / "base", runs / "dear"]
    Console(file=out, width=100).print(compare(folders).summary())
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 100
    assert "1 more plans" in out.getvalue()
    out = StringIO()
    Console(file=out, width=100).print(compare(folders[:2]).summary())
    assert "facts.systems[*].price_musd" in out.getvalue()


def test_the_command_writes_every_row(
    runs: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    out = tmp_path / "all.csv"
    result = run("compare", runs / "base", runs / "dear", "--out", out, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["plans"] == ["base", "dear"]
    assert len(pd.read_csv(out)) == len(document["rows"])


def test_every_folder_without_a_plan_is_named(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        compare([tmp_path, runs / "base", tmp_path / "missing"])
    assert [problem.message for problem in caught.value.problems] == [
        "holds no plan: plan.json is missing",
        "no such folder",
    ]
    with pytest.raises(InputError, match="at least two plans"):
        compare([runs / "base"])


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a column renamed": (
        lambda folder: changed(
            folder / "sites.csv", lambda t: t.rename(columns={"facility_mw": "mw"})
        ),
        "sites.csv, row 1, column facility_mw: is missing; allowed: the columns rank, site_id",
    ),
    "a column misspelt": (
        lambda folder: changed(
            folder / "power.csv", lambda t: t.rename(columns={"period": "perod"})
        ),
        "did you mean 'perod'?",
    ),
    "a word for a number": (
        lambda folder: changed(folder / "halls.csv", lambda t: t.assign(it_mw="much")),
        "halls.csv, row 2, column it_mw: is not a number, found 'much'",
    ),
    "no table": (
        lambda folder: (folder / "budget.csv").unlink(),
        "budget.csv: no such file; allowed: every table of a plan",
    ),
    "no CSV": (
        lambda folder: (folder / "flows.csv").write_bytes(b""),
        "flows.csv: cannot be read: ",
    ),
    "no rows": (
        lambda folder: changed(folder / "power.csv", lambda t: t.head(0)),
        "power.csv: has no rows, but plan.json states a plan",
    ),
}


def changed(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_csv(path)).to_csv(path, index=False)


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_plan_is_refused(
    name: str, runs: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    damage, words = DAMAGES[name]
    shutil.copytree(runs / "base", tmp_path / "broken")
    damage(tmp_path / "broken")
    result = run("compare", runs / "base", tmp_path / "broken")
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_objectives_a_plan_states_are_verified(runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "spoiled"
    shutil.copytree(runs / "base", folder)
    assert verify(folder) == []
    document = json.loads((folder / "plan.json").read_text("utf-8"))
    document["objectives"]["cost_per_mtoken"] *= 1.01
    del document["objectives"]["npv"]
    (folder / "plan.json").write_text(json.dumps(document))
    found = " ".join(verify(folder))
    assert "objectives.cost_per_mtoken" in found
    assert "objectives.npv is None" in found
    assert "objectives.tokens_per_mw" not in found
