"""Supply of every open site: the grid and other sources meet the load, each within what it can."""

from typing import Any

import pandas as pd

from models.blocks.supply import BATTERY, HOURS_PER_YEAR, ONSITE, PPA
from planner.results.supply import BACKUP, GRID
from planner.verify.checks import differing, exceeding, too_large, unequal_sums, untrue
from planner.verify.fleet import sums
from planner.verify.run import Run
from planner.verify.sites import SITE_YEAR, period_before

MWH = 1.0
"""MWh a year that the solver's rounding of 1e-4 MW may cost."""


def sources(run: Run) -> list[str]:
    """What is built stays, and every open site has a row of the grid."""
    case, rows, power = run.book.case, run.tables["supply"], run.tables["power"]
    with_grid = rows[rows["source_id"] == GRID]
    there = set(zip(with_grid["site_id"], with_grid["period"], strict=True))
    at = zip(power["site_id"], power["period"], strict=True)
    found = [f"supply.csv: no row of the grid at {s} in {t}" for s, t in at if (s, t) not in there]
    own = rows[rows["source_id"] != GRID]
    fewer = "less capacity than the period before"
    grown = (
        own["capacity_mw"]
        >= period_before(own, "capacity_mw", ["site_id", "source_id"], run) - 1e-4
    )
    built = sums(own, ["site_id", "source_id", "period"], own["capacity_mw"])
    follows = {t: u for u, t in case["previous"].items()}
    gone = [
        f"supply.csv: {e} of {s} stands in {t} and not in {follows[t]}"
        for (s, e, t), mw in built.items()
        if t in follows and mw > 1e-4 and (s, e, follows[t]) not in built
    ]
    return [*found, *untrue("supply", own, grown, fewer), *gone]


def _kinds(run: Run) -> pd.Series:
    """Kind of the source of each row of supply.csv: grid, backup, ppa, onsite or battery."""
    kind = run.book.case["supply_kind"]
    return run.tables["supply"]["source_id"].map(lambda e: kind.get(e, e))


def _each(run: Run, rows: pd.DataFrame, name: str) -> pd.Series:
    """A coefficient of the source of each row; 0 for the grid and for backup."""
    return rows["source_id"].map(run.book.case[name]).astype(float).fillna(0.0)


def capacity(run: Run) -> list[str]:
    """The grid's is its connection; plant fits the site; backup comes in sets and suffices."""
    case, rows, kinds = run.book.case, run.tables["supply"], _kinds(run)
    grid, other = rows[kinds == GRID], rows[kinds.isin([PPA, ONSITE, BATTERY])]
    connected = sums(run.tables["power"], SITE_YEAR, run.tables["power"]["connected_mw"])
    words = "{have} MW of the grid, but power.csv has {want} connected"
    stated = sums(grid, SITE_YEAR, grid["capacity_mw"])
    most = other["source_id"].map(case["supply_most_mw"]).astype(float).fillna(float("inf"))
    found = unequal_sums("supply.csv", stated, connected, words, 1e-4)
    found += exceeding("supply", other, "capacity_mw", most, "one site has room for")
    backup = rows[kinds == BACKUP]
    unit = backup["site_id"].map(case["backup_unit_mw"]).astype(float)
    sets = backup["capacity_mw"] / unit
    found += untrue("supply", backup, (sets - sets.round()).abs() < 1e-6, "no whole number of sets")
    have = sums(backup, SITE_YEAR, backup["capacity_mw"])
    for row in run.tables["power"].itertuples():
        n, at = row.country, (row.site_id, row.period)
        if n in case["backup_spare_count"]:
            spare = case["backup_spare_count"][n] * case["backup_unit_mw"][row.site_id]
            if have.get(at, 0.0) < float(row.facility_mw) + spare - 1e-4:
                found.append(
                    f"supply.csv ({at[0]}, {at[1]}): {have.get(at, 0.0):.9g} MW of backup, but "
                    f"the load and {spare:.9g} MW to spare are {row.facility_mw + spare:.9g}"
                )
    return found


