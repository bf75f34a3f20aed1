"""Who runs each site, and which halls serve one class of work alone."""

from typing import Any

import pandas as pd

from models.case import Case
from planner.results.columns import shaped
from planner.solve.solution import table


def operators(case: Case, m: Any, power: pd.DataFrame, halls: pd.DataFrame) -> pd.DataFrame:
    """`operators.csv`: the operator of every open site, by period, with the IT load it runs."""
    if not hasattr(m, "operate"):
        return shaped("operators", pd.DataFrame())
    rows = table(m.operate, "site_id", "operator")
    rows = rows.loc[rows["value"] > 0.5, ["site_id", "operator"]]
    rows["home_country"] = rows["operator"].map(case["operator_home"])
    load = halls.groupby(["site_id", "period"])["it_mw"].sum().reset_index()
    places = power[["site_id", "period"]].merge(load, how="left").fillna({"it_mw": 0.0})
    return shaped("operators", places.merge(rows, on="site_id").sort_values(["site_id", "period"]))


def tier_halls(case: Case, m: Any) -> pd.DataFrame:
    """`tier_halls.csv`: halls that only one class of work uses."""
    if not hasattr(m, "tier_halls"):
        return shaped("tier_halls", pd.DataFrame())
    rows = table(m.tier_halls, "site_id", "design_id", "sovereignty_class", "period")
    rows = rows[rows["value"] > 0.5].rename(columns={"value": "halls_count"})
    each = [case["hall_mw"][i] for i in zip(rows["site_id"], rows["design_id"], strict=True)]
    rows["hall_mw"] = rows["halls_count"] * each
    rows["cooling_class"] = rows["design_id"].map(case["cooling_class"])
    return shaped("tier_halls", rows.sort_values(["site_id", "period", "design_id"]))
