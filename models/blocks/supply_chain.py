"""Rack systems and HBM are scarce: what a country can import in a period, and whose memory it is.

    sum over g in n, c of install[g,k,c,t]             <= racks_supply[n,k,t]
    sum over vendors v of hbm_take_tb[k,v,t]            = hbm_tb[k] * sum over g,c install[g,k,c,t]
    sum over systems k of generation h: hbm_take_tb     <= hbm_supply_tb[h,v,t]
    import cap    sum over k made in m, u <= t of tpp[k] * installed in n in u  <=  tpp_max[n,m,t]
    origin        sum over vendors v of country n of hbm_take_tb  >=  share[n] * sum of hbm_take_tb
A period draws on the deliveries of the years since the period before. tpp is total processing
performance: the most, over the number formats, of TFLOP/s times the bits of the format. Systems
without memory of a listed generation take none.
"""

from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.sums import each

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("policies", "slack", "what is left of racks, of HBM, or of an import cap"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Deliveries of racks and of HBM within their supply."""
    at, country = case.sets["INSTALL"], case["group_country"]
    groups, need_tb = [g for g, _, _, _ in at], [case["hbm_tb"].get(k, 0.0) for _, k, _, _ in at]
    ledger.put_all("delivered", [(country[g], k, t) for g, k, _, t in at], each(m.install), groups)
    need = each(m.install, need_tb)
    ledger.put_all("hbm_need_tb", [(k, t) for _, k, _, t in at], need, groups)
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
    _origin(m, case)
    _imports(m, case, ledger)


def _origin(m: Any, case: Case) -> None:
    def share(m: Any, n: str, t: int) -> Any:
        taken = [(k, v) for k, v, u in case.sets["HBM_TAKE"] if u == t]
        if not taken:
            return Constraint.Skip
        own = [m.hbm_take_tb[k, v, t] for k, v in taken if case["hbm_vendor_country"].get(v) == n]
        every = quicksum(m.hbm_take_tb[k, v, t] for k, v in taken)
        return quicksum(own, m.nothing) >= case["hbm_origin_frac"][n] * every

    m.hbm_origin = Constraint(
        [(n, t) for n in case["hbm_origin_frac"] for t in case.sets["PERIOD"]], rule=share
    )


def _imports(m: Any, case: Case, ledger: Ledger) -> None:
    def imported(n: str, maker: str, t: int) -> Any:
        return quicksum(
            (
                case["tpp_mega"][k] * ledger.total("delivered", (o, k, u))
                for o, k, u in ledger.indices("delivered")
                if o == n and u <= t and case["maker_country"][k] == maker
            ),
            m.nothing,
        )

    m.import_tpp = Constraint(
        [i for i in case["import_tpp_mega_max"] if i[2] in case.sets["PERIOD"]],
        rule=lambda m, *i: imported(*i) <= case["import_tpp_mega_max"][i],
    )
