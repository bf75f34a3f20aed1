"""Other sources than the grid: power purchase agreements, plant on the site, batteries.

    supply_mw[s,e,t] >= supply_mw[s,e,t-1], <= most of a site; sum over sites of a place <= limit
    used_mw[s,e,t]    mean MW of the year that the load takes from source e
    used <= a * supply_mw + b * mean_facility_mw     for each line (a, b) of the source: its mean
           output, and for a variable one what is left when it makes more than the load takes
    sum over e of used <= mean_facility_mw                          nothing is sold or paid back
    onsite_mw[s,t]    load of the design hour that plant on the site carries:
        onsite_mw <= sum over e of firm[e] * supply_mw;   onsite_mw <= facility_mw
    mean_facility_mw - used of plant on the site <= connected_mw    what the grid cannot bring in,
                                                                    the plant must make
    sum over batteries of supply_mw <= mean_facility_mw             a battery serves the load only
    renewable share:  sum over s of n, e renewable of used
                                          >= share[n,t] * sum over s of n of mean_facility_mw
Agreements come through the grid and free no connection; their energy is paid as made, plant pays
its fuel as used. A battery earns the spread between light and peak hours, one cycle a weekday,
loses its round trip, and carries the load through curtailed hours as far as it lasts.
Energy is balanced by yearly means: the hours of a variable source count through its lines only.
"""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np
from pyomo.core import Constraint, NonNegativeReals

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before, stay
from models.rows import AtMost, Columns
from models.sums import Sums, each

HOURS_PER_YEAR = 8760
PPA, ONSITE, BATTERY = "ppa", "onsite", "battery"

