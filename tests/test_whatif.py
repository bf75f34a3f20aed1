"""Every study of `examples/whatif` is read, checked against the facts, and says what it taught."""

from pathlib import Path

import pytest

from planner.scenario_yaml import load, read_text
from planner.study import read_study
from planner.study.designs import check, runs_of
from tests.region import shipped

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "whatif"
STUDIES = sorted(FOLDER.glob("*.yaml"))


def test_there_are_studies() -> None:
    assert len(STUDIES) >= 3


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_study_can_be_run_as_it_stands(path: Path) -> None:
    study = read_study(path)
    assert study.name == path.stem
    assert len(runs_of(study)) <= 12, "some seconds a run, a minute at most"
    scenario, _ = load(read_text(study.scenario_path), str(study.scenario_path))
    check(study, scenario, shipped())


def test_the_readme_says_what_each_taught() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in STUDIES if f"`{path.name}`" not in text] == []
