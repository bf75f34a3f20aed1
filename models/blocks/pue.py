"""PUE of a year stays under its ceiling, where the law reaches.

    mean_facility_mw[s,t]  <=  pue_max[s] * mean IT MW of s  +  exempt[s,t]
    exempt = most[s] * open[s,t0]          for a site open before the year the law begins with (t0:
                                           the last period before it)
           + most_small[s] * small[s,t]    for a site that uses less than a stated energy a year:
    mean_facility_mw[s,t]  <=  threshold + most MW of s * (1 - small[s,t])
most and most_small bound what a site can exceed its ceiling by at all.
(Japan: 1.3 for data centres from FY2029, above about 16,000 MWh a year.)
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from pyomo.core import Binary

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.rows import AtMost, Columns
from models.sums import each

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("sites", "pue", "facility energy over IT energy, year"),)

HOURS_PER_YEAR = 8760


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Yearly PUE under its ceiling."""
    pue, ceiling, opened = case["energy_per_it_frac"], case["pue_max"], case["pue_opened_before"]
    numbers, sites = m.hall_numbers, case.sets["SITE_PERIOD"]
    most_pue = {s: ceiling.get(s, np.inf) for s in case.sets["SITE"]}
    over = numbers.of_pair(pue) - numbers.of_site(most_pue)
    later = np.array([t > opened.get(s, 0) for s, t in sites], dtype=bool)
    bound = np.flatnonzero(np.isfinite(over) & later[numbers.site_period])
    excess, at = each(m.it_mean_mw, over[bound], bound), numbers.site_period[bound]
    ledger.put_all("pue_excess_mw", sites, excess, numbers.designs[bound], at)
    places = ledger.indices("pue_excess_mw")
    designs: dict[str, list[str]] = {s: [] for s, _ in places}
    for s, d in case.sets["SITE_DESIGN"]:
        if s in designs:
            designs[s].append(d)
    most = {s: _most(case, s, here) for s, here in designs.items()}
    small = [i for i in places if most[i[0]].small > 0]
    m.small_site = Columns(small, Binary)
    m.small_energy = AtMost(
        small,
        m.mean_facility_mw.at(small) + each(m.small_site, [most[s].facility_mw for s, _ in small]),
        [most[s].threshold_mw + most[s].facility_mw for s, _ in small],
    )
    old = [i for i in places if (i[0], opened.get(i[0])) in m.open]
    by_age = each(m.open, [most[s].excess for s, _ in old], [(s, opened[s]) for s, _ in old])
    ledger.put_all("pue_exempt_mw", old, by_age, repeat("opened before"))
    by_size = each(m.small_site, [most[s].small for s, _ in small])
    ledger.put_all("pue_exempt_mw", small, by_size, repeat("small"))
    exempt = ledger.totals("pue_exempt_mw", places)
    m.pue_ceiling = AtMost(places, ledger.totals("pue_excess_mw", places), exempt)


class _Most(NamedTuple):
    """Mean MW a site can have at all, over its ceiling and at the meter; of a small site."""

    excess: float
    facility_mw: float
    threshold_mw: float
    small: float


def _most(case: Case, s: str, designs: Sequence[str]) -> _Most:
    excess, facility, small = 0.0, 0.0, 0.0
    threshold = case["pue_above_mwh_per_year"].get(s, 0.0) / HOURS_PER_YEAR
    hall_mw, halls_max_count = case["hall_mw"], case["halls_max_count"]
    energy_per_it_frac, most_pue = case["energy_per_it_frac"], case["pue_max"][s]
    for d in designs:
        it_mw = hall_mw[s, d] * halls_max_count[s, d]
        pue = energy_per_it_frac[s, d]
        over = max(pue - most_pue, 0.0)
        excess += over * it_mw
        facility += pue * it_mw
        small = max(small, over * threshold / pue)
    return _Most(excess, facility, threshold, small)
