"""Named variants of a scenario: checked as the scenario itself, made by name, recorded."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

from planner.errors import InputError
from planner.planning import plan
from planner.reading import read
from planner.scenario_file import read_scenario
from planner.study import read_study
from planner.study.designs import runs_of
from planner.verify import verify
from tests.region import shipped

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
variants:
  dear racks: {"systems[*].price_musd": "*1.3"}
  small: {scale.facility_mw_min: {2027: 6}, budget.capex_musd_total: 900}
"""


@pytest.fixture
def stated(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str = SCENARIO) -> Path:
        path = tmp_path / "one-site.yaml"
        path.write_text(text)
        return path

    return write


def test_a_variant_is_the_scenario_with_its_changes(stated: Callable[..., Path]) -> None:
    path = stated()
    base = read_scenario(path)
    assert base.variant is None
    assert base.scale.facility_mw_min == {2027: 12}
    small = read_scenario(path, ["variant=small"])
    assert small.variant == "small"
    assert small.scale.facility_mw_min == {2027: 6}
    assert small.budget.capex_musd_total == 900
    # what is set beside it wins, wherever it stands
    own = read_scenario(path, ["budget.capex_musd_total=800", "variant=small"])
    assert own.budget.capex_musd_total == 800


def test_a_plan_of_a_variant_says_so(
    stated: Callable[..., Path], tmp_path: Path, run: Callable[..., Result]
) -> None:
    out = tmp_path / "out"
    result = run("plan", stated(), "--variant", "small", "--out", out, "--quiet")
    assert result.exit_code == 0, result.output
    document = json.loads((out / "plan.json").read_text())
    assert document["variant"] == "small"
    assert "variant=small" in document["overrides"]
    assert "budget.capex_musd_total=900" in document["overrides"]
    assert verify(out) == []  # its scenario.yaml is the variant, made


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("budget.capex", "budgt.capex", "line 12, variants.small"),
        ("systems[*].price", "systems[gb301].price", "no row 'gb301' in systems"),
        ("systems[*].price", "systems[*].prise", "did you mean 'price_musd'"),
        ("{2027: 6}", "{2031: 6}", "2031"),
        ("small: {", "small: [", "not"),
    ],
)
def test_every_variant_is_checked(
    stated: Callable[..., Path], old: str, new: str, message: str
) -> None:
    text = SCENARIO.replace(old, new)
    if new.endswith("["):
        text = (
            text.replace("900}", "900]")
            .replace("{2027: 6}", "6")
            .replace("small: [", "small: [1, ")
        )
        text = text.replace("scale.facility_mw_min: 6, budget.capex_musd_total: 900", "2")
    with pytest.raises(InputError) as caught:
        read(stated(text), shipped())
    assert message in str(caught.value)


def test_a_variant_that_is_not_named(stated: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="did you mean 'small'"):
        read_scenario(stated(), ["variant=smal"])
    with pytest.raises(InputError, match="a scenario that names variants"):
        read_scenario(stated(SCENARIO.split("variants:")[0]), ["variant=small"])


def test_a_study_of_the_variants(stated: Callable[..., Path], tmp_path: Path) -> None:
    stated()
    path = tmp_path / "study.yaml"
    path.write_text("name: all\nscenario: one-site.yaml\ndesign: variants\n")
    names = [run.name for run in runs_of(read_study(path))]
    assert names == ["base", "dear racks", "small"]
    crossed = "design: grid\nover: {variant: [dear racks, small], solve.seed: [1, 2]}\n"
    path.write_text(f"name: all\nscenario: one-site.yaml\n{crossed}")
    assert len(runs_of(read_study(path))) == 4
    stated(SCENARIO.split("variants:")[0])
    path.write_text("name: all\nscenario: one-site.yaml\ndesign: variants\n")
    with pytest.raises(InputError, match="names variants"):
        runs_of(read_study(path))


def test_variants_are_compared_with_the_scenario(
    stated: Callable[..., Path], tmp_path: Path, run: Callable[..., Result]
) -> None:
    stated()
    path, out = tmp_path / "study.yaml", tmp_path / "out"
    path.write_text("name: all\nscenario: one-site.yaml\ndesign: variants\n")
    result = run("study", path, "--out", out)
    assert result.exit_code == 0, result.output
    rows = pd.read_csv(out / "runs.csv").set_index("run")
    effects = pd.read_csv(out / "effects.csv").set_index("input")
    dearer = rows.loc["dear racks", "capex_musd"] / rows.loc["base", "capex_musd"]
    assert dearer > 1.1
    assert effects.loc["base", "value_change_frac"] == 0
    assert effects.loc["small", "value_change_frac"] == pytest.approx(
        rows.loc["small", "value"] / rows.loc["base", "value"] - 1
    )
    made = plan(tmp_path / "one-site.yaml", region=shipped(), overrides=["variant=small"],
                worth=False)  # fmt: skip
    assert made.value == pytest.approx(rows.loc["small", "value"], rel=0.02)
