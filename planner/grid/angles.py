"""A network's dispatch in voltage angles, by scipy: the base case, and the check of a plan.

    least   10 * sum of unserved + sum of overload
    supply + unserved - demand - load = what lines and links carry away      at each node
    x * flow = angle at tail - angle at head;   |flow| <= limit + overload   on each line
    |flow| <= capacity on each link;   0 <= supply <= most
Written apart from `dispatch.py`, which eliminates the angles: each checks the other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack, vstack

from planner.grid.network import Network

GW = 1e-3
UNSERVED, OVERLOAD = 10.0, 1.0
ROUNDING_MW = 0.05
"""Unserved load or overload by less than this is rounding."""


@dataclass(frozen=True)
class Strain:
    """What a network cannot do: demand or load left unserved, flow above the limit, in MW."""

    unserved_mw: np.ndarray
    overload_mw: np.ndarray

    @property
    def total_mw(self) -> float:
        """All of it."""
        return float(self.unserved_mw.sum() + self.overload_mw.sum())


def strain(network: Network, load_mw: np.ndarray, overload: bool = False) -> Strain:
    """The least demand left unserved beyond the base case's, and overload if it is allowed."""
    nodes, lines = len(network.nodes), len(network.lines)
    out_line = _incidence(network.tail, nodes) - _incidence(network.head, nodes)
    out_link = _incidence(network.link_tail, nodes) - _incidence(network.link_head, nodes)
    drop = diags_array(network.x_pu)
    one = diags_array(np.ones(nodes))
    # columns: supply, links, flow within the limit, over it, over it backwards, angles,
    # unserved as in the base case, unserved besides
    balance = hstack(
        [_incidence(network.supply_node, nodes), -out_link, -out_line, -out_line, out_line,
         csr_array((nodes, nodes)), one, one]
    )  # fmt: skip
    angles = hstack(
        [csr_array((lines, len(network.supply_mw) + len(network.links))), drop, drop, -drop,
         -out_line.T, csr_array((lines, 2 * nodes))]
    )  # fmt: skip
    demand = (network.demand_mw + load_mw) * GW
    bounds: Any = _bounds(network, demand, np.inf if overload else 0.0)
    cost = np.concatenate(
        [np.zeros(len(bounds) - 3 * nodes - 2 * lines), np.full(2 * lines, OVERLOAD),
         np.zeros(2 * nodes), np.full(nodes, UNSERVED)]
    )  # fmt: skip
    from scipy.optimize import linprog  # takes long to load, and few plans have a network

    found: Any = linprog(
        cost,
        method="highs",
        A_eq=vstack([balance, angles]).tocsr(),
        b_eq=np.concatenate([demand, np.zeros(lines)]),
        bounds=bounds.tolist(),
    )
    if found.status != 0:
        raise ArithmeticError(f"no dispatch of {network.country} {network.hour}: {found.message}")
    over = found.x[-3 * nodes - 2 * lines : -3 * nodes].reshape(2, lines).sum(axis=0)
    return Strain(found.x[-nodes:] / GW, over / GW)


def with_base_limits(network: Network) -> Network:
    """The network whose limits are those of its base case, where that overloads a line already."""
    found = strain(network, np.zeros(len(network.nodes)), overload=True)
    unserved = np.where(found.unserved_mw > ROUNDING_MW, found.unserved_mw, 0.0)
    overload = np.where(found.overload_mw > ROUNDING_MW, found.overload_mw, 0.0)
    return network.with_limits(network.line_mw + overload, unserved)


def _incidence(nodes: np.ndarray, count: int) -> csr_array:
    width = len(nodes)
    return csr_array((np.ones(width), (nodes.astype(int), np.arange(width))), (count, width))


def _bounds(network: Network, demand: np.ndarray, overload: float) -> np.ndarray:
    """Least and most of every column."""
    link, line = network.link_mw * GW, network.line_mw * GW
    free = np.full(len(demand), np.inf)
    over = np.full(2 * len(line), overload)
    low = [0 * network.supply_mw, -link, -line, np.zeros(len(over)), -free, 0 * demand, 0 * demand]
    high = [network.supply_mw * GW, link, line, over, free, network.unserved_mw * GW, demand]
    return np.column_stack([np.concatenate(low), np.concatenate(high)])
