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

from typing import Any

from pyomo.environ import Constraint, NonNegativeReals, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before, stay

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
    kind = case["supply_kind"]
    m.supply_mw = Var(
        case.sets["SUPPLY"],
        domain=NonNegativeReals,
        bounds=lambda m, s, e, t: (0, case["supply_most_mw"].get(e)),
    )
    taken = [i for i in case.sets["SUPPLY"] if kind[i[1]] != BATTERY]
    m.used_mw = Var(taken, domain=NonNegativeReals)
    for s, e, t in case.sets["SUPPLY"]:
        capacity = m.supply_mw[s, e, t]
        if kind[e] == BATTERY:
            ledger.put("battery_mw", (s, t), capacity, e)
            ledger.put("cover_mw", (s, t), case["battery_cover_frac"][e] * capacity, e)
            ledger.put("grid_mean_mw", (s, t), case["battery_loss_frac"][s, e] * capacity, e)
            continue
        ledger.put("used_mw", (s, t), m.used_mw[s, e, t], e)
        ledger.put("grid_mean_mw", (s, t), -m.used_mw[s, e, t], e)
        if kind[e] == ONSITE:
            ledger.put("onsite_used_mw", (s, t), m.used_mw[s, e, t], e)
            ledger.put("onsite_firm_mw", (s, t), case["supply_firm_frac"][e] * capacity, e)
    _capacity(m, case, ledger)
    _energy(m, case, ledger, taken)
    _renewables(m, case, ledger, taken)
    _cost(m, case, ledger, taken)


def _capacity(m: Any, case: Case, ledger: Ledger) -> None:
    earlier = before(m.supply_mw, case)
    m.supply_stays = stay(m.supply_mw, earlier)
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
    m.onsite_mw = Var(own, domain=NonNegativeReals)
    for s, t in own:
        ledger.put("grid_mw", (s, t), -m.onsite_mw[s, t], "on-site plant")
    m.onsite_firm = Constraint(
        own, rule=lambda m, s, t: m.onsite_mw[s, t] <= ledger.total("onsite_firm_mw", (s, t))
    )
    m.onsite_within_load = Constraint(
        own, rule=lambda m, s, t: m.onsite_mw[s, t] <= m.facility_mw[s, t]
    )
    m.battery_within_load = Constraint(
        ledger.indices("battery_mw"),
        rule=lambda m, s, t: ledger.total("battery_mw", (s, t)) <= m.mean_facility_mw[s, t],
    )


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


def _cost(m: Any, case: Case, ledger: Ledger, taken: list[tuple]) -> None:
    kind, earlier = case["supply_kind"], before(m.supply_mw, case)
    for s, e, t in case.sets["SUPPLY"]:
        where, capacity = (case["country"][s], t), m.supply_mw[s, e, t]
        plant = case["supply_musd_per_mw"][e]
        if plant > 0:
            item = "battery" if kind[e] == BATTERY else "on-site plant"
            built = (capacity, earlier.get((s, e, t)))
            ledger.put("capex_musd", where, added(*built, plant), item)
            ledger.put(
                "annuity_musd", where, case["supply_crf_per_year"][e] * plant * capacity, item
            )
            upkeep = case["supply_upkeep_frac_per_year"][e] * plant
            ledger.put("opex_musd", where, upkeep * capacity, f"{item} upkeep")
            area = case["supply_m2_per_mw"][e]
            ledger.put("built_m2", (s, t), area * capacity, e)
            land = case["land_musd_per_m2"][s] * area
            ledger.put("capex_musd", where, added(*built, land), "land")
            ledger.put("annuity_musd", where, case["discount_frac"][s] * land * capacity, "land")
        if kind[e] == PPA:
            made = HOURS_PER_YEAR * case["supply_output_frac"][e] * case["supply_usd_per_mwh"][e]
            ledger.put("opex_musd", where, made / 1e6 * capacity, "power purchase")
        if kind[e] == BATTERY:
            gain = case["battery_usd_per_mw_year"][s, e] / 1e6
            ledger.put("opex_musd", where, -gain * capacity, "battery arbitrage")
    for s, e, t in taken:
        where, used = (case["country"][s], t), m.used_mw[s, e, t]
        item = "wheeling" if kind[e] == PPA else "fuel"
        price = HOURS_PER_YEAR * case["supply_used_usd_per_mwh"][e] / 1e6
        ledger.put("opex_musd", where, price * used, item)
        kilotonnes = HOURS_PER_YEAR * case["supply_gco2_per_kwh"][e] / 1e6
        ledger.put("carbon_kt", t, kilotonnes * used, s)
