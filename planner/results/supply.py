"""`supply.csv`: what the grid and each other source supply to every open site, by period."""

from typing import Any

import pandas as pd

from models.blocks.supply import BATTERY, HOURS_PER_YEAR, ONSITE, PPA
from models.case import Case
from planner.results.columns import shaped
from planner.solve.solution import table

GRID, BACKUP = "grid", "backup"
LEAST_MW = 1e-6
"""Capacity and energy below which a value is the solver's rounding."""


def supply(case: Case, m: Any, opened: pd.DataFrame) -> pd.DataFrame:
    """Capacity, share of the design hour, energy, cost and carbon by source."""
    at = list(zip(opened["site_id"], opened["period"], strict=True))
    rows = [*_grid(case, m, at), *_sources(case, m, set(at)), *_backup(case, m, set(at))]
    frame = pd.DataFrame(rows, columns=ROW)
    carbon = frame["energy_mwh_per_year"] * frame["gco2_per_kwh"] / 1e3
    frame["carbon_t_per_year"] = carbon + 0.0  # no -0 in the files
    return shaped("supply", frame.sort_values(["site_id", "period", "source_id"], kind="stable"))


ROW = [
    "site_id", "period", "source_id", "capacity_mw", "carried_mw", "energy_mwh_per_year",
    "gco2_per_kwh", "cost_musd_per_year",
]  # fmt: skip


def _grid(case: Case, m: Any, at: list[tuple[str, int]]) -> list[tuple]:
    built: dict[tuple, float] = dict.fromkeys(at, 0.0)
    for s, step, t in case.sets["STEP_PERIOD"]:
        if (s, t) in built and m.connect[s, step, t]() > 0.5:
            built[s, t] += case["step_mw"][s, step]
    rows = []
    for s, t in at:
        peak, mean = (max(float(x[s, t]()), 0.0) for x in (m.grid_mw, m.grid_mean_mw))
        cost = grid_cost_musd(case, s, peak, mean * HOURS_PER_YEAR, built[s, t])
        factor = case["emission_gco2_per_kwh"][s]
        rows.append((s, t, GRID, built[s, t], peak, mean * HOURS_PER_YEAR, factor, cost))
    return rows


def grid_cost_musd(case: Case, s: str, peak_mw: float, mwh: float, connected_mw: float) -> float:
    """Energy and demand charge of a year [M$]."""
    billed = max(peak_mw, case["billed_floor_frac"].get(s, 0.0) * connected_mw)
    demand = case["demand_usd_per_kw_year"][s] / 1e3 * billed
    return demand + case["energy_usd_per_mwh"][s] / 1e6 * mwh


def _sources(case: Case, m: Any, at: set[tuple]) -> list[tuple]:
    index = ("site_id", "source_id", "period")
    capacity = table(m.supply_mw, *index)
    used = {i: max(float(m.used_mw[i]()), 0.0) for i in m.used_mw}
    firm: dict[tuple, float] = {}
    for s, e, t, mw in capacity.itertuples(index=False):
        if case["supply_kind"][e] == ONSITE:
            firm[s, t] = firm.get((s, t), 0.0) + case["supply_firm_frac"][e] * max(mw, 0.0)
    rows = []
    for s, e, t, mw in capacity.itertuples(index=False):
        if (s, t) not in at or mw <= LEAST_MW:
            continue
        carried, mean = 0.0, used.get((s, e, t), 0.0)
        if case["supply_kind"][e] == ONSITE and firm[s, t] > LEAST_MW:
            share = case["supply_firm_frac"][e] * mw / firm[s, t]
            carried = share * max(float(m.onsite_mw[s, t]()), 0.0)
        if case["supply_kind"][e] == BATTERY:
            mean = -case["battery_loss_frac"][s, e] * mw
        mwh = mean * HOURS_PER_YEAR
        cost = source_cost_musd(case, s, e, mw, max(mwh, 0.0))
        rows.append((s, t, e, mw, carried, mwh, source_gco2(case, e), cost))
    return rows


def source_gco2(case: Case, e: str) -> float:
    """Carbon of a source [g/kWh]; that of what a battery loses is in the grid's row."""
    return 0.0 if case["supply_kind"][e] == BATTERY else case["supply_gco2_per_kwh"][e]


def source_cost_musd(case: Case, s: str, e: str, mw: float, mwh: float) -> float:
    """Annuity, upkeep, purchase, fuel and wheeling of a year, less what a battery earns [M$]."""
    rate = case["supply_crf_per_year"][e] + case["supply_upkeep_frac_per_year"][e]
    land = case["land_musd_per_m2"][s] * case["supply_m2_per_mw"][e] * case["discount_frac"][s]
    cost = rate * case["supply_musd_per_mw"][e] * mw
    cost += land * mw if case["supply_musd_per_mw"][e] > 0 else 0.0
    cost += case["supply_used_usd_per_mwh"][e] * mwh / 1e6
    if case["supply_kind"][e] == PPA:
        made = HOURS_PER_YEAR * case["supply_output_frac"][e] * mw
        cost += case["supply_usd_per_mwh"][e] * made / 1e6
    if case["supply_kind"][e] == BATTERY:
        cost -= case["battery_usd_per_mw_year"][s, e] / 1e6 * mw
    return cost


def _backup(case: Case, m: Any, at: set[tuple]) -> list[tuple]:
    rows = []
    for s, t, units in table(m.backup_units, "site_id", "period").itertuples(index=False):
        if (s, t) in at and units > 0.5:
            mw = round(units) * case["backup_unit_mw"][s]
            rows.append((s, t, BACKUP, mw, 0.0, 0.0, 0.0, backup_cost_musd(case, s, mw)))
    return rows


def backup_cost_musd(case: Case, s: str, mw: float) -> float:
    """Annuity and upkeep of backup sets in a year [M$]."""
    rate = case["facility_crf_per_year"][s] + case["maintenance_facility_frac"][s]
    return rate * case["backup_musd_per_mw"][s] * mw
