"""A network's dispatch by factors: the most a node can take, what that costs, what is too much.

    supply - flows on links out of the island = demand + load               in each island
    |sum over nodes of factor[l,b] * injected[b]| <= line_mw[l]             on lines that can bind
A line becomes a row once a solution overloads it. The rows stay, so that the next question about
the same network starts from the last basis.

A cut is what the duals of such a program say about all loads together:
    sum over nodes b of share[b] * load[b]  <=  most
holds for every load that the network can serve, and is tight at the one it was made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array

from planner.grid.network import Network
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.named import NOWHERE, Names

GW = 1e-3
"""Power in the linear programs is in GW: per unit on 1,000 MVA, within the solver's tolerance."""
TOUCHED = 1e-6
"""GW by which a line may be over its limit before it becomes a row."""
FAINT = 1e-6
"""A share below this is none of it."""
ALL = 1e3
"""GW that no node will ever take."""
SLIGHT = 1e-4
"""Price of carbon by which costs are changed to see what the next MWh emits: no order changes."""


@dataclass(frozen=True)
class Cut:
    """A limit on the loads of a network's nodes together, and the lines that make it."""

    share: Mapping[str, float]
    most_mw: float
    limited_by: tuple[str, ...]


class Dispatch:
    """The dispatch of one network, kept in the solver from question to question."""

    def __init__(self, network: Network) -> None:
        self.network = network
        nodes = len(network.nodes)
        self._supply = np.arange(len(network.supply_mw))
        self._links = len(self._supply) + np.arange(len(network.links))
        self._load = len(self._supply) + len(self._links) + np.arange(nodes)
        self._before = self._load + nodes
        self._unserved = self._before + nodes
        self._inject = self._injections()
        self._rows: dict[int, int] = {}
        self._solver = Solver(self._program(), threads=1)

    def hosting(self, node: str) -> Cut:
        """The most that load at this node alone can be, as a cut with a share of 1 there."""
        at = self._load[self.network.number[node]]
        self._bound([at], [0.0], [ALL])
        cost = np.zeros(self._inject.shape[1])
        cost[at] = 1.0
        x = self._solve(cost)
        cut = self._cut(cost, x[at])
        self._bound([at], [0.0], [0.0])
        return cut

    def violated(self, load_mw: np.ndarray) -> Cut | None:
        """A cut that these loads break; None where the network can serve them."""
        load = load_mw * GW
        self._bound(self._load, load, load)
        self._bound(self._unserved, 0 * load, np.full(len(load), np.inf))
        cost = np.zeros(self._inject.shape[1])
        cost[self._unserved] = -1.0
        x = self._solve(cost)
        unserved = float(x[self._unserved].sum())
        share = -self._solver.reduced_costs()[self._load]
        cut = self._cut(cost, float(share @ load) - unserved)
        self._bound(self._unserved, 0 * load, 0 * load)
        self._bound(self._load, 0 * load, 0 * load)
        return cut if unserved > 10 * TOUCHED else None

    def prices(self) -> tuple[np.ndarray, np.ndarray] | None:
        """By node, cost [1,000 local per MWh] and carbon [t per MWh] of the next MWh.

        None where the costs of supply are not known. Carbon is the change of the price under a
        slight price of carbon.
        """
        network = self.network
        if not np.isfinite(network.supply_cost).all():
            return None
        price = []
        for carbon_price in (0.0, SLIGHT):
            cost = np.zeros(self._inject.shape[1])
            cost[self._supply] = -(network.supply_cost + carbon_price * network.supply_co2)
            self._solve(cost)
            price.append(-self._solver.reduced_costs()[self._load])
        return price[0], (price[1] - price[0]) / SLIGHT

    def _injections(self) -> csc_array:
        """Power put in at each node by each column."""
        network, nodes = self.network, np.arange(len(self.network.nodes))
        row = [network.supply_node, network.link_tail, network.link_head, nodes, nodes, nodes]
        column = [self._supply, self._links, self._links, self._load, self._before, self._unserved]
        sign = [1.0, -1.0, 1.0, -1.0, 1.0, 1.0]
        value = [np.full(len(at), s) for at, s in zip(column, sign, strict=True)]
        shape = (len(nodes), int(self._unserved[-1]) + 1)
        where = (np.concatenate(row).astype(int), np.concatenate(column))
        return csc_array((np.concatenate(value), where), shape)

    def _program(self) -> Compiled:
        network = self.network
        islands = int(network.island.max()) + 1
        nodes = np.arange(len(network.nodes))
        gather = csc_array((np.ones(len(nodes)), (network.island, nodes)), (islands, len(nodes)))
        demand = np.asarray(gather @ (network.demand_mw * GW))
        width = self._inject.shape[1]
        low, high = np.zeros(width), np.zeros(width)
        high[self._supply] = network.supply_mw * GW
        high[self._links] = network.link_mw * GW
        low[self._links] = -high[self._links]
        high[self._before] = network.unserved_mw * GW
        return Compiled(
            matrix=csc_array(gather @ self._inject), row_low=demand, row_high=demand,
            low=low, high=high, integer=np.zeros(width, dtype=bool),
            columns=Names.of(map(str, range(width))),
            rows=Names.of(f"island {i}" for i in range(islands)),
            place=np.full(width, NOWHERE),
        )  # fmt: skip

    def _bound(self, columns: list | np.ndarray, low: list | np.ndarray, high: object) -> None:
        self._solver.bounds(np.asarray(columns), np.asarray(low), np.asarray(high))

    def _solve(self, cost: np.ndarray) -> np.ndarray:
        """The best dispatch at these costs, no line above its limit."""
        network = self.network
        self._solver.maximise_vector(cost)
        while True:
            answer = self._solver.run()
            if answer.state != "optimal" or answer.x is None:
                raise ArithmeticError(f"no dispatch of {network.country} {network.hour}")
            put_in = self._inject @ answer.x - network.demand_mw * GW
            over = np.abs(network.factors @ put_in) - network.line_mw * GW
            new = [int(i) for i in np.flatnonzero(over > TOUCHED) if i not in self._rows]
            if not new:
                return answer.x
            for i in new:
                self._add_line(i)

    def _add_line(self, i: int) -> None:
        network = self.network
        factors = network.factors[i]
        through = self._inject.T @ factors
        fixed = float(factors @ (network.demand_mw * GW))
        limit = network.line_mw[i] * GW
        named = {str(j): float(through[j]) for j in np.flatnonzero(np.abs(through) > 1e-9)}
        self._rows[i] = self._solver.add_row(named, fixed - limit, fixed + limit)

    def _cut(self, cost: np.ndarray, most: float) -> Cut:
        """The cut that the duals of the last solve give."""
        network = self.network
        share = (cost - self._solver.reduced_costs())[self._load]
        kept = {
            node: float(w)
            for node, w in zip(network.nodes, share, strict=True)
            if w > FAINT or w < -1e-9
        }
        return Cut(kept, float(most) / GW, self._limiting())

    def _limiting(self) -> tuple[str, ...]:
        """Lines, then links, at their limit, the one that matters most first."""
        network, duals = self.network, self._solver.duals()
        weight = {network.line_name(i): abs(duals[row]) for i, row in self._rows.items()}
        worth = self._solver.reduced_costs()[self._links]
        weight |= dict(zip(network.links, np.abs(worth).tolist(), strict=True))
        found = [name for name, w in weight.items() if w > 1e-6]
        return tuple(sorted(found, key=lambda name: -weight[name]))
