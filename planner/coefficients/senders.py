"""Who sends tokens: groups of sites as one, where it makes no difference which of them does.

From groups of one country a workload may reach the same markets. What they send together can be
shared out over them as their capacity is (models/blocks/workload.py), so they are one sender, named
like the first of them. Where carrying tokens has a price, or who runs a site must be eligible for
what it sends, each group sends for itself.
"""

from collections.abc import Collection, Iterator, Mapping

from models.case import Case

Senders = Mapping[tuple[str, str], str]
"""Sender by site, or by group, and workload."""


def alike(case: Case, group: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Sender by site and workload: the first group from which the same markets are reached."""
    first: dict[tuple, str] = {}
    of_group: dict[str, dict[str, str]] = {}
    found: dict[tuple[str, str], str] = {}
    for s in case.sets["SITE"]:
        g = group[s]
        if g not in of_group:
            country = case["country"][s]
            reach = _markets(case["reach"][s])
            of_group[g] = {w: first.setdefault((country, w, reach[w]), g) for w in reach}
        found.update(((s, w), sender) for w, sender in of_group[g].items())
    return found


def own(case: Case) -> dict[tuple[str, str], str]:
    """Every site its own sender."""
    return {(s, w): s for s in case.sets["SITE"] for w, _ in case["reach"][s]}


def of_groups(
    case: Case, one: Mapping[str, str], sender: Senders, priced: Collection[str]
) -> dict[tuple[str, str], str]:
    """Sender by group and workload; `one` is a site of each group, `sender` that of each site.

    Groups from which carrying is `priced` send for themselves, and so do all where operators count.
    """
    apart = _for_some_operators(case)
    return {
        (g, w): g if g in priced or w in apart else sender[s, w]
        for g, s in one.items()
        for w in sorted({w for w, _ in case["reach"][s]})
    }


def flows(
    case: Case, one: Mapping[str, str], times: Mapping[str, Collection[int]], of_group: Senders
) -> Iterator[tuple[str, str, str, int]]:
    """(sender, workload, market, period): where a sender's tokens may go, while it has any site."""
    years: dict[tuple[str, str], set[int]] = {}
    for (g, w), f in of_group.items():
        years.setdefault((f, w), set()).update(times[g])
    known = set()
    for g, s in one.items():
        for w, market in sorted(case["reach"][s]):
            f = of_group[g, w]
            if (f, w, market) not in known:
                known.add((f, w, market))
                yield from ((f, w, market, t) for t in sorted(years[f, w]))


def _markets(reach: Collection[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Markets by workload."""
    found: dict[str, set[str]] = {}
    for w, market in reach:
        found.setdefault(w, set()).add(market)
    return {w: frozenset(markets) for w, markets in found.items()}


def _for_some_operators(case: Case) -> set[str]:
    """Workloads that some users may ask only certain operators for."""
    classes = {q for _, q in case["tier_operators"]}
    return {w for w, q in case["sovereignty_class"].items() if q in classes}
