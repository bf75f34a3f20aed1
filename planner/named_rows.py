"""Rows that equations ask for by name: a region that lacks one is refused when it is read.

The shipped region holds every such row, so its names are the reference for all others.
"""

from collections.abc import Mapping
from functools import cache
from itertools import repeat
from pathlib import Path

import pandas as pd

from planner import catalogue
from planner.errors import Problem, nearest
from planner.table_checks import parse

REFERENCE = "kr-jp"
NAMED = {"parameters": "parameter", "throughput_coefficients": "coefficient"}
"""Tables of named values, and the column that holds the name."""


def missing_rows(frames: Mapping[str, pd.DataFrame], files: Mapping[str, Path]) -> list[Problem]:
    """Names of the reference that a table does not have, for all or for each country."""
    problems = []
    for table, column in NAMED.items():
        if table not in frames or column not in frames[table]:
            continue
        frame = frames[table]
        scopes: dict[str, set[str]] = {}
        for name, scope in zip(frame[column], frame.get("scope", repeat("*")), strict=False):
            scopes.setdefault(name, set()).add(scope)
        for name in _reference(table, column):
            lacking = _countries_without(scopes.get(name, set()), frames)
            if name in scopes and not lacking:
                continue
            of = f" for {', '.join(lacking)}" if name in scopes else ""
            strays = [stray for stray in frame[column] if stray not in _reference(table, column)]
            message = f"has no row {name!r}{of}"
            near = nearest(name, strays)
            allowed = "a row for * or for each country" if "scope" in frame else "a row for each"
            problems.append(
                Problem(str(files[table]), f"column {column}", message, None, allowed, near)
            )
    return problems


def _countries_without(scopes: set[str], frames: Mapping[str, pd.DataFrame]) -> list[str]:
    if "*" in scopes or "sites" not in frames or "country" not in frames["sites"]:
        return []
    return sorted(set(frames["sites"]["country"]) - scopes)


@cache
def _reference(table: str, column: str) -> tuple[str, ...]:
    folder = catalogue.data_folder() / REFERENCE / catalogue.tables()[table].folder
    texts, _ = parse((folder / f"{table}.csv").read_bytes(), table)
    return tuple(dict.fromkeys(texts.cells[column])) if texts else ()
