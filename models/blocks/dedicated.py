"""Work of a tier that asks for it stands in halls of its own: one tier per hall.

For a class q that country n wants in dedicated halls, at sites s of n with designs d of class c:
    sum over q of tier_halls[s,d,q,t]                    <=  halls[s,d,t]
    sum over p, w of class q of work[g,k,c,p,w,t,h]      <=  availability * tier_racks[g,k,c,q,t]
    sum over p, other w of work[g,k,c,p,w,t,h]
                                     <=  availability * (standing - sum over q of tier_racks)
    sum over k of rack_mw[k] * tier_racks[g,k,c,q,t]     <=  MW of tier_halls of q in g
    sum over k of rack_mw[k] * (standing - tier_racks)   <=  MW of the other halls in g
tier_halls are whole halls, racks are whole where the placement asks for whole racks.
"""

from typing import Any

from pyomo.core import (
    Constraint,
    NonNegativeIntegers,
    NonNegativeReals,
    Var,
    quicksum,
)

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("tier_halls", "halls_count", "halls that only this class of work uses", kind="whole"),
    Column("tier_halls", "hall_mw", "IT capacity of these halls"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Halls and racks of a tier, apart from all others."""
    if not case["dedicated"]:
        return
    classes: dict[str, list[str]] = {}
    for n, q in case["dedicated"]:
        classes.setdefault(n, []).append(q)
    _halls(m, case, ledger, classes)
    _racks(m, case, ledger, classes)
    _space(m, case, ledger, classes)


def _halls(m: Any, case: Case, ledger: Ledger, classes: dict[str, list[str]]) -> None:
    places = [i for i in case.sets["HALL"] if case["country"][i[0]] in classes]
    m.tier_halls = Var(
        [(s, d, q, t) for s, d, t in places for q in classes[case["country"][s]]],
        domain=NonNegativeIntegers,
        bounds=lambda m, s, d, q, t: (0, case["halls_max_count"][s, d]),
    )
    m.tier_halls_stand = Constraint(
        places,
        rule=lambda m, s, d, t: (
            quicksum(m.tier_halls[s, d, q, t] for q in classes[case["country"][s]])
            <= m.halls[s, d, t]
        ),
    )
    for s, d, q, t in m.tier_halls:
        at = (case["group"][s], case["cooling_class"][d])
        mw = case["hall_mw"][s, d] * m.tier_halls[s, d, q, t]
        ledger.put("tier_hall_mw", (*at, q, t), mw, s)
        ledger.put("dedicated_mw", (*at, t), mw, q)


def _racks(m: Any, case: Case, ledger: Ledger, classes: dict[str, list[str]]) -> None:
    tier = {i: classes.get(case["group_country"][i[0]], []) for i in case.sets["INSTALL"]}
    m.tier_racks = Var(
        [(g, k, c, q, t) for (g, k, c, t), found in tier.items() for q in found],
        domain=NonNegativeIntegers if case.whole_racks else NonNegativeReals,
    )
    for g, k, c, q, t in m.tier_racks:
        ledger.put("tier_racks", (g, k, c, t), m.tier_racks[g, k, c, q, t], q)
    for g, k, c, p, w, t in case.sets["RUN"]:
        q = case["sovereignty_class"][w]
        kind = q if q in tier[g, k, c, t] else ""
        for h in case.sets["HOUR"]:
            ledger.put("tier_at_work", (g, k, c, kind, t, h), m.work[g, k, c, p, w, t, h], w)
    m.tier_racks_at_work = Constraint(
        [(*i, h) for i in m.tier_racks for h in case.sets["HOUR"]],
        rule=lambda m, g, k, c, q, t, h: (
            ledger.total("tier_at_work", (g, k, c, q, t, h))
            <= case["availability_frac"][k] * m.tier_racks[g, k, c, q, t]
        ),
    )
    m.other_racks_at_work = Constraint(
        [(*i, h) for i in ledger.indices("tier_racks") for h in case.sets["HOUR"]],
        rule=lambda m, g, k, c, t, h: (
            ledger.total("tier_at_work", (g, k, c, "", t, h))
            <= case["availability_frac"][k]
            * (m.standing[g, k, c, t] - ledger.total("tier_racks", (g, k, c, t)))
        ),
    )


def _space(m: Any, case: Case, ledger: Ledger, classes: dict[str, list[str]]) -> None:
    for g, k, c, q, t in m.tier_racks:
        mw = case["rack_mw"][k] * m.tier_racks[g, k, c, q, t]
        ledger.put("tier_nameplate_mw", (g, case["group_country"][g], q, c, t), mw, k)
        ledger.put("dedicated_nameplate_mw", (g, c, t), mw, k)
    m.dedicated_halls = Constraint(
        ledger.indices("tier_nameplate_mw"),
        rule=lambda m, g, n, q, c, t: (
            ledger.total("tier_nameplate_mw", (g, n, q, c, t))
            <= ledger.total("tier_hall_mw", (g, c, q, t))
        ),
    )
    m.other_halls = Constraint(
        ledger.indices("dedicated_nameplate_mw"),
        rule=lambda m, g, c, t: (
            ledger.total("nameplate_mw", (g, c, t))
            - ledger.total("dedicated_nameplate_mw", (g, c, t))
            <= ledger.total("hall_mw", (g, c, t)) - ledger.total("dedicated_mw", (g, c, t))
        ),
    )
