"""What may be spent, and what a million tokens may cost."""

from collections.abc import Iterator

from planner.limits.book import AT_MOST, Book, Limit, named

MUSD = "M$"


def of_money(book: Book) -> Iterator[Limit]:
    """Ceilings on capex, opex and the cost of tokens."""
    case = book.case
    for t, most in case["capex_musd_max"].items():
        hold = ((named("capex_ceiling", t), 1.0),)
        spent = book.money("capex", period=t)
        yield Limit("capex_ceiling", "all", t, AT_MOST, most, spent, MUSD, "budget.csv", hold)
    for place, most in case["capex_total_musd_max"].items():
        hold = ((named("capex_total", place), 1.0),)
        spent = book.money("capex")
        yield Limit("capex_total", "all", None, AT_MOST, most, spent, MUSD, "budget.csv", hold)
    for n, most in case["capex_country_musd_max"].items():
        hold = ((named("capex_by_country", n), 1.0),)
        spent = book.money("capex", country=n)
        yield Limit("capex_by_country", n, None, AT_MOST, most, spent, MUSD, "budget.csv", hold)
    for t, most in case["opex_musd_max"].items():
        hold = ((named("opex_ceiling", t), 1.0),)
        spent = book.money("opex", period=t)
        yield Limit("opex_ceiling", "all", t, AT_MOST, most, spent, "M$/year", "budget.csv", hold)
    for most in case["cost_usd_per_mtoken_max"].values():
        for t in book.periods:
            # 1e6 tokens/s for a year, in million tokens, over a million dollars
            mtokens = book.weighted(t) * case["seconds_per_year"]["s"] / 1e6
            if mtokens > 0:
                cost = (book.money("annuity", period=t) + book.money("opex", period=t)) / mtokens
                hold = ((named("cost_ceiling", t), mtokens),)
                unit = "$/Mtoken"
                yield Limit("cost_ceiling", "all", t, AT_MOST, most, cost, unit, "budget.csv", hold)