def energy(run: Run) -> list[str]:
    """Sources give what the load takes in a year, each no more than it makes, or can bring in."""
    case, rows, kinds = run.book.case, run.tables["supply"], _kinds(run)
    power = run.tables["power"]
    load = sums(power, SITE_YEAR, power["energy_mwh_per_year"])
    given = sums(rows, SITE_YEAR, rows["energy_mwh_per_year"])
    found = unequal_sums(
        "supply.csv", given, load, "{have} MWh a year from all sources, but the load is {want}", MWH
    )
    able = rows[kinds.isin([PPA, ONSITE])]
    at = list(zip(able["site_id"], able["period"], strict=True))
    most = [
        min(a * mw * HOURS_PER_YEAR + b * load.get(i, 0.0) for a, b in case["supply_lines"][e])
        for e, mw, i in zip(able["source_id"], able["capacity_mw"], at, strict=True)
    ]
    why = "what it makes and the load can take"
    found += exceeding("supply", able, "energy_mwh_per_year", most, why, MWH)
    drawing = rows[kinds != BATTERY]
    words = "energy_mwh_per_year is negative or blank"
    found += untrue("supply", drawing, drawing["energy_mwh_per_year"] >= 0, words)
    cells = rows[kinds == BATTERY]
    pairs = zip(cells["site_id"], cells["source_id"], strict=True)
    loss = cells["capacity_mw"] * [-HOURS_PER_YEAR * case["battery_loss_frac"][i] for i in pairs]
    found += differing("supply", cells, "energy_mwh_per_year", loss, "its round trip", MWH)
    words = "batteries of {have} MW, more than the mean load of {most}"
    mean = {i: mwh / HOURS_PER_YEAR for i, mwh in load.items()}
    found += too_large(
        "supply.csv", sums(cells, SITE_YEAR, cells["capacity_mw"]), mean, words, 1e-4
    )
    return found + _brought_in(run, rows[kinds == ONSITE], load)


def _brought_in(run: Run, own: pd.DataFrame, load: dict[Any, float]) -> list[str]:
    """Where there is plant on the site, the mean load besides it fits the connection."""
    power = run.tables["power"]
    made = sums(own, SITE_YEAR, own["energy_mwh_per_year"])
    rest = {i: (load[i] - mwh) / HOURS_PER_YEAR for i, mwh in made.items()}
    connected = sums(power, SITE_YEAR, power["connected_mw"])
    words = "mean load of {have} MW besides its own plant, more than the {most} connected"
    return too_large("supply.csv", rest, connected, words, 1e-4)


def design_hour(run: Run) -> list[str]:
    """Grid and plant carry the load of the design hour; load on steps not yet firm can stop."""
    case, rows, kinds = run.book.case, run.tables["supply"], _kinds(run)
    power, halls = run.tables["power"], run.tables["halls"]
    load = sums(power, SITE_YEAR, power["facility_mw"])
    words = "{have} MW carried in the design hour, but the load is {want}"
    found = unequal_sums("supply.csv", sums(rows, SITE_YEAR, rows["carried_mw"]), load, words, 1e-4)
    other = rows[kinds != GRID]
    plant = other["source_id"].map(case["supply_kind"]) == ONSITE
    firm = (other["capacity_mw"] * _each(run, other, "supply_firm_frac")).where(plant, 0.0)
    found += exceeding("supply", other, "carried_mw", firm, "its firm capacity")
    grid = rows[kinds == GRID]
    waiting = _waiting_mw(run)
    not_firm = {
        i: mw - waiting[i]
        for i, mw in sums(grid, SITE_YEAR, grid["carried_mw"]).items()
        if i in waiting
    }
    pairs = zip(halls["site_id"], halls["design_id"], strict=True)
    stopped = halls["curtailed_it_mw"] * [case["facility_per_it_frac"][i] for i in pairs]
    cover = rows["capacity_mw"] * _each(run, rows, "battery_cover_frac")
    can_stop = sums(halls, SITE_YEAR, stopped)
    for i, mw in sums(rows, SITE_YEAR, cover).items():
        can_stop[i] = can_stop.get(i, 0.0) + mw
    words = "{have} MW on steps that may be curtailed, but only {most} can stop or is covered"
    found += too_large("supply.csv", not_firm, can_stop, words, 1e-4)
    found += exceeding("halls", halls, "curtailed_it_mw", halls["it_mw"], "its IT load")
    at = zip(halls["site_id"], halls["period"], halls["curtailed_it_mw"], strict=True)
    idle = [mw <= 1e-4 or (s, t) in waiting for s, t, mw in at]
    return found + untrue("halls", halls, idle, "curtailed where every step is firm")


