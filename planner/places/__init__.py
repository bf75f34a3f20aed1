"""Candidate sites from layers: the only room that works on geometry, and imports geopandas."""

from planner.places.layers import LAYERS, read_layers
from planner.places.markets import site_markets
from planner.places.sites import candidate_sites
from planner.places.write import write

__all__ = ["LAYERS", "candidate_sites", "read_layers", "site_markets", "write"]
