"""Candidate sites from layers: the only room that works on geometry, and imports geopandas."""

from planner.places.geometry import points
from planner.places.layers import LAYERS, read_layers
from planner.places.markets import site_markets
from planner.places.sites import candidate_sites
from planner.places.write import write, write_map

__all__ = [
    "LAYERS",
    "candidate_sites",
    "points",
    "read_layers",
    "site_markets",
    "write",
    "write_map",
]
