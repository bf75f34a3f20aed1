"""Backup sets on the site, in whole units: enough for the load (N), or one more (N+1).

    unit_mw * backup_units[s,t] >= facility_mw[s,t] + spare[n] * unit_mw * open[s,t]
    backup_units[s,t] >= backup_units[s,t-1]
    backup_units[s,t] <= most[s] * open[s,t]     most: for the load of all halls that there may be
Capex per MW, upkeep as of the facility. The construction cost of a data centre includes the
generators of usual practice, so this comes on top of it: state it for sets beyond that, or lower
`electrical_musd_per_mw`. Backup does not run in the curtailed hours of a connection.
"""

from itertools import repeat
from math import ceil
from typing import Any

from pyomo.core import NonNegativeIntegers

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before, stay
from models.rows import AtMost, Columns
from models.sums import each

COLUMNS = (
    Column("parameters", "backup_musd_per_mw", "backup on the site, installed", low=0),
    Column("parameters", "backup_unit_mw", "size of one backup set", low=0),
)
OUTCOMES = (Column("supply", "capacity_mw", "capacity of the source; of the grid, its connection"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Units of backup that stand, and what they cost."""
    spare = case["backup_spare_count"]
    at = [(s, t) for s, t in case.sets["SITE_PERIOD"] if case["country"][s] in spare]
    m.backup_units = Columns(at, NonNegativeIntegers)
    unit_mw, country = [case["backup_unit_mw"][s] for s, _ in at], case["country"]
    more = [spare[country[s]] * mw for (s, _), mw in zip(at, unit_mw, strict=True)]
    need = m.facility_mw.at(at) + each(m.open, more, at)
    m.backup = AtMost(at, need, each(m.backup_units, unit_mw))
    most = _most(case)
    opened = each(m.open, [most[s] for s, _ in at], at)
    m.backup_at_open_sites = AtMost(at, each(m.backup_units), opened)
    earlier = before(m.backup_units, case)
    m.backup_stays = stay(m.backup_units, earlier)
    where = [(country[s], t) for s, t in at]
    musd = [mw * case["backup_musd_per_mw"][s] for (s, _), mw in zip(at, unit_mw, strict=True)]
    crf = [case["facility_crf_per_year"][s] for s, _ in at]
    upkeep = [case["maintenance_facility_frac"][s] for s, _ in at]
    ledger.put_all("capex_musd", where, added(m.backup_units, earlier, musd), repeat("backup"))
    unit = each(m.backup_units, musd)
    ledger.put_all("annuity_musd", where, unit * crf, repeat("backup"))
    ledger.put_all("opex_musd", where, unit * upkeep, repeat("facility maintenance"))


def _most(case: Case) -> dict[str, float]:
    """Sets for the load of all halls that a site may have, and those to spare."""
    load_mw: dict[str, float] = {}
    for s, d in case.sets["SITE_DESIGN"] if case["backup_spare_count"] else ():
        halls_mw = case["halls_max_count"][s, d] * case["hall_mw"][s, d]
        load_mw[s] = load_mw.get(s, 0.0) + halls_mw * case["facility_per_it_frac"][s, d]
    spare, country, unit_mw = (
        case[name] for name in ("backup_spare_count", "country", "backup_unit_mw")
    )
    return {
        s: ceil(mw / unit_mw[s]) + spare[country[s]]
        for s, mw in load_mw.items()
        if country[s] in spare
    }
