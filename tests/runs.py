"""Plans read back from their files, and changed, for what the verifier says of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.limits import Book
from planner.reading import read
from planner.verify import read_run
from planner.verify.run import Run


def read_back(folder: Path) -> Run:
    """The plan of a folder, nothing wrong with its files."""
    found, wrong = read_run(folder, None)
    assert wrong == []
    assert found is not None
    return found


def with_table(run: Run, name: str, table: pd.DataFrame) -> Run:
    """The run with another table in the place of one of its own."""
    return replace(run, book=Book(run.book.case, run.book.scenario, {**run.tables, name: table}))


def held_against(run: Run, values: Mapping[str, Any]) -> Run:
    """The same tables as an answer to another scenario."""
    scenario, region = read(values, region=run.context.region)
    book = Book(make_case(region, scenario), scenario, run.tables)
    return replace(run, context=Context(region, scenario), book=book)


def tightened(run: Run, dotted: str, value: Any) -> Run:
    """The plan held against its scenario with one value changed."""
    data = run.context.scenario.model_dump(exclude_none=True)
    head, _, fact = dotted.partition("facts.")
    parts: list[Any] = ["facts", fact] if fact else head.split(".")
    parts = [int(part) if part.isdigit() else part for part in parts]
    at: Any = data
    for part in parts[:-1]:
        at = at[part]
    at[parts[-1]] = value
    return held_against(run, data)
