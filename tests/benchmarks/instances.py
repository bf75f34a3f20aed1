"""A family of planning instances made from the shipped facts, by seed and size.

Sites are drawn from the 816 candidates, each country keeping its share. Beyond 816 further ones are
bred: the grid of one real site with the land, water and climate of another of its province, so that
no two are alike. The scenario is plain: one programme of 40 MW growing to 400 MW at the meter, a
mix of five workloads, shares in the country, a vendor ceiling, a PUE ceiling, a budget.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planner.scenario import Scenario
from planner.scenario_file import scenario_from
from planner.tables import Region, read_region

REGION = "kr-jp"
FIRST = 2027
FIRST_MW, LAST_MW = 40.0, 400.0
SYSTEMS = (
    "vr-nvl72-maxq",
    "helios-mi455x",
    "gb300-nvl72",
    "rngd",
    "mi355x",
    "b300",
    "rebel-quad",
    "tpu-v7",
    "gb200-nvl72",
    "vr-nvl72-maxp",
    "mi325x",
    "b200",
    "atom-max",
    "h200",
    "mi300x",
    "gaudi3",
)
"""Rack systems in the order in which larger instances take them in."""

OF_LAND = [
    "parcel_m2",
    "land_local_per_m2",
    "water_source",
    "water_limit_m3_per_day",
    "water_limit_m3_per_year",
    "water_local_per_m3",
    "coast_km",
    "seawater_flag",
    "climate_station",
]
"""What a bred site has from its second parent."""


@dataclass(frozen=True)
class Size:
    """Candidate sites, periods of a year, rack systems, and the seed of the draw."""

    sites: int
    periods: int = 6
    systems: int = 16
    seed: int = 1

    def __str__(self) -> str:
        return f"{self.sites}x{self.periods}x{self.systems}"


def values(size: Size, **solve: Any) -> dict[str, Any]:
    """The programme of an instance, as a file states it; `solve` is the section of that name."""
    years = [FIRST + i for i in range(size.periods)]
    grown = np.linspace(FIRST_MW, LAST_MW, size.periods).round(1).tolist()
    return {
        "name": f"family-{size}-{size.seed}",
        "periods": years,
        "scale": {"facility_mw_min": dict(zip(years, grown, strict=True))},
        "demand": {
            "peak_to_mean_ratio": 1.6,
            "mix": {
                "chat": 0.4,
                "reasoning": 0.25,
                "batch-documents": 0.2,
                "enterprise-kr": 0.1,
                "public-sector-jp": 0.05,
            },
        },
        "filters": {"systems": {"include": list(SYSTEMS[: size.systems])}},
        "policies": {
            "in_country_share": {"KR": 0.8, "JP": 0.8},
            "vendor_share_max": {"share": 0.9, "basis": "mw"},
            "pue_max": {"JP": 1.3},
        },
        "budget": {"capex_musd_total": 60000},
        "solve": {"threads": 2, "time_limit_s": 3600, **solve},
    }


def scenario(size: Size, **solve: Any) -> Scenario:
    """The same, read."""
    return scenario_from(values(size, **solve))


def region(size: Size) -> Region:
    """The facts of an instance."""
    whole = read_region(REGION)
    sites = whole.tables["sites"]
    random = np.random.default_rng(size.seed)
    drawn = _drawn(sites, min(size.sites, len(sites)), random)
    bred = _bred(drawn, size.sites - len(drawn), random)
    origin = pd.concat(
        [drawn[["site_id"]].assign(origin=drawn["site_id"]), bred[["site_id", "origin"]]]
    )
    tables = dict(whole.tables)
    tables["sites"] = pd.concat([drawn, bred.drop(columns="origin")], ignore_index=True)
    for name, table in whole.tables.items():
        if name != "sites" and "site_id" in table:
            rows = origin.merge(table.rename(columns={"site_id": "origin"}), on="origin")
            tables[name] = rows.drop(columns="origin")[list(table.columns)]
    return replace(whole, tables=tables)


def _drawn(sites: pd.DataFrame, count: int, random: np.random.Generator) -> pd.DataFrame:
    parts = []
    for _, rows in sites.groupby("country"):
        share = round(count * len(rows) / len(sites))
        parts.append(rows.iloc[np.sort(random.permutation(len(rows))[:share])])
    return pd.concat(parts, ignore_index=True)


def _bred(sites: pd.DataFrame, count: int, random: np.random.Generator) -> pd.DataFrame:
    rows = []
    mates = {place: part.index.to_numpy() for place, part in sites.groupby("admin1")}
    for i in range(count):
        one = sites.iloc[i % len(sites)]
        other = sites.loc[random.choice(mates[one["admin1"]])]
        child = one.copy()
        child[OF_LAND] = other[OF_LAND]
        child["origin"], child["site_id"] = one["site_id"], f"{one['site_id']}-{i}"
        scale = random.uniform(0.8, 1.2, 2)
        child["parcel_m2"] = round(child["parcel_m2"] * scale[0])
        child["headroom_mw"] = round(child["headroom_mw"] * scale[1], 1)
        rows.append(child)
    frame = pd.DataFrame(rows, columns=[*sites.columns, "origin"])
    return frame.astype(sites.dtypes.to_dict()).reset_index(drop=True)
