"""How much is built and delivered: floors and ceilings of the scenario."""

from collections.abc import Iterator

from planner.limits.book import AT_LEAST, AT_MOST, EXACTLY, Book, Limit, named

MW, TOKENS, SHARE = "MW", "tokens/s", "share"


def of_scale(book: Book) -> Iterator[Limit]:
    """Floors and ceilings on megawatts and on tokens, in all and by country."""
    case = book.case
    for rule, values, sense in (
        ("facility_floor", "facility_mw_min", AT_LEAST),
        ("facility_ceiling", "facility_mw_max", AT_MOST),
    ):
        for (n, t), required in case[values].items():
            built = sum(book.facility_mw[o, t] for o in book.countries if n in ("all", o))
            row = ((named(rule, n, t), 1.0),)
            yield Limit(rule, n, t, sense, required, built, MW, "power.csv", row)
    for (n, t), floor in case["mtokens_per_s_min"].items():
        made = book.weighted(t) if n == "all" else book.delivered(t, n)
        row = ((named("token_floor", n, t), 1e-6),)
        yield Limit(
            "token_floor", n, t, AT_LEAST, floor * 1e6, made * 1e6, TOKENS, "flows.csv", row
        )


def of_demand(book: Book) -> Iterator[Limit]:
    """Floors and ceilings on the tokens of a workload, country or market; shares of countries."""
    case = book.case
    for rule, entries, values, sense in (
        ("demand_floor", "FLOOR", "floor_mtokens_per_s", AT_LEAST),
        ("demand_ceiling", "CEILING", "ceiling_mtokens_per_s", AT_MOST),
    ):
        for i, w, n, k, t in case.sets[entries]:
            share = case["market_share_frac"][k] if k else 1.0
            nation = case["market_country"][k] if k else n
            made = share * book.delivered(t, nation or None, w or None)
            where = " ".join(part for part in (w, n, k) if part) or "all"
            row = ((named(rule, i, w, n, k, t), 1e-6),)
            asked = case[values][i] * 1e6
            yield Limit(rule, where, t, sense, asked, made * 1e6, TOKENS, "flows.csv", row)
    yield from _required(book)
    for n, share in case["country_share_frac"].items():
        for t in book.periods:
            total = book.delivered(t)
            if total > 0:
                row = ((named("share_of_country", n, t), total),)
                made = book.delivered(t, n) / total
                yield Limit("share_of_country", n, t, EXACTLY, share, made, SHARE, "flows.csv", row)


def _required(book: Book) -> Iterator[Limit]:
    """Demand to be served: what is delivered of it, and what is left unserved at its price."""
    case, rows = book.case, book.tables["demand"]
    for i, w, n, a, t in case.sets["REQUIRED"]:
        share = case["market_share_frac"][a] if a else 1.0
        nation = n or case["market_country"][a]
        made = share * book.delivered(t, nation, w or None) * 1e6
        here = (rows["workload_id"] == w) & (rows["country"] == nation) & (rows["market_id"] == a)
        left = float(rows.loc[here & (rows["period"] == t), "unserved_tokens_per_s"].sum())
        where = " ".join(part for part in (w, n, a) if part)
        row = ((named("demand_required", i, w, n, a, t), 1e-6),)
        asked = case["required_mtokens_per_s"][i, t] * 1e6
        yield Limit(
            "demand_required", where, t, AT_LEAST, asked, made + left, TOKENS, "demand.csv", row
        )


def of_countries(book: Book) -> Iterator[Limit]:
    """Least and largest share of a country in the megawatts."""
    for rule, values, sense in (
        ("country_floor", "country_min_frac", AT_LEAST),
        ("country_ceiling", "country_max_frac", AT_MOST),
    ):
        for n, share in book.case[values].items():
            for t in book.periods:
                total = sum(book.facility_mw[o, t] for o in book.countries)
                if total > 0:
                    row = ((named(rule, n, t), total),)
                    built = book.facility_mw[n, t] / total
                    yield Limit(rule, n, t, sense, share, built, SHARE, "power.csv", row)
