"""Every study of `examples/whatif` is read, checked against the facts, and says what it taught."""

from pathlib import Path

import pytest

from planner.planning import plan
from planner.scenario_yaml import load, read_text
from planner.study import read_study, study
from planner.study.designs import check, runs_of
from tests.region import shipped

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "whatif"
STUDIES = sorted(FOLDER.glob("*.yaml"))


def test_there_are_studies() -> None:
    assert len(STUDIES) >= 9


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_study_can_be_run_as_it_stands(path: Path) -> None:
    asked = read_study(path)
    assert asked.name == path.stem
    assert len(runs_of(asked)) <= 12, "some seconds a run, a minute at most"
    scenario, _ = load(read_text(asked.scenario_path), str(asked.scenario_path))
    check(asked, runs_of(asked), scenario, shipped())


def test_a_study_in_short(tmp_path: Path) -> None:
    """One run of one study, roughly; the others are like it, and run whole when asked for."""
    path = FOLDER / "no-cross-border.yaml"
    asked = read_study(path, ["solve.gap_frac=0.05"])
    changes = [*asked.changes, *runs_of(asked)[-1].overrides]
    found = plan(asked.scenario_path, region=shipped(), overrides=changes, worth=False)
    assert (found.status, found.within_gap) == ("optimal", True), found.seconds
    where = found.tables["power"].set_index("site_id")["country"]
    flows = found.tables["flows"]
    markets = shipped().tables["markets"].set_index("market_id")["country"]
    assert (flows["site_id"].map(where) == flows["market_id"].map(markets)).all()


@pytest.mark.slow
@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_run_has_its_answer(path: Path, tmp_path: Path) -> None:
    assert study(path, tmp_path / "out", region=shipped()).within_gap


def test_the_readme_says_what_each_taught() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in STUDIES if f"`{path.name}`" not in text] == []
