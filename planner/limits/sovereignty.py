"""Where tokens are made and on whose chips."""

from collections.abc import Iterator

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
    bases = {basis for _, basis, _ in asked} | {basis for _, basis in case["vendor_frac"]}
    amounts = {basis: _amounts(book, basis) for basis in bases}
    for (n, basis, t), share in asked.items():
        here = {k: x for (u, place, k), x in amounts[basis].items() if (u, place) == (t, n)}
        every, own = sum(here.values()), sum(x for k, x in here.items() if maker[k] == n)
        if every > 0:
            one = (n, basis) in case["domestic_frac"]
            rule = "domestic_accelerators" if one else "domestic_accelerators_by_year"
            row = ((named(rule, n, basis, t), every),)
            unit = f"{SHARE} of {basis}"
            yield Limit(rule, n, t, AT_LEAST, share, own / every, unit, "fleet.csv", row)
    for (f, basis), share in case["vendor_frac"].items():
        for t in book.periods:
            then = [(k, x) for (u, _, k), x in amounts[basis].items() if u == t]
            every, own = sum(x for _, x in then), sum(x for k, x in then if vendor[k] == f)
            if every > 0:
                row = ((named("vendor_share", f, basis, t), every),)
                unit = f"{SHARE} of {basis}"
                yield Limit(
                    "vendor_share", f, t, AT_MOST, share, own / every, unit, "fleet.csv", row
                )


def _amounts(book: Book, basis: str) -> dict[tuple[int, str, str], float]:
    """Chips (thousand), MW, FLOP/s (exa) or peak tokens/s (1e6) of the racks at work.

    By period, country and system.
    """
    case, rows = book.case, book.tables["fleet"]
    if basis == "mw":
        amount = rows["it_kw"] / 1e3
    elif basis == "tokens":
        amount = rows["peak_tokens_per_s"] / 1e6
    else:
        each = case["chips_kilo_count" if basis == "chips" else "flops_exa"]
        amount = rows["racks_at_work_count"] * rows["system_id"].map(each).astype(float)
    place = rows["site_id"].map(case["country"])
    sums = amount.groupby([rows["period"], place, rows["system_id"]]).sum()
    return {(int(t), str(n), str(k)): float(x) for (t, n, k), x in sums.items()}
