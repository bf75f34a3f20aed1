"""The blocks of the day: racks at work in each, and the tokens sent from site to market.

Both tables are empty where the scenario states no daily shape: `fleet.csv` and `flows.csv` then
tell everything.
"""

from typing import Any

import pandas as pd

from models.case import Case
from planner.results.columns import shaped
from planner.results.fleet import LEAST, made_and_drawn, on_training
from planner.results.sent import WAY
from planner.solve.solution import table

MODE = ["site_id", "period", "hour_block", "system_id", "cooling_class", "state_id", "workload_id"]


def hour_flows(case: Case, sent: pd.DataFrame) -> pd.DataFrame:
    """`hour_flows.csv`: tokens/s from site to market while a block lasts; `sent` has their mean."""
    if not has_shape(case):
        return shaped("hour_flows", pd.DataFrame())
    rows = sent[sent["value"] > LEAST]
    share = rows["hour_block"].map(case["hour_frac"])
    return shaped("hour_flows", _in_order(case, rows.assign(
        hours_h=24 * share, tokens_per_s=rows["value"] * 1e6 / share
    ), WAY))  # fmt: skip


def hours(case: Case, m: Any, sent: pd.DataFrame) -> pd.DataFrame:
    """`hours.csv`: racks at work in each block of the day, what they make and draw."""
    if not has_shape(case):
        return shaped("hours", pd.DataFrame())
    names = ("site_id", "system_id", "cooling_class", "state_id", "workload_id", "period")
    rows = table(m.work, *names, "hour_block")
    training = [on_training(m).assign(hour_block=h) for h in case.sets["HOUR"]]
    rows = pd.concat([rows[rows["value"] > LEAST], *training], ignore_index=True)
    rows = made_and_drawn(case, rows.rename(columns={"value": "racks_at_work_count"}))
    key = ["site_id", "workload_id", "period", "hour_block"]
    rows = rows.join(sent.groupby(key)["tokens_per_s"].sum().rename("_sent"), on=key)
    made = rows.groupby(key)["peak_tokens_per_s"].transform("sum")
    delivered = rows["_sent"].fillna(0.0) * rows["peak_tokens_per_s"] / made.where(made > 0)
    length = 24 * rows["hour_block"].map(case["hour_frac"])
    rows = rows.assign(hours_h=length, tokens_per_s=delivered.fillna(0.0))
    return shaped("hours", _in_order(case, rows, MODE))


def has_shape(case: Case) -> bool:
    """Whether the day has more than one block."""
    return len(case.sets["HOUR"]) > 1


def _in_order(case: Case, rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Sorted by key, the blocks as they follow each other in the day."""
    place = {h: i for i, h in enumerate(case.sets["HOUR"])}
    return rows.sort_values(
        key, key=lambda c: c.map(place) if c.name == "hour_block" else c, kind="stable"
    )
