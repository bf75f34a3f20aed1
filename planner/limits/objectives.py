"""What objectives come to, and those that must be no worse than a limit."""

from collections.abc import Iterator
from typing import Any

from models.blocks.objective import OBJECTIVES
from planner.limits.book import AT_LEAST, AT_MOST, Book, Limit, named


def of_objectives(book: Book) -> Iterator[Limit]:
    """Floors and ceilings on objectives, over the whole plan."""
    stated = book.case["objective_limit"]
    totals = totals_of(book) if stated else {}
    for name, limit in stated.items():
        ratio = OBJECTIVES[name]
        under = totals[ratio.under]
        if under > 0:
            rule, sense = (
                ("objective_floor", AT_LEAST)
                if ratio.more_is_better
                else ("objective_ceiling", AT_MOST)
            )
            row = ((named(rule, name), under / ratio.factor),)
            made = totals[ratio.over] / under * ratio.factor
            yield Limit(rule, name, None, sense, limit, made, ratio.unit, "plan.json", row)


def _asked(book: Book) -> dict[str, float]:
    """Totals that exist where an objective is asked for."""
    years, asked = book.case["years"], book.case["objective_asked"]
    found = {}
    if "water_per_mtoken" in asked:
        water = book.tables["water"]
        drawn = water["period"].map(years) * water["water_m3_per_year"]
        found["water_total"] = float(drawn.sum()) / 1e6
    if "in_country_frac" in asked:
        flows = book.flows
        served = flows["period"].map(years) * flows["mtokens"]
        at_home = flows["made_in"] == flows["used_in"]
        found |= {"served_total": served.sum(), "home_total": served[at_home].sum()}
    return found


def totals_of(book: Book) -> dict[str, float]:
    """The columns that objectives are ratios of, from the tables."""
    case = book.case
    years, present = case["years"], case["discount_factor"]

    def over(amount: Any, discounted: bool = False) -> float:
        return sum(years[t] * (present[t] if discounted else 1.0) * amount(t) for t in book.periods)

    def cost(t: int) -> float:
        return book.money("annuity", period=t) + book.money("opex", period=t)

    def carbon(t: int) -> float:
        power = book.tables["power"]
        return float(power.loc[power["period"] == t, "carbon_t_per_year"].sum()) / 1e3

    power = book.tables["power"]
    used = set(power.loc[power["period"] == book.periods[-1], "site_id"])
    weight = case["apart_weight"]
    spent = over(cost, discounted=True)
    return {
        **_asked(book),
        **({"apart": sum(w for s, w in weight.items() if s not in used)} if weight else {}),
        "tokens_total": over(book.weighted),
        "facility_total": over(lambda t: sum(book.facility_mw[n, t] for n in book.countries)),
        "tokens_present": over(book.weighted, discounted=True),
        "cost_present": spent,
        "carbon_total": over(carbon),
        "npv": over(lambda t: book.money("revenue", period=t), discounted=True) - spent,
        "one": 1.0,
    }
