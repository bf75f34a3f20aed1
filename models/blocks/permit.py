"""A load that needs a grid permit is not counted on where too few applications pass.

    grid_mw[s,t]  <=  free_mw[s] * open[s,t]      for sites of regions below the asked pass rate
free_mw is the largest load that needs no permit there. Where permits are counted on, the part of a
connection above it takes the extra lead years of its region (coefficients of power.py's steps).
"""

from typing import Any

from pyomo.core import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column("permit_regions", "free_mw", "largest load without a permit", low=0, default=0.0),
)
OUTCOMES = (Column("policies", "achieved", "grid load of a site without a permit"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Load without a permit within what needs none."""
    m.permit_gate = Constraint(
        [(s, t) for s, t in case.sets["SITE_PERIOD"] if s in case["permit_free_mw"]],
        rule=lambda m, s, t: m.grid_mw[s, t] <= case["permit_free_mw"][s] * m.open[s, t],
    )
