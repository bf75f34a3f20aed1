"""A scenario's own facts: `sites[ulsan-*].headroom_mw: "*1.5"` put into the region's tables."""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from models.columns import UNCERTAIN, Column
from planner import catalogue
from planner.errors import listed, nearest, refuse
from planner.scenario import Scenario
from planner.table_checks import beyond, bounds
from planner.tables import Region, keys

_PATH = re.compile(r"^(?P<table>\w+)\[(?P<glob>[^\]]*)\]\.(?P<column>\w+)$")
_POINT_NOUGHT = re.compile(r"(?<=\d)\.0(?=/|$)")
"""What a key written by an earlier version has after its whole numbers: `KR/154.0/1`."""

_CHANGE = re.compile(r"^(?P<how>[*+])\s*(?P<by>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)$")


ROUNDING_DIGITS = 6
"""Digits after which 100 * 1.15 is 115, and not a hair less."""

RECALLED = "recalled"
"""In the place of a key: every cell of the column that is recalled or assumed."""


class _FactError(Exception):
    def __init__(self, message: str, allowed: str = "", near: str = "") -> None:
        self.details = {"allowed": allowed, "nearest": near}
        super().__init__(message)


def apply_facts(region: Region, scenario: Scenario) -> Region:
    """The region with the scenario's `facts` in place of its own, limits checked again.

    A fact is named `table[glob].column`; the glob is matched against the row's key, the parts of
    a key of several columns joined by `/`. Its value is a number, a text or a change: `*1.5`, `+3`.
    A factor gives whole numbers, rounded down, in a column that holds only such.
    `table[recalled].column` are the cells of that column that are recalled or assumed.

    Facts that are in the region already are not applied again.

    Raises
    ------
    InputError
        An unknown table, key or column, or a value beyond the column's limits.
    ValueError
        The region holds the facts of another scenario.
    """
    if region.facts == scenario.facts:
        return region
    if region.facts:
        raise ValueError("the region holds the facts of another scenario; read it again")
    frames = dict(region.tables)
    cells = set(region.overridden)
    problems = []
    for written, value in scenario.facts.items():
        try:
            name, column, rows, labels = _found(written, frames)
            changed = _changed(frames[name].loc[rows, column.name], value, column)
            _check_limits(changed, labels, column)
        except _FactError as no:
            shown = {} if no.details["nearest"] else {"value": value}
            where = ("facts", written)
            problems.append(scenario.origin.problem(where, str(no), **no.details, **shown))
            continue
        frame = frames[name].copy()
        if column.kind != "text":
            frame[column.name] = frame[column.name].astype(float)
        frame.loc[rows, column.name] = changed
        frames[name] = frame
        cells |= {(name, label, column.name) for label in labels[rows]}
    refuse(problems)
    return replace(region, tables=frames, facts=scenario.facts, overridden=frozenset(cells))


def _found(
    written: str, frames: Mapping[str, pd.DataFrame]
) -> tuple[str, Column, pd.Series, pd.Series]:
    path = _PATH.match(written)
    if path is None:
        raise _FactError("is not the name of a fact", "table[key or glob].column")
    name, glob = path["table"], path["glob"]
    if name not in frames:
        raise _FactError(f"no table {name!r}", listed(frames, 40), nearest(name, frames))
    table = catalogue.tables()[name]
    columns = {c.name: c for c in catalogue.columns()[name] if c.name not in table.key}
    if path["column"] not in columns:
        near = nearest(path["column"], columns)
        raise _FactError(f"no column {path['column']!r} in {name}", listed(columns, 40), near)
    labels = keys(frames[name], table)
    if glob == RECALLED:
        rows = recalled_cells(frames[name], path["column"])
    else:
        globs = {glob, _POINT_NOUGHT.sub("", glob)}
        rows = labels.map(lambda label: any(fnmatch.fnmatchcase(label, g) for g in globs))
    if not rows.any():
        near = nearest(glob, labels)
        raise _FactError(f"no row {glob!r} in {name}", f"a {'/'.join(table.key)} or a glob", near)
    return name, columns[path["column"]], rows, labels


def recalled_cells(frame: pd.DataFrame, column: str) -> pd.Series:
    """Marks of the rows whose cell of that column is there, and recalled or assumed."""
    named = frame["recalled"].fillna("").astype(str).str.split(";")
    weak = frame["confidence"].isin(UNCERTAIN) | named.map(lambda names: column in names)
    return (weak & frame[column].notna()).astype(bool)


def _changed(cells: pd.Series, value: float | str, column: Column) -> pd.Series:
    change = _CHANGE.match(value) if isinstance(value, str) else None
    if column.kind == "text":
        if not isinstance(value, str):
            raise _FactError("is not a text", bounds(column))
        return pd.Series(value, index=cells.index, dtype=object)
    if isinstance(value, str) and change is None:
        raise _FactError("is not a number or a change", f"{bounds(column)}, or '*1.5', or '+3'")
    numbers = cells.astype(float)
    if change is None:
        numbers = pd.Series(float(value), index=cells.index)
    else:
        by = float(change["by"])
        numbers = numbers * by if change["how"] == "*" else numbers + by
        if column.kind == "whole" and change["how"] == "*":
            numbers = pd.Series(np.floor(numbers.round(ROUNDING_DIGITS)), index=cells.index)
    if np.isinf(numbers[np.isfinite(cells.astype(float))]).any():
        raise _FactError("does not give a finite number", bounds(column))
    if column.kind == "whole" and (numbers != np.floor(numbers)).loc[numbers.notna()].any():
        allowed = f"{bounds(column)}, or a factor such as '*1.5', rounded down"
        raise _FactError("does not give a whole number", allowed)
    return numbers


def _check_limits(changed: pd.Series, labels: pd.Series, column: Column) -> None:
    bad = beyond(changed.to_numpy(), column)
    if bad.any():
        first = labels[changed.index[bad][0]]
        raise _FactError(f"puts {column.name} of {first} out of range", bounds(column))
