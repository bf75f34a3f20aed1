"""A site is a candidate until it is opened; an open site stays open.

open[s,t] >= open[s,t-1]                       for each site s and period t
open[s,T]  = 1                                  for a site the scenario forces
open[s,t]  = 0                                  before its first connection can be energised
opening costs site_musd[country] once (studies, permits, roads, fibre, site works)
"""

from itertools import repeat
from typing import Any

from pyomo.core import Binary, Constraint

from models.case import Case
from models.columns import Column, Table
from models.ledger import Ledger
from models.periods import added, before, stay
from models.rows import Columns
from models.sums import each

TABLES = (Table("sites", "candidate sites, computed from layers", ("site_id",), folder="odbl"),)
COLUMNS = (
    Column("sites", "site_id", "readable name of the site, unique", kind="text"),
    Column("sites", "name", "place and node or estate", kind="text"),
    Column("sites", "kind", "what the site is", kind="text"),
    Column("sites", "country", "ISO 3166-1 code", kind="text"),
    Column("sites", "admin1", "ISO 3166-2 code of province or prefecture", kind="text"),
    Column("sites", "admin1_name", "province or prefecture", kind="text"),
    Column("sites", "lat_deg", "latitude", low=-90, high=90),
    Column("sites", "lon_deg", "longitude", low=-180, high=180),
    Column("parameters", "site_musd", "development cost of opening a campus", low=0),
)
OUTCOMES = (
    Column("sites", "chosen", "1 if the plan opens the site", kind="flag"),
    Column("sites", "first_period", "period in which the site opens"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Opening of sites and what it costs."""
    at = case.sets["SITE_PERIOD"]
    m.open = Columns(at, Binary)
    earlier = before(m.open, case)
    m.stays_open = stay(m.open, earlier)
    last = case.sets["PERIOD"][-1]
    m.forced_open = Constraint(case.sets["FORCED_SITE"], rule=lambda m, s: m.open[s, last] == 1)
    where, source = [(case["country"][s], t) for s, t in at], repeat("site development")
    cost, crf = case["site_musd"], case["facility_crf_per_year"]
    ledger.put_all("capex_musd", where, added(m.open, earlier, [cost[s] for s, _ in at]), source)
    yearly = each(m.open, [crf[s] * cost[s] for s, _ in at])
    ledger.put_all("annuity_musd", where, yearly, source)
