"""Which places are candidates: grid nodes and substations worth a site, and industrial estates."""

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from planner.places.geometry import distances_km, nearest

APART_KM = 3.0
"""A node this close to a better one is the same place to a builder, and is left out."""

KINDS = ("substation", "switching")
"""Japanese nodes a load can be tied to; not converters, power stations and cable heads."""

BASE = ("site_id", "name", "kind", "country", "admin1", "lat_deg", "lon_deg", "voltage_kv")
PROVENANCE = ("source", "year", "confidence", "recalled")


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: `Shin-Ōsaka 500 kV` is `shin-osaka-500-kv`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def candidates(layers: dict[str, Any]) -> pd.DataFrame:
    """All candidates, sorted by site_id, with the grid node each one hangs on.

    Columns BASE, `links_count` of the node, `zone_id` (blank where the node's layer has none), and
    the provenance of the layer's row.
    """
    nodes = pd.concat([korean_nodes(layers), japanese_substations(layers)], ignore_index=True)
    both = pd.concat([nodes, estates(layers, nodes)], ignore_index=True)
    return both.sort_values("site_id", ignore_index=True)


def korean_nodes(layers: dict[str, Any]) -> pd.DataFrame:
    """Korean grid nodes, named by municipality, voltage and a number in the order of node_id.

    The number counts all nodes of the layer, so it does not move when a neighbour is thinned out.
    """
    nodes = layers["kr_grid_nodes"].assign(country="KR", kind="grid_node", zone_id="")
    order = nodes["node_id"].str.extract(r"(\d+)$")[0].astype(int)
    nodes = nodes.assign(order=order).sort_values("order")
    where = [nodes["municipality"], nodes["voltage_kv"]]
    number = (nodes.groupby(where).cumcount() + 1).astype(str)
    kv = nodes["voltage_kv"].map("{:g}".format)
    nodes["name"] = nodes["municipality"] + " " + kv + " kV node " + number
    nodes["site_id"] = (nodes["municipality"] + " " + kv + "kv " + number).map(slug)
    return _columns(thin(_of_a_class(nodes, layers)))


def japanese_substations(layers: dict[str, Any]) -> pd.DataFrame:
    """Japanese substations and switching stations, named by station and voltage."""
    nodes = layers["jp_substations"].assign(country="JP")
    nodes = nodes[nodes["kind"].isin(KINDS)].sort_values("node_id")
    kv = nodes["voltage_kv"].map("{:g}".format)
    named = nodes["name"] + " " + nodes["kind"]
    same = nodes.groupby([named, kv]).cumcount()
    number = (same + 1).map(" {}".format).where(same > 0, "")
    shown = nodes["name_local"].map(lambda local: "" if local.isascii() else f" ({local})")
    nodes["site_id"] = (named + " " + kv + "kv" + number).map(slug)
    nodes["name"] = named + " " + kv + " kV" + number + shown
    return _columns(thin(_of_a_class(nodes.assign(kind="substation"), layers)))


def estates(layers: dict[str, Any], nodes: pd.DataFrame) -> pd.DataFrame:
    """Industrial estates, each with voltage, links and zone of the nearest node kept."""
    found = layers["industrial_estates"].assign(kind="estate")
    found["site_id"] = found["estate_id"]
    node, _ = nearest(found, nodes)
    return _columns(found.assign(**{c: node[c] for c in ("voltage_kv", "links_count", "zone_id")}))


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


def _of_a_class(nodes: pd.DataFrame, layers: dict[str, Any]) -> pd.DataFrame:
    """Nodes of a voltage class loads connect at; others are HVDC ends or slips of the map."""
    classes = layers["grid_classes"]
    known = {(c, kv) for c, kv in zip(classes["country"], classes["voltage_kv"], strict=True)}
    rows = [pair in known for pair in zip(nodes["country"], nodes["voltage_kv"], strict=True)]
    return nodes[rows]


def _columns(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[*BASE, "links_count", "zone_id", *PROVENANCE]]
