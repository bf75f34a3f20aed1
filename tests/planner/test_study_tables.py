"""What a study's tables say, on rows that are known: shares of sites, and what swings them."""

from pathlib import Path

import pandas as pd
import pytest

from planner.errors import InputError
from planner.study.designs import runs_of
from planner.study.effects import site_shares
from planner.study.lock import FILE, locked
from planner.study.schema import study_from

PRICE, MW = "systems[*].price_musd", "scale.facility_mw_min.2027"


def test_what_swings_the_choice_of_a_site() -> None:
    study = study_from({
        "name": "x", "scenario": "x.yaml", "design": "grid",
        "over": {PRICE: ["*1", "*2"], MW: [10, 20]},
    })  # fmt: skip
    # at 20 MW b is always taken and at 10 never; a only with dear racks at 20; the last has no plan
    rows = pd.DataFrame({"value": [1.0, 1.0, 1.0, None], "sites": ["c", "b;c", "c", ""]})
    found = site_shares(study, runs_of(study), rows).set_index("site_id")
    assert found["runs_count"].to_dict() == {"c": 3, "b": 1}
    assert found.loc["c"].to_list() == [3, 1.0, "", 0.0, ""]
    assert found.loc["b"].to_list() == [1, pytest.approx(1 / 3), MW, 1.0, "20"]


def test_one_at_a_time_the_base_is_a_level_of_every_input() -> None:
    study = study_from({
        "name": "x", "scenario": "x.yaml", "design": "one_at_a_time",
        "over": {PRICE: ["*0.5", "*2"], MW: [10]},
    })  # fmt: skip
    rows = pd.DataFrame({"value": [1.0] * 4, "sites": ["c", "b", "b", "c"]})
    found = site_shares(study, runs_of(study), rows).set_index("site_id")
    assert found.loc["b"].to_list() == [2, 0.5, PRICE, 1.0, "*0.5"]
    assert found.loc["c"].to_list() == [2, 0.5, PRICE, 1.0, "base"]


def test_named_runs_swing_nothing() -> None:
    runs = {"one": {MW: 1}, "other": {MW: 2}}
    study = study_from({"name": "x", "scenario": "x.yaml", "design": "list", "runs": runs})
    rows = pd.DataFrame({"value": [1.0, 1.0], "sites": ["a", "b"]})
    assert site_shares(study, runs_of(study), rows)["swung_by"].to_list() == ["", ""]


def test_a_study_without_plans_has_no_shares() -> None:
    runs = {"one": {MW: 1}}
    study = study_from({"name": "x", "scenario": "x.yaml", "design": "list", "runs": runs})
    rows = pd.DataFrame({"value": [None], "sites": [""]})
    assert site_shares(study, runs_of(study), rows).empty


def test_a_folder_is_worked_on_by_one_study_at_a_time(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(InputError, match="is being worked on by another study"),
        locked(tmp_path),
    ):
        pass
    with locked(tmp_path):
        assert (tmp_path / FILE).is_file()
