"""Racks are installed in a group of interchangeable sites and run in a power state on a workload.

    standing[g,k,c,t] = sum of install[g,k,c,t'] over t' <= t not older than the racks' life
    sum over p,w of run[g,k,c,p,w,t]                <= availability * standing[g,k,c,t]
    sum over k   of rack_mw[k] * standing[g,k,c,t]  <= hall MW of class c in g       (nameplate)
    sum over k,p,w of kappa[k,p,w] * run            =  IT MW of class c in g, at the peak
    sum over k,p,w of kappa * mean_load[w] * run    =  mean IT MW of class c in g
The last three are where *what* (fleet, by group) meets *where* (halls, by site). `run` counts racks
at work in the peak hour; it need not be whole, since a rack may divide its hour.
A rack system stands only in a cooling class that can carry its density and feed its cold plates.
Racks at work make software_gain[t] * theta[k,p,w] * run: theta holds for the engine of the
reference year, and better software makes more of the same racks and the same power.
"""

from typing import Any

from pyomo.environ import (
    Constraint,
    Expression,
    NonNegativeIntegers,
    NonNegativeReals,
    Var,
    quicksum,
)

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column("parameters", "availability_frac", "share of standing racks at work", low=0, high=1),
    Column(
        "parameters", "it_idle_frac", "power of an idle rack over its power at work", low=0, high=1
    ),
    Column(
        "parameters", "network_frac", "share of a rack's price that is its network", low=0, high=1
    ),
    Column("parameters", "maintenance_it_frac", "upkeep a year, of rack price", low=0),
    Column("parameters", "rack_lead_years", "order to delivery of racks", low=0),
    Column("parameters", "it_life_years", "life of racks", low=1),
    Column(
        "parameters",
        "software_gain_frac_per_year",
        "tokens/s that better software adds to a rack in a year",
        low=0,
        high=1,
    ),
    Column("parameters", "throughput_reference_year", "year of the engine that tokens/s hold for"),
)
OUTCOMES = (
    Column("sites", "racks_count", "racks standing in the last period", kind="whole"),
    Column("fleet", "racks_count", "racks standing, whole", kind="whole"),
    Column("fleet", "racks_at_work_count", "racks at work in the peak hour"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Racks, the power they draw, and what they cost."""
    whole = NonNegativeIntegers if case.whole_racks else NonNegativeReals
    m.install = Var(case.sets["INSTALL"], domain=whole)
    m.run = Var(case.sets["RUN"], domain=NonNegativeReals)
    m.standing = Expression(
        case.sets["INSTALL"],
        rule=lambda m, g, k, c, t: quicksum(
            m.install[g, k, c, u] for u in case["delivered_in"][k, t] if (g, k, c, u) in m.install
        ),
    )
    for g, k, c, t in case.sets["INSTALL"]:
        ledger.put("nameplate_mw", (g, c, t), case["rack_mw"][k] * m.standing[g, k, c, t], k)
    for g, k, c, p, w, t in case.sets["RUN"]:
        racks, kappa = m.run[g, k, c, p, w, t], case["kappa_mw"][k, p, w]
        ledger.put("at_work", (g, k, c, t), racks, w)
        ledger.put("draw_mw", (g, c, t), kappa * racks, k)
        ledger.put("mean_draw_mw", (g, c, t), kappa * case["mean_load_frac"][w] * racks, k)
        theta = case["software_gain"][t] * case["theta_mtokens_per_s"][k, p, w]
        ledger.put("capacity", (g, w, t), theta * racks, k)
    _limits(m, case, ledger)
    _cost(m, case, ledger)


def _limits(m: Any, case: Case, ledger: Ledger) -> None:
    m.racks_at_work = Constraint(
        ledger.indices("at_work"),
        rule=lambda m, g, k, c, t: (
            ledger.total("at_work", (g, k, c, t))
            <= case["availability_frac"][k] * m.standing[g, k, c, t]
        ),
    )
    meet = ledger.indices("it_mw")
    m.hall_space = Constraint(
        meet,
        rule=lambda m, g, c, t: (
            ledger.total("nameplate_mw", (g, c, t)) <= ledger.total("hall_mw", (g, c, t))
        ),
    )
    m.it_load = Constraint(
        meet,
        rule=lambda m, g, c, t: (
            ledger.total("draw_mw", (g, c, t)) == ledger.total("it_mw", (g, c, t))
        ),
    )
    m.it_mean_load = Constraint(
        meet,
        rule=lambda m, g, c, t: (
            ledger.total("mean_draw_mw", (g, c, t)) == ledger.total("it_mean_mw", (g, c, t))
        ),
    )


def _cost(m: Any, case: Case, ledger: Ledger) -> None:
    for g, k, c, t in case.sets["INSTALL"]:
        where, price = (case["group_country"][g], t), case["rack_musd"][k]
        standing = m.standing[g, k, c, t]
        network = case["network_frac"].get(k, 0.0)
        for item, share in (("racks", 1 - network), ("network", network)):
            if share > 0:
                cost = share * price
                ledger.put("capex_musd", where, cost * m.install[g, k, c, t], item)
                annuity = case["rack_crf_per_year"][k] * cost
                ledger.put("annuity_musd", where, annuity * standing, item)
        upkeep = case["maintenance_it_frac"][k] * price
        ledger.put("opex_musd", where, upkeep * standing, "rack maintenance")
