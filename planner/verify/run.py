"""A plan's folder read back: its files beside facts, scenario and coefficients made anew."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.errors import InputError, Problem
from planner.limits import Book
from planner.reading import read
from planner.results.columns import ORDER, WHEN_STATED, declared, names_of, shaped
from planner.results.write import PLAN, SCENARIO, sha256
from planner.tables import Region

KEYS = {
    "sites": ["site_id"],
    "fleet": ["site_id", "period", "system_id", "cooling_class", "design_id", "state_id",
              "workload_id"],
    "hours": ["site_id", "period", "hour_block", "system_id", "cooling_class", "state_id",
              "workload_id"],
    "training": ["job"],
    "installs": ["site_id", "period", "system_id", "cooling_class"],
    "halls": ["site_id", "period", "design_id"],
    "power": ["site_id", "period"],
    "supply": ["site_id", "period", "source_id"],
    "water": ["site_id", "water_source", "period"],
    "flows": ["site_id", "workload_id", "market_id", "period"],
    "hour_flows": ["site_id", "workload_id", "market_id", "period", "hour_block"],
    "demand": ["workload_id", "country", "market_id", "period"],
    "budget": ["country", "site_id", "period", "kind", "item"],
    "grants": ["programme_id", "item", "period"],
    "funds": ["country", "fund", "item", "period"],
    "operators": ["site_id", "period"],
    "tier_halls": ["site_id", "period", "design_id", "sovereignty_class"],
    "policies": ["rule", "where", "period"],
    "rule_costs": ["rule", "about"],
    "serving": ["system_id", "state_id", "workload_id"],
    "inputs": ["table", "key", "column"],
    "columns": ["table", "column"],
}  # fmt: skip
"""What tells the rows of a result file apart."""


@dataclass(frozen=True)
class Run:
    """A plan as its files tell it; `book` holds its tables beside the coefficients made anew."""

    document: dict[str, Any]
    context: Context
    book: Book

    @property
    def tables(self) -> Any:
        """The plan's tables by name, as DataFrames."""
        return self.book.tables


def read_run(folder: Path, region: str | Path | None) -> tuple[Run | None, list[str]]:
    """The plan in a folder, or why it cannot be read as one.

    Raises
    ------
    InputError
        The folder holds no plan at all.
    """
    document, found = _document(folder)
    scenario_file = folder / SCENARIO
    if found or not scenario_file.is_file():
        return None, found or [f"{SCENARIO}: is missing"]
    if sha256(scenario_file.read_text("utf-8")) != document.get("scenario_sha256"):
        return None, [f"{SCENARIO}: its hash is not the one in {PLAN}: it is another scenario"]
    stated = document.get("region")
    try:
        scenario, facts = read(scenario_file, region or _region(stated))
    except InputError as error:
        return None, [str(error)]
    found = _hashes(document, facts)
    tables = {}
    for name in ORDER:
        table, wrong = _table(folder, name)
        found += wrong
        tables[name] = table
    if found:
        return None, found
    case = make_case(facts, scenario)
    return Run(document, Context(facts, scenario), Book(case, scenario, tables)), []


def _document(folder: Path) -> tuple[dict[str, Any], list[str]]:
    path = folder / PLAN
    if not path.is_file():
        message = "no such folder" if not folder.is_dir() else f"holds no plan: {PLAN} is missing"
        raise InputError(Problem(str(folder), "", message, allowed="the folder of a plan"))
    try:
        document = json.loads(path.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        return {}, [f"{PLAN}: is not JSON: {error}"]
    if not isinstance(document, dict):
        return {}, [f"{PLAN}: is not an object"]
    return document, []


def _region(stated: Any) -> str | Path | None:
    """A shipped region by its name; anything else is a folder."""
    from planner import catalogue

    if stated is None or stated in catalogue.shipped_regions():
        return stated
    return Path(str(stated))


def _hashes(document: dict[str, Any], facts: Region) -> list[str]:
    stated = document.get("inputs_sha256") or {}
    return [
        f"{facts.files[name].relative_to(facts.folder.parent)}: its hash is not the one in {PLAN}: "
        "the facts have changed"
        for name, now in facts.hashes.items()
        if stated.get(name) != now
    ]


def _table(folder: Path, name: str) -> tuple[pd.DataFrame, list[str]]:
    """A result file with its columns in their kinds, and what is wrong with it."""
    file = f"{name}.csv"
    try:
        raw = pd.read_csv(folder / file, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        if name in WHEN_STATED:
            return shaped(name, pd.DataFrame()), []
        return pd.DataFrame(), [f"{file}: is missing"]
    except (ValueError, UnicodeDecodeError) as error:
        return pd.DataFrame(), [f"{file}: cannot be read: {error}"]
    wanted = names_of(name)
    if list(raw.columns) != wanted:
        return raw, [f"{file}: has the columns {', '.join(raw.columns)}; not {', '.join(wanted)}"]
    found = []
    columns: dict[str, Any] = {}
    for column in wanted:
        cells = raw[column]
        if declared()[name, column].kind == "text":
            columns[column] = cells
            continue
        numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce")
        bad = (numbers.isna() & (cells != "")) | np.isinf(numbers)
        found += [
            f"{file} line {i + 2}: {column} is {cells[i]!r}, not a number" for i in cells.index[bad]
        ]
        columns[column] = numbers
    table = pd.DataFrame(columns)
    double = table.duplicated(KEYS[name])
    found += [f"{file} line {i + 2}: the row is there twice" for i in table.index[double]]
    return table, found
