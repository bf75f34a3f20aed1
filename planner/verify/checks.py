"""Comparing numbers, and saying in words where they differ.

Numbers may differ by 1e-6 of their size and by a small amount besides: what the solver may round,
1e-4 of a MW, of a rack, of a million dollars, of a million tokens/s; in other units as stated.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.verify.run import KEYS

FRAC = 1e-6
SMALL = 1e-4
TOKENS = 100.0
"""Tokens/s: SMALL of a million."""
MOST_SHOWN = 20


def named(table: str, row: Any) -> str:
    """`power.csv line 3 (ulsan-mipo, 2027)`: a row of a result file."""
    key = ", ".join(_plain(row[column]) for column in KEYS[table] if _plain(row[column]))
    return f"{table}.csv line {int(row.name) + 2} ({key})"


def _plain(cell: Any) -> str:
    if isinstance(cell, float | np.floating):
        return "" if np.isnan(cell) else f"{cell:g}"
    return str(cell)


def differing(
    table: str, rows: pd.DataFrame, column: str, wanted: Any, why: str, small: Any = SMALL
) -> list[str]:
    """Rows whose column is not what it is recomputed to be; blank must meet blank."""
    have, want = rows[column].astype(float), pd.Series(wanted, rows.index, dtype=float)
    far = (have - want).abs() > FRAC * want.abs() + small
    wrong = far | (have.isna() != want.isna())
    return [
        f"{named(table, rows.loc[i])}: {column} is {have[i]:.9g}, but {why} gives {want[i]:.9g}"
        for i in rows.index[wrong][:MOST_SHOWN]
    ]


def exceeding(
    table: str, rows: pd.DataFrame, column: str, most: Any, why: str, small: float = SMALL
) -> list[str]:
    """Rows whose column is more than it may be."""
    have, limit = rows[column].astype(float), pd.Series(most, rows.index, dtype=float)
    wrong = ~(have <= limit + FRAC * limit.abs() + small)
    return [
        f"{named(table, rows.loc[i])}: {column} is {have[i]:.9g}, more than {why}, {limit[i]:.9g}"
        for i in rows.index[wrong][:MOST_SHOWN]
    ]


def untrue(table: str, rows: pd.DataFrame, holds: Any, words: str) -> list[str]:
    """Rows for which something that must hold does not."""
    wrong = ~pd.Series(holds, rows.index, dtype=bool)
    return [f"{named(table, rows.loc[i])}: {words}" for i in rows.index[wrong][:MOST_SHOWN]]


def whole(table: str, rows: pd.DataFrame, column: str) -> list[str]:
    """Rows whose column is no whole number, or is negative or blank."""
    have = rows[column].astype(float)
    wrong = ~((have >= 0) & (have == np.floor(have)))
    return [
        f"{named(table, rows.loc[i])}: {column} is {have[i]:.9g}, not a whole number of things"
        for i in rows.index[wrong][:MOST_SHOWN]
    ]


def negative(table: str, rows: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Rows with a negative or blank number where none can be."""
    found = []
    for column in columns:
        found += untrue(table, rows, rows[column] >= 0, f"{column} is negative or blank")
    return found


def unequal_sums(
    file: str, have: Mapping[Any, float], want: Mapping[Any, float], words: str, small: float
) -> list[str]:
    """Sums by key that differ; `words` holds {have} and {want}."""
    found = []
    for key in sorted({*have, *want}, key=str):
        a, b = float(have.get(key, 0.0)), float(want.get(key, 0.0))
        if not abs(a - b) <= FRAC * abs(b) + small:
            at = ", ".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))
            found.append(f"{file} ({at}): {words.format(have=f'{a:.9g}', want=f'{b:.9g}')}")
    return found[:MOST_SHOWN]


def too_large(
    file: str, have: Mapping[Any, float], most: Mapping[Any, float], words: str, small: float
) -> list[str]:
    """Sums by key that exceed; `words` holds {have} and {most}."""
    found = []
    for key in sorted(have, key=str):
        a, b = float(have[key]), float(most.get(key, 0.0))
        if not a <= b + FRAC * abs(b) + small:
            at = ", ".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))
            found.append(f"{file} ({at}): {words.format(have=f'{a:.9g}', most=f'{b:.9g}')}")
    return found[:MOST_SHOWN]
