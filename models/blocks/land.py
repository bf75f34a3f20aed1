"""Halls, substation and setbacks fit the parcel; land is bought as it is built on.

substation_m2 * open[s,t] + sum over d of hall_m2[s,d] * halls[s,d,t]
<= parcel_m2[s] * (1 - setback_frac)                          for each site with a parcel
hall_m2 = hall_mw * hall_m2_per_mw of the design, cooling yard included
Price: land_local_per_m2 on the built area, grossed up by the setback.
"""

from typing import Any

from pyomo.environ import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added

COLUMNS = (
    Column("sites", "parcel_m2", "area on offer; blank: no limit", low=0, default=None),
    Column("sites", "land_local_per_m2", "price of industrial land", low=0),
    Column(
        "parameters", "setback_frac", "share of a parcel that cannot be built on", low=0, high=1
    ),
    Column("parameters", "substation_m2", "area of the receiving substation", low=0),
)
OUTCOMES = (Column("sites", "land_m2", "area the plan takes, setback included"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Area within the parcel, and its price."""
    for s, t in case.sets["SITE_PERIOD"]:
        ledger.put("built_m2", (s, t), case["substation_m2"][s] * m.open[s, t], "substation")
    for s, d, t in case.sets["HALL"]:
        ledger.put("built_m2", (s, t), case["hall_m2"][s, d] * m.halls[s, d, t], d)
    m.parcel = Constraint(
        [(s, t) for s, t in case.sets["SITE_PERIOD"] if s in case["buildable_m2"]],
        rule=lambda m, s, t: (
            ledger.total("built_m2", (s, t)) / 1e4 <= case["buildable_m2"][s] / 1e4
        ),
    )
    for s, t in case.sets["SITE_PERIOD"]:
        _buy(case, ledger, (s, t), case["substation_m2"][s], m.open, (s, t))
    for s, d, t in case.sets["HALL"]:
        _buy(case, ledger, (s, t), case["hall_m2"][s, d], m.halls, (s, d, t))


def _buy(case: Case, ledger: Ledger, at: tuple, area_m2: float, var: Any, index: tuple) -> None:
    s, t = at
    cost = case["land_musd_per_m2"][s] * area_m2
    ledger.put("capex_musd", (case["country"][s], t), cost * added(var, case, *index), "land")
    rent = case["discount_frac"][s] * cost
    ledger.put("annuity_musd", (case["country"][s], t), rent * var[index], "land")
