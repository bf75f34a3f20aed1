"""What the transmission network can serve, recomputed from what sites draw of it.

The cuts of the model at the plan's loads; and, apart from them, a dispatch in voltage angles at
every hour: what of demand and load would go unserved, beyond what the base case leaves unserved.
"""

from collections.abc import Iterator

from planner.grid.angles import ROUNDING_MW, strain
from planner.limits.book import AT_MOST, Book, Limit, named
from planner.limits.scale import MW


def of_network(book: Book) -> Iterator[Limit]:
    """Each cut, and each hour, of the countries whose network is stated."""
    case = book.case
    if not case["grid_network"]:
        return
    loads = _loads(book)
    shares: dict[str, dict[str, float]] = {}
    for (cut, node), share in case["grid_share"].items():
        shares.setdefault(cut, {})[node] = share
    for (cut, t), most in case["grid_most_mw"].items():
        drawn = sum(share * loads[t].get(node, 0.0) for node, share in shares[cut].items())
        row = ((named("grid_limit", cut, t), 1.0),)
        yield Limit("grid_limit", cut, t, AT_MOST, most, drawn, MW, "supply.csv", row)
    for (country, hour, t), network in case["grid_network"].items():
        unserved = strain(network, network.loads(loads[t])).total_mw
        where = f"{country} {hour}"
        yield Limit("grid_unserved", where, t, AT_MOST, ROUNDING_MW, unserved, MW, "supply.csv", ())


def _loads(book: Book) -> dict[int, dict[str, float]]:
    """MW drawn from the grid by period and node."""
    loads: dict[int, dict[str, float]] = {t: {} for t in book.periods}
    for (s, t), mw in book.grid_mw.items():
        node = book.case["node"].get(s)
        if node is not None:
            loads[t][node] = loads[t].get(node, 0.0) + mw
    return loads
