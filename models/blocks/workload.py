"""Tokens flow from senders to markets; racks are sized for the highest block of the day.

    flow[f,w,a,t] = sum over blocks h of sent[f,w,a,t,h]
    sum over a of sent[f,w,a,t,h] / work_frac[w,h]
            <= software_gain[t] * sum over g of f and k,c,p of theta[k,p,w] * work[g,k,c,p,w,t,h]
    sum over f of flow[f,w,a,t] = market_share[a] * served[w,n,t]       a: a market of country n
    sum over f of sent[f,w,a,t,h] = share_of_day[h] * level[w,n,h] * market_share[a] * served[w,n,t]
    served[w,n,t] = mix[w,n] * total[n,t]                               where a mix is stated
    total[n,t]    = country_share[n] * sum over n' of total[n',t]       where shares are stated
    floors and ceilings on served tokens by workload, country, market, period
`flow` and `served` are mean delivered output tokens in 1e6 tokens/s, `sent` the part of the mean
that is made in block h. A level is demand in the block over its mean of the day: what has a latency
limit is made when it is asked for, wherever latency and law allow; what has none in any block of
its day. Without a daily shape the day is one block, in which all is made at its peak: work_frac is
mean over peak demand, and no level is needed.
A flow exists only where the fibre round trip is within the workload's latency limit and the law
lets the data cross.
A sender f of a workload is one group of sites g, or all of a country from which it reaches the same
markets, if neither a price of carrying nor an operator tells them apart. That is exact: with C[g]
for what g can make, and S[a] for what f sends, of which all groups together can make enough,
S[a] * C[g] / sum of C is a flow from each g, and sends no more than C[g].
Carrying tokens costs what transit from the group to the market does, where a price is given.
"""

from itertools import repeat
from typing import Any

import numpy as np
from pyomo.core import Constraint, Expression, NonNegativeReals, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.rows import Amounts, Columns, Exactly
from models.sums import each

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
    hours = case.sets["HOUR"]
    flows = case.sets["FLOW"]
    m.sent = Columns([(*i, h) for i in flows for h in hours], NonNegativeReals)
    which = np.repeat(np.arange(len(flows)), len(hours))
    m.flow = Amounts(flows, each(m.sent).gathered(which, len(flows)))
    m.served = Columns(case.sets["SERVED"], NonNegativeReals)
    _carry(m, case, ledger)
    m.peak_capacity = Constraint(
        ledger.indices("sent"),
        rule=lambda m, *at: ledger.total("sent", at) <= ledger.total("capacity", at),
    )
    spread = [
        (w, a, t)
        for w, n, t in case.sets["SERVED"]
        for a in case.sets["MARKET"]
        if case["market_country"][a] == n
    ]
    share = [case["market_share_frac"][a] for _, a, _ in spread]
    of_all = each(m.served, share, [(w, case["market_country"][a], t) for w, a, t in spread])
    m.market_spread = Exactly(spread, ledger.totals("received", spread), of_all)
    _shape(m, case, ledger)
    _mix(m, case)
    _floors_and_ceilings(m, case)
    for w, n, t in case.sets["SERVED"]:
        ledger.put("tokens", t, case["token_weight"].get(w, 1.0) * m.served[w, n, t], w)
        revenue = case["revenue_usd_per_mtoken"].get(w, 0.0) * case["seconds_per_year"]["s"] / 1e6
        ledger.put("revenue_musd", t, revenue * m.served[w, n, t], w)


def _carry(m: Any, case: Case, ledger: Ledger) -> None:
    """Where tokens come from and go to, and what carrying them costs."""
    at, made_in, used_in = m.sent.indices, case["sender_country"], case["market_country"]
    rate = [1.0 / case["work_frac"][w, h] for _, w, _, _, h in at]
    senders, markets = [i[0] for i in at], [i[2] for i in at]
    ledger.put_all("sent", [(f, w, t, h) for f, w, _, t, h in at], each(m.sent, rate), markets)
    ledger.put_all("received_in", [i[1:] for i in at], each(m.sent), senders)
    flows, flow = m.flow.indices, m.flow.sums
    senders = [i[0] for i in flows]
    ledger.put_all("received", [i[1:] for i in flows], flow, senders)
    ways = [(w, made_in[f], used_in[a], t) for f, w, a, t in flows]
    ledger.put_all("between", ways, flow, senders)
    usd_per_mtoken = case["transit_usd_per_mtoken"]
    paid = [i for i in flows if (i[0], i[2]) in usd_per_mtoken]
    price = [usd_per_mtoken[f, a] * case["seconds_per_year"]["s"] / 1e6 for f, _, a, _ in paid]
    where = [(made_in[f], t) for f, _, _, t in paid]
    ledger.put_all("opex_musd", where, m.flow.at(paid) * price, repeat("transit"))


def _shape(m: Any, case: Case, ledger: Ledger) -> None:
    """Every market is served in each block what it asks for in it."""

    def asked(m: Any, w: str, a: str, t: int, h: str) -> Any:
        n = case["market_country"][a]
        frac = case["hour_frac"][h] * case["level_frac"][w, n, h] * case["market_share_frac"][a]
        return ledger.total("received_in", (w, a, t, h)) == frac * m.served[w, n, t]

    m.daily_shape = Constraint(
        [
            (w, a, t, h)
            for w, n, t in case.sets["SERVED"]
            for a in case.sets["MARKET"]
            for h in case.sets["HOUR"]
            if case["market_country"][a] == n and (w, n, h) in case["level_frac"]
        ],
        rule=asked,
    )


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
