"""Hosting by node and hour, and by candidate site with all that holds it back."""

import numpy as np
import pandas as pd

from models.columns import Column
from planner.coefficients.context import Context
from planner.coefficients.networks import site_nodes
from planner.coefficients.where import candidate_sites
from planner.grid.dispatch import Cut, Dispatch
from planner.grid.hosting import hosting
from planner.grid.network import Network

HELD_BY = {
    "network": "network_mw",
    "connection": "connection_mw",
    "permit": "permit_mw",
    "zone": "zone_mw",
}
"""What can hold a site back, and the column that says at how much."""

COLUMNS = (
    Column("hosting", "site_id", "candidate site", "text"),
    Column("hosting", "name", "place and node or estate", "text"),
    Column("hosting", "country", "ISO 3166-1 code", "text"),
    Column("hosting", "lat_deg", "latitude"),
    Column("hosting", "lon_deg", "longitude"),
    Column("hosting", "zone_id", "grid zone", "text"),
    Column("hosting", "node_id", "bus of the network, or area; blank: none there", "text"),
    Column("hosting", "period", "last period of the scenario", "whole"),
    Column("hosting", "usable_mw", "the least of the four limits"),
    Column("hosting", "held_by", "network, connection, permit or zone: the least", "text"),
    Column("hosting", "network_mw", "largest load at its node alone, over all hours"),
    Column("hosting", "hour_id", "the hour that allows no more", "text"),
    Column("hosting", "limited_by", "lines or links at their limit then, heaviest first", "text"),
    Column("hosting", "connection_mw", "most the site's own grid node can take"),
    Column("hosting", "node_connection_mw", "the same of all candidate sites at its node together"),
    Column("hosting", "permit_mw", "largest load granted at one site; blank: no limit"),
    Column("hosting", "zone_mw", "most all sites of the zone can take; blank: no limit"),
    Column("hosting", "permit_pass_frac", "share of applications granted; blank: unknown"),
    Column("hosting", "permit_extra_years", "delay of the permit beside the connection's own"),
    Column("hosting", "price_usd_per_mwh", "marginal cost of energy, mean of the hours"),
    Column("hosting", "marginal_gco2_per_kwh", "carbon of one more kWh, mean of the hours"),
    Column("nodes", "country", "ISO 3166-1 code", "text"),
    Column("nodes", "period", "first period of this state of the network", "whole"),
    Column("nodes", "hour_id", "hour", "text"),
    Column("nodes", "node_id", "bus, or area", "text"),
    Column("nodes", "name", "its place", "text"),
    Column("nodes", "demand_mw", "demand of others at the hour"),
    Column("nodes", "hosting_mw", "largest load there alone"),
    Column("nodes", "limited_by", "lines or links at their limit; blank: supply", "text"),
    Column("nodes", "price_local_per_mwh", "marginal cost of energy; blank: unknown"),
    Column("nodes", "price_usd_per_mwh", "the same"),
    Column("nodes", "marginal_gco2_per_kwh", "carbon of one more kWh; blank: unknown"),
)  # fmt: skip


def node_table(context: Context, asked: dict[tuple[str, str, int], Network]) -> pd.DataFrame:
    """Hosting, price and carbon at every node and hour, once for each state of a network."""
    done: set[int] = set()
    tables = []
    for (country, hour, t), network in asked.items():
        if id(network) in done:
            continue
        done.add(id(network))
        cuts = hosting(network, network.nodes)
        blank = np.full(len(network.nodes), np.nan)
        price, carbon = Dispatch(network).prices() or (blank, blank)
        table = pd.DataFrame(
            {
                "country": country,
                "period": t,
                "hour_id": hour,
                "node_id": network.nodes,
                "name": network.names,
                "demand_mw": network.demand_mw,
                "hosting_mw": [cuts[node].most_mw for node in network.nodes],
                "limited_by": [_lines(cuts[node]) for node in network.nodes],
                "price_local_per_mwh": price * 1e3,
                "price_usd_per_mwh": price * 1e3 / context.local_per_usd(country),
                "marginal_gco2_per_kwh": carbon * 1e3,
            }
        )
        tables.append(table)
    found = pd.concat(tables, ignore_index=True)
    # rounded where the linear programs are: no noise of theirs in the files
    return found.round({"hosting_mw": 3, "marginal_gco2_per_kwh": 2, "price_local_per_mwh": 2,
                        "price_usd_per_mwh": 4})  # fmt: skip


def _lines(cut: Cut) -> str:
    return "; ".join(cut.limited_by[:3])


def site_table(
    context: Context, nodes: pd.DataFrame, asked: dict[tuple[str, str, int], Network]
) -> pd.DataFrame:
    """Every candidate site with the four limits on it, in the last period."""
    last = context.scenario.periods[-1]
    sites = candidate_sites(context)
    node = pd.Series(site_nodes(context, sites), dtype=object).reindex(sites.index)
    now = _state_of(nodes, asked, last)
    least = now.loc[now.groupby(["country", "node_id"])["hosting_mw"].idxmin()]
    least = least.set_index(["country", "node_id"])
    mean = now.groupby(["country", "node_id"])[
        ["price_usd_per_mwh", "marginal_gco2_per_kwh"]
    ].mean()
    at = pd.MultiIndex.from_arrays([sites["country"], node])
    permits = context.table("permit_regions").set_index("permit_region")
    zones = context.table("zones").set_index("zone_id")["headroom_mw"]
    found = sites[["site_id", "name", "country", "lat_deg", "lon_deg", "zone_id"]].assign(
        node_id=node.fillna(""),
        period=last,
        connection_mw=sites["headroom_mw"],
        node_connection_mw=sites["headroom_mw"].groupby(node).transform("sum"),
        permit_mw=sites["permit_region"].map(permits["max_mw"]).replace(np.inf, np.nan),
        zone_mw=sites["zone_id"].map(zones),
        permit_pass_frac=sites["permit_region"].map(permits["pass_frac"]),
        permit_extra_years=sites["permit_region"].map(permits["extra_lead_years"]),
        network_mw=least["hosting_mw"].reindex(at).to_numpy(),
        hour_id=least["hour_id"].reindex(at).fillna("").to_numpy(),
        limited_by=least["limited_by"].reindex(at).fillna("").to_numpy(),
        price_usd_per_mwh=mean["price_usd_per_mwh"].reindex(at).to_numpy(),
        marginal_gco2_per_kwh=mean["marginal_gco2_per_kwh"].reindex(at).to_numpy(),
    )
    limits = found[list(HELD_BY.values())].astype(float)
    words = {column: word for word, column in HELD_BY.items()}
    found["usable_mw"] = limits.min(axis=1)
    found["held_by"] = limits.fillna(np.inf).idxmin(axis=1).map(words)
    return found[[c.name for c in COLUMNS if c.table == "hosting"]].reset_index(drop=True)


def _state_of(
    nodes: pd.DataFrame, asked: dict[tuple[str, str, int], Network], t: int
) -> pd.DataFrame:
    """The rows of the nodes that hold in a period: those of the first period of the same state."""
    first: dict[int, int] = {}
    for (_, _, period), network in asked.items():
        first.setdefault(id(network), period)
    states = {(n, hour, first[id(network)]) for (n, hour, u), network in asked.items() if u == t}
    key = zip(nodes["country"], nodes["hour_id"], nodes["period"], strict=True)
    return nodes[[state in states for state in key]]
