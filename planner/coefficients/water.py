"""Coefficients of water: the sources of each site with their limits, prices and connections."""

import pandas as pd

from planner.coefficients.context import Context
from planner.water_sources import dam_km, within_reach

RIVER = "river"
COLUMNS = ["limit_m3_per_day", "limit_m3_per_year", "water_local_per_m3", "connection_musd"]


def water_values(context: Context, sites: pd.DataFrame) -> tuple[dict[str, tuple], dict]:
    """Sets and coefficients of the sources of water."""
    rows = water_options(context, sites)
    fx = rows["country"].map({n: context.local_per_usd(n) for n in context.countries})
    index = list(zip(rows["site_id"], rows["water_source"], strict=True))

    def by_option(values: pd.Series) -> dict[tuple[str, str], float]:
        pairs = zip(index, values.astype(float), strict=True)
        return {at: value for at, value in pairs if not pd.isna(value)}

    costs = by_option(rows["connection_musd"])
    return {"WATER": tuple(index)}, {
        "water_usd_per_m3": by_option(rows["water_local_per_m3"] / fx),
        "water_limit_m3_per_day": by_option(rows["limit_m3_per_day"]),
        "water_limit_m3_per_year": by_option(rows["limit_m3_per_year"]),
        "water_musd": {at: cost for at, cost in costs.items() if cost > 0},
    }


def water_options(context: Context, sites: pd.DataFrame) -> pd.DataFrame:
    """Sources by site: its own, whose connection belongs to the site, and those it may connect to.

    A site of a stressed basin gets nothing from the river, be it its own source.
    """
    sites = sites.reset_index(drop=True)
    own = sites[["site_id", "country", "admin1", "water_source", "water_local_per_m3"]].assign(
        limit_m3_per_day=sites["water_limit_m3_per_day"],
        limit_m3_per_year=sites["water_limit_m3_per_year"],
        connection_musd=0.0,
    )
    rows = pd.concat([own, _further(context, sites)], ignore_index=True)
    most = context.scenario.water.stress_frac_max
    if most is not None:
        stress = context.table("water_stress").set_index("admin1")["stress_frac"]
        dry = (rows["water_source"] == RIVER) & (rows["admin1"].map(stress) > most)
        rows.loc[dry, ["limit_m3_per_day", "limit_m3_per_year"]] = 0.0
    return rows.sort_values(["site_id", "connection_musd"], kind="stable")


def _further(context: Context, sites: pd.DataFrame) -> pd.DataFrame:
    wanted = context.scenario.water.sources
    if not wanted:
        return sites.head(0)[["site_id"]]
    reach = within_reach(sites, dam_km(sites, context.table("reservoirs")))
    places = pd.concat(
        [
            sites.loc[reach[source], ["site_id", "country", "admin1"]].assign(water_source=source)
            for source in dict.fromkeys(wanted)
        ]
    )
    offered = context.table("water_supplies")[["admin1", "water_source", *COLUMNS]]
    rows = places.merge(offered, on=["admin1", "water_source"], how="inner")
    own = sites.set_index("site_id")["water_source"]
    return rows[rows["water_source"] != rows["site_id"].map(own)]
