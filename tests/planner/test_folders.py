"""Results are written whole or not at all."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.folders import MARK, check_folder, whole_file, whole_folder

SITES = ("site_markets.csv", ("sites.csv", "site_markets.csv", "sites.gpkg"))


class Stop(Exception):  # noqa: N818 - stands for anything that ends a run
    pass


def stop_within(writing: AbstractContextManager[Path], name: str) -> None:
    """Write a part, then stop."""
    with writing as place:
        (place / name).write_text("a part")
        raise Stop


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    out = tmp_path / "runs" / "first"
    with whole_folder(out) as folder:
        (folder / MARK).write_text("{}")
        assert not out.exists()
    assert (out / MARK).read_text() == "{}"
    assert [path.name for path in out.parent.iterdir()] == ["first"]


def test_nothing_is_left_of_a_run_that_stops(tmp_path: Path) -> None:
    out = tmp_path / "first"
    with pytest.raises(Stop):
        stop_within(whole_folder(out), MARK)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_stops_leaves_the_earlier_one(tmp_path: Path) -> None:
    out = tmp_path / "first"
    with whole_folder(out) as folder:
        (folder / MARK).write_text("earlier")
    with pytest.raises(Stop):
        stop_within(whole_folder(out), MARK)
    assert (out / MARK).read_text() == "earlier"


def test_a_later_run_replaces_every_file_of_an_earlier_one(tmp_path: Path) -> None:
    out = tmp_path / "first"
    with whole_folder(out) as folder:
        (folder / MARK).write_text("earlier")
        (folder / "old.csv").write_text("old")
    with whole_folder(out) as folder:
        (folder / MARK).write_text("later")
    assert {path.name for path in out.iterdir()} == {MARK}
    assert (out / MARK).read_text() == "later"
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_others_can_read_what_is_written(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    with whole_folder(tmp_path / "ours") as folder:
        (folder / MARK).write_text("{}")
    assert (tmp_path / "ours").stat().st_mode == plain.stat().st_mode


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    with whole_folder(tmp_path) as folder:
        (folder / MARK).write_text("{}")
    assert (tmp_path / MARK).exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear all")
    with pytest.raises(InputError, match="not an earlier result"), whole_folder(tmp_path):
        pytest.fail("entered")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b" / "c")
    assert list(tmp_path.iterdir()) == []


def test_a_file_appears_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "model.mps"
    with whole_file(path) as fresh:
        fresh.write_text("one")
    with pytest.raises(Stop):
        stop_within(whole_file(path), "")
    assert path.read_text() == "one"
    assert [path.name for path in path.parent.iterdir()] == ["model.mps"]


@pytest.mark.parametrize("name", ["notes.txt", "figures/"])
def test_what_someone_put_beside_a_result_is_not_lost(name: str, tmp_path: Path) -> None:
    (tmp_path / MARK).write_text("{}")
    path = tmp_path / name
    path.mkdir() if name.endswith("/") else path.write_text("mine")
    with pytest.raises(InputError, match=f"holds {path.name}, which is no result"):
        check_folder(tmp_path)
    assert path.exists()


def test_sites_never_replace_a_plan_or_the_tables_of_a_region(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("site_id")
    with pytest.raises(InputError, match="not an earlier result"):
        check_folder(tmp_path, *SITES)
    (tmp_path / "site_markets.csv").write_text("site_id")
    check_folder(tmp_path, *SITES)
    (tmp_path / "grid_nodes.csv").write_text("node_id")
    with pytest.raises(InputError, match="holds grid_nodes.csv"):
        check_folder(tmp_path, *SITES)
