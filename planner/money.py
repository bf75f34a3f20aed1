"""Coefficients that are money alone: what they say changes no bound that money has no part in.

The bound of a relaxation with prices y of its rows is that of every model with the same columns in
the rows that have a price (weak duality). Prices of racks, power, land and capital enter a few rows
alone, those of ceilings on money and of its sums. Where none of these has a price and the objective
is none of money, the bound of before is one of after, too.
"""

import numpy as np

from models.case import Case
from planner.solve.compile import Compiled
from planner.solve.sift import Relaxed
from planner.solve.split import Split

COEFFICIENTS = {
    "backup_musd_per_mw",
    "battery_usd_per_mw_year",
    "cooling_musd_per_hall",
    "demand_usd_per_kw_year",
    "discount_frac",
    "electrical_musd_per_hall",
    "energy_usd_per_mwh",
    "facility_crf_per_year",
    "interconnection_crf_per_year",
    "land_musd_per_m2",
    "maintenance_facility_frac",
    "maintenance_it_frac",
    "network_frac",
    "rack_crf_per_year",
    "rack_musd",
    "shell_musd_per_hall",
    "site_musd",
    "staff_usd_per_year",
    "step_musd",
    "supply_crf_per_year",
    "supply_musd_per_mw",
    "supply_upkeep_frac_per_year",
    "supply_usd_per_mwh",
    "supply_used_usd_per_mwh",
    "water_usd_per_m3",
}
"""Those that are entries of such rows and nothing else."""

SUM = "sum_of_cost_present"
"""A row of money that every model has."""

ROWS = ("capex_", "opex_", "cost_ceiling", SUM, "fund_", "subsidy_")
"""How the names of these rows begin."""

EXACT_FRAC = 1e-7
"""A bound as near to what the relaxation reaches is the one that its prices give."""


def only_money(before: Case, after: Case) -> bool:
    """Whether two cases differ in such coefficients alone."""
    old, new = before.values, after.values
    same = before.sets == after.sets and set(old) == set(new)
    return same and all(
        set(old[name]) == set(new[name]) if name in COEFFICIENTS else old[name] == new[name]
        for name in new
        if new[name] is not old[name]
    )


def limits_nothing(compiled: Compiled) -> bool:
    """Whether money is summed up and no more, so that what plans there are does not hang on it."""
    matrix, totals = compiled.matrix, [compiled.column[name] for name in ("cost_present", "npv")]
    summed = {compiled.row_names[i] for i in matrix[:, totals].indices}
    rows = [name for name in compiled.row_names if name.startswith(ROWS)]
    return rows == [SUM] and summed == {SUM, "sum_of_npv"}


def unpriced(compiled: Compiled, parts: Split, relaxed: Relaxed) -> bool:
    """Whether the bound of a relaxation has nothing to do with money."""
    if relaxed.row_dual is None or relaxed.bound - relaxed.value > EXACT_FRAC * abs(relaxed.value):
        return False
    rows = np.array([name.startswith(ROWS) for name in compiled.row_names])
    return not relaxed.row_dual[rows].any() and bool((parts.of_row[rows] < 0).all())
