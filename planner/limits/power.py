"""Sources of power besides the grid: most of them in a place, least renewable share."""

from collections.abc import Iterator

from planner.limits.book import AT_LEAST, AT_MOST, Book, Limit, named
from planner.limits.scale import MW, SHARE


def of_supply(book: Book) -> Iterator[Limit]:
    """Capacity of a source within what a country or a grid zone allows."""
    case, rows = book.case, book.supply
    home = rows["site_id"].map(case["country"]), rows["site_id"].map(case["zone"])
    for (e, place), most in case["supply_limit_mw"].items():
        there = (rows["source_id"] == e) & ((home[0] == place) | (home[1] == place))
        built = rows[there].groupby("period")["capacity_mw"].sum()
        for t in sorted({u for _, o, u in case.sets["SUPPLY"] if o == e}):
            row = ((named("supply_limit", e, place, t), 1.0),)
            mw = float(built.get(t, 0.0))
            yield Limit(
                "supply_limit", f"{e} in {place}", t, AT_MOST, most, mw, MW, "supply.csv", row
            )


def of_renewables(book: Book) -> Iterator[Limit]:
    """Share of a country's energy that comes from renewable sources by agreement or on site."""
    case, rows = book.case, book.supply
    counts = rows["source_id"].map(case["supply_renewable"]).fillna(0) > 0
    country = rows["site_id"].map(case["country"])
    power = book.tables["power"]
    for (n, t), share in case["renewable_frac"].items():
        here = (power["country"] == n) & (power["period"] == t)
        drawn = float(power.loc[here, "energy_mwh_per_year"].sum())
        if drawn > 0:
            made = rows.loc[counts & (country == n) & (rows["period"] == t), "energy_mwh_per_year"]
            row = ((named("renewable_floor", n, t), drawn / 8760),)
            got = float(made.sum()) / drawn
            yield Limit("renewable_floor", n, t, AT_LEAST, share, got, SHARE, "supply.csv", row)
