"""No more than a share of the megawatts stands where one earthquake or typhoon can strike.

    sum over sites s of zone z:  facility_mw[s,t]  <=  share_max[z] * base_mw[n,t]
    base_mw[n,t] = MW at the meter of country n, or of all
The base is a column, so that a row touches the sites of its zone alone. Sites above a ceiling of
acceleration or of typhoons are no candidates at all.
"""

from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Var, quicksum

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column("sites", "seismic_pga_g", "peak ground acceleration of 475 years", low=0, high=3),
    Column("sites", "typhoon_count", "typhoons that landed", kind="whole", low=0),
)
OUTCOMES = (Column("policies", "achieved", "share of megawatts in a hazard zone"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """The share of each hazard zone."""
    for z, sites in case["hazard_zone"].items():
        for s, t in case.sets["SITE_PERIOD"] if sites else ():
            if s in sites:
                ledger.put("hazard_mw", (z, t), m.facility_mw[s, t], s)
    zones = ledger.indices("hazard_mw")
    bases = dict.fromkeys((case["hazard_of"][z], t) for z, t in zones)
    m.hazard_base_mw = Var(list(bases), domain=NonNegativeReals)

    def base(m: Any, n: str, t: int) -> Any:
        countries = case.sets["COUNTRY"] if n == "all" else [n]
        total = quicksum(ledger.total("country_mw", (c, t)) for c in countries)
        return m.hazard_base_mw[n, t] == total

    m.hazard_base = Constraint(list(bases), rule=base)
    m.hazard_share = Constraint(
        zones,
        rule=lambda m, z, t: (
            ledger.total("hazard_mw", (z, t))
            <= case["hazard_share_max"][z] * m.hazard_base_mw[case["hazard_of"][z], t]
        ),
    )
