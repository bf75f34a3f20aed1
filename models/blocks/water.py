"""Water drawn by a site stays within its limit, in the peak day and over the year.

    peak day:  sum over d of  wue_peak[s,d] * it_mw[s,d,t] * 24 h            <= limit_m3_per_day[s]
    year:      sum over d of  wue_mean[s,d] * it_mean_mw[s,d,t] * 8760 h     <= limit_m3_per_year[s]
      wue [L/kWh] * [MWh] = [m3]       (1 MWh at 1 L/kWh is 1 m3)
    Shadow price: tokens/s gained per further m3 at that site.
    Cost: the year's water at the site's tariff.
A site without a limit has no row. A design that evaporates nothing draws nothing.
"""

from typing import Any

from pyomo.environ import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column(
        "sites",
        "water_source",
        "where the water comes from",
        kind="text",
        allowed=("river", "industrial", "reclaimed", "sea", "city"),
    ),
    Column(
        "sites",
        "water_limit_m3_per_day",
        "largest withdrawal in a day; blank: no limit",
        low=0,
        default=None,
    ),
    Column(
        "sites",
        "water_limit_m3_per_year",
        "largest withdrawal in a year; blank: no limit",
        low=0,
        default=None,
    ),
    Column("sites", "water_local_per_m3", "price of water", low=0),
)
OUTCOMES = (
    Column("sites", "water_m3_per_day", "withdrawal of the plan on the peak day, last period"),
    Column("sites", "wue_l_per_kwh", "litres per kWh of IT energy over the year"),
    Column("water", "water_m3_per_year", "withdrawal of the plan over the year"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Withdrawal by site within its limits, and its price."""
    for s, d, t in case.sets["HALL"]:
        day = 24 * case["wue_peak_l_per_kwh"][s, d]
        year = 8760 * case["wue_mean_l_per_kwh"][s, d]
        ledger.put("water_m3_per_day", (s, t), day * m.it_mw[s, d, t], d)
        ledger.put("water_m3_per_year", (s, t), year * m.it_mean_mw[s, d, t], d)
        price = case["water_usd_per_m3"][s] / 1e6
        where = (case["country"][s], t)
        ledger.put("opex_musd", where, price * year * m.it_mean_mw[s, d, t], "water")

    m.water_day_limit = Constraint(
        _limited(case, "water_limit_m3_per_day"),
        rule=lambda m, s, t: (
            ledger.total("water_m3_per_day", (s, t)) / 24 <= case["water_limit_m3_per_day"][s] / 24
        ),
    )
    m.water_year_limit = Constraint(
        _limited(case, "water_limit_m3_per_year"),
        rule=lambda m, s, t: (
            ledger.total("water_m3_per_year", (s, t)) / 8760
            <= case["water_limit_m3_per_year"][s] / 8760
        ),
    )


def _limited(case: Case, name: str) -> list[tuple]:
    """Sites and periods with that limit and a design that evaporates at all."""
    wet = {s for (s, _), litres in case["wue_peak_l_per_kwh"].items() if litres > 0}
    return [(s, t) for s, t in case.sets["SITE_PERIOD"] if s in case[name] and s in wet]
