"""One CSV of facts against its declared columns: every problem with its row and column.

Written out with vectorised comparisons, about a hundred lines; a schema library would say the same
in its own words and its own exceptions, which would have to be translated back.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.columns import CONFIDENCE, REQUIRED, Column, Table
from planner.errors import Problem, listed, nearest

NEWLINE = b"\n"
MOST_PER_COLUMN = 20
"""Bad cells listed per column and kind of problem; enough to see the pattern."""

_YEARS = r"\d{4}(-\d{4})?"
_PROVENANCE_COLUMNS = (
    Column("", "source", "where the row's values are from", "text"),
    Column("", "year", "year, or years 2009-2023, the values hold for", "text"),
    Column("", "licence", "licence of the source", "text"),
    Column("", "confidence", "how sure the row is", "text", allowed=CONFIDENCE),
    Column("", "recalled", "columns weaker than the row, separated by ;", "text", default=""),
)


def parse(raw: bytes, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """A CSV's cells as texts; the index is the row as a spreadsheet counts, the header being 1."""
    empty = pd.DataFrame()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"row {raw.count(NEWLINE, 0, error.start) + 1}"
        found = raw[error.start : error.start + 1]
        return empty, [Problem(file, place, "is not UTF-8", found, "text in UTF-8")]
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        return empty, [Problem(file, "", f"is not a CSV file: {error}")]
    if not rows or not any(rows[0]):
        return empty, [Problem(file, "", "is empty", allowed="a header and rows")]
    header, *body = rows
    problems = list(_header_problems(header, file))
    if problems:
        return empty, problems
    numbers = [n for n, row in enumerate(body, start=2) if row]
    body = [row for row in body if row]
    for number, row in zip(numbers, body, strict=True):
        if len(row) != len(header):
            message = f"has {len(row)} cells, the header {len(header)}"
            problems.append(Problem(file, f"row {number}", message))
    if problems:
        return empty, problems
    if not body:
        return empty, [Problem(file, "", "has a header but no rows", allowed="at least one row")]
    cells = dict(zip(header, zip(*body, strict=True), strict=True))
    return pd.DataFrame(cells, index=numbers, dtype=object), []


def _header_problems(header: Sequence[str], file: str) -> Iterator[Problem]:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        yield Problem(file, "row 1", "is not separated by commas", header[0], "commas")
        return
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        yield Problem(file, f"row 1, column {name}", "is stated twice", allowed="each column once")


