"""Opening, connection and halls: whole, in order, never before their time, never taken down."""

from typing import Any

import pandas as pd

from models.blocks.power import HOURS_PER_YEAR
from planner.results.where import water_need
from planner.verify.checks import SMALL, differing, exceeding, unequal_sums, untrue
from planner.verify.run import Run

SITE_YEAR = ["site_id", "period"]


def openings(run: Run) -> list[str]:
    """Sites open no earlier than power can flow, stay open, and are in use where forced."""
    case, power = run.book.case, run.tables["power"]
    first = power["site_id"].map(case["first_year"])
    words = "the site is open before its first connection can be energised"
    found = untrue("power", power, power["period"] >= first, words)
    found += [
        f"power.csv: {s} is open in {t} and not in {u}"
        for s, t, u in _steps_back(run, set(zip(power["site_id"], power["period"], strict=True)))
    ]
    last = case.sets["PERIOD"][-1]
    there = set(power.loc[power["period"] == last, "site_id"])
    return (
        found
        + [
            f"power.csv: {s} is forced by the scenario and not open in {last}"
            for s in case.sets["FORCED_SITE"]
            if s not in there
        ]
        + _unused(run, last, there)
    )


def _unused(run: Run, last: int, there: set[str]) -> list[str]:
    """Forced sites that stand with less load than counts as using them."""
    halls = run.tables["halls"]
    carried = halls[halls["period"] == last].groupby("site_id")["it_mw"].sum()
    return [
        f"halls.csv: {s} is forced by the scenario and carries {carried.get(s, 0.0):.6g} MW of IT "
        f"load in {last}, at least {least_mw:.6g} MW count as using it"
        for s, least_mw in run.book.case["forced_it_mw"].items()
        if s in there and carried.get(s, 0.0) < least_mw - SMALL
    ]


def _steps_back(run: Run, present: set[tuple[Any, int]]) -> list[tuple[Any, int, int]]:
    periods = run.book.periods
    return [
        (s, t, u)
        for s in sorted({s for s, _ in present})
        for t, u in zip(periods, periods[1:], strict=False)
        if (s, t) in present and (s, u) not in present
    ]


def period_before(rows: pd.DataFrame, column: str, key: list[str], run: Run) -> pd.Series:
    """The column one period before, 0 where there was nothing."""
    back = dict(run.book.case["previous"])
    table = rows.set_index([*key, "period"])[column]
    at = zip(*(rows[name] for name in key), rows["period"].map(back), strict=True)
    return pd.Series([float(table.get(i, 0.0)) for i in at], rows.index)


def connections(run: Run) -> list[str]:
    """Steps stand once built, have had their lead time, and add up."""
    case, power = run.book.case, run.tables["power"]
    before = period_before(power, "steps_count", ["site_id"], run)
    words = "fewer interconnection steps than the period before"
    found = untrue("power", power, power["steps_count"] >= before, words)
    possible: dict[tuple, list[float]] = {}
    for s, i, t in case.sets["STEP_PERIOD"]:
        possible.setdefault((s, t), []).append(case["step_mw"][s, i])
    at = list(zip(power["site_id"], power["period"], strict=True))
    most = [len(possible.get(i, ())) for i in at]
    why = "the steps whose lead time has passed"
    found += exceeding("power", power, "steps_count", most, why, 0.0)
    built = [
        sum(possible.get(i, [])[: int(n)]) for i, n in zip(at, power["steps_count"], strict=True)
    ]
    return found + differing("power", power, "connected_mw", built, "the sum of its steps")


