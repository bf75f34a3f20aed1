"""Halls, substation and setbacks fit the parcel; land is bought as it is built on.

substation_m2 * open[s,t] + sum over d of hall_m2[s,d] * halls[s,d,t]
<= parcel_m2[s] * (1 - setback_frac) * open[s,t]              for each site with a parcel
hall_m2 = hall_mw * hall_m2_per_mw of the design, cooling yard included
Price: land_local_per_m2 on the built area, grossed up by the setback.
"""

from collections.abc import Callable
from itertools import repeat
from typing import Any

from pyomo.environ import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger, times
from models.periods import added, before

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
    substation_m2, hall_m2 = case["substation_m2"], case["hall_m2"]
    _take(m.open, case, ledger, lambda s: (substation_m2[s], "substation"))
    _take(m.halls, case, ledger, lambda s, d: (hall_m2[s, d], d))
    m.parcel = Constraint(
        [(s, t) for s, t in case.sets["SITE_PERIOD"] if s in case["buildable_m2"]],
        rule=lambda m, s, t: (
            ledger.total("built_m2", (s, t)) / 1e4 <= case["buildable_m2"][s] / 1e4 * m.open[s, t]
        ),
    )


def _take(var: Any, case: Case, ledger: Ledger, area: Callable[..., tuple[float, str]]) -> None:
    """The area that each of a kind takes, and its price: `area` by index without the period."""
    price, country, earlier = case["land_musd_per_m2"], case["country"], before(var, case)
    rate, at, count = case["discount_frac"], list(var), list(var.values())
    areas, sources = zip(*(area(*i[:-1]) for i in at), strict=True) if at else ((), ())
    ledger.put_all("built_m2", [(i[0], i[-1]) for i in at], times(areas, count), sources)
    cost = [price[i[0]] * area_m2 for i, area_m2 in zip(at, areas, strict=True)]
    where = [(country[i[0]], i[-1]) for i in at]
    new = (added(now, earlier.get(i), c) for i, now, c in zip(at, count, cost, strict=True))
    ledger.put_all("capex_musd", where, new, repeat("land"))
    yearly = times((rate[i[0]] * c for i, c in zip(at, cost, strict=True)), count)
    ledger.put_all("annuity_musd", where, yearly, repeat("land"))