def _waiting_mw(run: Run) -> dict[tuple[str, int], float]:
    """Firm MW built, at sites and periods where a step is not firm yet."""
    case, power = run.book.case, run.tables["power"]
    count = sums(power, SITE_YEAR, power["steps_count"])
    firm: dict[tuple[str, int], float] = {}
    waits = set()
    for s, i, t in case.sets["STEP_PERIOD"]:
        if t < case["firm_year"].get((s, i), t):
            waits.add((s, t))
        elif i <= count.get((s, t), 0):
            firm[s, t] = firm.get((s, t), 0.0) + case["step_mw"][s, i]
    return {i: firm.get(i, 0.0) for i in waits}


def carbon_and_cost(run: Run) -> list[str]:
    """Carbon by source follows from its energy, its cost from capacity and energy."""
    case, rows, kinds = run.book.case, run.tables["supply"], _kinds(run)
    grid = rows["site_id"].map(case["emission_gco2_per_kwh"])
    factor = _each(run, rows, "supply_gco2_per_kwh").where(kinds != BATTERY, 0.0)
    factor = grid.where(kinds == GRID, factor)
    carbon = rows["energy_mwh_per_year"] * rows["gco2_per_kwh"] / 1e3
    cost = [
        _cost(run, str(kind), row) for kind, row in zip(kinds, rows.to_dict("records"), strict=True)
    ]
    return [
        *differing("supply", rows, "gco2_per_kwh", factor, "the source", 1e-6),
        *differing("supply", rows, "carbon_t_per_year", carbon, "its energy and factor", 1.0),
        *differing("supply", rows, "cost_musd_per_year", cost, "what it supplies"),
    ]


def _cost(run: Run, kind: str, row: dict[Any, Any]) -> float:
    case, s, e = run.book.case, row["site_id"], row["source_id"]
    mw, mwh = row["capacity_mw"], row["energy_mwh_per_year"]
    if kind == GRID:
        billed = max(row["carried_mw"], mw * case["billed_floor_frac"].get(s, 0.0))
        demand = billed * case["demand_usd_per_kw_year"][s] / 1e3
        return float(demand + mwh * case["energy_usd_per_mwh"][s] / 1e6)
    if kind == BACKUP:
        yearly = case["facility_crf_per_year"][s] + case["maintenance_facility_frac"][s]
        return float(mw * case["backup_musd_per_mw"][s] * yearly)
    worth = mw * case["supply_musd_per_mw"][e]
    cost = worth * (case["supply_crf_per_year"][e] + case["supply_upkeep_frac_per_year"][e])
    if worth > 0:
        area = mw * case["supply_m2_per_mw"][e]
        cost += area * case["land_musd_per_m2"][s] * case["discount_frac"][s]
    if kind == BATTERY:
        return float(cost - mw * case["battery_usd_per_mw_year"][s, e] / 1e6)
    cost += mwh * case["supply_used_usd_per_mwh"][e] / 1e6
    made = mw * case["supply_output_frac"][e] * HOURS_PER_YEAR
    return float(cost + made * case["supply_usd_per_mwh"][e] / 1e6)


def stated(run: Run) -> list[str]:
    """Supply is checked where the scenario has a power section; no other plan has rows of it."""
    if run.book.scenario.power is None:
        words = "the scenario has no power section"
        return untrue("supply", run.tables["supply"], False, words)
    checks = (sources, capacity, energy, design_hour, carbon_and_cost)
    return [message for check in checks for message in check(run)]


CHECKS = (stated,)
