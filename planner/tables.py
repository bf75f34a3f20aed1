"""A region: its tables of facts, read, checked and hashed."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path

import pandas as pd

from models.columns import Table
from planner import catalogue
from planner.errors import InputError, Problem, listed, nearest, refuse
from planner.named_rows import missing_rows
from planner.table_checks import check, parse
from planner.uncollected import uncollected

LARGEST_BYTES = 200_000_000
SEPARATOR = "/"
"""Joins the parts of a key: `KR/industrial/2027`."""

MOST_LOST = 20
"""References to nothing listed per column."""


@dataclass(frozen=True)
class Region:
    """The facts of a part of the world.

    `facts` are the scenario's, once they are in the tables; `overridden` names the cells they
    changed: (table, key joined by /, column).
    """

    name: str
    folder: Path
    tables: Mapping[str, pd.DataFrame]
    files: Mapping[str, Path]
    hashes: Mapping[str, str]
    facts: Mapping[str, float | str] = field(default_factory=dict)
    overridden: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)


def read_region(region: str | Path, only: Iterable[str] | None = None) -> Region:
    """The tables of a shipped region, by name, or of the folder at a path.

    Parameters
    ----------
    region
        `kr-jp`, or a Path to a folder with the same files.
    only
        Names of the tables to read; all by default.

    Raises
    ------
    InputError
        Every problem of every table, at once.
    """
    folder = _folder(region)
    declared = catalogue.fact_tables()
    wanted = {name: declared[name] for name in (declared if only is None else only)}
    problems: list[Problem] = []
    files = {name: folder / table.folder / f"{name}.csv" for name, table in wanted.items()}
    raws = {name: _bytes(path, problems) for name, path in files.items()}
    read = {name: raw for name, raw in raws.items() if raw is not None}
    hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in read.items()}
    known = _read.get(folder)
    if known is not None and known.hashes == hashes and not problems:
        return known
    frames = {}
    with uncollected():  # hundreds of thousands of cells, none of them garbage
        for name, raw in read.items():
            texts, found = parse(raw, str(files[name]))
            if texts is not None:
                columns = catalogue.columns()[name]
                frames[name], found = check(texts, wanted[name], columns, str(files[name]))
            problems += found
    files = {name: files[name] for name in read}
    problems += _dangling(frames, files)
    problems += missing_rows(frames, files)
    refuse(problems)
    frames = {name: frame.reset_index(drop=True) for name, frame in frames.items()}
    _read.clear()
    _read[folder] = Region(folder.name, folder, frames, files, hashes)
    return _read[folder]


_read: dict[Path, Region] = {}
"""The region read last: a program that reads many plans of one need not check it each time."""


def keys(frame: pd.DataFrame, table: Table) -> pd.Series:
    """The key of each row as one text, its parts joined by `/`: 154, as in a table, for 154.0."""
    parts = [_written(frame[name]) for name in table.key]
    return reduce(lambda left, right: left + SEPARATOR + right, parts)


def _written(cells: pd.Series) -> pd.Series:
    return cells.map("{:.15g}".format) if cells.dtype.kind == "f" else cells.astype(str)


def _folder(region: str | Path) -> Path:
    if isinstance(region, Path):
        if not region.is_dir():
            siblings = [p.name for p in region.parent.glob("*")] if region.parent.is_dir() else []
            near = nearest(region.name, siblings)
            message = "is not a folder" if region.exists() else "no such folder"
            raise InputError(Problem(str(region), "", message, allowed="a folder", nearest=near))
        return region
    names = catalogue.shipped_regions()
    if region not in names:  # so that no name, such as ../x, leads outside
        problem = Problem("region", "", "unknown region", region, listed(names))
        raise InputError(replace(problem, nearest=nearest(region, names)))
    return catalogue.data_folder() / region


def _bytes(path: Path, problems: list[Problem]) -> bytes | None:
    file = str(path)
    if not path.is_file():
        declared = catalogue.tables()
        strays = [p.name for p in path.parent.glob("*") if p.stem not in declared]
        near = nearest(path.name, strays) if not path.exists() else ""
        message = "no such file" if not path.exists() else "is not a file"
        problems.append(Problem(file, "", message, allowed="every table", nearest=near))
        return None
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        allowed = f"at most {LARGEST_BYTES / 1e6:g} MB"
        problems.append(Problem(file, "", f"is too large, {size / 1e6:.0f} MB", allowed=allowed))
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        problems.append(Problem(file, "", f"cannot be read: {error.strerror or error}"))
        return None


def _dangling(frames: Mapping[str, pd.DataFrame], files: Mapping[str, Path]) -> list[Problem]:
    """Cells that refer to a row which another table does not have."""
    problems = []
    for name, frame in frames.items():
        for column in catalogue.columns()[name]:
            table, _, at = column.refers.partition(".")
            if table not in frames or at not in frames[table] or column.name not in frame:
                continue
            known = dict.fromkeys(map(str, frames[table][at].tolist()))
            if {*map(str, frame[column.name].tolist())} <= {"", *known}:
                continue
            written = frame[column.name].astype(str)
            lost = written[~written.isin(known) & (written != "")].drop_duplicates()
            for row, value in list(lost.items())[:MOST_LOST]:
                place = f"row {row}, column {column.name}"
                near = nearest(value, known)
                allowed = f"a {at} of {table}.csv"
                problems.append(
                    Problem(str(files[name]), place, "refers to nothing", value, allowed, near)
                )
    return problems
