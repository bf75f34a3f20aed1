"""Halls, substation and setbacks fit the parcel; land is bought as it is built on.

substation_m2 * open[s,t] + sum over d of hall_m2[s,d] * halls[s,d,t]
<= parcel_m2[s] * (1 - setback_frac) * open[s,t]              for each site with a parcel
hall_m2 = hall_mw * hall_m2_per_mw of the design, cooling yard included
Price: land_local_per_m2 on the built area, grossed up by the setback.
"""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np

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
    numbers, places = m.hall_numbers, case.sets["SITE_PERIOD"]
    of_open = np.array([case["substation_m2"][s] for s, _ in places])
    of_halls = numbers.of_pair(case["hall_m2"])
    _take(m.open, np.arange(len(places)), case, ledger, of_open, repeat("substation"))
    _take(m.halls, numbers.site_period, case, ledger, of_halls, numbers.designs)
    most = case["buildable_m2"]
    at = [i for i in places if i[0] in most]
    parcel = each(m.open, [most[s] / 1e4 for s, _ in at], at)
    m.parcel = AtMost(at, ledger.totals("built_m2", at) * (1 / 1e4), parcel)


def _take(
    var: Any,
    at: np.ndarray,
    case: Case,
    ledger: Ledger,
    areas_m2: np.ndarray,
    sources: Iterable[str],
) -> None:
    """The area that each of a kind takes, and its price; `at` are their places in SITE_PERIOD."""
    places, country = case.sets["SITE_PERIOD"], case["country"]
    rate, price = (
        np.array([by_site[s] for s, _ in places])[at]
        for by_site in (case["discount_frac"], case["land_musd_per_m2"])
    )
    ledger.put_all("built_m2", places, each(var, areas_m2), sources, at)
    where, cost = [(country[s], t) for s, t in places], price * areas_m2
    capex = added(var, before(var, case), cost)
    ledger.put_all("capex_musd", where, capex, repeat("land"), at)
    ledger.put_all("annuity_musd", where, each(var, rate * cost), repeat("land"), at)
