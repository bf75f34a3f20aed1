"""Totals that few objectives need: each exists where such an objective is asked for.

    water_total  = sum over t, s, d of years[t] * wue_mean[s,d] * it_mean_mw[s,d,t] * 8760 h
                   million m3
    served_total = sum over t, w, n of years[t] * served[w,n,t]           1e6 tokens/s, years
    home_total   = sum over t, w, n of years[t] * flow n -> n
    water_per_mtoken = water_total / tokens_total;  in_country_frac = home_total / served_total
They touch every site, so that a plan nobody asks them of is spared their rows.
"""

from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

DRAWN, YEAR = "water_mean_m3_per_h", 8760

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("frontier", "l_per_mtoken", "water drawn over the plan, for a million tokens"),
    Column("frontier", "frac", "share of the tokens made in the country of their users"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """The totals of the objectives asked for."""
    years, asked = case["years"], case["objective_asked"]
    if "water_per_mtoken" in asked:
        drawn = [
            years[t] * YEAR / 1e6 * ledger.total(DRAWN, (s, t)) for s, t in ledger.indices(DRAWN)
        ]
        _total(m, "water_total", quicksum(drawn))
    if "in_country_frac" in asked:
        served = [years[t] * m.served[w, n, t] for w, n, t in m.served]
        home = [
            years[t] * ledger.total("between", (w, n, made_in, t))
            for w, n, made_in, t in ledger.indices("between")
            if n == made_in
        ]
        _total(m, "served_total", quicksum(served))
        _total(m, "home_total", quicksum(home))


def _total(m: Any, name: str, terms: Any) -> None:
    setattr(m, name, Var(domain=NonNegativeReals))
    setattr(m, f"sum_of_{name}", Constraint(expr=getattr(m, name) == terms))
