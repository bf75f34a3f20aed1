"""`inputs.csv`: each number a plan rests on, with its source and how sure it is."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pandas as pd

from models.columns import UNCERTAIN, Column, unit_of
from planner import catalogue
from planner.tables import SEPARATOR, Region, keys

CHOICE = "the scenario's facts"
"""Source of a number that the scenario put in the place of the region's."""

RESULT = (
    Column("inputs", "table", "table of facts the number is in", "text"),
    Column("inputs", "key", "key of its row, the parts joined by /", "text"),
    Column("inputs", "column", "its column", "text"),
    Column("inputs", "value", "the number, in its unit"),
    Column("inputs", "unit", "unit, from the end of the column's name", "text"),
    Column("inputs", "source", "where it is from", "text"),
    Column("inputs", "year", "year, or years, it holds for", "text"),
    Column("inputs", "licence", "licence of the source", "text"),
    Column("inputs", "confidence", "how sure it is", "text"),
    Column("inputs", "recalled_flag", "1 where nobody has seen it in a source", "flag"),
    Column("inputs", "overridden_flag", "1 where the scenario states it", "flag"),
)


def inputs(
    region: Region,
    rows: Mapping[str, Collection[str] | None],
    columns: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Each number of the chosen rows and columns, one to a row.

    Parameters
    ----------
    region
        The facts, overrides applied.
    rows
        By table, the keys of the rows a plan rests on (parts joined by `/`); None for all.
    columns
        By table, the columns it rests on; all columns of numbers where a table is not named.

    Returns
    -------
    DataFrame
        table, key, column, value, unit, source, year, licence, confidence, recalled_flag (1 where
        the value is recalled or assumed), overridden_flag (1 where the scenario states it).
    """
    chosen = columns or {}
    parts = [_of_table(region, name, wanted, chosen.get(name)) for name, wanted in rows.items()]
    whole = [part for part in parts if len(part)]
    names = [column.name for column in RESULT]
    return pd.concat(whole, ignore_index=True)[names] if whole else pd.DataFrame(columns=names)


def recalled_count(numbers: pd.DataFrame) -> int:
    """How many of these numbers are recalled or assumed."""
    return int(numbers["recalled_flag"].sum())


def _of_table(
    region: Region, name: str, wanted: Collection[str] | None, chosen: Collection[str] | None
) -> pd.DataFrame:
    frame = region.tables[name]
    table = catalogue.tables()[name]
    labels = keys(frame, table)
    kept = frame if wanted is None else frame[labels.isin(set(wanted))]
    numbers = [
        column.name
        for column in catalogue.columns()[name]
        if column.kind in ("number", "whole")
        and column.name not in table.key
        and (chosen is None or column.name in chosen)
    ]
    about = ["source", "year", "licence", "confidence", "recalled"]
    wide = kept[[*about, *numbers]].assign(_key=labels)
    long = wide.melt([*about, "_key"], numbers, "_column", "_value").dropna(subset="_value")
    long = long.rename(columns={"_key": "key", "_column": "column", "_value": "value"})
    weak = _each(long, "column", "recalled", lambda column, names: column in names.split(";"))
    weak = weak.astype(bool)
    changed = _each(
        long, "key", "column", lambda key, column: (name, key, column) in region.overridden
    ).astype(bool)
    uncertain = long["confidence"].isin(UNCERTAIN)
    recalled = (uncertain | weak) & ~changed
    return long.assign(
        table=name,
        unit=_each(long, "key", "column", _unit),
        source=long["source"].mask(changed, CHOICE),
        confidence=long["confidence"].mask(weak & ~uncertain, "recalled").mask(changed, "assumed"),
        recalled_flag=recalled.astype(int),
        overridden_flag=changed.astype(int),
    )


def _each(frame: pd.DataFrame, left: str, right: str, of: Callable[[str, str], Any]) -> pd.Series:
    pairs = zip(frame[left], frame[right], strict=True)
    return pd.Series([of(*pair) for pair in pairs], index=frame.index)


def _unit(key: str, column: str) -> str:
    """Unit of the column, or of the parameter its row is about."""
    return unit_of(column) or unit_of(key.rsplit(SEPARATOR, 1)[-1]) or ""
