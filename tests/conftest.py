"""What many tests start from: a small valid scenario, and spoiled copies of the shipped region."""

import csv
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from planner import catalogue, reading
from planner.tables import Region, read_region

pd.set_option("compute.use_numexpr", False)  # where installed, it warns of nullable integers

SMALL = """\
name: small
periods: [2027, 2028]
scale: {facility_mw_min: {2027: 20}}
demand:
  mix: {chat: 1.0}
"""


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Write the small scenario, with further lines; or any text, or any bytes, instead of it."""

    def write(more: str = "", text: str | None = None, raw: bytes | None = None) -> Path:
        path = tmp_path / "small.yaml"
        path.write_bytes(raw if raw is not None else (text or SMALL + more).encode())
        return path

    return write


@cache
def _read(region: str | Path) -> Region:
    return read_region(region)


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of a region are read once for all; nobody may change them in place."""
    monkeypatch.setattr(reading, "read_region", _read)


@pytest.fixture
def spoiled(tmp_path: Path) -> Callable[..., Path]:
    """Copy the shipped region and change one table: `spoil(rows)` gets its rows, header first."""

    def copy(table: str, spoil: Callable[[list[list[str]]], object]) -> Path:
        folder = tmp_path / "mine"
        shutil.copytree(catalogue.data_folder() / "kr-jp", folder)
        path = folder / catalogue.tables()[table].folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        spoil(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return folder

    return copy


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the `planner` command in this process."""
    from cli import app

    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])
