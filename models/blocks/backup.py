"""Backup sets on the site, in whole units: enough for the load (N), or one more (N+1).

    unit_mw * backup_units[s,t] >= facility_mw[s,t] + spare[n] * unit_mw * open[s,t]
    backup_units[s,t] >= backup_units[s,t-1]
Capex per MW, upkeep as of the facility. The construction cost of a data centre includes the
generators of usual practice, so this comes on top of it: state it for sets beyond that, or lower
`electrical_musd_per_mw`. Backup does not run in the curtailed hours of a connection.
"""

from typing import Any

from pyomo.environ import Constraint, NonNegativeIntegers, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before, stay

COLUMNS = (
    Column("parameters", "backup_musd_per_mw", "backup on the site, installed", low=0),
    Column("parameters", "backup_unit_mw", "size of one backup set", low=0),
)
OUTCOMES = (Column("supply", "capacity_mw", "capacity of the source; of the grid, its connection"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Units of backup that stand, and what they cost."""
    spare = case["backup_spare_count"]
    at = [(s, t) for s, t in case.sets["SITE_PERIOD"] if case["country"][s] in spare]
    m.backup_units = Var(at, domain=NonNegativeIntegers)
    m.backup = Constraint(
        at,
        rule=lambda m, s, t: (
            case["backup_unit_mw"][s] * m.backup_units[s, t]
            >= m.facility_mw[s, t]
            + spare[case["country"][s]] * case["backup_unit_mw"][s] * m.open[s, t]
        ),
    )
    earlier = before(m.backup_units, case)
    m.backup_stays = stay(m.backup_units, earlier)
    for s, t in at:
        where = (case["country"][s], t)
        each = case["backup_unit_mw"][s] * case["backup_musd_per_mw"][s]
        units = m.backup_units[s, t]
        ledger.put("capex_musd", where, added(units, earlier.get((s, t)), each), "backup")
        annuity = case["facility_crf_per_year"][s] * each
        ledger.put("annuity_musd", where, annuity * units, "backup")
        upkeep = case["maintenance_facility_frac"][s] * each
        ledger.put("opex_musd", where, upkeep * units, "facility maintenance")
