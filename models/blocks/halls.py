"""Halls of one cooling design stand at a site; racks draw no more than the halls can carry.

    halls[s,d,t] >= halls[s,d,t-1]                                    halls are never taken down
    halls[s,d,t] <= halls_max[s,d] * open[s,t]
    it_mw[s,d,t] <= hall_mw[d] * halls[s,d,t]                         peak IT load by design
    idle share * it_mw <= it_mean_mw[s,d,t] <= it_mw                  mean IT load over the year
    facility_mw[s,t] = sum over d of it_mw[s,d,t] * (1 + cool_peak[s,d] + loss[s])
      facility_mw is what the meter reads in the design hour: the hottest 0.4 % of the year.
Designs that can host the same rack systems form a cooling class c; the fleet knows classes only.
"""

from typing import Any

from pyomo.environ import Constraint, Expression, NonNegativeIntegers, NonNegativeReals, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, keeps

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
    halls, load = case.sets["HALL"], case.sets["HALL"]
    m.halls = Var(
        halls,
        domain=NonNegativeIntegers,
        bounds=lambda m, s, d, t: (0, case["halls_max_count"][s, d]),
    )
    m.it_mw = Var(load, domain=NonNegativeReals)
    m.it_mean_mw = Var(load, domain=NonNegativeReals)
    m.halls_stay = Constraint(
        [i for i in halls if keeps(m.halls, case, *i)],
        rule=lambda m, s, d, t: m.halls[s, d, t] >= m.halls[s, d, case["previous"][t]],
    )
    m.halls_at_open_sites = Constraint(
        halls,
        rule=lambda m, s, d, t: m.halls[s, d, t] <= case["halls_max_count"][s, d] * m.open[s, t],
    )
    m.hall_load = Constraint(
        load,
        rule=lambda m, s, d, t: m.it_mw[s, d, t] <= case["hall_mw"][s, d] * m.halls[s, d, t],
    )
    m.mean_below_peak = Constraint(
        load,
        rule=lambda m, s, d, t: (
            m.it_mean_mw[s, d, t] <= case["mean_load_frac"]["high"] * m.it_mw[s, d, t]
        ),
    )
    m.mean_above_idle = Constraint(
        load,
        rule=lambda m, s, d, t: (
            m.it_mean_mw[s, d, t] >= case["mean_load_frac"]["low"] * m.it_mw[s, d, t]
        ),
    )
    _offer(m, case, ledger)
    _cost(m, case, ledger)


def _offer(m: Any, case: Case, ledger: Ledger) -> None:
    for s, d, t in case.sets["HALL"]:
        where = (case["group"][s], case["cooling_class"][d], t)
        ledger.put("it_mw", where, m.it_mw[s, d, t], s)
        ledger.put("it_mean_mw", where, m.it_mean_mw[s, d, t], s)
        ledger.put("hall_mw", where, case["hall_mw"][s, d] * m.halls[s, d, t], s)
        at_meter = case["facility_per_it_frac"][s, d] * m.it_mw[s, d, t]
        ledger.put("facility_mw", (s, t), at_meter, d)
        ledger.put("site_it_mw", (s, t), m.it_mw[s, d, t], d)
        mean = case["energy_per_it_frac"][s, d] * m.it_mean_mw[s, d, t]
        ledger.put("mean_facility_mw", (s, t), mean, d)
    m.facility_mw = Expression(
        case.sets["SITE_PERIOD"], rule=lambda m, s, t: ledger.total("facility_mw", (s, t))
    )
    m.mean_facility_mw = Expression(
        case.sets["SITE_PERIOD"], rule=lambda m, s, t: ledger.total("mean_facility_mw", (s, t))
    )


def _cost(m: Any, case: Case, ledger: Ledger) -> None:
    for s, d, t in case.sets["HALL"]:
        where = (case["country"][s], t)
        for item in ("shell", "electrical", "cooling"):
            cost = case[f"{item}_musd_per_hall"][s, d]
            ledger.put("capex_musd", where, cost * added(m.halls, case, s, d, t), item)
            annuity = case["facility_crf_per_year"][s] * cost
            ledger.put("annuity_musd", where, annuity * m.halls[s, d, t], item)
            upkeep = case["maintenance_facility_frac"][s] * cost
            ledger.put("opex_musd", where, upkeep * m.halls[s, d, t], "facility maintenance")
