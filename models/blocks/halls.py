"""Halls of one cooling design stand at a site; racks draw no more than the halls can carry.

    halls[s,d,t] >= halls[s,d,t-1]                                    halls are never taken down
    halls[s,d,t] <= halls_max[s,d] * open[s,t]
    it_mw[s,d,t] <= most * hall_mw[d] * halls[s,d,t]                  peak IT load by design
    it_mw[s,d,t] <= share * hall_mw[d] * halls[s,d,t] + more_mw * open[s,t]    sites in groups
      most is what racks that can stand in halls of class c draw at most of what these carry, share
      the same without those that are scarce, which add more_mw (models/full_halls.py). So load is
      where racks have room. Where the racks of a site are known, they say the second.
    idle share * it_mw <= it_mean_mw[s,d,t] <= it_mw                  mean IT load over the year
    sum over d of it_mw[s,d,T] >= forced_it_mw[s]         of a site the scenario forces: it is used
    facility_mw[s,t] = sum over d of it_mw[s,d,t] * (1 + cool_peak[s,d] + loss[s])
      facility_mw is what the meter reads in the design hour: the hottest 0.4 % of the year.
Designs that can host the same rack systems form a cooling class c; the fleet knows classes only.
"""

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

import numpy as np
from pyomo.core import NonNegativeIntegers, NonNegativeReals

from models.case import Case
from models.columns import Column
from models.full_halls import FullHalls, full_halls
from models.hall_numbers import HallNumbers
from models.ledger import Ledger
from models.periods import added, stay
from models.rows import Amounts, AtMost, Columns
from models.sums import each

COLUMNS = (
    Column("parameters", "shell_musd_per_mw", "building shell per IT MW", low=0),
    Column("parameters", "electrical_musd_per_mw", "electrical plant per IT MW", low=0),
    Column("parameters", "maintenance_facility_frac", "upkeep a year, of facility capex", low=0),
    Column("parameters", "hall_lead_years", "decision to first load of a hall", low=0),
    Column("parameters", "facility_life_years", "life of buildings and plant", low=1),
)
OUTCOMES = (
    Column("sites", "it_mw", "peak IT load in the last period"),
    Column("sites", "facility_mw", "load at the meter in the design hour, last period"),
    Column("sites", "pue", "facility energy over IT energy, year"),
    Column("halls", "halls_count", "halls standing", kind="whole"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Halls, their IT load by cooling class, and the facility load it makes."""
    frac, at = case["mean_load_frac"], case.sets["HALL"]
    m.hall_numbers = numbers = HallNumbers(case)
    most = numbers.of_pair(case["halls_max_count"])
    m.halls = Columns(at, NonNegativeIntegers, most.tolist())
    m.it_mw = Columns(at, NonNegativeReals)
    m.it_mean_mw = Columns(at, NonNegativeReals)
    m.halls.earlier = numbers.earlier()
    m.halls_stay = stay(m.halls, m.halls.earlier)
    opened = each(m.open, most, numbers.site_period)
    m.halls_at_open_sites = AtMost(at, each(m.halls), opened)
    _load(m, case, numbers)
    m.mean_below_peak = AtMost(at, each(m.it_mean_mw), each(m.it_mw, frac["high"]))
    m.mean_above_idle = AtMost(at, each(m.it_mw, frac["low"]), each(m.it_mean_mw))
    _offer(m, case, ledger, numbers)
    _used(m, case, ledger)
    _cost(m, case, ledger, numbers)


def _load(m: Any, case: Case, numbers: HallNumbers) -> None:
    full, at = full_halls(case), case.sets["HALL"]
    country, cooling = case["country"], case["cooling_class"]
    kinds, kind = numbers.kinds([(country[s], cooling[d]) for s, d in case.sets["SITE_DESIGN"]])
    nothing = FullHalls(0.0, 0.0, 0.0)
    draws = np.array([full.get(index, nothing) for index in kinds]).reshape(-1, 3)
    most_frac, share_frac, more_mw = draws[kind].T
    carried = numbers.of_pair(case["hall_mw"])
    m.hall_load = AtMost(at, each(m.it_mw), each(m.halls, most_frac * carried))
    grouped = any(g != s for s, g in case["group"].items())
    scarce = np.flatnonzero(grouped & (share_frac < most_frac))
    share = each(m.halls, (share_frac * carried)[scarce], scarce)
    more = each(m.open, more_mw[scarce], numbers.site_period[scarce])
    some = [at[i] for i in scarce.tolist()]
    m.load_of_full_halls = AtMost(some, each(m.it_mw, at=scarce), share + more)


def _offer(m: Any, case: Case, ledger: Ledger, numbers: HallNumbers) -> None:
    group, cooling, pairs = case["group"], case["cooling_class"], case.sets["SITE_DESIGN"]
    carried = each(m.halls, numbers.of_pair(case["hall_mw"]))
    where, at = numbers.kinds([(group[s], cooling[d]) for s, d in pairs])
    for name, mw in (("it_mw", each(m.it_mw)), ("it_mean_mw", each(m.it_mean_mw))):
        ledger.put_all(name, where, mw, numbers.sites, at)
    ledger.put_all("hall_mw", where, carried, numbers.sites, at)
    place, at = case.sets["SITE_PERIOD"], numbers.site_period
    ledger.put_all("site_it_mw", place, each(m.it_mw), numbers.designs, at)
    at_meter, energy = case["facility_per_it_frac"], case["energy_per_it_frac"]
    drawn = {"facility_mw": (at_meter, m.it_mw), "mean_facility_mw": (energy, m.it_mean_mw)}
    for name, (per_it, load_mw) in drawn.items():
        ledger.put_all(name, place, each(load_mw, numbers.of_pair(per_it)), numbers.designs, at)
        m.add_component(name, Amounts(place, ledger.totals(name, place)))


def _used(m: Any, case: Case, ledger: Ledger) -> None:
    last, least_mw = case.sets["PERIOD"][-1], case["forced_it_mw"]
    at = [s for s in case.sets["FORCED_SITE"] if s in least_mw]
    load = ledger.totals("site_it_mw", [(s, last) for s in at])
    m.forced_load = AtMost(at, -load, [-least_mw[s] for s in at])


def _cost(m: Any, case: Case, ledger: Ledger, numbers: HallNumbers) -> None:
    country, pairs = case["country"], case.sets["SITE_DESIGN"]
    items = ("shell", "electrical", "cooling")
    musd = {item: numbers.of_pair(case[f"{item}_musd_per_hall"]) for item in items}
    whole, parts = sum(musd.values()), _Parts(musd)
    where, at = numbers.kinds([(country[s],) for s, _ in pairs])
    ledger.put_all("capex_musd", where, added(m.halls, m.halls.earlier, whole), parts, at)
    yearly = each(m.halls, numbers.of_site(case["facility_crf_per_year"]) * whole)
    ledger.put_all("annuity_musd", where, yearly, parts, at)
    yearly = each(m.halls, numbers.of_site(case["maintenance_facility_frac"]) * whole)
    ledger.put_all("opex_musd", where, yearly, repeat("facility maintenance"), at)


class _Parts:
    """The share of each item in what a hall costs, hall by hall, when someone asks."""

    def __init__(self, musd: Mapping[str, np.ndarray]) -> None:
        self._musd = musd

    def __iter__(self) -> Iterator[dict[str, float]]:
        for costs in zip(*(musd.tolist() for musd in self._musd.values()), strict=True):
            whole = sum(costs)
            shares = (musd / whole if whole else 0.0 for musd in costs)
            yield dict(zip(self._musd, shares, strict=True))
