"""The IT load from which on a site counts as used, if it is forced in or ranked as if it were.

It is that of the site's smallest hall; where its own limits allow less, nine tenths of the most
that one cooling design can have there: what the connection brings through its meter, within what
needs no permit that is not counted on; what the water allows; half of what its halls carry by
nameplate, since racks draw less than that. The last tenth is left to racks that come whole, and to
other designs, where racks for the one that meters least are few.
"""

from collections.abc import Iterable

import numpy as np

from models.blocks.water import DAY, YEAR
from models.case import Case

FILLED_FRAC = 0.5
"""Share of the nameplate of full halls that racks draw at least."""

POSSIBLE_FRAC = 0.9
"""Share of what a site's own limits allow that it must have to be used."""


def least_it_mw(case: Case, sites: Iterable[str]) -> dict[str, float]:
    """By site, the least IT MW in the last period of a site that is used.

    A site that can carry nothing is asked for its smallest hall all the same: no plan uses it.
    """
    asked = dict.fromkeys(sites)
    if not asked:  # as in most scenarios
        return {}
    last = case.sets["PERIOD"][-1]
    grid_mw = dict.fromkeys(asked, 0.0)
    for s, i, t in case.sets["STEP_PERIOD"]:
        if s in asked and t == last:
            grid_mw[s] += case["step_mw"][s, i]
    for s, free_mw in case["permit_free_mw"].items():
        if s in asked:
            grid_mw[s] = min(grid_mw[s], free_mw)
    day, year = (_water(case, name) for name in ("day", "year"))
    smallest: dict[str, float] = {}
    carried = dict.fromkeys(asked, 0.0)
    for s, d in case.sets["SITE_DESIGN"]:
        if s not in asked:
            continue
        hall_mw = case["hall_mw"][s, d]
        peak, mean = case["wue_peak_l_per_kwh"][s, d], case["wue_mean_l_per_kwh"][s, d]
        most = min(
            FILLED_FRAC * hall_mw * case["halls_max_count"][s, d],
            grid_mw[s] / case["facility_per_it_frac"][s, d],
            day.get(s, np.inf) / DAY / max(peak, mean) if max(peak, mean) > 0 else np.inf,
            year.get(s, np.inf) / YEAR / mean if mean > 0 else np.inf,
        )
        smallest[s] = min(hall_mw, smallest.get(s, hall_mw))
        carried[s] = max(POSSIBLE_FRAC * most, carried[s])
    return {s: min(mw, carried[s]) if carried[s] > 0 else mw for s, mw in smallest.items()}


def with_forced(case: Case, sites: Iterable[str]) -> Case:
    """The case with these sites forced in, and no others."""
    chosen = set(sites)
    forced = tuple(s for s in case.sets["SITE"] if s in chosen)
    values = {**case.values, "forced_it_mw": least_it_mw(case, forced)}
    return case.having(sets={**case.sets, "FORCED_SITE": forced}, values=values)


def _water(case: Case, per: str) -> dict[str, float]:
    """By site, what its sources give in a day or a year; absent where one has no limit."""
    limit = case[f"water_limit_m3_per_{per}"]
    found: dict[str, float] = {}
    for s, r in case.sets["WATER"]:
        found[s] = found.get(s, 0.0) + limit.get((s, r), np.inf)
    return found
