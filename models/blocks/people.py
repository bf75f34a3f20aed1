"""Operations staff stay within what the labour market of the region can supply.

sum over sites s of region r:  staff_fixed * open[s,t] + staff_per_mw * facility_mw[s,t]
<= staff_count[r]
Cost: staff_usd_per_year each.
"""

from typing import Any

from pyomo.environ import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column(
        "sites",
        "labour_region",
        "where the staff live",
        kind="text",
        refers="labour_regions.labour_region",
    ),
    Column("parameters", "staff_per_mw_count", "operations staff per facility MW", low=0),
    Column("parameters", "staff_fixed_count", "operations staff of any open site", low=0),
    Column("parameters", "staff_usd_per_year", "cost of one operator a year", low=0),
)
OUTCOMES = (Column("sites", "staff_count", "operations staff of the plan, last period"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Staff by region within its supply, and their cost."""
    for s, t in case.sets["SITE_PERIOD"]:
        people = (
            case["staff_fixed_count"][s] * m.open[s, t]
            + case["staff_per_mw_count"][s] * m.facility_mw[s, t]
        )
        ledger.put("staff_count", (case["labour_region"][s], t), people, s)
        wage = case["staff_usd_per_year"][s] / 1e6
        ledger.put("opex_musd", (case["country"][s], t), wage * people, "staff")
    m.staff_supply = Constraint(
        [i for i in ledger.indices("staff_count") if i[0] in case["staff_supply_count"]],
        rule=lambda m, r, t: ledger.total("staff_count", (r, t)) <= case["staff_supply_count"][r],
    )
