"""How far a plan is from earlier ones: the share of their megawatts at sites that it leaves.

    apart = sum over s of weight[s] * (1 - open[s,T])                       T: the last period
      weight[s]: mean over the earlier plans of the share of a plan's facility MW that stands at s
    Where earlier plans are given, apart is a total of the plan; with every earlier plan's ratio
    held near the best, the plan of the greatest apart is the alternative that differs most.
Weights sum to 1, so apart is 0 where every site of every plan is used again, and 1 where none is.
(Modelling to generate alternatives: Brill 1979, doi:10.1287/mnsc.25.5.413.)
"""

from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("alternatives", "apart_frac", "share of the earlier plans' MW at sites it leaves"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """The column `apart`, where earlier plans are given."""
    weight = case["apart_weight"]
    if not weight:
        return
    last = case.sets["PERIOD"][-1]
    m.apart = Var(domain=NonNegativeReals)
    kept = sum(w * m.open[s, last] for s, w in weight.items() if (s, last) in m.open)
    m.sum_of_apart = Constraint(expr=m.apart == sum(weight.values()) - kept)
