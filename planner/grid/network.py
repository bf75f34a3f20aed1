"""One country's network at one hour of one year: demand, supply, lines and links by node."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.physics.grid import ptdf


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes joined by lines, whose flows follow from reactance, and by links, whose flows are set.

    Korea: buses and lines of the test network, direct-current cables as links. Japan: an area is
    a node, an interconnector a link; there are no lines. All power in MW.

    `supply_*` are generating units, or all of a kind at a node: the most they give at this hour,
    reserve taken off; cost in 1,000 of local currency per MWh (nan: unknown) and t CO2 per MWh.
    `line_mw` is the rating, or the flow of the base case where that is more; `unserved_mw` is the
    demand that the base case cannot serve: added load makes neither worse.
    """

    country: str
    hour: str
    nodes: tuple[str, ...]
    names: tuple[str, ...]
    demand_mw: np.ndarray
    supply_node: np.ndarray
    supply_mw: np.ndarray
    supply_cost: np.ndarray
    supply_co2: np.ndarray
    lines: tuple[str, ...]
    tail: np.ndarray
    head: np.ndarray
    x_pu: np.ndarray
    line_mw: np.ndarray
    links: tuple[str, ...]
    link_tail: np.ndarray
    link_head: np.ndarray
    link_mw: np.ndarray
    unserved_mw: np.ndarray

    @cached_property
    def number(self) -> dict[str, int]:
        """Node to its number."""
        return {node: i for i, node in enumerate(self.nodes)}

    @cached_property
    def island(self) -> np.ndarray:
        """Number of each node's island: nodes joined by lines share one."""
        count = len(self.nodes)
        joined = coo_array((np.ones(len(self.tail)), (self.tail, self.head)), (count, count))
        return connected_components(joined, directed=False)[1]

    @cached_property
    def factors(self) -> np.ndarray:
        """Flow on each line per MW injected at each node."""
        reference = np.unique(self.island, return_index=True)[1]
        return ptdf(self.tail, self.head, self.x_pu, len(self.nodes), reference.tolist())

    def loads(self, by_node: dict[str, float]) -> np.ndarray:
        """Load by node in the order of the nodes; nodes of other networks are left out."""
        return np.array([by_node.get(node, 0.0) for node in self.nodes])

    def with_limits(self, line_mw: np.ndarray, unserved_mw: np.ndarray) -> "Network":
        """The same network with other limits of its lines, and demand that may go unserved."""
        return replace(self, line_mw=line_mw, unserved_mw=unserved_mw)

    def line_name(self, i: int) -> str:
        """`KR_L012 Haenam - Jindo`."""
        ends = f"{self.names[self.tail[i]]} - {self.names[self.head[i]]}"
        return f"{self.lines[i]} {ends}"
