"""Staff who run sites and workers who build them stay within what a region can supply.

over the sites s of region r, in each period t:
    operations:    sum of staff_fixed * open[s,t] + staff_per_mw * facility_mw[s,t]  <=  staff[r]
    construction:  sum over designs d of worker_years_per_mw * hall_mw[s,d] * halls added[s,d,t]
                   <=  workers[r] * years since the period before
Cost of operations: the wage of each, in local money; of construction: within capex.
"""

from itertools import repeat
from typing import Any

from pyomo.core import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added
from models.sums import each

COLUMNS = (
    Column(
        "sites",
        "labour_region",
        "where the staff live",
        kind="text",
        refers="labour_regions.labour_region",
    ),
    Column("parameters", "staff_per_mw_count", "operations staff per facility MW", low=0),
    Column(
        "parameters", "construction_staff_per_mw_years", "worker-years to build a MW of IT", low=0
    ),
    Column("parameters", "staff_fixed_count", "operations staff of any open site", low=0),
    Column("parameters", "staff_local_per_year", "cost of one operator a year", low=0),
)
OUTCOMES = (Column("sites", "staff_count", "operations staff of the plan, last period"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Staff by region within its supply, and their cost."""
    at, country, region = case.sets["SITE_PERIOD"], case["country"], case["labour_region"]
    fixed, per_mw = case["staff_fixed_count"], case["staff_per_mw_count"]
    people = each(m.open, [fixed[s] for s, _ in at]) + m.facility_mw.sums * [
        per_mw[s] for s, _ in at
    ]
    ledger.put_all("staff_count", [(region[s], t) for s, t in at], people, [s for s, _ in at])
    wage = [case["staff_usd_per_year"][s] / 1e6 for s, _ in at]
    ledger.put_all("opex_musd", [(country[s], t) for s, t in at], people * wage, repeat("staff"))
    m.staff_supply = Constraint(
        [i for i in ledger.indices("staff_count") if i[0] in case["staff_supply_count"]],
        rule=lambda m, r, t: ledger.total("staff_count", (r, t)) <= case["staff_supply_count"][r],
    )
    _builders(m, case, ledger)


def _builders(m: Any, case: Case, ledger: Ledger) -> None:
    """Worker-years of the halls added, within those of the region's workers."""
    most = case["builders_max_count"]
    if most:
        numbers, work = m.hall_numbers, case["construction_staff_per_mw"]
        at, region = case.sets["HALL"], case["labour_region"]
        each_count = numbers.of_site(work) * numbers.of_pair(case["hall_mw"])
        new = added(m.halls, m.halls.earlier, each_count)
        here = [n for n, i in enumerate(at) if region[i[0]] in most]
        where = [(region[at[n][0]], at[n][2]) for n in here]
        ledger.put_all("builders_years", where, new.take(here), [at[n][0] for n in here])
    m.builders = Constraint(
        ledger.indices("builders_years"),
        rule=lambda m, r, t: (
            ledger.total("builders_years", (r, t)) <= most[r] * case["years_before"][t]
        ),
    )
