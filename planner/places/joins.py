"""What each layer says about a site. Every join gives the values and where they are weak.

A value is weak if it rests on a cell that is recalled or assumed; `recalled` of the site names it.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from models.columns import UNCERTAIN
from planner.places.geometry import coast_km, distances_km, nearest
from planner.water_sources import RESERVOIR_KM, WATERFRONT_KM, dam_km

SEAWATER_KM = 3.0
"""Farthest from the coast that an intake of sea water is worth its pipe."""

BUS_KM = 50.0
"""Farthest a bus can stand for; the Korean network does not reach Jeju, 90 km off its last bus."""


class Joined(NamedTuple):
    """Values by column, and for the same columns whether they are weak; one row a site."""

    values: pd.DataFrame
    weak: pd.DataFrame


def weak_cells(table: pd.DataFrame, column: str) -> pd.Series:
    """Rows whose cell of that column is recalled or assumed."""
    listed = table["recalled"].str.split(";").map(lambda names: column in names)
    return table["confidence"].isin(UNCERTAIN) | listed


def picked(rows: pd.DataFrame, index: pd.Index, columns: dict[str, str]) -> Joined:
    """Columns (new name: name in `rows`) of one row of a layer for each site."""
    rows = rows.set_axis(index)
    values = pd.DataFrame({new: rows[old] for new, old in columns.items()}, index=index)
    weak = pd.DataFrame({new: weak_cells(rows, old) for new, old in columns.items()}, index=index)
    return Joined(values, weak)


def by_admin1(sites: pd.DataFrame, table: pd.DataFrame, columns: dict[str, str]) -> Joined:
    """Columns of the row of the site's province or prefecture."""
    return picked(table.set_index("admin1").loc[sites["admin1"]], sites.index, columns)


def region(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Name of the province, and the labour market, which is the province."""
    found = by_admin1(sites, layers["admin1"], {"admin1_name": "name"})
    values = found.values.assign(labour_region=sites["admin1"])
    return Joined(values, found.weak.assign(labour_region=False))


def bus(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Nearest bus of the test network; blank where the network does not reach."""
    buses = layers["network_buses"]
    served = sites[sites["country"].isin(buses["country"])]
    found, km = nearest(served, buses)
    served, found, km = served[km <= BUS_KM], found[km <= BUS_KM], km[km <= BUS_KM]
    values = pd.DataFrame({"bus_id": found["bus_id"], "bus_km": km.round(1)}, index=served.index)
    values = values.reindex(sites.index).fillna({"bus_id": ""})
    return Joined(values, pd.DataFrame(False, index=sites.index, columns=values.columns))


def headroom(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Most load the node takes: per mapped link, within its class and its zone's headroom.

    headroom = min(max(links, 1) * link_mw, largest_mw, zone headroom); a node without a mapped link
    has one that is not mapped.
    """
    classes = layers["grid_classes"].set_index(["country", "voltage_kv"])
    rows = classes.loc[list(zip(sites["country"], sites["voltage_kv"], strict=True))]
    links = sites["links_count"].clip(lower=1).to_numpy()
    most = np.minimum(links * rows["link_mw"].to_numpy(), rows["largest_mw"].to_numpy())
    zone = layers["zones"].set_index("zone_id")["headroom_mw"].loc[sites["zone_id"]].to_numpy()
    most = np.fmin(most, zone.astype(float))
    values = pd.DataFrame({"headroom_mw": most}, index=sites.index)
    weak = pd.DataFrame({"headroom_mw": weak_cells(rows, "link_mw").to_numpy()}, index=sites.index)
    return Joined(values, weak)


def permit(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Permit region: the smallest circle of the province the site lies in, else the province's."""
    areas = layers["permit_areas"].sort_values("radius_km", na_position="last")
    inside = distances_km(sites, areas) <= areas["radius_km"].to_numpy()[None, :]
    inside |= areas["radius_km"].isna().to_numpy()[None, :]
    inside &= areas["admin1"].to_numpy()[None, :] == sites["admin1"].to_numpy()[:, None]
    rows = areas.iloc[inside.argmax(axis=1)]
    return picked(rows, sites.index, {"permit_region": "permit_region"})


def climate(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Nearest weather station of the country."""
    found, _ = nearest(sites, layers["climate_stations"])
    return picked(found, sites.index, {"climate_station": "station_id"})


def land(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Plot and price: an estate's own where it states them, else those of the province."""
    columns = ["parcel_m2", "land_local_per_m2"]
    found = by_admin1(sites, layers["land_prices"], {c: c for c in columns})
    own = layers["industrial_estates"].set_index("estate_id").reindex(sites["site_id"])
    own = own.set_axis(sites.index).fillna({"confidence": "", "recalled": ""})
    has = own[columns].notna()
    weak = pd.DataFrame({c: weak_cells(own, c) for c in columns})
    return Joined(own[columns].where(has, found.values), weak.where(has, found.weak))


def coastline(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Distance to the coast, and whether sea water can be drawn; weak where the place is."""
    km = coast_km(sites, layers["outlines"], layers["land_borders"]).round(1)
    near = (km <= SEAWATER_KM).astype(int)
    values = pd.DataFrame({"coast_km": km, "seawater_flag": near}, index=sites.index)
    place = weak_cells(sites, "lat_deg")
    return Joined(values, pd.DataFrame(dict.fromkeys(values, place)))


def water(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Source by place, with the province's limits and price for it.

    Estates and nodes on the waterfront: industrial; metropolises with large sewage works:
    reclaimed; below a dam: river; elsewhere city water. Needs coast_km.
    """
    supplies = layers["water_supplies"].set_index(["admin1", "water_source"])
    works = {admin1 for admin1, source in supplies.index if source == "reclaimed"}
    below_km = dam_km(sites, layers["reservoirs"])
    source = np.select(
        [
            sites["kind"] == "estate",
            sites["admin1"].isin(works),
            below_km <= RESERVOIR_KM,
            sites["coast_km"] <= WATERFRONT_KM,
        ],
        ["industrial", "reclaimed", "river", "industrial"],
        "city",
    )
    rows = supplies.loc[list(zip(sites["admin1"], source, strict=True))].reset_index()
    names = {
        "water_source": "water_source",
        "water_limit_m3_per_day": "limit_m3_per_day",
        "water_limit_m3_per_year": "limit_m3_per_year",
        "water_local_per_m3": "water_local_per_m3",
    }
    return picked(rows, sites.index, names)


def hazard(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Earthquake and typhoon of the province."""
    columns = ("seismic_pga_g", "seismic_prob_frac", "typhoon_count")
    return by_admin1(sites, layers["hazards"], {c: c for c in columns})


def connectivity(sites: pd.DataFrame, layers: dict[str, Any]) -> Joined:
    """Nearest exchange point and cable landing of the country; weak where their place is."""
    values: dict[str, Any] = {}
    weak: dict[str, Any] = {}
    for kind, layer in (("exchange", "exchanges"), ("landing", "cable_landings")):
        found, km = nearest(sites, layers[layer])
        values |= {f"{kind}_id": found[f"{kind}_id"], f"{kind}_km": km.round(1)}
        weak |= {f"{kind}_id": weak_cells(found, f"{kind}_id")}
        weak |= {f"{kind}_km": weak_cells(found, "lat_deg")}
    return Joined(pd.DataFrame(values, index=sites.index), pd.DataFrame(weak, index=sites.index))


JOINS = (
    region,
    bus,
    headroom,
    permit,
    climate,
    land,
    coastline,
    water,
    hazard,
    connectivity,
)
"""In order: later ones may use what earlier ones added."""
