"""Which places are candidates: grid nodes and substations worth a site, and industrial estates."""

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from planner.errors import Problem, refuse
from planner.places.geometry import distances_km, nearest

APART_KM = 6.0
"""A node this close to a better one is left out: a line of that length is a builder's own, so both
are the same place to it, and one stands for them."""

FAR_KM = 30.0
"""An estate farther than this from every node is no candidate: no line is built for it in time."""

KINDS = ("node", "substation", "switching")
"""Nodes a load can be tied to; not HVDC converters, power stations and cable heads."""

BASE = (
    "site_id",
    "name",
    "kind",
    "country",
    "admin1",
    "zone_id",
    "lat_deg",
    "lon_deg",
    "voltage_kv",
    "links_count",
)
PROVENANCE = ("source", "year", "confidence", "recalled")


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: `Shin-Ōsaka 500 kV` is `shin-osaka-500-kv`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def candidates(layers: dict[str, Any]) -> pd.DataFrame:
    """All candidates, sorted by site_id: columns BASE and the provenance of the layer's row.

    Raises
    ------
    InputError
        If two candidates would go by the same site_id.
    """
    nodes = grid_nodes(layers)
    both = pd.concat([nodes, estates(layers, nodes)], ignore_index=True)
    twice = both.loc[both["site_id"].duplicated(), "site_id"]
    refuse([Problem("sites", s, "is the site_id of two candidates", s) for s in twice])
    return both.sort_values("site_id", ignore_index=True)


def grid_nodes(layers: dict[str, Any]) -> pd.DataFrame:
    """Nodes a load can be tied to: `Hwaseong 345 kV 1`, `Gifu substation 500 kV`.

    Numbers follow the order of the layer and count all its nodes, so that they stay when a
    neighbour is thinned out.
    """
    nodes = layers["grid_nodes"]
    kv = nodes["voltage_kv"].map("{:g}".format)
    station = nodes["kind"] != "node"
    plain = (nodes["name"] + " " + nodes["kind"]).where(station, nodes["name"])
    order = nodes.groupby([plain, kv]).cumcount() + 1
    number = order.map(" {}".format).where(~station | (order > 1), "")
    foreign = station & ~nodes["name_local"].map(str.isascii)
    local = (" (" + nodes["name_local"] + ")").where(foreign, "")
    named = nodes.assign(
        site_id=(plain + " " + kv + "kv" + number).map(slug),
        name=plain + " " + kv + " kV" + number + local,
        kind=station.map({True: "substation", False: "grid_node"}),
    )
    class_of = ["country", "voltage_kv"]
    known = pd.MultiIndex.from_frame(nodes[class_of]).isin(
        pd.MultiIndex.from_frame(layers["grid_classes"][class_of])
    )
    return _columns(thin(named[nodes["kind"].isin(KINDS) & known]))


def estates(layers: dict[str, Any], nodes: pd.DataFrame) -> pd.DataFrame:
    """Industrial estates within FAR_KM of a node, with voltage and links of the nearest.

    Their zone is the province's, or the node's where the node lies in the same province.
    """
    found = layers["industrial_estates"]
    node, km = nearest(found, nodes)
    home = layers["admin1"].set_index("admin1")["zone_id"].loc[found["admin1"]]
    home = home.set_axis(found.index)
    found = found.assign(
        kind="estate",
        site_id=found["estate_id"],
        voltage_kv=node["voltage_kv"],
        links_count=node["links_count"],
        zone_id=node["zone_id"].where(node["admin1"] == found["admin1"], home),
    )
    return _columns(found[km <= FAR_KM])


def thin(nodes: pd.DataFrame) -> pd.DataFrame:
    """The nodes without those within APART_KM of a better one that is kept.

    Better is the higher voltage, then more links, then the smaller site_id.
    """
    ranked = nodes.sort_values(
        ["voltage_kv", "links_count", "site_id"], ascending=[False, False, True]
    )
    close = distances_km(ranked, ranked) < APART_KM
    kept = np.zeros(len(ranked), dtype=bool)
    for i in range(len(ranked)):
        kept[i] = not (close[i] & kept).any()
    return ranked[kept]


def _columns(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[*BASE, *PROVENANCE]]
