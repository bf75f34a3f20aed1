"""`verify` of a folder: what its files say of themselves, and files that are missing or damaged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.verify import verify


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "copy"))


def restate(folder: Path, **changes: Any) -> None:
    """Change what plan.json states."""
    path = folder / "plan.json"
    document = {**json.loads(path.read_text("utf-8")), **changes}
    path.write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counts": {"recalled_or_assumed_inputs": 0}}, "plan.json: counts 0 recalled or assumed"),
        ({"value": None}, "fleet.csv: has rows, but plan.json states no value"),
        ({"scenario_sha256": "0" * 64}, "scenario.yaml: its hash is not the one in plan.json"),
        ({"inputs_sha256": {}}, "kr-jp/odbl/sites.csv: its hash is not the one in plan.json"),
    ],
)
def test_what_a_plan_says_of_itself_is_checked(changes: dict, words: str, copy: Path) -> None:
    restate(copy, **changes)
    found = verify(copy)
    assert [m for m in found if words in m], found


def edited(folder: Path, name: str, change: Callable[[str], str]) -> list[str]:
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    return verify(folder)


def test_files_that_cannot_be_read_are_named(copy: Path) -> None:
    (copy / "water.csv").unlink()
    assert "water.csv: is missing" in verify(copy)
    found = edited(copy, "halls.csv", lambda text: text.replace("it_mw", "it_gw"))
    assert [m for m in found if m.startswith("halls.csv: has the columns")]
    found = edited(copy, "power.csv", lambda text: text.replace(",KR,2027,1,", ",KR,2027,one,", 1))
    assert [m for m in found if "steps_count is 'one', not a number" in m]
    found = edited(copy, "flows.csv", lambda text: text + text.splitlines()[1] + "\n")
    assert [m for m in found if "the row is there twice" in m]
    assert edited(copy, "plan.json", lambda text: text[:40])[0].startswith("plan.json: is not JSON")


def test_a_folder_without_a_plan_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no plan: plan\.json is missing"):
        verify(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        verify(tmp_path / "nowhere")


def test_facts_of_another_region_are_refused(copy: Path, spoiled: Any) -> None:
    folder = spoiled("tariffs", lambda rows: rows[1].__setitem__(rows[0].index("year"), "1999"))
    found = verify(copy, folder)
    assert found == [
        "mine/tariffs.csv: its hash is not the one in plan.json: the facts have changed"
    ]
