"""`budget.csv`: every money term of the ledger, by country, site, period, kind and item."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.case import Case
from planner.results.columns import shaped
from planner.solve.solution import amounts

KINDS = {
    "capex_musd": "capex",
    "grant_musd": "capex",
    "annuity_musd": "annuity",
    "opex_musd": "opex",
}


def budget(case: Case, m: Any) -> pd.DataFrame:
    """The money of a plan. Parts sum to the totals that the rules and the objective use."""
    sites = set(case.sets["SITE"])
    rows = []
    for name, kind in KINDS.items():
        for (country, period), item, index, amount in amounts(m.ledger, name):
            site = index[0] if index and index[0] in sites else ""
            rows.append((country, site, period, kind, item, amount))
    for period, workload, index, amount in amounts(m.ledger, "revenue_musd"):
        rows.append((index[1] if index else "", "", period, "revenue", workload, amount))
    frame = pd.DataFrame(rows, columns=["country", "site_id", "period", "kind", "item", "amount"])
    key = ["country", "site_id", "period", "kind", "item"]
    sums = frame.groupby(key, as_index=False, sort=True)["amount"].sum()
    sums = sums[sums["amount"].abs() > 1e-9]
    return shaped("budget", sums.rename(columns={"amount": "amount_musd"}))


def of_sites(budget_: pd.DataFrame, last: int) -> pd.DataFrame:
    """By site: capex over the plan, and annuities and opex of the last period [M$, M$ a year]."""
    capex = budget_[budget_["kind"] == "capex"].groupby("site_id")["amount_musd"].sum()
    yearly = budget_[budget_["kind"].isin(["annuity", "opex"]) & (budget_["period"] == last)]
    return pd.DataFrame(
        {"capex_musd": capex, "yearly_musd": yearly.groupby("site_id")["amount_musd"].sum()}
    )


def capex_by_item(budget_: pd.DataFrame) -> dict[str, float]:
    """M$ invested over the plan by item, the largest first; grants are items below zero."""
    capex = budget_[budget_["kind"] == "capex"].groupby("item")["amount_musd"].sum()
    return {str(item): float(musd) for item, musd in capex.sort_values(ascending=False).items()}


def money(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """`money` of plan.json: capex in all, by item, and per MW at the meter in the last period."""
    items = capex_by_item(tables["budget"])
    power = tables["power"]
    last = power[power["period"] == power["period"].max()]
    mw, capex = float(last["facility_mw"].sum()), sum(items.values())
    return {
        "capex_musd": capex,
        "capex_musd_per_mw": capex / mw if mw > 1e-9 else None,
        "capex_musd_by_item": items,
    }
