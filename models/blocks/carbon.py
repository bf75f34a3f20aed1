"""Carbon of a year and PUE stay under their ceilings.

carbon:  sum over s of grid_mean_mw[s,t] * 8760 * factor[s] / 1e6 [kt]
         + carbon of other sources                                     <=  ceiling[t]
factor [kg/MWh] = [gCO2/kWh] of the grid zone, yearly mean; other sources put theirs by energy used
PUE:     mean_facility_mw[s,t]  <=  pue_max[n] * mean IT MW of s    for each site of country n
(Japan: 1.3 for data centres from FY2029)
"""

from typing import Any

from pyomo.environ import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("policies", "achieved", "thousand tonnes of CO2 a year, or PUE"),
    Column("power", "carbon_t_per_year", "CO2 of the energy drawn"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Yearly carbon and PUE under their ceilings."""
    for s, t in case.sets["SITE_PERIOD"]:
        kilotonnes = 8760 * case["emission_gco2_per_kwh"][s] / 1e6
        ledger.put("carbon_kt", t, kilotonnes * m.grid_mean_mw[s, t], s)
    m.carbon_ceiling = Constraint(
        [t for t in case.sets["PERIOD"] if t in case["carbon_kt_max"]],
        rule=lambda m, t: ledger.total("carbon_kt", t) <= case["carbon_kt_max"][t],
    )
    for s, d, t in case.sets["HALL"]:
        if s in case["pue_max"]:
            excess = case["energy_per_it_frac"][s, d] - case["pue_max"][s]
            ledger.put("pue_excess_mw", (s, t), excess * m.it_mean_mw[s, d, t], d)
    m.pue_ceiling = Constraint(
        ledger.indices("pue_excess_mw"),
        rule=lambda m, s, t: ledger.total("pue_excess_mw", (s, t)) <= 0,
    )
