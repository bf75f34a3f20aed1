"""Networks small enough to work out by hand; every number is round."""

from dataclasses import replace
from typing import Any

import numpy as np

from planner.grid.network import Network


def triangle(**changes: Any) -> Network:
    """Nodes a, b, c joined in a ring of equal reactances: two thirds of a flow go the short way.

    1,000 MW of cheap supply (10) at a, 1,000 MW of dear supply (50) at c, 300 MW of demand at b.
    The line from a to b may carry 300 MW, the others 1,000 MW.
    """
    values: dict[str, Any] = {
        "country": "KR",
        "hour": "noon",
        "nodes": ("a", "b", "c"),
        "names": ("Alpha", "Beta", "Gamma"),
        "demand_mw": np.array([0.0, 300.0, 0.0]),
        "supply_node": np.array([0, 2]),
        "supply_mw": np.array([1000.0, 1000.0]),
        "supply_cost": np.array([10.0, 50.0]),
        "supply_co2": np.array([0.0, 0.4]),
        "lines": ("ab", "bc", "ac"),
        "tail": np.array([0, 1, 0]),
        "head": np.array([1, 2, 2]),
        "x_pu": np.array([0.1, 0.1, 0.1]),
        "line_mw": np.array([300.0, 1000.0, 1000.0]),
        "links": (),
        "link_tail": np.array([], dtype=int),
        "link_head": np.array([], dtype=int),
        "link_mw": np.array([]),
        "unserved_mw": np.zeros(3),
    }
    return Network(**{**values, **changes})


def little() -> Network:
    """The triangle at a hundredth: node b can take 6 MW alone."""
    whole = triangle()
    return replace(
        whole,
        demand_mw=whole.demand_mw / 100,
        supply_mw=whole.supply_mw / 100,
        line_mw=whole.line_mw / 100,
    )


def pair(link_mw: float = 100.0, **changes: Any) -> Network:
    """Areas a and b joined by a link alone: 400 MW of demand each, 500 and 450 MW of supply."""
    nothing = np.array([])
    values: dict[str, Any] = {
        "hour": "area-peak",
        "nodes": ("a", "b"),
        "names": ("Alpha", "Beta"),
        "demand_mw": np.array([400.0, 400.0]),
        "supply_node": np.array([0, 1]),
        "supply_mw": np.array([500.0, 450.0]),
        "supply_cost": np.array([np.nan, np.nan]),
        "supply_co2": np.array([np.nan, np.nan]),
        "lines": (),
        "tail": nothing.astype(int),
        "head": nothing.astype(int),
        "x_pu": nothing,
        "line_mw": nothing,
        "links": ("a-b",),
        "link_tail": np.array([0]),
        "link_head": np.array([1]),
        "link_mw": np.array([link_mw]),
        "unserved_mw": np.zeros(2),
    }
    return triangle(**{**values, **changes})
