"""Which sources of water a site can reach, by where it stands."""

from typing import Any

import numpy as np
import pandas as pd

from models.physics.network import great_circle_km

RESERVOIR_KM = 30.0
"""Farthest from a dam at which its regulated river is taken as a source."""

WATERFRONT_KM = 5.0
"""Nodes this close to the coast stand among estates with industrial water."""


def dam_km(sites: pd.DataFrame, reservoirs: pd.DataFrame) -> np.ndarray:
    """Distance of each site to the nearest dam of its country; infinite where there is none."""

    def degrees(rows: pd.DataFrame, name: str) -> np.ndarray:
        return rows[name].to_numpy(dtype=float)

    km = great_circle_km(
        degrees(sites, "lat_deg")[:, None],
        degrees(sites, "lon_deg")[:, None],
        degrees(reservoirs, "lat_deg")[None, :],
        degrees(reservoirs, "lon_deg")[None, :],
    )
    abroad = sites["country"].to_numpy()[:, None] != reservoirs["country"].to_numpy()[None, :]
    return np.asarray(np.where(abroad, np.inf, km).min(axis=1, initial=np.inf))


def within_reach(sites: pd.DataFrame, km: np.ndarray) -> dict[str, Any]:
    """By source, which sites can be connected to it, if their province offers it.

    River: below a dam; industrial: estates and the waterfront; sea: where it can be drawn for
    cooling; city and reclaimed water: everywhere.
    """
    waterfront = (sites["kind"] == "estate") | (sites["coast_km"] <= WATERFRONT_KM)
    everywhere = np.ones(len(sites), dtype=bool)
    return {
        "city": everywhere,
        "reclaimed": everywhere,
        "river": km <= RESERVOIR_KM,
        "industrial": waterfront.to_numpy(),
        "sea": (sites["seawater_flag"] == 1).to_numpy(),
    }
