"""`grants.csv` and `funds.csv`: who pays for the investment, beside its own owners."""

from typing import Any

import pandas as pd

from models.case import Case
from planner.limits.capital import eligible_musd
from planner.results.columns import shaped
from planner.solve.solution import table

NONE = 1e-9
"""Less than a thousandth of a dollar is nothing."""


def grants(case: Case, m: Any, budget: pd.DataFrame) -> pd.DataFrame:
    """What each programme pays, by item and period, beside what it could pay for."""
    rows = table(m.granted_musd, "programme_id", "item", "period")
    rows = rows[rows["value"] > NONE].rename(columns={"value": "granted_musd"})
    eligible = eligible_musd(case, budget)
    keys = zip(rows["programme_id"], rows["item"], rows["period"], strict=True)
    rows["eligible_musd"] = [eligible.get(key, 0.0) for key in keys]
    pairs = zip(rows["programme_id"], rows["item"], strict=True)
    rows["share_max_frac"] = [case["subsidy_share_frac"][pair] for pair in pairs]
    rows["country"] = rows["programme_id"].map(case["subsidy_country"])
    return shaped("grants", rows.sort_values(["programme_id", "period", "item"]))


def funds(case: Case, m: Any) -> pd.DataFrame:
    """What each fund pays, by item and period, and what its capital costs."""
    rows = table(m.fund_musd, "country", "fund", "item", "period")
    rows = rows[rows["value"] > NONE].rename(columns={"value": "drawn_musd"})
    pairs = zip(rows["country"], rows["fund"], strict=True)
    rows["rate_frac"] = [case["fund_rate_frac"][pair] for pair in pairs]
    return shaped("funds", rows.sort_values(["country", "period", "item", "fund"]))
