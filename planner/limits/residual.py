"""What still serves when a licence is lost, or deliveries come late."""

from collections.abc import Iterator
from itertools import combinations

from models.case import Case
from planner.limits.book import AT_LEAST, Book, Limit, named
from planner.limits.outage import rescued

LICENCE, LATE = "licence_loss", "late_delivery"


def of_residual(book: Book) -> Iterator[Limit]:
    """How much of the protected work what is left can serve: of late deliveries, the worst set."""
    case = book.case
    generations = sorted(set(case["generation"].values()))
    for t in book.periods:
        for n in case["licence_loss_frac"]:
            yield from _after(book, LICENCE, n, (case["licence_maker"][n],), t)
        for n in case["late_delivery_frac"]:
            count = min(case["late_generations"][n], len(generations))
            sets = combinations(generations, count)
            found = [limit for lost in sets for limit in _after(book, LATE, n, lost, t)]
            yield from sorted(found, key=lambda limit: limit.achieved)[:1]


def _gone(case: Case, rule: str, n: str, lost: tuple[str, ...], k: str, t: int) -> list[int]:
    """Periods whose installs of a system are not at work in t."""
    if rule == LATE:
        return [t] if case["generation"][k] in lost else []
    if case["maker_country"][k] not in lost:
        return []
    return [u for u in case["delivered_in"][k, t] if u >= case["licence_from_year"].get(n, 0)]


def _after(book: Book, rule: str, n: str, lost: tuple[str, ...], t: int) -> Iterator[Limit]:
    case = book.case
    need = {
        w: case["peak_to_mean_ratio"][w] * book.served.get((w, n, t), 0.0)
        for w in case.sets["WORKLOAD"]
        if (n, w) in case[f"{rule}_workload"]
    }
    need = {w: peak for w, peak in need.items() if peak > 1e-9}
    if not need:
        return
    installs, halls = book.tables["installs"], book.tables["halls"]
    here = installs[installs["site_id"].map(case["country"]) == n]
    standing = here[here["period"] == t].groupby("system_id")["racks_count"].sum()
    new = here.groupby(["system_id", "period"])["racks_new_count"].sum()
    racks = {}
    for k, count in standing.items():
        gone = _gone(case, rule, n, lost, str(k), t)
        racks[str(k)] = float(count) - sum(float(new.get((k, u), 0.0)) for u in gone)
    now = (halls["site_id"].map(case["country"]) == n) & (halls["period"] == t)
    share = rescued(book, racks, float(halls.loc[now, "it_mw"].sum()), need, t)
    x = " + ".join(lost)
    rows = tuple((named(rule, n, x, w, t), peak) for w, peak in need.items())
    words = f"{n} without chips of {x}" if rule == LICENCE else f"{n}, {x} late"
    least = case[f"{rule}_frac"][n]
    yield Limit(rule, words, t, AT_LEAST, least, share, "share of peak", "installs.csv", rows)
