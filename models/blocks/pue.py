"""PUE of a year stays under its ceiling, where the law reaches.

    mean_facility_mw[s,t]  <=  pue_max[s] * mean IT MW of s  +  exempt[s,t]
    exempt = most[s] * open[s,t0]          for a site open before the year the law begins with (t0:
                                           the last period before it)
           + most_small[s] * small[s,t]    for a site that uses less than a stated energy a year:
    mean_facility_mw[s,t]  <=  threshold + most MW of s * (1 - small[s,t])
most and most_small bound what a site can exceed its ceiling by at all.
(Japan: 1.3 for data centres from FY2029, above about 16,000 MWh a year.)
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pyomo.environ import Binary, Constraint, Var

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("sites", "pue", "facility energy over IT energy, year"),)

HOURS_PER_YEAR = 8760


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Yearly PUE under its ceiling."""
    pue, ceiling, opened = case["energy_per_it_frac"], case["pue_max"], case["pue_opened_before"]
    for s, d, t in case.sets["HALL"]:
        if s in ceiling and t > opened.get(s, 0):
            excess = pue[s, d] - ceiling[s]
            ledger.put("pue_excess_mw", (s, t), excess * m.it_mean_mw[s, d, t], d)
    places = ledger.indices("pue_excess_mw")
    designs: dict[str, list[str]] = {s: [] for s, _ in places}
    for s, d in case.sets["SITE_DESIGN"]:
        if s in designs:
            designs[s].append(d)
    most = {s: _most(case, s, here) for s, here in designs.items()}
    m.small_site = Var([(s, t) for s, t in places if most[s].small > 0], domain=Binary)
    m.small_energy = Constraint(
        list(m.small_site),
        rule=lambda m, s, t: (
            m.mean_facility_mw[s, t]
            <= most[s].threshold_mw + most[s].facility_mw * (1 - m.small_site[s, t])
        ),
    )

    def exempt(m: Any, s: str, t: int) -> Any:
        found = 0.0
        before = (s, case["pue_opened_before"].get(s))
        if before in m.open:
            found += most[s].excess * m.open[before]
        if (s, t) in m.small_site:
            found += most[s].small * m.small_site[s, t]
        return found

    m.pue_ceiling = Constraint(
        places,
        rule=lambda m, s, t: ledger.total("pue_excess_mw", (s, t)) <= exempt(m, s, t),
    )


class _Most(NamedTuple):
    """Mean MW a site can have at all, over its ceiling and at the meter; of a small site."""

    excess: float
    facility_mw: float
    threshold_mw: float
    small: float


def _most(case: Case, s: str, designs: Sequence[str]) -> _Most:
    excess, facility, small = 0.0, 0.0, 0.0
    threshold = case["pue_above_mwh_per_year"].get(s, 0.0) / HOURS_PER_YEAR
    for d in designs:
        it_mw = case["hall_mw"][s, d] * case["halls_max_count"][s, d]
        pue = case["energy_per_it_frac"][s, d]
        over = max(pue - case["pue_max"][s], 0.0)
        excess += over * it_mw
        facility += pue * it_mw
        small = max(small, over * threshold / pue)
    return _Most(excess, facility, threshold, small)
