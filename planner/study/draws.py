"""Inputs that a sample draws because they are uncertain: what the facts say of their own errors."""

from typing import Any

import numpy as np
import pandas as pd

from models.columns import Column
from planner import catalogue
from planner.coefficients.context import Context
from planner.errors import InputError, listed, nearest, refuse
from planner.facts import RECALLED, recalled_cells
from planner.reading import read
from planner.scenario import Scenario
from planner.study.schema import Study
from planner.tables import Region
from planner.throughput.measured import shipped_folder

OWN_ENDS = ("parameters", "throughput_coefficients")
"""Tables whose rows state the ends of their values."""

PLACES = ("deg", "degc", "year", "years", "h", "kv", "index")
"""Units of places, dates, scales and classes: a share of them says nothing."""


def with_draws(study: Study, scenario: Scenario, region: Region) -> Study:
    """The study with the inputs that `draw` stands for among those it draws; stated ones stay.

    throughput: measured over predicted tokens/s by kind, between the ends that hold 80 % of
    held-out measurements (data/throughput/throughput_intervals.csv); recalled: each parameter of
    the region that is recalled or assumed, between its own low and high, and for each table that
    `recalled_error_frac` names, all such cells of a column together, by a factor.
    """
    found: dict[str, list[Any]] = {}
    if "throughput" in study.draw:
        found.update(_throughput())
    if "recalled" in study.draw:
        _, facts = read(scenario, region)
        found.update(_recalled(Context(facts, scenario)))
        found.update(_off_by(study, facts))
    over = {**{path: ends for path, ends in found.items() if path not in study.over}, **study.over}
    if not over:
        raise InputError(study.origin.problem(("draw",), "finds no uncertain input"))
    grown = study.model_copy(update={"over": over})
    grown.keep_origin(study)
    return grown


def _throughput() -> dict[str, list[float]]:
    rows = pd.read_csv(shipped_folder() / "throughput_intervals.csv")
    rows = rows[rows["quantity"] == "tokens_per_s"]
    return {
        f"serving.measured_over_predicted.{kind}": [float(low), float(high)]
        for kind, low, high in zip(rows["kind"], rows["low_frac"], rows["high_frac"], strict=True)
    }


def _recalled(context: Context) -> dict[str, list[float]]:
    rows = context.table("parameters")
    here = rows["scope"].isin(["*", *context.countries])
    rows = rows[recalled_cells(rows, "value") & here & (rows["low"] < rows["high"])]
    return {
        f"parameters[{scope}/{name}].value": [float(low), float(high)]
        for scope, name, low, high in zip(
            rows["scope"], rows["parameter"], rows["low"], rows["high"], strict=True
        )
    }


def _off_by(study: Study, region: Region) -> dict[str, list[Any]]:
    """By column, factors on its recalled and assumed cells that leave all of them within limits."""
    found: dict[str, list[Any]] = {}
    problems = []
    tables = [name for name in region.tables if name not in OWN_ENDS]
    for name, error_frac in study.recalled_error_frac.items():
        if name not in tables:
            where = ("recalled_error_frac", name)
            said = "is a table with ends of its own" if name in OWN_ENDS else "is no table"
            near = nearest(name, tables)
            problems.append(study.origin.problem(where, said, allowed=listed(tables), nearest=near))
            continue
        key = catalogue.tables()[name].key
        for column in catalogue.columns()[name]:
            ends = _factors(region.tables[name], column, error_frac)
            if column.name not in key and ends:
                found[f"{name}[{RECALLED}].{column.name}"] = [f"*{end:.5g}" for end in ends]
    refuse(problems)
    return found


def _factors(frame: pd.DataFrame, column: Column, error_frac: float) -> tuple[float, ...]:
    """The least and greatest factor; none where a factor makes no sense or changes nothing."""
    if column.kind != "number" or column.name.rsplit("_", 1)[-1] in PLACES:
        return ()
    cells = frame.loc[recalled_cells(frame, column.name), column.name].astype(float)
    cells = cells[np.isfinite(cells) & (cells > 0)]
    if cells.empty:
        return ()
    low, high = 1 - error_frac, 1 + error_frac
    if column.low is not None:
        low = max(low, column.low / cells.min())
    if column.high is not None:
        high = min(high, column.high / cells.max() * (1 - 1e-4))  # below it when rounded, too
    return (low, high) if low < high else ()
