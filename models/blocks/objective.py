"""The totals every objective is made of, each a column of its own, so that only costs change.

    tokens_total     = sum over t of years[t] * tokens[t]                       1e6 tokens/s, years
    facility_total   = sum over t, s of years[t] * facility_mw[s,t]             MW, years
    tokens_present   = sum over t of discount[t] * years[t] * tokens[t]
    cost_present     = sum over t of discount[t] * years[t] * (annuity + opex)  M$
    carbon_total     = sum over t of years[t] * carbon_kt[t]                    kt
    npv              = sum over t of discount[t] * years[t] * (revenue - annuity - opex)   M$
A plan must deliver something: tokens_total >= 1e-3. So where a workload of the mix can be served
by no rack, no plan exists.
An objective is a ratio of two of them, to be made as large, or as small, as can be:
    tokens_per_mw = tokens_total / facility_total;   cost_per_mtoken = cost_present / tokens_present
Another one may be held no worse than a limit:   numerator >= (or <=)  limit * denominator
"""

from typing import Any, NamedTuple

from pyomo.core import Constraint, NonNegativeReals, Objective, Reals, Var, maximize

from models.case import Case
from models.columns import Column
from models.ledger import Ledger


class Ratio(NamedTuple):
    """Numerator and denominator columns, whether more is better, factor to the unit shown."""

    over: str
    under: str
    more_is_better: bool
    factor: float
    unit: str


LEAST_MTOKENS_PER_S = 1e-3
"""A plan that serves nobody is no plan: less than a hundredth of a rack does not count."""

SECONDS_PER_YEAR = 365.25 * 86400

OBJECTIVES = {
    "tokens_per_mw": Ratio("tokens_total", "facility_total", True, 1e6, "tokens/s per MW"),
    "tokens": Ratio("tokens_total", "one", True, 1e6, "tokens/s x years"),
    "cost_per_mtoken": Ratio(
        "cost_present", "tokens_present", False, 1e6 / SECONDS_PER_YEAR, "USD per million tokens"
    ),
    "npv": Ratio("npv", "one", True, 1.0, "million USD"),
    "carbon_per_mtoken": Ratio(
        "carbon_total", "tokens_total", False, 1e9 / SECONDS_PER_YEAR, "g CO2 per million tokens"
    ),
    "water_per_mtoken": Ratio(
        "water_total", "tokens_total", False, 1e9 / SECONDS_PER_YEAR, "litres per million tokens"
    ),
    "in_country_frac": Ratio(
        "home_total", "served_total", True, 1.0, "share of tokens made where they are used"
    ),
    "cost": Ratio("cost_present", "one", False, 1.0, "million USD"),
    "apart": Ratio("apart", "one", True, 1.0, "share of the earlier plans' MW"),
}
"""`apart` exists where earlier plans are given (models/blocks/apart.py), those of water and of the
share at home where they are asked for (models/blocks/asked.py), the others always."""

WHERE_ASKED = ("water_per_mtoken", "in_country_frac")

COLUMNS: tuple[Column, ...] = ()
OUTCOMES = (Column("sites", "tokens_per_s_per_mw", "tokens/s over facility MW, last period"),)


def add(m: Any, case: Case, ledger: Ledger) -> None:
    """Totals as columns; the objective itself is set where the model is solved."""
    periods, years, discount = case.sets["PERIOD"], case["years"], case["discount_factor"]

    def over_time(name: str, weight: Any, places: Any = None) -> Any:
        if places is None:
            return sum(weight(t) * ledger.total(name, t) for t in periods)
        return sum(weight(t) * ledger.total(name, (n, t)) for t in periods for n in places)

    def present(t: int) -> float:
        return discount[t] * years[t]

    countries = case.sets["COUNTRY"]
    cost = over_time("annuity_musd", present, countries) + over_time(
        "opex_musd", present, countries
    )
    sums = {
        "tokens_total": over_time("tokens", years.get),
        "facility_total": over_time("country_mw", years.get, countries),
        "tokens_present": over_time("tokens", present),
        "cost_present": cost,
        "carbon_total": over_time("carbon_kt", years.get),
    }
    for name, terms in sums.items():
        setattr(m, name, Var(domain=NonNegativeReals))
        setattr(m, f"sum_of_{name}", Constraint(expr=getattr(m, name) == terms))
    m.tokens_total.setlb(LEAST_MTOKENS_PER_S)
    m.tokens_present.setlb(LEAST_MTOKENS_PER_S * min(discount[t] for t in periods))
    m.facility_total.setlb(least_facility(case))
    m.npv = Var(domain=Reals)
    revenue = over_time("revenue_musd", present)
    m.sum_of_npv = Constraint(expr=m.npv == revenue - m.cost_present)
    m.one = Var(bounds=(1, 1))
    m.one_is_a_column = Constraint(expr=m.one == 1)  # a column in no row is not compiled
    _held(m, case)
    m.goal = Objective(expr=1.0 * m.tokens_total, sense=maximize)


def _held(m: Any, case: Case) -> None:
    """Objectives that must be no worse than their limit, a floor or a ceiling."""
    limits = case["objective_limit"]

    def sides(name: str) -> tuple[Any, Any]:
        ratio = OBJECTIVES[name]
        return getattr(m, ratio.over), limits[name] / ratio.factor * getattr(m, ratio.under)

    m.objective_floor = Constraint(
        [name for name in limits if OBJECTIVES[name].more_is_better],
        rule=lambda m, name: sides(name)[0] >= sides(name)[1],
    )
    m.objective_ceiling = Constraint(
        [name for name in limits if not OBJECTIVES[name].more_is_better],
        rule=lambda m, name: sides(name)[0] <= sides(name)[1],
    )


def least_facility(case: Case) -> float:
    """MW x years that the floors ask for at least: a known end of the ratio's denominator."""
    floors = case["facility_mw_min"]
    least = 0.0
    for t in case.sets["PERIOD"]:
        by_country = sum(floors.get((n, t), 0.0) for n in case.sets["COUNTRY"])
        least += case["years"][t] * max(floors.get(("all", t), 0.0), by_country)
    return least
