"""Operators run sites: one each, within what law and policy let them run, and for whom.

    sum over operators o of operate[s,o]            = open[s,T]                    one runs a site
    sum over o of operated_it_mw[s,o,t]             = IT MW of s
    operated_it_mw[s,o,t]                          <= most IT MW of s * operate[s,o]
    share ceiling      IT MW of o                  <= share[o] * IT MW of all
    foreign ownership  sum over o of foreign[o,n] * IT MW of o in n  <=  ceiling[n] * IT MW in n
    tier (n, q)        the IT MW that class q of n's users takes at g  <=  IT MW of eligible at g
foreign[o,n] is 1 for an operator from elsewhere, else the foreign part of its equity. Eligible for
a tier are operators with its certification, and under domestic control where it asks for that.
The IT MW that work takes is at least  peak[w] * flow * least kappa/theta[w] / software_gain, with
a peak of 1 where demand has a daily shape: a site may send its tokens in any block. Where
every group is one site, the site's operator is eligible or nothing is left for the tier: the rule
is exact. Where sites are grouped it is what follows for their sum, and the bound stays valid.
"""

from typing import Any

from pyomo.core import Binary, Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("operators", "it_mw", "peak IT load of the site it runs"),
    Column("policies", "achieved", "share of IT MW, or IT MW of a tier at sites of who may not"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Who runs each site, and the shares and tiers that hold."""
    if not case["operator_home"]:
        return
    _choice(m, case, ledger)
    _shares(m, case)
    _tiers(m, case, ledger)


def _most_it_mw(case: Case) -> dict[str, float]:
    """IT MW that the halls a site has room for can carry."""
    most: dict[str, float] = {}
    for s, d in case.sets["SITE_DESIGN"]:
        most[s] = most.get(s, 0.0) + case["hall_mw"][s, d] * case["halls_max_count"][s, d]
    return most


def _choice(m: Any, case: Case, ledger: Ledger) -> None:
    names, last = list(case["operator_home"]), case.sets["PERIOD"][-1]
    sites = [s for s in case.sets["SITE"] if (s, last) in m.open]
    most = _most_it_mw(case)
    m.operate = Var([(s, o) for s in sites for o in names], domain=Binary)
    m.operated_it_mw = Var(
        [(s, o, t) for s, t in case.sets["SITE_PERIOD"] for o in names], domain=NonNegativeReals
    )
    m.one_operator = Constraint(
        sites, rule=lambda m, s: quicksum(m.operate[s, o] for o in names) == m.open[s, last]
    )
    m.operated_load = Constraint(
        case.sets["SITE_PERIOD"],
        rule=lambda m, s, t: (
            quicksum(m.operated_it_mw[s, o, t] for o in names) == ledger.total("site_it_mw", (s, t))
        ),
    )
    m.operated_by_one = Constraint(
        list(m.operated_it_mw),
        rule=lambda m, s, o, t: m.operated_it_mw[s, o, t] <= most[s] * m.operate[s, o],
    )
    for s, o, t in m.operated_it_mw:
        ledger.put("operated_it_mw", (case["group"][s], o, t), m.operated_it_mw[s, o, t], s)
    for s, o in m.operate:
        if (o, case["country"][s]) in case["operator_domestic"]:
            ledger.put("domestic_operator", s, m.operate[s, o], o)
    every = ledger.indices("operated_it_mw")
    m.operator_it_mw = Var(every, domain=NonNegativeReals)
    m.operator_it_load = Constraint(
        every,
        rule=lambda m, g, o, t: (
            m.operator_it_mw[g, o, t] == ledger.total("operated_it_mw", (g, o, t))
        ),
    )


def _shares(m: Any, case: Case) -> None:
    periods = case.sets["PERIOD"]

    def load(t: int, country: str | None = None, operator: str | None = None) -> Any:
        return quicksum(
            (
                m.operator_it_mw[g, o, u]
                for g, o, u in m.operator_it_mw
                if u == t and country in (None, case["group_country"][g]) and operator in (None, o)
            ),
            m.nothing,
        )

    m.operator_share = Constraint(
        [(o, t) for o in case["operator_share_max"] for t in periods],
        rule=lambda m, o, t: load(t, operator=o) <= case["operator_share_max"][o] * load(t),
    )
    m.foreign_operated = Constraint(
        [(n, t) for n in case["foreign_operated_max_frac"] for t in periods],
        rule=lambda m, n, t: (
            quicksum(
                case["operator_foreign_frac"][o, n] * load(t, n, o) for o in case["operator_home"]
            )
            <= case["foreign_operated_max_frac"][n] * load(t, n)
        ),
    )


def _tiers(m: Any, case: Case, ledger: Ledger) -> None:
    for g, w, a, t in case.sets["FLOW"]:
        tier = (case["market_country"][a], case["sovereignty_class"][w])
        if tier in case["tier_operators"]:
            day = sum(case["work_frac"][w, h] for h in case.sets["HOUR"])
            rate = case["least_mw_per_mtoken_per_s"][w] / day / case["software_gain"][t]
            ledger.put("tier_it_mw", (g, *tier, t), rate * m.flow[g, w, a, t], w)

    def eligible(m: Any, g: str, n: str, q: str, t: int) -> Any:
        able = (m.operator_it_mw[g, o, t] for o in case["tier_operators"][n, q])
        return ledger.total("tier_it_mw", (g, n, q, t)) <= quicksum(able, m.nothing)

    m.tier_operator = Constraint(ledger.indices("tier_it_mw"), rule=eligible)
