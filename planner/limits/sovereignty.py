"""Where tokens are made and on whose chips."""

from collections.abc import Callable, Iterator

import pandas as pd

from planner.limits.book import AT_LEAST, AT_MOST, Book, Limit, named
from planner.limits.scale import SHARE


def of_residency(book: Book) -> Iterator[Limit]:
    """Share of a country's tokens made at home, and share of a class that crosses a border."""
    case, flows = book.case, book.flows
    for n, share in case["in_country_frac"].items():
        for t in book.periods:
            total = book.delivered(t, n)
            if total > 0:
                here = (flows["made_in"] == n) & (flows["used_in"] == n) & (flows["period"] == t)
                home = float(flows.loc[here, "mtokens"].sum()) / total
                row = ((named("in_country_share", n, t), total),)
                yield Limit(
                    "in_country_share", n, t, AT_LEAST, share, home, SHARE, "flows.csv", row
                )
    for (n, name), share in case["in_country_of_frac"].items():
        kept = flows["workload_id"].isin(case["in_country_members"][n, name])
        for t in book.periods:
            users = flows[kept & (flows["used_in"] == n) & (flows["period"] == t)]
            total = float(users["mtokens"].sum())
            if total > 0:
                home = float(users.loc[users["made_in"] == n, "mtokens"].sum()) / total
                row = ((named("in_country_share_of", n, name, t), total),)
                yield Limit("in_country_share_of", f"{name} of {n}", t, AT_LEAST, share, home,
                            SHARE, "flows.csv", row)  # fmt: skip
    for (n, where, q), share in case["cross_border_frac"].items():
        members = (flows["used_in"] == n) & (flows["sovereignty"] == q)
        for t in book.periods:
            of_class = flows[members & (flows["period"] == t)]
            total = float(of_class["mtokens"].sum())
            if total > 0 and share < 1:
                sent = float(of_class.loc[of_class["made_in"] == where, "mtokens"].sum()) / total
                row = ((named("cross_border", n, where, q, t), total),)
                name = f"{q} data of {n} in {where}"
                yield Limit("cross_border", name, t, AT_MOST, share, sent, SHARE, "flows.csv", row)


def of_makers(book: Book) -> Iterator[Limit]:
    """Share of domestic accelerators in a country, and of one vendor in all."""
    case = book.case
    maker, vendor = case["maker_country"], case["vendor"]
    asked = {
        **{(n, b, t): s for (n, b), s in case["domestic_frac"].items() for t in book.periods},
        **case["domestic_by_year_frac"],
    }
    for (n, basis, t), share in asked.items():
        every = _amount(book, basis, t, lambda place, k, n=n: place == n)  # type: ignore[misc]
        own = _amount(book, basis, t, lambda place, k, n=n: place == n and maker[k] == n)  # type: ignore[misc]
        if every > 0:
            one = (n, basis) in case["domestic_frac"]
            rule = "domestic_accelerators" if one else "domestic_accelerators_by_year"
            row = ((named(rule, n, basis, t), every),)
            unit = f"{SHARE} of {basis}"
            yield Limit(rule, n, t, AT_LEAST, share, own / every, unit, "fleet.csv", row)
    for (f, basis), share in case["vendor_frac"].items():
        for t in book.periods:
            every = _amount(book, basis, t, lambda place, k: True)
            own = _amount(book, basis, t, lambda place, k, f=f: vendor[k] == f)  # type: ignore[misc]
            if every > 0:
                row = ((named("vendor_share", f, basis, t), every),)
                unit = f"{SHARE} of {basis}"
                yield Limit(
                    "vendor_share", f, t, AT_MOST, share, own / every, unit, "fleet.csv", row
                )


def _amount(book: Book, basis: str, t: int, keep: Callable[[str, str], bool]) -> float:
    """Chips (thousand), MW, FLOP/s (exa) or peak tokens/s (1e6) of the kept racks at work."""
    case = book.case
    table = book.tables["fleet"]
    rows = table[table["period"] == t]
    places = rows["site_id"].map(case["country"])
    kept = [keep(n, k) for n, k in zip(places, rows["system_id"], strict=True)]
    rows = rows[pd.Series(kept, index=rows.index, dtype=bool)]
    if basis == "mw":
        return float(rows["it_kw"].sum()) / 1e3
    if basis == "tokens":
        return float(rows["peak_tokens_per_s"].sum()) / 1e6
    each = case["chips_kilo_count" if basis == "chips" else "flops_exa"]
    return float((rows["racks_at_work_count"] * rows["system_id"].map(each)).sum())
