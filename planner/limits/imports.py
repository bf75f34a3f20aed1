"""What may be imported, and whose memory it carries."""

from collections.abc import Iterator

import numpy as np

from planner.limits.book import AT_LEAST, AT_MOST, Book, Limit, named
from planner.linprog import linprog


def of_imports(book: Book) -> Iterator[Limit]:
    """Performance of a maker country's chips that a country has imported by a year."""
    case, installs = book.case, book.tables["installs"]
    place = installs["site_id"].map(case["country"])
    maker = installs["system_id"].map(case["maker_country"])
    each = installs["racks_new_count"] * installs["system_id"].map(case["tpp_mega"])
    for (n, m, t), most in case["import_tpp_mega_max"].items():
        kept = (place == n) & (maker == m) & (installs["period"] <= t)
        brought = float(each[kept].sum())
        hold = ((named("import_tpp", n, m, t), 1e-6),)
        where = f"chips of {m} in {n}"
        yield Limit("import_tpp", where, t, AT_MOST, most * 1e6, brought * 1e6, "TPP",
                    "installs.csv", hold)  # fmt: skip


def of_origin(book: Book) -> Iterator[Limit]:
    """Largest share of a period's memory that can come from a country's makers."""
    case = book.case
    for n, least in case["hbm_origin_frac"].items():
        for t in book.periods:
            share, total = largest_share(book, n, t)
            if total > 0:
                hold = ((named("hbm_origin", n, t), total),)
                yield Limit("hbm_origin", n, t, AT_LEAST, least, share, "share of HBM",
                            "installs.csv", hold)  # fmt: skip


def largest_share(book: Book, n: str, t: int) -> tuple[float, float]:
    """Largest share from makers of a country, and all memory of the period [TB].

    Each system's memory comes from its makers, each within what it delivers of a generation.
    """
    case, rows = book.case, book.tables["installs"]
    new = rows[rows["period"] == t].groupby("system_id")["racks_new_count"].sum()
    takes = [(k, v) for k, v, u in case.sets["HBM_TAKE"] if u == t and new.get(k, 0) > 0]
    need = {k: case["hbm_tb"].get(k, 0.0) * float(new[k]) for k, _ in takes}
    total = sum(need.values())
    if not total:
        return 0.0, 0.0
    supply = dict.fromkeys((case["hbm_generation"][k], v, t) for k, v in takes)
    limits = [i for i in supply if i in case["hbm_supply_tb"]]
    own = np.array([-1.0 if case["hbm_vendor_country"].get(v) == n else 0.0 for _, v in takes])
    met = np.array([[1.0 if k == taken else 0.0 for k, _ in takes] for taken in need])
    held = np.array(
        [[1.0 if (case["hbm_generation"][k], v, t) == i else 0.0 for k, v in takes] for i in limits]
    )
    asked = np.array(list(need.values()))
    most = np.array([case["hbm_supply_tb"][i] for i in limits])
    rows = np.vstack([met, held.reshape(len(limits), len(takes))])
    low = np.append(asked, np.full(len(limits), -np.inf))
    found = linprog(own, (rows, low, np.append(asked, most)))
    return (-found.cost / total if found.state == "optimal" else 0.0), total
