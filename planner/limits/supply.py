"""What can be bought: racks by importing country, and HBM by generation and vendor.

Memory of a generation is short exactly where, for some set of vendors, the systems that can take
it from these vendors alone need more than they deliver (Hall's condition of a transport problem).
One more TB of a set of vendors is one in equal parts of each.
"""

from collections.abc import Iterator
from itertools import combinations

from planner.coefficients.case import first_delivery
from planner.limits.book import AT_MOST, Book, Limit, named


def of_racks(book: Book) -> Iterator[Limit]:
    """Racks installed in a country within what it can import in the period."""
    case, installs = book.case, book.tables["installs"]
    country = installs["site_id"].map(case["country"])
    sums = installs.groupby([country, "system_id", "period"])["racks_new_count"].sum()
    known = {k for k, _, _ in case["theta_mtokens_per_s"]}
    for (n, k, t), most in case["racks_supply_count"].items():
        if n in book.countries and k in known and t >= first_delivery(case, n, k):
            hold = ((named("rack_supply", n, k, t), 1.0),)
            new = float(sums.get((n, k, t), 0.0))
            yield Limit(
                "rack_supply", f"{k} in {n}", t, AT_MOST, most, new, "racks", "installs.csv", hold
            )


def of_memory(book: Book) -> Iterator[Limit]:
    """HBM that sets of vendors deliver against what can come from them alone."""
    case = book.case
    rows = book.tables["installs"]
    need = rows.groupby(["system_id", "period"])["racks_new_count"].sum()
    vendors: dict[str, set[str]] = {}
    for k, v, _ in case.sets["HBM_TAKE"]:
        vendors.setdefault(k, set()).add(v)
    for generation in sorted({case["hbm_generation"][k] for k in vendors}):
        systems = [k for k in vendors if case["hbm_generation"][k] == generation]
        for some in _subsets(sorted(set().union(*(vendors[k] for k in systems)))):
            alone = [k for k in systems if vendors[k] <= set(some)]
            for t in book.periods if alone else ():
                taken = sum(case["hbm_tb"].get(k, 0.0) * need.get((k, t), 0.0) for k in alone)
                most = sum(case["hbm_supply_tb"].get((generation, v, t), 0.0) for v in some)
                hold = tuple((named("hbm_supply", generation, v, t), 1 / len(some)) for v in some)
                yield Limit(
                    "hbm_supply", f"{generation} of {' or '.join(some)}", t, AT_MOST, most,
                    float(taken), "TB", "installs.csv", hold,
                )  # fmt: skip


def _subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(names) + 1):
        yield from combinations(names, size)
