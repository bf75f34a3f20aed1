"""Tokens flow from groups of sites to markets; racks are sized for the peak hour.

    peak[w] * sum over a of flow[g,w,a,t]
                        <= software_gain[t] * sum over k,c,p of theta[k,p,w] * run[g,k,c,p,w,t]
    sum over g of flow[g,w,a,t] = market_share[a] * served[w,n,t]       a: a market of country n
    served[w,n,t] = mix[w,n] * total[n,t]                               where a mix is stated
    total[n,t]    = country_share[n] * sum over n' of total[n',t]       where shares are stated
    floors and ceilings on served tokens by workload, country, market, period
`flow` and `served` are mean delivered output tokens in 1e6 tokens/s. A flow exists only where the
fibre round trip is within the workload's latency limit and the law lets the data cross.
Carrying tokens costs what transit from the group to the market does, where a price is given.
"""

from typing import Any

from pyomo.environ import Constraint, Expression, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column("site_markets", "distance_km", "great-circle distance to the market", low=0),
    Column("site_markets", "rtt_ms", "fibre round trip to the market", low=0),
)
OUTCOMES = (
    Column("sites", "tokens_per_s", "mean delivered output tokens, last period"),
    Column("flows", "tokens_per_s", "mean delivered output tokens from site to market"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Flows of tokens, their capacity at the peak, and who is served."""
    m.flow = Var(case.sets["FLOW"], domain=NonNegativeReals)
    m.served = Var(case.sets["SERVED"], domain=NonNegativeReals)
    for g, w, a, t in case.sets["FLOW"]:
        flow = m.flow[g, w, a, t]
        ledger.put("sent", (g, w, t), flow, a)
        ledger.put("received", (w, a, t), flow, g)
        ledger.put("between", (w, case["group_country"][g], case["market_country"][a], t), flow, g)
        if (g, a) in case["transit_usd_per_mtoken"]:
            yearly = case["transit_usd_per_mtoken"][g, a] * case["seconds_per_year"]["s"] / 1e6
            ledger.put("opex_musd", (case["group_country"][g], t), yearly * flow, "transit")
    m.peak_capacity = Constraint(
        ledger.indices("sent"),
        rule=lambda m, g, w, t: (
            case["peak_to_mean_ratio"][w] * ledger.total("sent", (g, w, t))
            <= ledger.total("capacity", (g, w, t))
        ),
    )
    m.market_spread = Constraint(
        [
            (w, a, t)
            for w, n, t in case.sets["SERVED"]
            for a in case.sets["MARKET"]
            if case["market_country"][a] == n
        ],
        rule=lambda m, w, a, t: (
            ledger.total("received", (w, a, t))
            == case["market_share_frac"][a] * m.served[w, case["market_country"][a], t]
        ),
    )
    _mix(m, case)
    _floors_and_ceilings(m, case)
    for w, n, t in case.sets["SERVED"]:
        ledger.put("tokens", t, case["token_weight"].get(w, 1.0) * m.served[w, n, t], w)
        revenue = case["revenue_usd_per_mtoken"].get(w, 0.0) * case["seconds_per_year"]["s"] / 1e6
        ledger.put("revenue_musd", t, revenue * m.served[w, n, t], w)


def _mix(m: Any, case: Case) -> None:
    countries = case.sets["COUNTRY"]
    m.country_tokens = Expression(
        [(n, t) for n in countries for t in case.sets["PERIOD"]],
        rule=lambda m, n, t: quicksum(
            (m.served[w, n, t] for w in case.sets["WORKLOAD"] if (w, n, t) in m.served), m.nothing
        ),
    )
    m.mix = Constraint(
        [i for i in case.sets["SERVED"] if i[:2] in case["mix_frac"]],
        rule=lambda m, w, n, t: (
            m.served[w, n, t] == case["mix_frac"][w, n] * m.country_tokens[n, t]
        ),
    )
    m.share_of_country = Constraint(
        [(n, t) for n in case["country_share_frac"] for t in case.sets["PERIOD"]],
        rule=lambda m, n, t: (
            m.country_tokens[n, t]
            == case["country_share_frac"][n] * quicksum(m.country_tokens[o, t] for o in countries)
        ),
    )


def _floors_and_ceilings(m: Any, case: Case) -> None:
    """Limits come as (number, workload or None, country or None, market or None, period)."""

    def amount(m: Any, workload: str | None, place: tuple, t: int) -> Any:
        country, market = place
        share = case["market_share_frac"][market] if market else 1.0
        nation = case["market_country"][market] if market else country
        of_these = (
            m.served[w, n, u]
            for w, n, u in case.sets["SERVED"]
            if u == t and (workload in (None, w)) and (nation in (None, n))
        )
        return share * quicksum(of_these, m.nothing)

    m.demand_floor = Constraint(
        case.sets["FLOOR"],
        rule=lambda m, i, w, n, a, t: (
            amount(m, w or None, (n or None, a or None), t) >= case["floor_mtokens_per_s"][i]
        ),
    )
    m.demand_ceiling = Constraint(
        case.sets["CEILING"],
        rule=lambda m, i, w, n, a, t: (
            amount(m, w or None, (n or None, a or None), t) <= case["ceiling_mtokens_per_s"][i]
        ),
    )
