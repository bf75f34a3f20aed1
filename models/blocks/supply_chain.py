"""Rack systems and HBM are scarce: what a country can import in a period, and whose memory it is.

    sum over g in n, c of install[g,k,c,t]             <= racks_supply[n,k,t]
    sum over vendors v of hbm_take_tb[k,v,t]            = hbm_tb[k] * sum over g,c install[g,k,c,t]
    sum over systems k of generation h: hbm_take_tb     <= hbm_supply_tb[h,v,t]
A period draws on the deliveries of the years since the period before.
"""

from typing import Any

from pyomo.environ import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("policies", "slack", "what is left of racks, or of HBM"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Deliveries of racks and of HBM within their supply."""
    for g, k, c, t in case.sets["INSTALL"]:
        ledger.put("delivered", (case["group_country"][g], k, t), m.install[g, k, c, t], g)
        ledger.put("hbm_need_tb", (k, t), case["hbm_tb"].get(k, 0.0) * m.install[g, k, c, t], g)
    m.rack_supply = Constraint(
        [i for i in ledger.indices("delivered") if i in case["racks_supply_count"]],
        rule=lambda m, n, k, t: (
            ledger.total("delivered", (n, k, t)) <= case["racks_supply_count"][n, k, t]
        ),
    )
    m.hbm_take_tb = Var(case.sets["HBM_TAKE"], domain=NonNegativeReals)
    sources: dict[tuple, list[str]] = {}
    for k, v, t in case.sets["HBM_TAKE"]:
        sources.setdefault((k, t), []).append(v)
        ledger.put("hbm_taken", (case["hbm_generation"][k], v, t), m.hbm_take_tb[k, v, t], k)
    m.hbm_source = Constraint(
        list(sources),
        rule=lambda m, k, t: (
            quicksum(m.hbm_take_tb[k, v, t] for v in sources[k, t])
            == ledger.total("hbm_need_tb", (k, t))
        ),
    )
    m.hbm_supply = Constraint(
        [i for i in ledger.indices("hbm_taken") if i in case["hbm_supply_tb"]],
        rule=lambda m, h, v, t: (
            ledger.total("hbm_taken", (h, v, t)) <= case["hbm_supply_tb"][h, v, t]
        ),
    )
