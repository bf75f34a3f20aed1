"""Nearest things, the coast, and the projection distances to it are taken in."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from models.physics.network import great_circle_km

GAP_M = 300
"""Slits between neighbouring outlines, from rounding, narrower than this are closed."""


def metric_crs(outlines: Any) -> str:
    """A Lambert conformal conic projection, in metres, fitted to the outlines.

    One projection serves both countries, so that no site lies at a seam. Standard parallels at one
    sixth of the latitude range from either end (Snyder, USGS Professional Paper 1395, 1987, p. 99);
    over Korea and Japan lengths are then true within 1.5 % at the edges and 0.7 % in between, a few
    tens of metres in the distances to the coast that matter.
    """
    west, south, east, north = outlines.total_bounds
    low, high = south + (north - south) / 6, north - (north - south) / 6
    return (
        f"+proj=lcc +lat_1={low:.3f} +lat_2={high:.3f} +lat_0={(south + north) / 2:.3f} "
        f"+lon_0={(west + east) / 2:.3f} +datum=WGS84 +units=m"
    )


def points(frame: pd.DataFrame) -> Any:
    """The rows as points, WGS 84."""
    at = gpd.points_from_xy(frame["lon_deg"], frame["lat_deg"], crs="EPSG:4326")
    return gpd.GeoDataFrame(frame, geometry=at)


def distances_km(rows: pd.DataFrame, targets: pd.DataFrame) -> np.ndarray:
    """Great-circle distance of each row to each target: shape (rows, targets)."""
    return great_circle_km(
        rows["lat_deg"].to_numpy(float)[:, None],
        rows["lon_deg"].to_numpy(float)[:, None],
        targets["lat_deg"].to_numpy(float)[None, :],
        targets["lon_deg"].to_numpy(float)[None, :],
    )


def nearest(rows: pd.DataFrame, targets: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The nearest target of each row in its own country, and its distance [km].

    Ties go to the target that stands first. In a country without a target the distance is inf.
    """
    km = distances_km(rows, targets)
    abroad = rows["country"].to_numpy()[:, None] != targets["country"].to_numpy()[None, :]
    km[abroad] = np.inf
    best = km.argmin(axis=1)
    found = targets.iloc[best].set_axis(rows.index)
    return found, km[np.arange(len(rows)), best]


def coast(outlines: Any, land_borders: pd.DataFrame) -> Any:
    """The sea coast in the metric projection: outer rings of the land, land borders left out."""
    crs = metric_crs(outlines)
    grown = outlines.to_crs(crs).geometry.buffer(GAP_M, join_style="mitre")
    land = shapely.buffer(grown.union_all(), -GAP_M, join_style="mitre")
    rings = shapely.MultiLineString([part.exterior for part in shapely.get_parts(land)])
    return gpd.GeoSeries([shapely.difference(rings, _borders(land_borders, crs))], crs=crs)


def _borders(land_borders: pd.DataFrame, crs: str) -> Any:
    strips = []
    for _, border in land_borders.sort_values("point_index").groupby("border_id"):
        line = shapely.LineString(border[["lon_deg", "lat_deg"]].to_numpy(float))
        metric = gpd.GeoSeries([line], crs="EPSG:4326").to_crs(crs)
        strips.append(metric.buffer(border["width_km"].max() * 1e3).iloc[0])
    return shapely.union_all(strips)


def coast_km(rows: pd.DataFrame, outlines: Any, land_borders: pd.DataFrame) -> np.ndarray:
    """Distance of each row to the sea coast [km]."""
    line = coast(outlines, land_borders)
    return points(rows).to_crs(line.crs).distance(line.iloc[0]).to_numpy() / 1e3
