"""Halls, substation and setbacks fit the parcel; land is bought as it is built on.

substation_m2 * open[s,t] + sum over d of hall_m2[s,d] * halls[s,d,t]
<= parcel_m2[s] * (1 - setback_frac) * open[s,t]              for each site with a parcel
hall_m2 = hall_mw * hall_m2_per_mw of the design, cooling yard included
Price: land_local_per_m2 on the built area, grossed up by the setback.
"""

from collections.abc import Iterable, Sequence
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
    _take(m.open, case, ledger, [substation_m2[s] for s, _ in m.open], repeat("substation"))
    designs = [d for _, d, _ in m.halls]
    _take(m.halls, case, ledger, [hall_m2[s, d] for s, d, _ in m.halls], designs)
    most = case["buildable_m2"]
    at = [i for i in case.sets["SITE_PERIOD"] if i[0] in most]
    parcel = each(m.open, [most[s] / 1e4 for s, _ in at], at)
    m.parcel = AtMost(at, ledger.totals("built_m2", at) * (1 / 1e4), parcel)


def _take(
    var: Any, case: Case, ledger: Ledger, areas: Sequence[float], sources: Iterable[str]
) -> None:
    """The area that each of a kind takes, and its price."""
    rate, price, country = case["discount_frac"], case["land_musd_per_m2"], case["country"]
    sites, place = [i[0] for i in var], var.site_periods
    ledger.put_all("built_m2", place, each(var, areas), sources)
    cost = [price[s] * area_m2 for s, area_m2 in zip(sites, areas, strict=True)]
    where = [(country[s], t) for s, t in place]
    ledger.put_all("capex_musd", where, added(var, before(var, case), cost), repeat("land"))
    yearly = each(var, [rate[s] * c for s, c in zip(sites, cost, strict=True)])
    ledger.put_all("annuity_musd", where, yearly, repeat("land"))
