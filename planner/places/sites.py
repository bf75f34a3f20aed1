"""The table of candidate sites: candidates, then one join after the other."""

from typing import Any

import pandas as pd

from models.columns import PROVENANCE
from models.facts.places import COLUMNS
from planner.places.candidates import candidates
from planner.places.geometry import points
from planner.places.joins import JOINS, weak_cells

SITE_COLUMNS = tuple(column.name for column in COLUMNS if column.table == "sites")
LICENCE = "ODbL-1.0"
"""Sites are made from OpenStreetMap positions, so the table is an adapted database."""


def candidate_sites(layers: dict[str, Any]) -> Any:
    """Every candidate site with all that the layers say about it.

    Parameters
    ----------
    layers
        As given by `read_layers`.

    Returns
    -------
    GeoDataFrame, one point a site (WGS 84), sorted by site_id: the columns of `sites.csv`.
    `recalled` names the columns whose value rests on a recalled or assumed cell.
    """
    sites = candidates(layers)
    weak = pd.DataFrame({c: weak_cells(sites, c) for c in ("lat_deg", "lon_deg", "voltage_kv")})
    for join in JOINS:
        joined = join(sites, layers)
        sites = pd.concat([sites, joined.values], axis=1)
        weak = pd.concat([weak, joined.weak], axis=1)
    return points(_finished(sites, weak))


def _finished(sites: pd.DataFrame, weak: pd.DataFrame) -> pd.DataFrame:
    weak = weak[[c for c in SITE_COLUMNS if c in weak]]
    named = [";".join(weak.columns[row]) for row in weak.to_numpy(dtype=bool)]
    sites = sites.assign(recalled=named, licence=LICENCE, confidence="derived")
    return sites[[*SITE_COLUMNS, *PROVENANCE, "recalled"]]
