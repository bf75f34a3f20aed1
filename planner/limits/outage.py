"""Losing any one site: how much of the protected work the survivors can serve.

For a lost site o of a country, racks of its other sites are put to the protected work:
    largest share with
      sum over k,p of gain * theta[k,p,w] * rescue[k,p,w]  >= share * peak[w] * served[w]
      sum over p,w of rescue[k,p,w]                 <= availability * racks of k standing outside o
      sum over k,p,w of kappa[k,p,w] * rescue[k,p,w] <= IT MW outside o
with the software gain of the period. A solver's answer counts only as far as it fits the rows when
put back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from planner.limits.book import AT_LEAST, Book, Limit, named
from planner.linprog import linprog

MOST = 10.0
"""Share beyond which more says nothing."""


def of_outage(book: Book) -> Iterator[Limit]:
    """Each open site of a country with an outage rule, lost in each period."""
    case = book.case
    power = book.tables["power"]
    for n, share in case["outage_frac"].items():
        works = [w for w in case.sets["WORKLOAD"] if (n, w) in case["outage_workload"]]
        for row in power[power["country"] == n].itertuples():
            site, t = str(row.site_id), int(row.period)
            need = {
                w: case["peak_to_mean_ratio"][w] * book.served.get((w, n, t), 0.0) for w in works
            }
            need = {w: peak for w, peak in need.items() if peak > 1e-9}
            if need:
                yield _lost(book, site, t, need, share)


def _lost(book: Book, site: str, t: int, need: dict[str, float], share: float) -> Limit:
    case = book.case
    least = {w: x / case["software_gain"][t] for w, x in case["least_mw_per_mtoken_per_s"].items()}
    rows = [(named("outage", site, w, t), peak) for w, peak in need.items()]
    load = sum(least[w] * peak for w, peak in need.items())
    rows.append((named("survivors_it_load", site, t), load))
    served = survivors(book, site, t, need)
    where = f"without {site}"
    return Limit(
        "outage", where, t, AT_LEAST, share, served, "share of peak", "fleet.csv", tuple(rows)
    )


def survivors(book: Book, site: str, t: int, need: dict[str, float]) -> float:
    """Largest share of the needed peak, 1e6 tokens/s by workload, that the other sites serve."""
    case = book.case
    elsewhere = {s for s, n in case["country"].items() if n == case["country"][site] and s != site}

    def there(name: str) -> Any:
        table = book.tables[name]
        return table[table["site_id"].isin(elsewhere) & (table["period"] == t)]

    racks = there("installs").groupby("system_id")["racks_count"].sum()
    it_mw = float(there("halls")["it_mw"].sum())
    return rescued(book, {str(k): float(n) for k, n in racks.items()}, it_mw, need, t)


def rescued(
    book: Book, racks: Mapping[str, float], it_mw: float, need: Mapping[str, float], t: int
) -> float:
    """Largest share of the needed peak that these racks serve within these IT MW."""
    case = book.case
    modes = [m for m in case["theta_mtokens_per_s"] if m[0] in racks and m[2] in need]
    systems, works = list(racks), list(need)
    used = np.zeros((len(systems) + 1 + len(works), len(modes) + 1))
    for j, (k, p, w) in enumerate(modes):
        used[systems.index(k), j] = 1.0
        used[len(systems), j] = case["kappa_mw"][k, p, w]
        theta = case["software_gain"][t] * case["theta_mtokens_per_s"][k, p, w]
        used[len(systems) + 1 + works.index(w), j] = -theta
    for i, w in enumerate(works):
        used[len(systems) + 1 + i, len(modes)] = need[w]
    standing = [case["availability_frac"][k] * float(racks[k]) for k in systems]
    most = np.array([*standing, it_mw, *([0.0] * len(works))])
    cost = np.zeros(len(modes) + 1)
    cost[-1] = -1.0
    highest = np.array([*[np.inf] * len(modes), MOST])
    found = linprog(cost, (used, -np.inf, most), (0.0, highest))
    if found.state != "optimal" or (used @ found.x > most + 1e-6).any() or (found.x < -1e-9).any():
        return 0.0
    return float(found.x[-1])
