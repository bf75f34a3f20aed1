"""Halls of one cooling design stand at a site; racks draw no more than the halls can carry.

    halls[s,d,t] >= halls[s,d,t-1]                                    halls are never taken down
    halls[s,d,t] <= halls_max[s,d] * open[s,t]
    it_mw[s,d,t] <= most_load[c] * hall_mw[d] * halls[s,d,t]          peak IT load by design
      most_load is what the racks that stand in a hall of class c can draw of what it can carry:
      the most over their kinds of  availability * power at work / nameplate,  nameplates filling
      the hall, or so many times of it as a scenario allows. So load is where racks have room.
    idle share * it_mw <= it_mean_mw[s,d,t] <= it_mw                  mean IT load over the year
    facility_mw[s,t] = sum over d of it_mw[s,d,t] * (1 + cool_peak[s,d] + loss[s])
      facility_mw is what the meter reads in the design hour: the hottest 0.4 % of the year.
Designs that can host the same rack systems form a cooling class c; the fleet knows classes only.
"""

from itertools import repeat
from typing import Any

import numpy as np
from pyomo.environ import NonNegativeIntegers, NonNegativeReals

from models.case import Case
from models.columns import Column
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
    most, hall_mw, frac = case["halls_max_count"], case["hall_mw"], case["mean_load_frac"]
    at = case.sets["HALL"]
    room = [most[s, d] for s, d, _ in at]
    m.halls = Columns(at, NonNegativeIntegers, room)
    m.it_mw = Columns(at, NonNegativeReals)
    m.it_mean_mw = Columns(at, NonNegativeReals)
    earlier = before(m.halls, case)
    m.halls_stay = stay(m.halls, earlier)
    opened = each(m.open, room, [(s, t) for s, _, t in at])
    m.halls_at_open_sites = AtMost(at, each(m.halls), opened)
    load, cooling = most_load(case), case["cooling_class"]
    carried = each(m.halls, [load[cooling[d]] * hall_mw[s, d] for s, d, _ in at])
    m.hall_load = AtMost(at, each(m.it_mw), carried)
    m.mean_below_peak = AtMost(at, each(m.it_mean_mw), each(m.it_mw, frac["high"]))
    m.mean_above_idle = AtMost(at, each(m.it_mw, frac["low"]), each(m.it_mean_mw))
    _offer(m, case, ledger)
    _cost(m, case, ledger, earlier)


def most_load(case: Case) -> dict[str, float]:
    """By cooling class, the share of a hall's MW that the racks in it can draw at most."""
    drawn = dict(case["training_mw"])
    for (k, _, _), mw in case["kappa_mw"].items():
        drawn[k] = max(mw, drawn.get(k, 0.0))
    filled = case["oversubscription_frac"].get("all", 1.0)
    most: dict[str, float] = dict.fromkeys(case["cooling_class"].values(), 0.0)
    for k, c in {(k, c) for _, k, c, _ in case.sets["INSTALL"]}:
        share = case["availability_frac"][k] * drawn.get(k, 0.0) / case["rack_mw"][k]
        most[c] = max(most.get(c, 0.0), min(filled * share, 1.0))
    return most


def _offer(m: Any, case: Case, ledger: Ledger) -> None:
    group, cooling, hall_mw = case["group"], case["cooling_class"], case["hall_mw"]
    at_meter, energy = case["facility_per_it_frac"], case["energy_per_it_frac"]
    at = case.sets["HALL"]
    sites, designs, kinds = [s for s, _, _ in at], [d for _, d, _ in at], [i[:2] for i in at]
    where = [(group[s], cooling[d], t) for s, d, t in at]
    ledger.put_all("it_mw", where, each(m.it_mw), sites)
    ledger.put_all("it_mean_mw", where, each(m.it_mean_mw), sites)
    ledger.put_all("hall_mw", where, each(m.halls, [hall_mw[i] for i in kinds]), sites)
    place = [(s, t) for s, _, t in at]
    ledger.put_all("site_it_mw", place, each(m.it_mw), designs)
    drawn = {"facility_mw": (at_meter, m.it_mw), "mean_facility_mw": (energy, m.it_mean_mw)}
    for name, (per_it, load_mw) in drawn.items():
        ledger.put_all(name, place, each(load_mw, [per_it[i] for i in kinds]), designs)
        m.add_component(name, Amounts(m.open.indices, ledger.totals(name, m.open.indices)))


def _cost(m: Any, case: Case, ledger: Ledger, earlier: np.ndarray) -> None:
    country, crf, upkeep = (
        case[name] for name in ("country", "facility_crf_per_year", "maintenance_facility_frac")
    )
    prices = {item: case[f"{item}_musd_per_hall"] for item in ("shell", "electrical", "cooling")}
    whole, share = {}, {}
    for i in case.sets["SITE_DESIGN"]:
        cost = {item: price[i] for item, price in prices.items()}
        whole[i] = sum(cost.values())
        share[i] = {item: price / whole[i] if whole[i] else 0.0 for item, price in cost.items()}
    at = case.sets["HALL"]
    where = [(country[s], t) for s, _, t in at]
    parts = [share[s, d] for s, d, _ in at]
    new = added(m.halls, earlier, [whole[s, d] for s, d, _ in at])
    ledger.put_all("capex_musd", where, new, parts)
    yearly = each(m.halls, [crf[s] * whole[s, d] for s, d, _ in at])
    ledger.put_all("annuity_musd", where, yearly, parts)
    yearly = each(m.halls, [upkeep[s] * whole[s, d] for s, d, _ in at])
    ledger.put_all("opex_musd", where, yearly, repeat("facility maintenance"))
