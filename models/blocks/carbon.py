"""Carbon of a year stays under its ceiling.

sum over s of grid_mean_mw[s,t] * 8760 * factor[s] / 1e6 [kt]
    + carbon of other sources                                          <=  ceiling[t]
factor [kg/MWh] = [gCO2/kWh] of the grid zone, yearly mean; other sources put theirs by energy used
"""

from typing import Any

from pyomo.core import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (
    Column("policies", "achieved", "thousand tonnes of CO2 a year"),
    Column("power", "carbon_t_per_year", "CO2 of the energy drawn"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Yearly carbon under its ceiling."""
    at = case.sets["SITE_PERIOD"]
    kilotonnes = m.grid_mean_mw.sums * [
        8760 * case["emission_gco2_per_kwh"][s] / 1e6 for s, _ in at
    ]
    ledger.put_all("carbon_kt", [t for _, t in at], kilotonnes, [s for s, _ in at])
    m.carbon_ceiling = Constraint(
        [t for t in case.sets["PERIOD"] if t in case["carbon_kt_max"]],
        rule=lambda m, t: ledger.total("carbon_kt", t) <= case["carbon_kt_max"][t],
    )
