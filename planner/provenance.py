"""`inputs.csv`: each number a plan rests on, with its source and how sure it is."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
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
    rows: Mapping[str, pd.Series | None],
    columns: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Each number of the chosen rows and columns, one to a row.

    Parameters
    ----------
    region
        The facts, overrides applied.
    rows
        By table, a mark for each row, whether a plan rests on it; None for all rows.
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
    names = [column.name for column in RESULT]
    if not any(len(part["value"]) for part in parts):
        return pd.DataFrame(columns=names)
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in names})


def recalled_count(numbers: pd.DataFrame) -> int:
    """How many of these numbers are recalled or assumed."""
    return int(numbers["recalled_flag"].sum())


def _of_table(
    region: Region, name: str, wanted: pd.Series | None, chosen: Collection[str] | None
) -> dict[str, np.ndarray]:
    """The columns of the result, of one table: a column of numbers after the other."""
    frame = region.tables[name] if wanted is None else region.tables[name][wanted]
    table = catalogue.tables()[name]
    labels = keys(frame, table).to_numpy(dtype=object)
    numbers = [
        column.name
        for column in catalogue.columns()[name]
        if column.kind in ("number", "whole")
        and column.name not in table.key
        and (chosen is None or column.name in chosen)
    ]
    values = frame[numbers].to_numpy(dtype=float).T.ravel()
    there = np.flatnonzero(~np.isnan(values))
    row, column = there % max(len(frame), 1), there // max(len(frame), 1)
    about = {
        name: frame[name].to_numpy(dtype=object)[row]
        for name in ("source", "year", "licence", "confidence")
    }
    changed = _cells(region.overridden, name, labels, numbers)[column, row]
    weak = _weak(frame["recalled"], numbers)[column, row]
    uncertain = np.isin(about["confidence"].astype(str), list(UNCERTAIN))
    units = np.array([_units(number, labels) for number in numbers], dtype=object)
    about["source"][changed] = CHOICE
    about["confidence"][weak & ~uncertain] = "recalled"
    about["confidence"][changed] = "assumed"
    return {
        **about,
        "table": np.full(len(there), name, dtype=object),
        "key": labels[row],
        "column": np.array(numbers, dtype=object)[column],
        "value": values[there],
        "unit": units.reshape(len(numbers), len(frame))[column, row],
        "recalled_flag": ((uncertain | weak) & ~changed).astype(int),
        "overridden_flag": changed.astype(int),
    }


def _cells(
    cells: Collection[tuple[str, str, str]], table: str, labels: np.ndarray, numbers: Sequence[str]
) -> np.ndarray:
    """Which cells of a table are named, by column and row."""
    marks = np.zeros((len(numbers), len(labels)), dtype=bool)
    for at, key, column in cells:
        if at == table and column in numbers:
            marks[numbers.index(column)] |= labels == key
    return marks


def _weak(recalled: pd.Series, numbers: Sequence[str]) -> np.ndarray:
    """Which cells are recalled by the names their row gives, by column and row."""
    marks = np.zeros((len(numbers), len(recalled)), dtype=bool)
    for names, rows in recalled.groupby(recalled).indices.items():
        for column in set(str(names).split(";")) & set(numbers):
            marks[numbers.index(column), rows] = True
    return marks


def _units(column: str, labels: np.ndarray) -> list[str]:
    """Unit of the column in each row, or of the parameter its row is about."""
    unit = unit_of(column)
    if unit:
        return [unit] * len(labels)
    return [unit_of(key.rsplit(SEPARATOR, 1)[-1]) or "" for key in labels]
