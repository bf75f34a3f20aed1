"""The layers that candidate sites are computed from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.errors import InputError, Problem, refuse
from planner.tables import Region, read_region

LAYERS = (
    "admin1",
    "land_borders",
    "grid_nodes",
    "network_buses",
    "industrial_estates",
    "grid_classes",
    "zones",
    "permit_regions",
    "permit_areas",
    "climate_stations",
    "land_prices",
    "water_supplies",
    "reservoirs",
    "hazards",
    "exchanges",
    "cable_landings",
    "border_cables",
    "markets",
)
BY_UNIT = ("land_prices", "hazards")
"""Layers with a row for every admin1 unit."""

BY_COUNTRY = ("climate_stations", "exchanges", "cable_landings")
"""Layers with a row or more for every country: each site has a nearest one."""

EVERYWHERE = ("city", "industrial", "river")
"""Water sources stated for every admin1 unit."""

OUTLINES = "outlines"
"""Name of the layer of admin1 polygons, read from admin1.geojson."""


def read_layers(region: str | Path) -> dict[str, Any]:
    """The tables named in LAYERS and the admin1 outlines of a region.

    Parameters
    ----------
    region
        Name of a shipped region, e.g. `kr-jp`, or a Path to a folder with the same files.

    Returns
    -------
    dict of DataFrame by table name, and the GeoDataFrame `outlines` (admin1, country, geometry)

    Raises
    ------
    InputError
        Every problem of every table, at once.
    """
    facts = read_region(region, only=LAYERS)
    refuse(list(_gaps(facts)))
    return {**facts.tables, OUTLINES: _outlines(facts.folder / "admin1.geojson")}


def _gaps(facts: Region) -> Iterator[Problem]:
    """Units and countries that a layer says nothing about."""
    tables = facts.tables
    units, countries = tables["admin1"]["admin1"], tables["admin1"]["country"]
    areas, supplies = tables["permit_areas"], tables["water_supplies"]
    stated = {name: tables[name]["admin1"] for name in BY_UNIT}
    stated["permit_areas"] = areas.loc[areas["radius_km"].isna(), "admin1"]
    wanted = [(name, "admin1", "", units, there) for name, there in stated.items()]
    for source in EVERYWHERE:
        there = supplies.loc[supplies["water_source"] == source, "admin1"]
        wanted.append(("water_supplies", "admin1", f" of {source} water", units, there))
    for name in BY_COUNTRY:
        wanted.append((name, "country", "", countries, tables[name]["country"]))
    for name, column, what, all_of, there in wanted:
        for missing in sorted(set(all_of) - set(there)):
            message = f"has no row{what} for {missing}"
            yield Problem(str(facts.files[name]), f"column {column}", message, allowed="one each")


def _outlines(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(Problem(str(path), "", "no such file", allowed="outlines of admin1"))
    try:
        frame = gpd.read_file(path)
        return frame[["admin1", "country", "geometry"]]
    except (KeyError, RuntimeError, ValueError) as error:
        message = f"cannot be read as outlines: {error}"
        allowed = "GeoJSON polygons with admin1 and country"
        raise InputError(Problem(str(path), "", message, allowed=allowed)) from error
