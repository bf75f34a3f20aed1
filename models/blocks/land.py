"""Halls, substation and setbacks fit the parcel; land is bought as it is built on.

substation_m2 * open[s,t] + sum over d of hall_m2[s,d] * halls[s,d,t]
<= parcel_m2[s] * (1 - setback_frac)                          for each site with a parcel
hall_m2 = hall_mw * hall_m2_per_mw of the design, cooling yard included
Price: land_local_per_m2 on the built area, grossed up by the setback.
"""

from collections.abc import Callable
from itertools import repeat
from typing import Any

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before
from models.rows import AtMost
from models.sums import each

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
    most = case["buildable_m2"]
    at = [i for i in case.sets["SITE_PERIOD"] if i[0] in most]
    m.parcel = AtMost(at, ledger.totals("built_m2", at) * (1 / 1e4), [most[s] / 1e4 for s, _ in at])


def _take(var: Any, case: Case, ledger: Ledger, area: Callable[..., tuple[float, str]]) -> None:
    """The area that each of a kind takes, and its price: `area` by index without the period."""
    price, country, earlier = case["land_musd_per_m2"], case["country"], before(var, case)
    rate, at = case["discount_frac"], var.indices
    areas, sources = zip(*(area(*i[:-1]) for i in at), strict=True) if at else ((), ())
    ledger.put_all("built_m2", [(i[0], i[-1]) for i in at], each(var, areas), sources)
    cost = [price[i[0]] * area_m2 for i, area_m2 in zip(at, areas, strict=True)]
    where = [(country[i[0]], i[-1]) for i in at]
    ledger.put_all("capex_musd", where, added(var, earlier, cost), repeat("land"))
    yearly = each(var, [rate[i[0]] * c for i, c in zip(at, cost, strict=True)])
    ledger.put_all("annuity_musd", where, yearly, repeat("land"))