def check(
    texts: pd.DataFrame, table: Table, declared: Sequence[Column], file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """The typed table, blanks filled with their defaults, and what is wrong with it."""
    wanted = (*declared, *(_PROVENANCE_COLUMNS if table.provenance else ()))
    problems = list(_column_problems(texts.columns, wanted, file))
    typed: dict[str, Any] = {}
    for column in wanted:
        if column.name in texts:
            typed[column.name], found = _typed(texts[column.name], column, file)
            problems += found
        elif column.name == "recalled":
            typed[column.name] = pd.Series("", index=texts.index, dtype=object)
    frame = pd.DataFrame(typed, index=texts.index)
    problems += _duplicate_keys(frame, table, file)
    if "year" in typed and table.provenance:
        wrong = frame["year"][~frame["year"].str.fullmatch(_YEARS) & (frame["year"] != "")]
        year = _PROVENANCE_COLUMNS[1]
        problems += _cells(file, year, wrong, "is not a year", "a year, or years 2009-2023")
    if "recalled" in typed:
        problems += _recalled_problems(frame["recalled"], [c.name for c in declared], file)
    return frame, problems


def limits(values: pd.Series, column: Column, file: str) -> list[Problem]:
    """Cells beyond the column's limits or outside its allowed words; the index is the row."""
    bad = pd.Series(False, index=values.index)
    allowed = bounds(column)
    if column.kind == "text":
        if column.allowed:
            bad = ~values.isin([*column.allowed, _default(column)])
        return list(_cells(file, column, values[bad], "is not allowed", allowed, column.allowed))
    if column.low is not None:
        bad |= values < column.low
    if column.high is not None:
        bad |= values > column.high
    return list(_cells(file, column, values[bad], "is out of range", allowed))


def bounds(column: Column) -> str:
    """What a cell may hold, in words: `whole, 1 to 5`."""
    if column.allowed:
        return listed(column.allowed, 20)
    if column.kind == "flag":
        return "0 or 1"
    low, high = column.low, column.high
    span = (
        f"{low:g} to {high:g}"
        if low is not None and high is not None
        else f"at least {low:g}"
        if low is not None
        else f"at most {high:g}"
        if high is not None
        else ""
    )
    kind = {"whole": "a whole number", "number": "a number", "text": "a text"}[column.kind]
    return f"{kind}, {span}" if span else kind


def _default(column: Column) -> Any:
    if column.default is REQUIRED:
        return None
    return "" if column.kind == "text" and column.default is None else column.default


def _column_problems(
    present: Iterable[str], wanted: Sequence[Column], file: str
) -> Iterator[Problem]:
    names = [column.name for column in wanted]
    optional = {"recalled"}
    missing = [name for name in names if name not in set(present) | optional]
    unknown = [name for name in present if name not in names]
    for name in unknown:
        near = nearest(name, missing or names)
        yield Problem(
            file, f"row 1, column {name}", "unknown column", allowed=listed(names), nearest=near
        )
    for name in missing:
        yield Problem(file, f"row 1, column {name}", "is missing", allowed="it is required")


def _typed(cells: pd.Series, column: Column, file: str) -> tuple[pd.Series, list[Problem]]:
    cells = cells.str.strip() if column.kind != "text" else cells
    blank = cells == ""
    problems: list[Problem] = []
    if column.default is REQUIRED and blank.any():
        problems += _cells(file, column, cells[blank], "is blank", bounds(column))
    if column.kind == "text":
        values = cells.where(~blank, "" if _default(column) is None else _default(column))
        return values, problems + limits(values[~blank], column, file)
    numbers = pd.to_numeric(cells.mask(blank), errors="coerce").astype(float)
    bad = ~blank & ~np.isfinite(numbers)
    problems += _cells(file, column, cells[bad], "is not a finite number", bounds(column))
    good = ~blank & ~bad
    if column.kind in ("whole", "flag"):
        allowed = (numbers % 1 == 0) if column.kind == "whole" else numbers.isin([0, 1])
        message = "is not a whole number" if column.kind == "whole" else "is not 0 or 1"
        problems += _cells(file, column, cells[good & ~allowed], message, bounds(column))
        good &= allowed
    problems += limits(numbers[good], column, file)
    default = np.nan if column.default in (REQUIRED, None) else column.default
    numbers = numbers.mask(blank, default)
    whole = column.kind in ("whole", "flag") and np.isfinite(numbers).all()
    return numbers.astype("int64") if whole else numbers, problems


def _cells(
    file: str,
    column: Column,
    bad: pd.Series,
    message: str,
    allowed: str,
    words: Iterable[str] = (),
) -> Iterator[Problem]:
    for row, value in list(bad.items())[:MOST_PER_COLUMN]:
        place = f"row {row}, column {column.name}"
        near = nearest(value, words) if words else ""
        yield Problem(file, place, message, None if value == "" else value, allowed, near)
    if len(bad) > MOST_PER_COLUMN:
        more = f"{len(bad) - MOST_PER_COLUMN} more rows: {message}"
        yield Problem(file, f"column {column.name}", more, allowed=allowed)


def _duplicate_keys(frame: pd.DataFrame, table: Table, file: str) -> Iterator[Problem]:
    key = list(table.key)
    if not set(key) <= set(frame.columns):
        return
    twice = frame[frame.duplicated(key, keep="first")]
    for row, values in list(twice[key].iterrows())[:MOST_PER_COLUMN]:
        same = frame[(frame[key] == values).all(axis=1)].index[0]
        found = "/".join(str(value) for value in values)
        message = f"repeats the key of row {same}"
        yield Problem(file, f"row {row}, column {'/'.join(key)}", message, found, "each key once")


def _recalled_problems(recalled: pd.Series, names: Sequence[str], file: str) -> Iterator[Problem]:
    for written in recalled[recalled != ""].unique():
        for name in written.split(";"):
            if name.strip() not in names:
                row = recalled.index[recalled == written][0]
                yield Problem(
                    file,
                    f"row {row}, column recalled",
                    "names no column",
                    name.strip(),
                    listed(names),
                    nearest(name.strip(), names),
                )