def loads(run: Run) -> list[str]:
    """MW at the meter, energy, its price and carbon follow from the halls' IT load."""
    case, power = run.book.case, run.tables["power"]
    halls = run.tables["halls"]
    pairs = list(zip(halls["site_id"], halls["design_id"], strict=True))
    drawn = halls[SITE_YEAR].assign(
        peak=halls["it_mw"] * [case["facility_per_it_frac"][p] for p in pairs],
        mean=halls["it_mean_mw"] * [case["energy_per_it_frac"][p] for p in pairs],
    )
    sums = drawn.groupby(SITE_YEAR)[["peak", "mean"]].sum()
    sums = sums.reindex(pd.MultiIndex.from_frame(power[SITE_YEAR])).fillna(0.0)
    price = power["site_id"].map(case["energy_usd_per_mwh"])
    factor = power["site_id"].map(case["emission_gco2_per_kwh"])
    energy = power["mean_facility_mw"] * HOURS_PER_YEAR
    made = run.book.supply.groupby(SITE_YEAR)["carbon_t_per_year"].sum()
    carbon = made.reindex(pd.MultiIndex.from_frame(power[SITE_YEAR])).fillna(0.0).to_numpy()
    country = power["site_id"].map(case["country"])
    halls_give = "halls.csv, IT load with cooling and losses,"
    return [
        *untrue("power", power, power["country"] == country, "the site is in another country"),
        *differing("power", power, "facility_mw", sums["peak"].to_numpy(), halls_give),
        *differing("power", power, "mean_facility_mw", sums["mean"].to_numpy(), halls_give),
        *differing("power", power, "energy_mwh_per_year", energy, "its mean MW", 1.0),
        *differing("power", power, "energy_usd_per_mwh", price, "the tariff", 1e-6),
        *differing("power", power, "emission_gco2_per_kwh", factor, "the grid zone", 1e-6),
        *differing("power", power, "carbon_t_per_year", carbon, "the energy of its sources", 1.0),
    ]


def halls(run: Run) -> list[str]:
    """Halls stand once built, fit their number, and carry no more than their MW."""
    case, rows = run.book.case, run.tables["halls"]
    pairs = list(zip(rows["site_id"], rows["design_id"], strict=True))
    each = pd.Series([case["hall_mw"][p] for p in pairs], rows.index, dtype=float)
    area = pd.Series([case["hall_m2"][p] for p in pairs], rows.index, dtype=float)
    load = case["mean_load_frac"]
    gone = [
        f"halls.csv: the halls of {d} at {s} stand in {t} and not in {u}"
        for (s, d), t, u in _gone(run, rows)
    ]
    before = period_before(rows, "halls_count", ["site_id", "design_id"], run)
    fewer = "fewer halls than the period before"
    most = [case["halls_max_count"][p] for p in pairs]
    return [
        *gone,
        *untrue("halls", rows, rows["halls_count"] >= before, fewer),
        *exceeding("halls", rows, "halls_count", most, "land and power have room for", 0.0),
        *differing("halls", rows, "hall_mw", rows["halls_count"] * each, "the number of halls"),
        *differing("halls", rows, "land_m2", rows["halls_count"] * area, "the number of halls", 1),
        *exceeding("halls", rows, "it_mw", rows["halls_count"] * each, "the halls can carry"),
        *exceeding("halls", rows, "it_mean_mw", load["high"] * rows["it_mw"], "the peak allows"),
        *exceeding("halls", rows.assign(it_mean_mw=-rows["it_mean_mw"]), "it_mean_mw",
                   -load["low"] * rows["it_mw"], "less the least mean load of this peak"),
    ]  # fmt: skip


def _gone(run: Run, rows: pd.DataFrame) -> list[tuple[Any, int, int]]:
    pairs = zip(rows["site_id"], rows["design_id"], strict=True)
    return _steps_back(run, set(zip(pairs, rows["period"], strict=True)))


def water(run: Run) -> list[str]:
    """Sources stay once connected, and together give what the halls draw."""
    case, rows = run.book.case, run.tables["water"]
    pairs = list(zip(rows["site_id"], rows["water_source"], strict=True))
    keys = zip(pairs, rows["period"], strict=True)
    found = [
        f"water.csv: {s} is connected to {r} in {t} and not in {u}"
        for (s, r), t, u in _steps_back(run, {k for k in keys if k[0] in case["water_musd"]})
    ]
    need = water_need(case, run.tables["halls"])
    for column, part, small in (("water_m3_per_day", "day", 0.1), ("water_m3_per_year", "year", 9)):
        have = rows.groupby(SITE_YEAR)[column].sum().to_dict()
        words = f"{column} is {{have}}, but halls.csv gives {{want}}"
        found += unequal_sums("water.csv", have, need[part].to_dict(), words, small)
    for name in ("water_limit_m3_per_day", "water_limit_m3_per_year", "water_usd_per_m3"):
        stated = [case[name].get(pair) for pair in pairs]
        found += differing("water", rows, name, stated, "the region's table", 1e-6)
    return found


CHECKS = (openings, connections, loads, halls, water)
