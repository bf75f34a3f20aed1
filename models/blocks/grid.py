"""The network can serve what a plan adds, by redispatch, at representative hours of each period.

    node_mw[b,t] = sum over sites s at node b of grid_mw[s,t]
    sum over b of grid_share[c,b] * node_mw[b,t]  <=  grid_most_mw[c,t]          for each cut c
The loads that a network can serve form a polyhedron: those for which some dispatch within the units
meets demand in every island and keeps every line within its limit. A cut is a facet of it or near
one, made from the duals of a dispatch (Benders' feasibility cut), so units, flows and hours need no
columns here; plans that the network refuses add cuts until none does. What a site draws from the
grid in its design hour counts in full at every hour. No network stated, no row.
Source: Benders 1962, doi:10.1007/BF01386316.
"""

from typing import Any

from pyomo.core import Constraint, Reals, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column("parameters", "reserve_frac", "supply kept in reserve or out of service", low=0),
    Column("parameters", "line_rating_frac", "usable share of a line's rating", low=0, high=1),
    Column("parameters", "load_growth_frac_per_year", "growth of other load", low=-0.1),
    Column("parameters", "network_reference_year", "year the network's tables describe"),
    Column("network_lines", "rating_mva", "thermal rating", low=0),
    Column("interconnectors", "capacity_mw", "capacity of a link between areas", low=0),
)
OUTCOMES = (Column("policies", "achieved", "load on a cut of the network, in the cut's MW"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Load by node, and the cuts of the network."""
    shares: dict[str, dict[str, float]] = {}
    for (cut, node), share in case["grid_share"].items():
        shares.setdefault(cut, {})[node] = share
    for s, t in case.sets["SITE_PERIOD"]:
        if s in case["node"]:
            ledger.put("node_mw", (case["node"][s], t), m.grid_mw[s, t], s)
    loaded = ledger.indices("node_mw")
    m.node_mw = Var(loaded, domain=Reals)
    m.node_load = Constraint(
        loaded, rule=lambda m, b, t: m.node_mw[b, t] == ledger.total("node_mw", (b, t))
    )
    for cut, t in case["grid_most_mw"]:
        for node, share in shares[cut].items():
            if (node, t) in m.node_mw:
                ledger.put("grid_cut_mw", (cut, t), share * m.node_mw[node, t], node)
    m.grid_limit = Constraint(
        ledger.indices("grid_cut_mw"),
        rule=lambda m, c, t: ledger.total("grid_cut_mw", (c, t)) <= case["grid_most_mw"][c, t],
    )
