"""What stands at the sites: halls, power and water, by period."""

from typing import Any

import pandas as pd

from models.blocks.power import HOURS_PER_YEAR
from models.case import Case
from planner.results.columns import shaped
from planner.solve.solution import table

DAY = 24
LITTLE_M3 = 1e-3
"""Less water than a litre is none."""


def opened(m: Any) -> pd.DataFrame:
    """Open sites by period: site_id, period."""
    rows = table(m.open, "site_id", "period")
    return rows.loc[rows["value"] > 0.5, ["site_id", "period"]].reset_index(drop=True)


def halls(case: Case, m: Any) -> pd.DataFrame:
    """`halls.csv`: halls by site, period and cooling design, with their load and area."""
    index = ("site_id", "design_id", "period")
    rows = table(m.halls, *index).rename(columns={"value": "halls_count"})
    for name, variable in (("it_mw", m.it_mw), ("it_mean_mw", m.it_mean_mw)):
        rows[name] = table(variable, *index)["value"].clip(lower=0.0) + 0.0
    stopped = table(m.curtailed_mw, *index).set_index(list(index))["value"].clip(lower=0.0)
    rows["curtailed_it_mw"] = stopped.reindex(
        pd.MultiIndex.from_frame(rows[list(index)])
    ).to_numpy()
    rows["curtailed_it_mw"] = rows["curtailed_it_mw"].fillna(0.0) + 0.0
    rows = rows[rows["halls_count"] > 0.5].sort_values(["site_id", "period", "design_id"])
    pairs = list(zip(rows["site_id"], rows["design_id"], strict=True))
    count = rows["halls_count"]
    rows["cooling_class"] = rows["design_id"].map(case["cooling_class"])
    rows["hall_mw"] = [case["hall_mw"][pair] for pair in pairs] * count
    rows["land_m2"] = [case["hall_m2"][pair] for pair in pairs] * count
    return shaped("halls", rows)


def power(case: Case, m: Any, supply: pd.DataFrame) -> pd.DataFrame:
    """`power.csv`: connection, load, energy and carbon of every open site, by period."""
    rows = opened(m)
    at = list(zip(rows["site_id"], rows["period"], strict=True))
    steps = table(m.connect, "site_id", "step", "period")
    steps = steps[steps["value"] > 0.5]
    steps["mw"] = [case["step_mw"][i] for i in zip(steps["site_id"], steps["step"], strict=True)]
    built = steps.groupby(["site_id", "period"])["mw"].agg(["sum", "count"]).reindex(at).fillna(0.0)
    mean = (
        pd.Series([float(m.mean_facility_mw[i]()) for i in at], dtype=float).clip(lower=0.0) + 0.0
    )
    carbon = supply.groupby(["site_id", "period"])["carbon_t_per_year"].sum()
    rows = rows.assign(
        country=rows["site_id"].map(case["country"]),
        steps_count=built["count"].to_numpy(),
        connected_mw=built["sum"].to_numpy(),
        facility_mw=[max(float(m.facility_mw[i]()), 0.0) for i in at],
        mean_facility_mw=mean,
        energy_mwh_per_year=mean * HOURS_PER_YEAR,
        energy_usd_per_mwh=rows["site_id"].map(case["energy_usd_per_mwh"]),
        emission_gco2_per_kwh=rows["site_id"].map(case["emission_gco2_per_kwh"]),
        carbon_t_per_year=carbon.reindex(at).to_numpy(),
    )
    return shaped("power", rows.sort_values(["site_id", "period"]))


def water(case: Case, m: Any, halls_: pd.DataFrame, power_: pd.DataFrame) -> pd.DataFrame:
    """`water.csv`: withdrawal of every open site by source and period, beside its limits.

    A further source has a row where it is connected, or gives anything.
    """
    need = water_need(case, halls_)
    sources = pd.DataFrame(case.sets["WATER"], columns=["site_id", "water_source"])
    rows = power_[["site_id", "period"]].merge(sources, on="site_id")
    rows = rows.merge(need, how="left", left_on=["site_id", "period"], right_index=True)
    at = list(zip(rows["site_id"], rows["water_source"], rows["period"], strict=True))
    alone = ~rows.duplicated(["site_id", "period"], keep=False)
    drawn = {"water_m3_per_day": ("day", DAY), "water_m3_per_year": ("year", HOURS_PER_YEAR)}
    for name, (part, hours) in drawn.items():
        shared = m.water_peak_m3_per_h if part == "day" else m.water_mean_m3_per_h
        given = [max(float(shared[i]()), 0.0) * hours if i in shared else 0.0 for i in at]
        rows[name] = rows[part].where(alone, pd.Series(given, rows.index)).fillna(0.0)
    linked = [i in m.water_link and float(m.water_link[i]()) > 0.5 for i in at]
    free = [i[:2] not in case["water_musd"] for i in at]
    own = ~rows.duplicated(["site_id", "period"])
    gives = rows["water_m3_per_day"] + rows["water_m3_per_year"] > LITTLE_M3
    rows = rows[own | pd.Series(linked, rows.index) | (gives & pd.Series(free, rows.index))]
    pairs = list(zip(rows["site_id"], rows["water_source"], strict=True))
    for name in ("water_limit_m3_per_day", "water_limit_m3_per_year", "water_usd_per_m3"):
        rows[name] = [case[name].get(pair) for pair in pairs]
    return shaped("water", rows.sort_values(["site_id", "period", "water_source"]))


def water_need(case: Case, halls_: pd.DataFrame) -> pd.DataFrame:
    """By site and period, m3 that the halls draw on the peak day and over the year."""
    pairs = list(zip(halls_["site_id"], halls_["design_id"], strict=True))
    drawn = halls_[["site_id", "period"]].assign(
        day=[DAY * case["wue_peak_l_per_kwh"][p] for p in pairs] * halls_["it_mw"],
        year=[HOURS_PER_YEAR * case["wue_mean_l_per_kwh"][p] for p in pairs] * halls_["it_mean_mw"],
    )
    return drawn.groupby(["site_id", "period"])[["day", "year"]].sum()
