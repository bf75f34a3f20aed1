"""The layers that candidate sites are computed from."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.errors import InputError, Problem
from planner.tables import read_region

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
    tables = read_region(region, only=LAYERS)
    return {**tables.tables, OUTLINES: _outlines(tables.folder / "admin1.geojson")}


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