COLUMNS = (
    Column("supply_options", "output_frac", "mean output over the year, by capacity", low=0),
    Column("supply_options", "firm_frac", "share of capacity that carries the design hour", low=0),
    Column("supply_limits", "most_mw", "most capacity in a country or grid zone", low=0),
)
OUTCOMES = (
    Column("supply", "capacity_mw", "capacity of the source; of the grid, its connection"),
    Column("supply", "energy_mwh_per_year", "energy the load takes from the source in a year"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Capacity of the sources, the energy taken from them, and what both cost."""
    kind, at, most = case["supply_kind"], case.sets["SUPPLY"], case["supply_most_mw"]
    m.supply_mw = Columns(at, NonNegativeReals, [most.get(e, np.inf) for _, e, _ in at])
    stored = [i for i in at if kind[i[1]] == BATTERY]
    taken = [i for i in at if kind[i[1]] != BATTERY]
    m.used_mw = Columns(taken, NonNegativeReals)
    _batteries(m, case, ledger, stored)
    sources = [e for _, e, _ in taken]
    used, place = each(m.used_mw), [(s, t) for s, _, t in taken]
    ledger.put_all("used_mw", place, used, sources)
    ledger.put_all("grid_mean_mw", place, -used, sources)
    here = [n for n, e in enumerate(sources) if kind[e] == ONSITE]
    place, plant = [place[n] for n in here], [sources[n] for n in here]
    ledger.put_all("onsite_used_mw", place, used.take(here), plant)
    firm = [case["supply_firm_frac"][e] for e in plant]
    carried = each(m.supply_mw, firm, [taken[n] for n in here])
    ledger.put_all("onsite_firm_mw", place, carried, plant)
    _capacity(m, case, ledger)
    _energy(m, case, ledger, taken)
    _renewables(m, case, ledger, taken)
    _cost(m, case, ledger)
    _use(m, case, ledger, taken)


def _batteries(m: Any, case: Case, ledger: Ledger, stored: list[tuple]) -> None:
    """What batteries can carry, and what they lose."""
    place, sources = [(s, t) for s, _, t in stored], [e for _, e, _ in stored]
    mw = each(m.supply_mw, at=stored)
    ledger.put_all("battery_mw", place, mw, sources)
    ledger.put_all(
        "cover_mw", place, mw * [case["battery_cover_frac"][e] for e in sources], sources
    )
    lost = [case["battery_loss_frac"][i[:2]] for i in stored]
    ledger.put_all("grid_mean_mw", place, mw * lost, sources)


def _capacity(m: Any, case: Case, ledger: Ledger) -> None:
    m.supply_stays = stay(m.supply_mw, before(m.supply_mw, case))
    for s, e, t in case.sets["SUPPLY"]:
        for place in dict.fromkeys((case["country"][s], case["zone"][s])):
            if (e, place) in case["supply_limit_mw"]:
                ledger.put("supply_mw", (e, place, t), m.supply_mw[s, e, t], s)
    m.supply_limit = Constraint(
        ledger.indices("supply_mw"),
        rule=lambda m, e, place, t: (
            ledger.total("supply_mw", (e, place, t)) <= case["supply_limit_mw"][e, place]
        ),
    )
    own = ledger.indices("onsite_firm_mw")
    m.onsite_mw = Columns(own, NonNegativeReals)
    onsite = each(m.onsite_mw)
    ledger.put_all("grid_mw", own, -onsite, repeat("on-site plant"))
    m.onsite_firm = AtMost(own, onsite, ledger.totals("onsite_firm_mw", own))
    m.onsite_within_load = AtMost(own, onsite, m.facility_mw.at(own))
    own = ledger.indices("battery_mw")
    mean = m.mean_facility_mw.at(own)
    m.battery_within_load = AtMost(own, ledger.totals("battery_mw", own), mean)


def _energy(m: Any, case: Case, ledger: Ledger, taken: list[tuple]) -> None:
    lines = case["supply_lines"]
    m.supply_output = Constraint(
        [(s, e, i, t) for s, e, t in taken for i in range(len(lines[e]))],
        rule=lambda m, s, e, i, t: (
            m.used_mw[s, e, t]
            <= lines[e][i][0] * m.supply_mw[s, e, t] + lines[e][i][1] * m.mean_facility_mw[s, t]
        ),
    )
    m.supply_within_load = Constraint(
        ledger.indices("used_mw"),
        rule=lambda m, s, t: ledger.total("used_mw", (s, t)) <= m.mean_facility_mw[s, t],
    )


def _renewables(m: Any, case: Case, ledger: Ledger, taken: list[tuple]) -> None:
    asked = case["renewable_frac"]
    for s, e, t in taken:
        n = case["country"][s]
        if (n, t) in asked and case["supply_renewable"][e]:
            ledger.put("renewable_mw", (n, t), m.used_mw[s, e, t], e)
    for s, t in case.sets["SITE_PERIOD"]:
        n = case["country"][s]
        if (n, t) in asked:
            ledger.put("renewable_mw", (n, t), -asked[n, t] * m.mean_facility_mw[s, t], "load")
    m.renewable_floor = Constraint(
        list(asked), rule=lambda m, n, t: ledger.total("renewable_mw", (n, t)) >= 0
    )


def _cost(m: Any, case: Case, ledger: Ledger) -> None:
    """What capacity costs: plant and its upkeep, land, agreements; what batteries earn."""
    kind, at, country = case["supply_kind"], case.sets["SUPPLY"], case["country"]
    earlier = before(m.supply_mw, case)

    def put(name: str, of: list[int], terms: Sums, items: Iterable[str]) -> None:
        ledger.put_all(name, [(country[at[n][0]], at[n][2]) for n in of], terms.take(of), items)

    plant = [case["supply_musd_per_mw"][e] for _, e, _ in at]
    built = [n for n, musd in enumerate(plant) if musd > 0]
    item = ["battery" if kind[at[n][1]] == BATTERY else "on-site plant" for n in built]
    capacity, new = each(m.supply_mw), added(m.supply_mw, earlier)
    put("capex_musd", built, new * plant, item)
    crf = [case["supply_crf_per_year"][e] for _, e, _ in at]
    put("annuity_musd", built, capacity * plant * crf, item)
    upkeep = [case["supply_upkeep_frac_per_year"][e] for _, e, _ in at]
    put("opex_musd", built, capacity * plant * upkeep, [f"{name} upkeep" for name in item])
    area = [case["supply_m2_per_mw"][e] for _, e, _ in at]
    sites = [(at[n][0], at[n][2]) for n in built]
    ledger.put_all("built_m2", sites, (capacity * area).take(built), [at[n][1] for n in built])
    price = [case["land_musd_per_m2"][s] for s, _, _ in at]
    rate = [case["discount_frac"][s] for s, _, _ in at]
    put("capex_musd", built, new * area * price, repeat("land"))
    put("annuity_musd", built, capacity * area * price * rate, repeat("land"))
    bought = [n for n, i in enumerate(at) if kind[i[1]] == PPA]
    made = [case["supply_output_frac"].get(e, 0.0) for _, e, _ in at]
    usd_per_mwh = [case["supply_usd_per_mwh"].get(e, 0.0) for _, e, _ in at]
    energy = capacity * (HOURS_PER_YEAR / 1e6) * made * usd_per_mwh
    put("opex_musd", bought, energy, repeat("power purchase"))
    stored = [n for n, i in enumerate(at) if kind[i[1]] == BATTERY]
    gain = [case["battery_usd_per_mw_year"].get(i[:2], 0.0) / 1e6 for i in at]
    put("opex_musd", stored, -capacity * gain, repeat("battery arbitrage"))


def _use(m: Any, case: Case, ledger: Ledger, taken: list[tuple]) -> None:
    """What energy costs as it is used, and its carbon."""
    sources, sites = [e for _, e, _ in taken], [s for s, _, _ in taken]
    used, hours = each(m.used_mw), HOURS_PER_YEAR / 1e6
    items = ["wheeling" if case["supply_kind"][e] == PPA else "fuel" for e in sources]
    price = [hours * case["supply_used_usd_per_mwh"][e] for e in sources]
    where = [(case["country"][s], t) for s, _, t in taken]
    ledger.put_all("opex_musd", where, used * price, items)
    kilotonnes = [hours * case["supply_gco2_per_kwh"][e] for e in sources]
    ledger.put_all("carbon_kt", [t for _, _, t in taken], used * kilotonnes, sites)
