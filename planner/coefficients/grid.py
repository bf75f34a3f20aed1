"""Coefficients of the transmission network: which loads it can take together, as cuts.

Begun with the cuts of every node's hosting; a cut that the candidate sites cannot reach, with all
that their steps and zones allow, is left out. More cuts come from plans that the network refuses.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from models.case import Case
from planner.coefficients.context import Context
from planner.coefficients.networks import networks, site_nodes
from planner.grid.dispatch import Cut
from planner.grid.hosting import distinct, hosting

OWN_CUTS = "grid_share", "grid_most_mw"


def grid_values(context: Context, sites: pd.DataFrame) -> dict[str, dict]:
    """Node of each site, network by hour and period, and the cuts they can reach.

    Parameters
    ----------
    context
        Facts and choices.
    sites
        Candidate sites by site_id, with `connectable_mw` and `zone_id`.
    """
    asked = networks(context) if context.scenario.grid else {}
    if not asked:
        return {}
    nodes = site_nodes(context, sites)
    reach = _Reach(sites, nodes, context.zone_headroom_mw())
    values: dict[str, dict] = {"node": nodes, "grid_network": asked, "grid_limited_by": {}}
    values |= {name: {} for name in OWN_CUTS}
    by_network: dict[int, list[tuple[str, Cut]]] = {}
    for (country, hour, t), network in asked.items():
        if id(network) not in by_network:
            here = [node for node in network.nodes if node in set(nodes.values())]
            cuts = distinct(list(hosting(network, here).values()))
            kept = [cut for cut in cuts if reach.most_mw(cut) > cut.most_mw]
            known = len({c for c, _ in values["grid_most_mw"]})
            by_network[id(network)] = list(_named(country, hour, kept, known))
        for name, cut in by_network[id(network)]:
            put(values, name, cut, t)
    return values


def put(values: dict[str, dict], name: str, cut: Cut, t: int) -> None:
    """Add a cut of a period to the coefficients."""
    values["grid_most_mw"][name, t] = cut.most_mw
    values["grid_limited_by"][name] = cut.limited_by
    values["grid_share"].update({(name, node): share for node, share in cut.share.items()})


def with_cuts(case: Case, cuts: Mapping[tuple[str, str, int], Cut]) -> Case:
    """The case with further cuts, by country, hour and period."""
    values: dict[str, Any] = {name: dict(case[name]) for name in (*OWN_CUTS, "grid_limited_by")}
    for (country, hour, t), cut in cuts.items():
        known = len({c for c, _ in values["grid_most_mw"]})
        ((name, _),) = _named(country, hour, [cut], known)
        network = case["grid_network"][country, hour, t]
        for other in case.sets["PERIOD"]:
            if case["grid_network"][country, hour, other] is network:
                put(values, name, cut, other)
    return case.having(values={**case.values, **values})


def _named(country: str, hour: str, cuts: list[Cut], known: int) -> Iterator[tuple[str, Cut]]:
    """Short names: country, hour, the line or link that matters most, a number."""
    for i, cut in enumerate(cuts, start=known + 1):
        first = cut.limited_by[0].split()[0] if cut.limited_by else "supply"
        yield f"{country} {hour} {first} #{i}", cut


class _Reach:
    """The most that candidate sites can put on a cut: by zone, the greatest shares first."""

    def __init__(
        self, sites: pd.DataFrame, nodes: Mapping[str, str], headroom: Mapping[str, float]
    ) -> None:
        self._zones: dict[str, dict[str, float]] = {}
        self._headroom = headroom
        here = sites.loc[list(nodes)]
        columns = (here.index.map(nodes), here["zone_id"], here["connectable_mw"])
        for node, zone, mw in zip(*columns, strict=True):
            loads = self._zones.setdefault(str(zone), {})
            loads[node] = loads.get(node, 0.0) + float(mw)

    def most_mw(self, cut: Cut) -> float:
        """An upper bound of the cut's left-hand side."""
        total = 0.0
        for zone, loads in self._zones.items():
            left = self._headroom.get(zone, float("inf"))
            for node in sorted(loads, key=lambda b: -cut.share.get(b, 0.0)):
                taken = min(loads[node], left)
                total += max(cut.share.get(node, 0.0), 0.0) * taken
                left -= taken
        return total
