"""Money: what is spent in a period, in a country, in all; and what a million tokens may cost.

    capex[n,t] by item as the blocks put it, less grants;  opex[n,t] and annuities [M$ a year]
    capex:   sum over n of capex[n,t] <= ceiling[t];  by country;  in total
    opex:    sum over n of opex[n,t]  <= ceiling[t]
    cost:    annuity[t] + opex[t]     <= limit [$/Mtoken] * tokens of a year [Mtoken] / 1e6
An annuity spreads an investment over its life at the discount rate (capital recovery factor), so
that a plan of three years is not charged with a building of thirty.
"""

from typing import Any

from pyomo.core import Constraint

from models.case import Case
from models.columns import Column
from models.ledger import Ledger

COLUMNS = (
    Column("parameters", "discount_frac", "rate of discount a year", low=0, high=0.5),
    Column("parameters", "krw_per_usd", "exchange rate", low=0),
    Column("parameters", "jpy_per_usd", "exchange rate", low=0),
)
OUTCOMES = (
    Column("sites", "capex_musd", "investment at the site over the plan"),
    Column("sites", "cost_usd_per_mtoken", "annuities and opex per million tokens, last period"),
    Column("budget", "amount_musd", "money by country, period, kind and item"),
)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Ceilings on capex, opex and cost per million tokens."""
    countries, periods = case.sets["COUNTRY"], case.sets["PERIOD"]

    def spent(kind: str, places: Any, times: Any) -> Any:
        return sum(ledger.total(kind, (n, t)) for n in places for t in times)

    def invested(places: Any, times: Any) -> Any:
        return spent("capex_musd", places, times) + spent("grant_musd", places, times)

    m.capex_ceiling = Constraint(
        [t for t in periods if t in case["capex_musd_max"]],
        rule=lambda m, t: invested(countries, [t]) <= case["capex_musd_max"][t],
    )
    m.capex_total = Constraint(
        list(case["capex_total_musd_max"]),
        rule=lambda m, _: invested(countries, periods) <= case["capex_total_musd_max"]["all"],
    )
    m.capex_by_country = Constraint(
        list(case["capex_country_musd_max"]),
        rule=lambda m, n: invested([n], periods) <= case["capex_country_musd_max"][n],
    )
    m.opex_ceiling = Constraint(
        [t for t in periods if t in case["opex_musd_max"]],
        rule=lambda m, t: spent("opex_musd", countries, [t]) <= case["opex_musd_max"][t],
    )

    def cost_of_tokens(m: Any, t: int) -> Any:
        yearly = spent("annuity_musd", countries, [t]) + spent("opex_musd", countries, [t])
        dear = case["cost_usd_per_mtoken_max"]["all"] * case["seconds_per_year"]["s"] / 1e6
        return yearly <= dear * ledger.total("tokens", t)

    m.cost_ceiling = Constraint(
        [t for t in periods if "all" in case["cost_usd_per_mtoken_max"]], rule=cost_of_tokens
    )
