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

from itertools import repeat
from typing import Any

import numpy as np
from pyomo.core import NonNegativeIntegers, NonNegativeReals

from models.case import Case
from models.columns import Column
from models.full_halls import FullHalls, full_halls
from models.ledger import Ledger
from models.periods import added, before, stay
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
    most, frac = case["halls_max_count"], case["mean_load_frac"]
    at = case.sets["HALL"]
    pairs = [i[:2] for i in at]
    room = [*map(most.__getitem__, pairs)]
    m.halls = Columns(at, NonNegativeIntegers, room)
    m.it_mw = Columns(at, NonNegativeReals)
    m.it_mean_mw = Columns(at, NonNegativeReals)
    earlier = before(m.halls, case)
    m.halls_stay = stay(m.halls, earlier)
    opened = each(m.open, room, m.halls.site_periods)
    m.halls_at_open_sites = AtMost(at, each(m.halls), opened)
    _load(m, case, pairs)
    m.mean_below_peak = AtMost(at, each(m.it_mean_mw), each(m.it_mw, frac["high"]))
    m.mean_above_idle = AtMost(at, each(m.it_mw, frac["low"]), each(m.it_mean_mw))
    _offer(m, case, ledger, pairs)
    _used(m, case, ledger)
    _cost(m, case, ledger, earlier, pairs)


def _load(m: Any, case: Case, pairs: list[tuple]) -> None:
    full, at = full_halls(case), case.sets["HALL"]
    country, cooling = case["country"], case["cooling_class"]
    nothing = FullHalls(0.0, 0.0, 0.0)
    draws = [full.get((country[s], cooling[d], t), nothing) for s, d, t in at]
    carried = [*map(case["hall_mw"].__getitem__, pairs)]
    most = [draw.most_frac * mw for draw, mw in zip(draws, carried, strict=True)]
    m.hall_load = AtMost(at, each(m.it_mw), each(m.halls, most))
    grouped = any(g != s for s, g in case["group"].items())
    scarce = [i for i, draw in enumerate(draws) if grouped and draw.share_frac < draw.most_frac]
    some = [at[i] for i in scarce]
    share = each(m.halls, [draws[i].share_frac * carried[i] for i in scarce], some)
    more = each(m.open, [draws[i].more_mw for i in scarce], [(s, t) for s, _, t in some])
    m.load_of_full_halls = AtMost(some, each(m.it_mw, at=some), share + more)


def _offer(m: Any, case: Case, ledger: Ledger, pairs: list[tuple]) -> None:
    group, cooling, hall_mw = case["group"], case["cooling_class"], case["hall_mw"]
    at_meter, energy = case["facility_per_it_frac"], case["energy_per_it_frac"]
    at = case.sets["HALL"]
    sites, designs = [s for s, _ in pairs], [d for _, d in pairs]
    where = [(group[s], cooling[d], t) for s, d, t in at]
    ledger.put_all("it_mw", where, each(m.it_mw), sites)
    ledger.put_all("it_mean_mw", where, each(m.it_mean_mw), sites)
    ledger.put_all("hall_mw", where, each(m.halls, [*map(hall_mw.__getitem__, pairs)]), sites)
    place = m.halls.site_periods
    ledger.put_all("site_it_mw", place, each(m.it_mw), designs)
    drawn = {"facility_mw": (at_meter, m.it_mw), "mean_facility_mw": (energy, m.it_mean_mw)}
    for name, (per_it, load_mw) in drawn.items():
        ledger.put_all(name, place, each(load_mw, [*map(per_it.__getitem__, pairs)]), designs)
        m.add_component(name, Amounts(m.open.indices, ledger.totals(name, m.open.indices)))


def _used(m: Any, case: Case, ledger: Ledger) -> None:
    last, least_mw = case.sets["PERIOD"][-1], case["forced_it_mw"]
    at = [s for s in case.sets["FORCED_SITE"] if s in least_mw]
    load = ledger.totals("site_it_mw", [(s, last) for s in at])
    m.forced_load = AtMost(at, -load, [-least_mw[s] for s in at])


def _cost(m: Any, case: Case, ledger: Ledger, earlier: np.ndarray, pairs: list[tuple]) -> None:
    country, crf, upkeep = (
        case[name] for name in ("country", "facility_crf_per_year", "maintenance_facility_frac")
    )
    prices = {item: case[f"{item}_musd_per_hall"] for item in ("shell", "electrical", "cooling")}
    whole, share = {}, {}
    for i in case.sets["SITE_DESIGN"]:
        cost = {item: price[i] for item, price in prices.items()}
        whole[i] = sum(cost.values())
        share[i] = {item: price / whole[i] if whole[i] else 0.0 for item, price in cost.items()}
    where = [(country[s], t) for s, _, t in case.sets["HALL"]]
    parts = [*map(share.__getitem__, pairs)]
    each_musd = np.array([*map(whole.__getitem__, pairs)])
    ledger.put_all("capex_musd", where, added(m.halls, earlier, each_musd), parts)
    yearly = each(m.halls, [crf[s] for s, _ in pairs] * each_musd)
    ledger.put_all("annuity_musd", where, yearly, parts)
    yearly = each(m.halls, [upkeep[s] for s, _ in pairs] * each_musd)
    ledger.put_all("opex_musd", where, yearly, repeat("facility maintenance"))
