"""How much must be built: without it a ratio alone picks one rack at the best site.

sum over s of facility_mw[s,t]  >=  floor[t]  and  <=  ceiling[t],  in all and by country
tokens delivered in t           >=  floor[t]
"""

from typing import Any

from pyomo.core import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("policies", "achieved", "facility MW, or tokens/s"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Floors and ceilings on megawatts and tokens."""

    def megawatts(place: str, t: int) -> Any:
        places = case.sets["COUNTRY"] if place == "all" else [place]
        return sum(ledger.total("country_mw", (n, t)) for n in places)

    def tokens(m: Any, place: str, t: int) -> Any:
        return ledger.total("tokens", t) if place == "all" else m.country_tokens[place, t]

    m.facility_floor = Constraint(
        list(case["facility_mw_min"]),
        rule=lambda m, n, t: megawatts(n, t) >= case["facility_mw_min"][n, t],
    )
    m.facility_ceiling = Constraint(
        list(case["facility_mw_max"]),
        rule=lambda m, n, t: megawatts(n, t) <= case["facility_mw_max"][n, t],
    )
    m.token_floor = Constraint(
        list(case["mtokens_per_s_min"]),
        rule=lambda m, n, t: tokens(m, n, t) >= case["mtokens_per_s_min"][n, t],
    )
