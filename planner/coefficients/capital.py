"""Coefficients of capital: lives of what is built, programmes that pay a share, funds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.physics.finance import capital_recovery_factor
from planner.coefficients.context import Context

FOREVER = float("inf")
FACILITY, RACKS = "facility_life_years", "it_life_years"
ITEMS = {
    "land": "",
    "site development": FACILITY,
    "shell": FACILITY,
    "electrical": FACILITY,
    "cooling": FACILITY,
    "water connection": FACILITY,
    "battery": FACILITY,
    "on-site plant": FACILITY,
    "backup": FACILITY,
    "interconnection": "interconnection_life_years",
    "racks": RACKS,
    "network": RACKS,
}
"""Items of capex, and the parameter with their life; land has none and lasts.

An item that is not named here lives as long as the facility.
"""


def listed(cell: str) -> tuple[str, ...]:
    """Names in a cell, separated by semicolons."""
    return tuple(name.strip() for name in str(cell).split(";") if name.strip())


def capital_values(context: Context, sites: pd.DataFrame) -> tuple[dict[str, tuple], dict]:
    """Sets and coefficients of grants and funds; nothing where the scenario states none."""
    scenario = context.scenario
    if not scenario.money.subsidies and not scenario.budget.funds:
        return {}, {}
    lives = {
        (n, item): context.parameter(life, n) if life else FOREVER
        for n in context.countries
        for item, life in {**ITEMS, "": FACILITY}.items()
    }
    rates = {n: context.discount_frac(n) for n in context.countries}
    mean = sum(rates.values()) / len(rates)  # racks are interchangeable: one rate for all
    of_racks = {item for item, life in ITEMS.items() if life == RACKS}
    grants, subsidies = _subsidies(context, sites)
    funds, fund_values = _funds(context, lives)
    return {"GRANT": grants, "FUND": funds}, {
        "item_crf_per_year": {
            (n, item): _crf(mean if item in of_racks else rates[n], life)
            for (n, item), life in lives.items()
        },
        "item_paid_in": {
            (n, item, t): paid_in(scenario.period_years, t, life)
            for (n, item), life in lives.items()
            for t in scenario.periods
        },
        **subsidies,
        **fund_values,
    }


def paid_in(years: Mapping[int, float], built: int, life: float) -> list[int]:
    """Periods whose years an investment is paid off in: its own, and those within its life."""
    return [t for t in years if t == built or (t > built and t + years[t] - built <= life)]


def _crf(rate: float, life: float) -> float:
    return float(capital_recovery_factor(rate, life))


def chosen_subsidies(context: Context) -> pd.DataFrame:
    """Programmes the scenario counts on, in the countries planned."""
    rows = context.table("subsidies")
    rows = rows[rows["programme_id"].isin(context.scenario.money.subsidies)]
    return rows[rows["country"].isin(context.countries)]


def eligible_sites(sites: pd.DataFrame, programme: Any) -> frozenset[str]:
    """Sites in the country and the areas a programme is for."""
    areas, outside = listed(programme["areas"]), listed(programme["except_areas"])
    names = ["admin1", "zone_id", "permit_region"]
    keep = sites["country"] == programme["country"]
    if areas:
        keep &= sites[names].isin(areas).any(axis=1)
    keep &= ~sites[names].isin(outside).any(axis=1)
    return frozenset(sites.loc[keep, "site_id"])


def _subsidies(context: Context, sites: pd.DataFrame) -> tuple[tuple, dict]:
    rows = chosen_subsidies(context)
    shares, caps, sets = {}, {}, []
    row: Any
    for row in rows.itertuples():
        p = str(row.programme_id)
        if not np.isnan(row.cap_local):
            caps[p] = row.cap_local / context.local_per_usd(row.country) / 1e6
        for item in listed(row.items):
            shares[p, item] = float(row.share_frac)
            sets += [
                (p, item, t) for t in context.scenario.periods if row.from_year <= t <= row.to_year
            ]
    by_id: Any = rows.set_index("programme_id")
    return tuple(sets), {
        "subsidy_share_frac": shares,
        "subsidy_cap_musd": caps,
        "subsidy_country": by_id["country"].to_dict(),
        "subsidy_sites": {str(p): eligible_sites(sites, row) for p, row in by_id.iterrows()},
    }


def _funds(context: Context, lives: Mapping[tuple[str, str], float]) -> tuple[tuple, dict]:
    budget = context.scenario.budget
    stated = {(n, f.name): f for n, funds in budget.funds.items() for f in funds}
    stated = {at: fund for at, fund in stated.items() if at[0] in context.countries}
    periods = context.scenario.periods
    groups = {
        (n, group.name): group
        for n, shares in budget.fund_shares.items()
        for group in shares
        if n in context.countries
    }
    return tuple(stated), {
        "fund_musd_max": {at: f.musd for at, f in stated.items() if f.musd is not None},
        "fund_share_max": {at: f.share_max for at, f in stated.items() if f.share_max is not None},
        "fund_rate_frac": {at: f.rate_frac for at, f in stated.items()},
        "fund_open": {
            (*at, t): 1
            for at, f in stated.items()
            for t in periods
            if (f.first_year or t) <= t <= (f.last_year or t)
        },
        "fund_use": {at: tuple(f.use) for at, f in stated.items() if f.use},
        "fund_crf_per_year": {
            (n, name, item): _crf(fund.rate_frac, life)
            for (n, name), fund in stated.items()
            for (country, item), life in lives.items()
            if country == n
        },
        "fund_group": {at: tuple(g.funds) for at, g in groups.items()},
        "fund_group_among": {
            at: tuple(g.among or [f.name for f in budget.funds[at[0]]]) for at, g in groups.items()
        },
        "fund_group_max": {at: g.max for at, g in groups.items() if g.max is not None},
        "fund_group_min": {at: g.min for at, g in groups.items() if g.min is not None},
    }
