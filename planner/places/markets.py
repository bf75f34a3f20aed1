"""How far a site is from each market, in kilometres and in round-trip time."""

from typing import Any

import numpy as np
import pandas as pd

from models.columns import UNCERTAIN
from models.physics.network import fibre_rtt_ms
from planner.places.geometry import distances_km

SOURCE = "computed: fibre 1.5 x great circle"
ABROAD = ", border cable"


def site_markets(sites: pd.DataFrame, layers: dict[str, Any]) -> pd.DataFrame:
    """Distance and fibre round trip between every site and every market.

    Inside a country the fibre follows roads; to the other country it goes by road to a landing,
    through a border cable, and on by road: the way with the shortest round trip.

    Parameters
    ----------
    sites
        With site_id, country, lat_deg, lon_deg.
    layers
        `markets`, `cable_landings` and `border_cables` are used.

    Returns
    -------
    DataFrame with the columns of `site_markets.csv`, sorted by site and market; no row where no
    cable leads.
    """
    markets = layers["markets"].sort_values("market_id")
    km = distances_km(sites, markets)
    rtt = fibre_rtt_ms(km)
    abroad = sites["country"].to_numpy()[:, None] != markets["country"].to_numpy()[None, :]
    far_km, far_rtt, recalled = _over_the_border(sites, markets, layers)
    km, rtt = np.where(abroad, far_km, km), np.where(abroad, far_rtt, rtt)
    index = pd.MultiIndex.from_product(
        [sites["site_id"], markets["market_id"]], names=["site_id", "market_id"]
    )
    table = pd.DataFrame(
        {
            "distance_km": km.ravel().round(1),
            "rtt_ms": rtt.ravel().round(2),
            "source": np.where(abroad.ravel(), SOURCE + ABROAD, SOURCE),
            "year": "2026",
            "licence": "ODbL-1.0",
            "confidence": "derived",
            "recalled": np.where(abroad.ravel() & recalled, "distance_km;rtt_ms", ""),
        },
        index=index,
    )
    return table[np.isfinite(table["rtt_ms"])].sort_index().reset_index()


def _over_the_border(
    sites: pd.DataFrame, markets: pd.DataFrame, layers: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Distance and round trip by the quickest border cable, in either direction."""
    landings = layers["cable_landings"].set_index("landing_id")
    cables = layers["border_cables"]
    best_km = np.full((len(sites), len(markets)), np.inf)
    best_rtt = best_km.copy()
    for cable in cables.itertuples():
        ends = (cable.from_landing_id, cable.to_landing_id)
        for here, there in (ends, ends[::-1]):
            near, far = landings.loc[[here]], landings.loc[[there]]
            leaves = sites["country"].to_numpy() == near["country"].iloc[0]
            arrives = markets["country"].to_numpy() == far["country"].iloc[0]
            to_coast, onward = distances_km(sites, near), distances_km(far, markets)
            km = to_coast + cable.length_km + onward
            sea = fibre_rtt_ms(cable.length_km, 1.0, cable.border_ms)
            rtt = fibre_rtt_ms(to_coast) + sea + fibre_rtt_ms(onward)
            better = (rtt < best_rtt) & leaves[:, None] & arrives[None, :]
            best_km, best_rtt = np.where(better, km, best_km), np.where(better, rtt, best_rtt)
    return best_km, best_rtt, bool(cables["confidence"].isin(UNCERTAIN).any())
