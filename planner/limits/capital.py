"""Who pays for the investment: programmes within their terms, funds that cover all of it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from models.case import Case
from planner.limits.book import AT_LEAST, AT_MOST, EXACTLY, Book, Limit, named

MUSD, SHARE = "M$", "share"


def eligible_musd(case: Case, budget: Any) -> dict[tuple[str, str, int], float]:
    """Capex by programme, item and period at the sites it is for, from the lines of the budget."""
    found: dict[tuple[str, str, int], float] = defaultdict(float)
    capex = budget[budget["kind"] == "capex"]
    for p, item in case["subsidy_share_frac"]:
        here = capex[(capex["item"] == item) & capex["site_id"].isin(case["subsidy_sites"][p])]
        for t, amount in here.groupby("period")["amount_musd"].sum().items():
            found[p, item, int(t)] = float(amount)
    return found


def of_grants(book: Book) -> Iterator[Limit]:
    """Each grant within its share of what it is for, each programme within its cap."""
    case, granted = book.case, book.tables["grants"]
    eligible = eligible_musd(case, book.tables["budget"]) if len(case.sets.get("GRANT", ())) else {}
    paid = granted.groupby(["programme_id", "item", "period"])["granted_musd"].sum()
    for p, i, t in case.sets.get("GRANT", ()):
        most = case["subsidy_share_frac"][p, i] * eligible.get((p, i, t), 0.0)
        hold = ((named("subsidy_share", p, i, t), 1.0),)
        yield Limit(
            "subsidy_share", f"{p}: {i}", t, AT_MOST, most, float(paid.get((p, i, t), 0.0)),
            MUSD, "grants.csv", hold,
        )  # fmt: skip
    in_all = granted.groupby("programme_id")["granted_musd"].sum()
    for p in dict.fromkeys(p for p, _, _ in case.sets.get("GRANT", ())):
        if p in case["subsidy_cap_musd"]:
            hold = ((named("subsidy_cap", p), 1.0),)
            most, made = case["subsidy_cap_musd"][p], float(in_all.get(p, 0.0))
            yield Limit("subsidy_cap", p, None, AT_MOST, most, made, MUSD, "grants.csv", hold)


def of_funds(book: Book) -> Iterator[Limit]:
    """All of the capex of a country with funds is paid, by each within its terms."""
    case, drawn = book.case, book.tables["funds"]
    if not case.sets.get("FUND", ()):
        return
    yield from _covered(book, {n for n, _ in case.sets["FUND"]})
    sums = drawn.groupby(["country", "fund"])["drawn_musd"].sum()
    by_fund = {at: float(sums.get(at, 0.0)) for at in case.sets["FUND"]}
    total: dict[str, float] = defaultdict(float)
    for (n, _), amount in by_fund.items():
        total[n] += amount
    for at, most in case["fund_musd_max"].items():
        hold = ((named("fund_size", *at), 1.0),)
        yield Limit(
            "fund_size", " ".join(at), None, AT_MOST, most, by_fund[at], MUSD, "funds.csv", hold
        )
    for at, most in case["fund_share_max"].items():
        if total[at[0]] > 0:
            hold = ((named("fund_share", *at), total[at[0]]),)
            share = by_fund[at] / total[at[0]]
            yield Limit(
                "fund_share", " ".join(at), None, AT_MOST, most, share, SHARE, "funds.csv", hold
            )
    yield from _group_shares(case, by_fund)


def _covered(book: Book, countries: set[str]) -> Iterator[Limit]:
    budget, drawn, granted = (book.tables[name] for name in ("budget", "funds", "grants"))
    capex = budget[(budget["kind"] == "capex") & ~budget["item"].str.startswith("subsidy ")]
    key = ["country", "item", "period"]
    asked = capex.groupby(key)["amount_musd"].sum()
    off = granted.groupby(key)["granted_musd"].sum()
    paid = drawn.groupby(key)["drawn_musd"].sum()
    for n, i, t in asked.index.union(paid.index):
        if n in countries:
            at = (n, i, t)
            need = float(asked.get(at, 0.0) - off.get(at, 0.0))
            hold = ((named("fund_need", n, i, int(t)), 1.0),)
            yield Limit(
                "fund_need", f"{i} in {n}", int(t), EXACTLY, need, float(paid.get(at, 0.0)), MUSD,
                "funds.csv", hold,
            )  # fmt: skip


def _group_shares(case: Case, by_fund: dict[tuple[str, str], float]) -> Iterator[Limit]:
    for rule, values, sense in (
        ("fund_group_ceiling", "fund_group_max", AT_MOST),
        ("fund_group_floor", "fund_group_min", AT_LEAST),
    ):
        for (n, name), limit in case[values].items():
            among = sum(by_fund[n, f] for f in case["fund_group_among"][n, name])
            if among > 0:
                part = sum(by_fund[n, f] for f in case["fund_group"][n, name])
                hold = ((named(rule, n, name), among),)
                yield Limit(
                    rule, f"{n} {name}", None, sense, limit, part / among, SHARE, "funds.csv", hold
                )
