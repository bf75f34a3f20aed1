"""One CSV of facts against its declared columns: every problem with its row and column.

Written out with vectorised comparisons, about a hundred lines; a schema library would say the same
in its own words and its own exceptions, which would have to be translated back.
"""

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from models.columns import CONFIDENCE, REQUIRED, Column, Table
from planner.errors import Problem, listed, nearest

NEWLINE = b"\n"
MOST_PER_COLUMN = 20
"""Bad cells listed per column and kind of problem; enough to see the pattern."""

_YEARS = re.compile(r"\d{4}(-\d{4})?")
_YEAR = Column("", "year", "year, or years, the values hold for", "text")
_PROVENANCE_COLUMNS = (
    Column("", "source", "where the row's values are from", "text"),
    _YEAR,
    Column("", "licence", "licence of the source", "text"),
    Column("", "confidence", "how sure the row is", "text", allowed=CONFIDENCE),
    Column("", "recalled", "columns weaker than the row, separated by ;", "text", default=""),
)


@dataclass(frozen=True)
class Texts:
    """A CSV as written, by column; `rows` counts as a spreadsheet does, the header being 1."""

    rows: np.ndarray
    cells: dict[str, tuple[str, ...]]


def parse(raw: bytes, file: str) -> tuple[Texts | None, list[Problem]]:
    """The cells of a CSV, or what keeps it from being read."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"row {raw.count(NEWLINE, 0, error.start) + 1}"
        found = raw[error.start : error.start + 1]
        return None, [Problem(file, place, "is not UTF-8", found, "text in UTF-8")]
    try:
        lines = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        return None, [Problem(file, "", f"is not a CSV file: {error}")]
    if not lines or not any(lines[0]):
        return None, [Problem(file, "", "is empty", allowed="a header and rows")]
    header, *body = lines
    problems = list(_header_problems(header, file))
    rows = np.array([n for n, cells in enumerate(body, start=2) if cells])
    body = list(filter(None, body))
    if not body and not problems:
        problems.append(Problem(file, "", "has a header but no rows", allowed="at least one row"))
    if not problems and set(map(len, body)) != {len(header)}:
        for row, cells in zip(rows, body, strict=True):
            if len(cells) != len(header):
                message = f"has {len(cells)} cells, the header {len(header)}"
                problems.append(Problem(file, f"row {row}", message))
    if problems:
        return None, problems
    columns = zip(header, zip(*body, strict=True), strict=True)
    return Texts(rows, dict(columns)), []


def _header_problems(header: Sequence[str], file: str) -> Iterator[Problem]:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        yield Problem(file, "row 1", "is not separated by commas", header[0], "commas")
        return
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        yield Problem(file, f"row 1, column {name}", "is stated twice", allowed="each column once")


def check(
    texts: Texts, table: Table, declared: Sequence[Column], file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """The typed table, blanks filled with their defaults, and what is wrong with it."""
    wanted = (*declared, *(_PROVENANCE_COLUMNS if table.provenance else ()))
    problems = list(_column_problems(texts.cells, wanted, file))
    typed: dict[str, np.ndarray] = {}
    for column in wanted:
        if column.name in texts.cells:
            cells = _Cells(file, column, texts.rows, texts.cells[column.name])
            typed[column.name] = cells.typed(problems)
        elif column.name == "recalled":
            typed[column.name] = np.full(len(texts.rows), "", dtype=object)
    frame = pd.DataFrame(typed, index=texts.rows)
    if not _all_differ(typed, table.key):
        problems += _duplicate_keys(frame, table, file)
    if "recalled" in typed:
        problems += _recalled_problems(typed, texts.rows, [c.name for c in declared], file)
    return frame, problems


def beyond(values: np.ndarray, column: Column) -> np.ndarray:
    """Which values the column's limits, or its closed list of words, do not allow."""
    if column.kind == "text":
        return np.array([bool(column.allowed) and v not in column.allowed for v in values])
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    return (values < low) | (values > high)


def bounds(column: Column) -> str:
    """What a cell may hold, in words: `whole, 1 to 5`."""
    if column is _YEAR:
        return "a year, or years such as 2009-2023"
    if column.allowed:
        return listed(column.allowed, 20)
    if column.kind == "flag":
        return "0 or 1"
    low, high = column.low, column.high
    if low is not None and high is not None:
        span = f", {low:g} to {high:g}"
    else:
        span = f", at least {low:g}" if low is not None else ""
        span += f", at most {high:g}" if high is not None else ""
    kind = {"whole": "a whole number", "number": "a number", "text": "a text"}[column.kind]
    return kind + span


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


