"""How much of what a hall can carry the racks that fill it can draw at most.

Racks of kind k draw up to  share[k] = availability * most power at work / nameplate  of their room.
Kinds that draw more than a share r are scarce where few can be had, so at a site with halls of
class c, whatever stands there,

    it_mw  <=  r * filled * hall MW  +  more_mw
      more_mw = sum over kinds k with share[k] > r of  (share[k] - r) * MW of k that can stand
for any r, and never more than hall MW. `filled` is how many times nameplates may fill a hall.
"""

from typing import NamedTuple

from models.case import Case


class FullHalls(NamedTuple):
    """Draw of full halls: of one at most; of many a share of what they carry, and some MW more."""

    most_frac: float
    share_frac: float
    more_mw: float


def full_halls(case: Case) -> dict[tuple[str, str, int], FullHalls]:
    """By country, cooling class and period, for the r that says most.

    It is the least r for which more_mw is not above what the smallest hall draws of the greatest
    share beyond r: so the row is no weaker for one hall, and stronger for many.
    """
    shares, smallest = _shares(case), _smallest_halls(case)
    filled = case["oversubscription_frac"].get("all", 1.0)
    found = {}
    for (n, c, t), room_mw in _rooms(case).items():
        most = max(shares[k] for k in room_mw)
        for r in sorted({shares[k] for k in room_mw}):
            above = {k: shares[k] - r for k in room_mw if shares[k] > r}
            more_mw = sum(frac * room_mw[k] for k, frac in above.items())
            if more_mw <= (most - r) * filled * smallest[c]:
                break
        found[n, c, t] = FullHalls(min(filled * most, 1.0), min(filled * r, 1.0), more_mw)
    return found


def _shares(case: Case) -> dict[str, float]:
    """By kind of racks the most that they draw of the room they take."""
    drawn = dict(case["training_mw"])
    for (k, _, _), mw in case["kappa_mw"].items():
        drawn[k] = max(mw, drawn.get(k, 0.0))
    return {
        k: case["availability_frac"][k] * drawn.get(k, 0.0) / case["rack_mw"][k]
        for _, k, _, _ in case.sets["INSTALL"]
    }


def _rooms(case: Case) -> dict[tuple[str, str, int], dict[str, float]]:
    """By country, class and period, the nameplate MW of each kind that can stand at most."""
    country, supply = case["group_country"], case["racks_supply_count"]
    ordered = {(country[g], k, c, t) for g, k, c, t in case.sets["INSTALL"]}
    kinds = sorted({(n, k, c) for n, k, c, _ in ordered})
    found: dict[tuple[str, str, int], dict[str, float]] = {}
    for n, k, c in kinds:
        for t in case.sets["PERIOD"]:
            times = [u for u in case["delivered_in"][k, t] if (n, k, c, u) in ordered]
            if times:
                racks = sum(supply.get((n, k, u), float("inf")) for u in times)
                found.setdefault((n, c, t), {})[k] = racks * case["rack_mw"][k]
    return found


def _smallest_halls(case: Case) -> dict[str, float]:
    """The MW of the smallest hall of each class."""
    least: dict[str, float] = {}
    for (_, d), mw in case["hall_mw"].items():
        if mw < least.get(d, float("inf")):
            least[d] = mw
    found: dict[str, float] = {}
    for d, mw in least.items():
        c = case["cooling_class"][d]
        found[c] = min(mw, found.get(c, float("inf")))
    return found
