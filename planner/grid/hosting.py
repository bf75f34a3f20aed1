"""The most each node of a network can take alone, and the cuts on all loads that say so."""

import hashlib
from collections.abc import Sequence

import numpy as np

from planner.grid.dispatch import Cut, Dispatch
from planner.grid.network import Network

_KNOWN: dict[tuple, dict[str, Cut]] = {}
"""Cuts by content of the network, so that the runs of a study share them."""


def hosting(network: Network, nodes: Sequence[str]) -> dict[str, Cut]:
    """Node to the cut made by the most that load there alone can be."""
    key = (_digest(network), tuple(nodes))
    if key not in _KNOWN:
        dispatch = Dispatch(network)
        _KNOWN[key] = {node: dispatch.hosting(node) for node in nodes}
    return _KNOWN[key]


def distinct(cuts: Sequence[Cut]) -> list[Cut]:
    """The cuts that differ: the same limit is met from many nodes."""
    found: dict[tuple, Cut] = {}
    for cut in cuts:
        scale = max(cut.share.values(), default=1.0)
        share = tuple((node, round(w / scale, 5)) for node, w in sorted(cut.share.items()))
        found.setdefault((share, round(cut.most_mw / scale, 3)), cut)
    return list(found.values())


def _digest(network: Network) -> str:
    made = hashlib.sha256(repr((network.nodes, network.lines, network.links)).encode())
    for name, value in sorted(vars(network).items()):
        if isinstance(value, np.ndarray) and name not in ("island", "factors"):
            made.update(name.encode() + np.ascontiguousarray(value).tobytes())
    return made.hexdigest()
