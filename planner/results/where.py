"""What stands at the sites: halls, power and water, by period."""

from typing import Any

import pandas as pd

from models.blocks.power import HOURS_PER_YEAR
from models.case import Case
from planner.results.columns import shaped
from planner.solve.solution import table


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
    rows = rows[rows["halls_count"] > 0.5].sort_values(["site_id", "period", "design_id"])
    pairs = list(zip(rows["site_id"], rows["design_id"], strict=True))
    count = rows["halls_count"]
    rows["cooling_class"] = rows["design_id"].map(case["cooling_class"])
    rows["hall_mw"] = [case["hall_mw"][pair] for pair in pairs] * count
    rows["land_m2"] = [case["hall_m2"][pair] for pair in pairs] * count
    return shaped("halls", rows)


def power(case: Case, m: Any) -> pd.DataFrame:
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
    energy = mean * HOURS_PER_YEAR
    factor = rows["site_id"].map(case["emission_gco2_per_kwh"])
    rows = rows.assign(
        country=rows["site_id"].map(case["country"]),
        steps_count=built["count"].to_numpy(),
        connected_mw=built["sum"].to_numpy(),
        facility_mw=[max(float(m.facility_mw[i]()), 0.0) for i in at],
        mean_facility_mw=mean,
        energy_mwh_per_year=energy,
        energy_usd_per_mwh=rows["site_id"].map(case["energy_usd_per_mwh"]),
        emission_gco2_per_kwh=factor,
        carbon_t_per_year=energy * factor / 1e3,
    )
    return shaped("power", rows.sort_values(["site_id", "period"]))


def water(case: Case, halls_: pd.DataFrame, power_: pd.DataFrame) -> pd.DataFrame:
    """`water.csv`: withdrawal of every open site, by period, beside its limits."""
    pairs = list(zip(halls_["site_id"], halls_["design_id"], strict=True))
    drawn = halls_[["site_id", "period"]].assign(
        day=[24 * case["wue_peak_l_per_kwh"][p] for p in pairs] * halls_["it_mw"],
        year=[HOURS_PER_YEAR * case["wue_mean_l_per_kwh"][p] for p in pairs] * halls_["it_mean_mw"],
    )
    sums = drawn.groupby(["site_id", "period"])[["day", "year"]].sum()
    rows = power_[["site_id", "period"]]
    found = sums.reindex(pd.MultiIndex.from_frame(rows)).fillna(0.0)
    rows = rows.assign(
        water_m3_per_day=found["day"].to_numpy(),
        water_m3_per_year=found["year"].to_numpy(),
        **{
            name: rows["site_id"].map(case[name])
            for name in ("water_limit_m3_per_day", "water_limit_m3_per_year", "water_usd_per_m3")
        },
    )
    return shaped("water", rows)
