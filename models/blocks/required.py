"""Demand that must be served, or whose tokens not served have a price.

    tokens served [1e6 tokens/s] + unserved[i,t]  >=  required[i,t]     in a country or a market
    0 <= unserved[i,t] <= required[i,t]  where a price is stated; nothing may be left unserved else
    cost [M$/a] = unserved * price [$/Mtoken] * seconds of a year / 1e6
required[i,t] grows by a rate from the year it is stated for. The price is a cost of the plan like
any other: it counts in opex, in its ceilings and in the cost per million tokens.
"""

from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("demand", "required_tokens_per_s", "mean output tokens asked for"),
    Column("demand", "unserved_tokens_per_s", "of these, left unserved at their price"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Required demand and the price of what is left unserved."""
    required, price = case["required_mtokens_per_s"], case["unserved_usd_per_mtoken"]
    m.unserved = Var(
        [at for at in case.sets["REQUIRED"] if at[0] in price],
        domain=NonNegativeReals,
        bounds=lambda m, i, w, n, a, t: (0, required[i, t]),
    )
    for at in m.unserved:
        i, _, n, a, t = at
        yearly = price[i] * case["seconds_per_year"]["s"] / 1e6
        where = (n or case["market_country"][a], t)
        ledger.put("opex_musd", where, yearly * m.unserved[at], "unserved demand")

    def served(m: Any, w: str, n: str, a: str, t: int) -> Any:
        nation = n or case["market_country"][a]
        share = case["market_share_frac"][a] if a else 1.0
        of_these = (
            m.served[v, o, u]
            for v, o, u in case.sets["SERVED"]
            if u == t and o == nation and w in ("", v)
        )
        return share * quicksum(of_these, m.nothing)

    m.demand_required = Constraint(
        case.sets["REQUIRED"],
        rule=lambda m, i, w, n, a, t: (
            served(m, w, n, a, t) + (m.unserved[i, w, n, a, t] if i in price else 0)
            >= required[i, t]
        ),
    )
