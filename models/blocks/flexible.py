"""A curtailable connection: megawatts before their firm year, for hours a year without them.

Steps of a country with such connections can be built `years_earlier` than they are firm. Until then
the grid may ask for their megawatts back for at most h hours a year:
    grid_mw[s,t] - firm steps <= sum over d of facility_per_it[s,d] * curtailed_mw[s,d,t] + cover
      cover: batteries, as far as they last in one curtailment (plant on the site is in grid_mw)
    curtailed_mw[s,d,t] <= it_mw[s,d,t]                       IT load that stops in these hours
Paid for in tokens: h/8760 of the stopped IT load does no work,
    IT MW of class c at work  =  it_mw  -  h/8760 * curtailed_mw
so the fleet of the group works that much less over the year. The load of the design hour, which the
ratio counts, is unchanged; and the energy of these hours is still charged: 2 % at 200 h a year.
"""

from typing import Any

from pyomo.core import Constraint, NonNegativeReals

from models.case import Case
from models.columns import Column
from models.ledger import Ledger
from models.rows import AtMost, Columns
from models.sums import each

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("halls", "curtailed_it_mw", "IT load that stops in the curtailed hours"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Load on curtailable steps, and the work it loses."""
    firm, steps = case["firm_year"], case.sets["STEP_PERIOD"]
    early = {(s, t) for s, step, t in steps if t < firm.get((s, step), t)} if firm else set()
    for s, step, t in steps:
        if (s, t) in early and t >= firm[s, step]:
            carried = case["step_mw"][s, step] * m.connect[s, step, t]
            ledger.put("not_firm_mw", (s, t), -carried, "firm steps")
    at = [i for i in case.sets["SITE_PERIOD"] if i in early]
    halls = case.sets["HALL"] if early else ()
    loads = [(s, d, t) for s, d, t in halls if (s, t) in early]
    m.curtailed_mw = Columns(loads, NonNegativeReals)
    for s, t in at:
        ledger.put("not_firm_mw", (s, t), m.grid_mw[s, t], "load")
    lost = each(m.curtailed_mw, [case["curtailed_frac"][case["country"][s]] for s, _, _ in loads])
    where = [(case["group"][s], case["cooling_class"][d], t) for s, d, t in loads]
    sites, designs = [s for s, _, _ in loads], [d for _, d, _ in loads]
    ledger.put_all("it_mw", where, -lost, sites)
    ledger.put_all("it_mean_mw", where, lost * -case["mean_load_frac"]["high"], sites)
    at_meter = [case["facility_per_it_frac"][s, d] for s, d, _ in loads]
    ledger.put_all(
        "cover_mw", [(s, t) for s, _, t in loads], each(m.curtailed_mw, at_meter), designs
    )
    m.curtailable = Constraint(
        at,
        rule=lambda m, s, t: (
            ledger.total("not_firm_mw", (s, t)) <= ledger.total("cover_mw", (s, t))
        ),
    )
    m.curtailed_load = AtMost(loads, each(m.curtailed_mw), each(m.it_mw, at=loads))
