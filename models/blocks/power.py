"""Power comes through interconnection steps, each with its size, cost and first year.

    grid_mw[s,t]      = facility_mw[s,t] - what on-site sources carry       (design hour)
    grid_mean_mw[s,t] = mean_facility_mw[s,t] - energy of other sources     (yearly mean)
    grid_mw[s,t] <= sum over steps l of step_mw[s,l] * connect[s,l,t]
    mean_facility_mw[s,t] - energy of on-site sources <= the same sum, where there are such sources
    connect[s,l,t] >= connect[s,l,t-1];  connect[s,l,t] <= connect[s,l-1,t];  connect <= open
    connect[s,l,t]  = 0  before  decision year + lead time of the step + permit delay of its region
    sum over sites s of zone z:  grid_mw[s,t] <= zone_headroom_mw[z]
Grid energy is paid by its yearly mean, demand by the design hour:
    energy [M$/a] = grid_mean_mw * 8760 h * price [$/MWh] / 1e6
    demand [M$/a] = grid_mw * demand charge [$/kW/a] / 1e3
where a tariff bills no less than a share of the contract, which is the connection built:
    billed_mw >= grid_mw;  billed_mw >= floor[s] * connected_mw;  billed_mw for grid_mw in demand
Without other sources, grid_mw is facility_mw. Country and scale rules, and the ratio, count
facility_mw: all that the factory draws at its meter, from the grid or from its own plant.
"""

from itertools import repeat
from typing import Any

import numpy as np
from pyomo.core import Binary, Constraint, NonNegativeReals

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before, stay
from models.rows import Amounts, AtMost, Columns
from models.sums import each

HOURS_PER_YEAR = 8760

COLUMNS = (
    Column("sites", "zone_id", "grid zone", kind="text", refers="zones.zone_id"),
    Column("sites", "voltage_kv", "voltage class of the node", low=0),
    Column(
        "sites", "headroom_mw", "most the node can ever take; blank: no limit", low=0, default=None
    ),
    Column(
        "sites",
        "permit_region",
        "where which permit applies",
        kind="text",
        refers="permit_regions.permit_region",
    ),
    Column("parameters", "interconnection_life_years", "life of the grid connection", low=1),
)
OUTCOMES = (
    Column("sites", "headroom_mw", "grid capacity still free at the site, last period"),
    Column("sites", "earliest_period", "first year in which power can flow"),
    Column("power", "connected_mw", "interconnection built"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Interconnection in steps, the load it can carry, and the price of power."""
    steps = case.sets["STEP_PERIOD"]
    sites = case.sets["SITE_PERIOD"]
    m.connect = Columns(steps, Binary)
    earlier = before(m.connect, case)
    m.connection_stays = stay(m.connect, earlier)
    later = [i for i in steps if i[1] > 1]
    below = [(s, step - 1, t) for s, step, t in later]
    m.steps_in_order = AtMost(later, each(m.connect, at=later), each(m.connect, at=below))
    first = [i for i in steps if i[1] == 1]
    opened = [(s, t) for s, _, t in first]
    m.connected_when_open = AtMost(first, each(m.connect, at=first), each(m.open, at=opened))
    step_mw = case["step_mw"]
    mw = each(m.connect, [step_mw[i[:2]] for i in steps])
    ledger.put_all("connected_mw", [(s, t) for s, _, t in steps], mw, repeat("grid"))
    _from_grid(m, case, ledger)
    connected = ledger.totals("connected_mw", sites)
    m.grid_connection = AtMost(sites, m.grid_mw.sums, connected)
    m.grid_energy = Constraint(
        ledger.indices("onsite_used_mw"),
        rule=lambda m, s, t: (
            m.mean_facility_mw[s, t] - ledger.total("onsite_used_mw", (s, t))
            <= ledger.total("connected_mw", (s, t))
        ),
    )
    names, zone, country = [s for s, _ in sites], case["zone"], case["country"]
    ledger.put_all("zone_mw", [(zone[s], t) for s, t in sites], m.grid_mw.sums, names)
    ledger.put_all("country_mw", [(country[s], t) for s, t in sites], m.facility_mw.sums, names)
    m.zone_headroom = Constraint(
        [(z, t) for z, t in ledger.indices("zone_mw") if z in case["zone_headroom_mw"]],
        rule=lambda m, z, t: ledger.total("zone_mw", (z, t)) <= case["zone_headroom_mw"][z],
    )
    _billed(m, case, ledger)
    _cost(m, case, ledger, earlier)


def _from_grid(m: Any, case: Case, ledger: Ledger) -> None:
    """What the grid supplies: the load less what other sources have put into these sums."""
    sites = case.sets["SITE_PERIOD"]
    ledger.put_all("grid_mw", sites, m.facility_mw.sums, repeat("load"))
    ledger.put_all("grid_mean_mw", sites, m.mean_facility_mw.sums, repeat("load"))
    m.grid_mw = Amounts(sites, ledger.totals("grid_mw", sites))
    m.grid_mean_mw = Amounts(sites, ledger.totals("grid_mean_mw", sites))


def _billed(m: Any, case: Case, ledger: Ledger) -> None:
    floor = case["billed_floor_frac"]
    at = [(s, t) for s, t in case.sets["SITE_PERIOD"] if s in floor]
    m.billed_mw = Columns(at, NonNegativeReals)
    m.billed_peak = AtMost(at, m.grid_mw.at(at), each(m.billed_mw))
    contract = ledger.totals("connected_mw", at) * [floor[s] for s, _ in at]
    m.billed_contract = AtMost(at, contract, each(m.billed_mw))


def _cost(m: Any, case: Case, ledger: Ledger, earlier: np.ndarray) -> None:
    country, crf = case["country"], case["interconnection_crf_per_year"]
    steps, source = case.sets["STEP_PERIOD"], repeat("interconnection")
    where = [(country[s], t) for s, _, t in steps]
    cost = [case["step_musd"][i[:2]] for i in steps]
    ledger.put_all("capex_musd", where, added(m.connect, earlier, cost), source)
    yearly = each(m.connect, [crf[i[0]] * musd for i, musd in zip(steps, cost, strict=True)])
    ledger.put_all("annuity_musd", where, yearly, source)
    sites = case.sets["SITE_PERIOD"]
    where = [(country[s], t) for s, t in sites]
    energy = [HOURS_PER_YEAR * case["energy_usd_per_mwh"][s] / 1e6 for s, _ in sites]
    ledger.put_all("opex_musd", where, m.grid_mean_mw.sums * energy, repeat("energy"))
    contract = m.billed_mw.indices
    load = [i for i in sites if i not in m.billed_mw]
    for at, billed in ((contract, each(m.billed_mw)), (load, m.grid_mw.at(load))):
        demand = [case["demand_usd_per_kw_year"][s] / 1e3 for s, _ in at]
        where = [(country[s], t) for s, t in at]
        ledger.put_all("opex_musd", where, billed * demand, repeat("demand charge"))
