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

from typing import Any

from pyomo.environ import Binary, Constraint, Expression, NonNegativeReals, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.periods import added, before, stay
from models.rows import AtMost, Each

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
    m.connect = Var(steps, domain=Binary)
    earlier = before(m.connect, case)
    m.connection_stays = stay(m.connect, earlier)
    later = [i for i in steps if i[1] > 1]
    below = [(s, step - 1, t) for s, step, t in later]
    m.steps_in_order = AtMost(later, Each(m.connect, at=later), Each(m.connect, at=below))
    first = [i for i in steps if i[1] == 1]
    opened = [(s, t) for s, _, t in first]
    m.connected_when_open = AtMost(first, Each(m.connect, at=first), Each(m.open, at=opened))
    for s, step, t in steps:
        ledger.put("connected_mw", (s, t), case["step_mw"][s, step] * m.connect[s, step, t], "grid")
    _from_grid(m, case, ledger)
    m.grid_connection = Constraint(
        case.sets["SITE_PERIOD"],
        rule=lambda m, s, t: m.grid_mw[s, t] <= ledger.total("connected_mw", (s, t)),
    )
    m.grid_energy = Constraint(
        ledger.indices("onsite_used_mw"),
        rule=lambda m, s, t: (
            m.mean_facility_mw[s, t] - ledger.total("onsite_used_mw", (s, t))
            <= ledger.total("connected_mw", (s, t))
        ),
    )
    for s, t in case.sets["SITE_PERIOD"]:
        ledger.put("zone_mw", (case["zone"][s], t), m.grid_mw[s, t], s)
        ledger.put("country_mw", (case["country"][s], t), m.facility_mw[s, t], s)
    m.zone_headroom = Constraint(
        [(z, t) for z, t in ledger.indices("zone_mw") if z in case["zone_headroom_mw"]],
        rule=lambda m, z, t: ledger.total("zone_mw", (z, t)) <= case["zone_headroom_mw"][z],
    )
    _billed(m, case, ledger)
    _cost(m, case, ledger)


def _from_grid(m: Any, case: Case, ledger: Ledger) -> None:
    """What the grid supplies: the load less what other sources have put into these sums."""
    sites = case.sets["SITE_PERIOD"]
    for s, t in sites:
        ledger.put("grid_mw", (s, t), m.facility_mw[s, t], "load")
        ledger.put("grid_mean_mw", (s, t), m.mean_facility_mw[s, t], "load")
    m.grid_mw = Expression(sites, rule=lambda m, s, t: ledger.total("grid_mw", (s, t)))
    m.grid_mean_mw = Expression(sites, rule=lambda m, s, t: ledger.total("grid_mean_mw", (s, t)))


def _billed(m: Any, case: Case, ledger: Ledger) -> None:
    floor = case["billed_floor_frac"]
    at = [(s, t) for s, t in case.sets["SITE_PERIOD"] if s in floor]
    m.billed_mw = Var(at, domain=NonNegativeReals)
    m.billed_peak = Constraint(at, rule=lambda m, s, t: m.billed_mw[s, t] >= m.grid_mw[s, t])
    m.billed_contract = Constraint(
        at,
        rule=lambda m, s, t: m.billed_mw[s, t] >= floor[s] * ledger.total("connected_mw", (s, t)),
    )


def _cost(m: Any, case: Case, ledger: Ledger) -> None:
    earlier = before(m.connect, case)
    for (s, step, t), connect in m.connect.items():
        cost, where = case["step_musd"][s, step], (case["country"][s], t)
        new = added(connect, earlier.get((s, step, t)), cost)
        ledger.put("capex_musd", where, new, "interconnection")
        annuity = case["interconnection_crf_per_year"][s] * cost
        ledger.put("annuity_musd", where, annuity * connect, "interconnection")
    for s, t in case.sets["SITE_PERIOD"]:
        where = (case["country"][s], t)
        energy = HOURS_PER_YEAR * case["energy_usd_per_mwh"][s] / 1e6
        ledger.put("opex_musd", where, energy * m.grid_mean_mw[s, t], "energy")
        demand = case["demand_usd_per_kw_year"][s] / 1e3
        billed = m.billed_mw[s, t] if (s, t) in m.billed_mw else m.grid_mw[s, t]
        ledger.put("opex_musd", where, demand * billed, "demand charge")