@dataclass(frozen=True)
class _Cells:
    """One column of one file, on its way from texts to values."""

    file: str
    column: Column
    rows: np.ndarray
    texts: tuple[str, ...]

    def typed(self, problems: list[Problem]) -> np.ndarray:
        """The values, blanks filled; what is wrong is added to the problems."""
        return self._words(problems) if self.column.kind == "text" else self._numbers(problems)

    def _words(self, problems: list[Problem]) -> np.ndarray:
        words, blank = self.column.allowed, self._blank(problems)
        if self.column is _YEAR:
            bad = ~blank & self._each(lambda text: not _YEARS.fullmatch(text))
        else:
            bad = ~blank & self._each(lambda text: bool(words) and text not in words)
        if bad.any():
            problems += self._problems(bad, "is not allowed")
        texts = np.array(self.texts, dtype=object)
        texts[blank] = _default(self.column) or ""
        return texts

    def _numbers(self, problems: list[Problem]) -> np.ndarray:
        column, kind = self.column, self.column.kind
        try:
            values = np.array(list(map(float, self.texts)))
            blank = np.zeros(len(values), dtype=bool)
        except ValueError:
            values = np.array([_number(text) for text in self.texts])
            blank = self._blank(problems)
        checks = [
            (~np.isfinite(values), "is not a finite number"),
            (kind == "whole" and values != np.floor(values), "is not a whole number"),
            (kind == "flag" and ~np.isin(values, (0, 1)), "is not 0 or 1"),
            (beyond(values, column), "is out of range"),
        ]
        seen = blank.copy()
        for bad, message in checks:
            new = bad & ~seen
            if new.any():
                problems += self._problems(new, message)
                seen |= bad
        values[blank] = np.nan if _default(column) is None else _default(column)
        whole = kind in ("whole", "flag") and bool(np.isfinite(values).all())
        return values.astype("int64") if whole else values

    def _blank(self, problems: list[Problem]) -> np.ndarray:
        blank = self._each(lambda text: not text.strip())
        if self.column.default is REQUIRED and blank.any():
            problems += self._problems(blank, "is blank")
        return blank

    @cached_property
    def _distinct(self) -> set[str]:
        return set(self.texts)

    def _each(self, wrong: Callable[[str], bool]) -> np.ndarray:
        """Which cells hold a text that is wrong; each distinct text is asked about once."""
        found = {text for text in self._distinct if wrong(text)}
        if not found:
            return np.zeros(len(self.texts), dtype=bool)
        return np.array([text in found for text in self.texts])

    def _problems(self, bad: np.ndarray, message: str) -> Iterator[Problem]:
        column, allowed = self.column, bounds(self.column)
        for at in np.flatnonzero(bad)[:MOST_PER_COLUMN]:
            row, text = self.rows[at], self.texts[at]
            place = f"row {row}, column {column.name}"
            near = nearest(text, column.allowed) if column.allowed else ""
            yield Problem(self.file, place, message, text or None, allowed, near)
        more = int(bad.sum()) - MOST_PER_COLUMN
        if more > 0:
            yield Problem(self.file, f"column {column.name}", f"{more} more rows: {message}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _all_differ(typed: Mapping[str, np.ndarray], key: Sequence[str]) -> bool:
    """Whether no two rows surely have the same key; of keys with blanks it is not told."""
    parts = [typed[name] for name in key if name in typed]
    blank = any(part.dtype.kind == "f" and np.isnan(part).any() for part in parts)
    if blank or len(parts) < len(key):
        return False
    return len(set(zip(*map(np.ndarray.tolist, parts), strict=True))) == len(parts[0])


def _duplicate_keys(frame: pd.DataFrame, table: Table, file: str) -> Iterator[Problem]:
    key = list(table.key)
    if not set(key) <= set(frame.columns):
        return
    twice = frame.index[frame.duplicated(key, keep="first")]
    for row, values in frame.loc[twice[:MOST_PER_COLUMN], key].iterrows():
        same = frame[(frame[key] == values).all(axis=1)].index[0]
        found = "/".join(str(value) for value in values)
        message = f"repeats the key of row {same}"
        yield Problem(file, f"row {row}, column {'/'.join(key)}", message, found, "each key once")


def _recalled_problems(
    typed: Mapping[str, np.ndarray], rows: np.ndarray, names: Sequence[str], file: str
) -> Iterator[Problem]:
    recalled = typed["recalled"].tolist()
    for written in dict.fromkeys(recalled):
        for name in written.split(";"):
            if written and name.strip() not in names:
                row = rows[recalled.index(written)]
                yield Problem(
                    file,
                    f"row {row}, column recalled",
                    "names no column",
                    name.strip(),
                    listed(names),
                    nearest(name.strip(), names),
                )
