"""The day: its blocks, how demand is spread over them, and what share of it a rack works."""

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from planner.coefficients.context import Context
from planner.errors import refuse

WHOLE_DAY = "peak"
"""The only block where no daily shape is stated: everything is sized at the peak."""

USUAL_PEAK_TO_MEAN = 1.6
"""Peak over mean demand where the scenario states neither that nor a daily shape."""

WHOLE = "the same blocks for every country and kind, 24 hours together, levels above 0"


class Day(NamedTuple):
    """Blocks with their share of the day; levels by workload, country and block; peaks, work."""

    hour_frac: dict[str, float]
    level_frac: dict[tuple[str, str, str], float]
    peak_to_mean: dict[str, float]
    work_frac: dict[tuple[str, str], float]


def patient(workloads: pd.DataFrame) -> pd.Series:
    """Which workloads have no latency limit, so that their tokens may be made at any hour."""
    return pd.Series(np.isinf(workloads["tpot_ms"].astype(float)), workloads.index)


def day_of(context: Context) -> Day:
    """The scenario's daily shape, or one block in which all demand is at its peak."""
    name = context.scenario.demand.daily_shape
    return _one_block(context) if name is None else _shaped(context, name)


def hours(rows: pd.DataFrame) -> pd.Series:
    """Length of each block in hours; one that ends where it begins is the whole day."""
    length = (rows["to_h"] - rows["from_h"]) % 24
    return length.where(length > 0, 24.0)


def broken_days(rows: pd.DataFrame, countries: Iterable[str], kinds: Iterable[str]) -> list[tuple]:
    """(country, kind) whose blocks are not those of the shape, 24 hours with some demand."""
    blocks = set(zip(rows["hour_block"], rows["from_h"], rows["to_h"], strict=True))
    broken = []
    for n, kind in product(countries, kinds):
        part = rows[(rows["country"] == n) & (rows["demand_kind"] == kind)]
        same = set(zip(part["hour_block"], part["from_h"], part["to_h"], strict=True)) == blocks
        if not same or abs(hours(part).sum() - 24) > 1e-6 or part["level_frac"].sum() <= 0:
            broken.append((n, kind))
    return broken


def _refuse_broken(context: Context, rows: pd.DataFrame, kinds: Iterable[str]) -> None:
    origin = context.scenario.origin
    refuse(
        [
            origin.problem(
                ("demand", "daily_shape"),
                f"has no whole day of {kind} demand in {n} in table daily_shapes",
                value=context.scenario.demand.daily_shape,
                allowed=WHOLE,
            )
            for n, kind in broken_days(rows, context.countries, kinds)
        ]
    )


def _one_block(context: Context) -> Day:
    rows, stated = context.workloads, context.scenario.demand.peak_to_mean_ratio
    usual = np.where(patient(rows), 1.0, USUAL_PEAK_TO_MEAN if stated is None else stated)
    peak = pd.Series(usual, rows.index)
    if "peak_to_mean_ratio" in rows:
        peak = rows["peak_to_mean_ratio"].astype(float).fillna(peak)
    peaks = {str(w): float(ratio) for w, ratio in peak.items()}
    work = {(w, WHOLE_DAY): 1 / ratio for w, ratio in peaks.items()}
    return Day({WHOLE_DAY: 1.0}, {}, peaks, work)


def _shaped(context: Context, name: str) -> Day:
    """Levels are relative: each country and kind of demand is brought to a mean of one."""
    table = context.table("daily_shapes")
    rows = table[(table["shape_id"] == name) & table["country"].isin(context.countries)]
    _refuse_broken(context, rows, sorted(set(context.workloads["demand_kind"])))
    rows = rows.assign(_h=hours(rows)).sort_values("from_h", kind="stable")
    length = rows.drop_duplicates("hour_block").set_index("hour_block")["_h"]
    hour_frac = {str(h): float(x) / 24 for h, x in length.items()}
    level: dict[tuple[str, str, str], float] = {}
    workloads = context.workloads
    for w, kind in workloads.loc[~patient(workloads), "demand_kind"].items():
        for n, part in rows[rows["demand_kind"] == kind].groupby("country"):
            mean = float((part["_h"] * part["level_frac"]).sum() / part["_h"].sum())
            for h, x in zip(part["hour_block"], part["level_frac"], strict=True):
                level[str(w), str(n), str(h)] = float(x) / mean
    peak = dict.fromkeys((str(w) for w in workloads.index), 1.0)
    for (w, _, _), x in level.items():
        peak[w] = max(peak[w], x)
    work = {(w, h): frac for w in peak for h, frac in hour_frac.items()}
    return Day(hour_frac, level, peak, work)
