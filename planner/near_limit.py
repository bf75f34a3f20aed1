"""A plan near a limit on another objective, on either side of it.

Whole halls and racks rarely add up to a limit that was stated beforehand, and what is left of it is
lost. Who wants plans along a front may let the limit stand where one uses it up: it is priced at
what it is worth, and not held (planner/solve/dive.py). What is made whole upwards costs, so the
first dive is aimed to the strict side of the limit; by as much as it ends beyond, the next is aimed
further. Where that ends with nothing, it is aimed as before at twice the price.
"""

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES, Ratio
from models.case import Case
from planner.begun import Begun
from planner.in_hand import least_within
from planner.limit_rows import OF_OBJECTIVES, Changed, limited, row_of
from planner.optimize import limits_of, relaxations
from planner.outcome import in_unit, of_unit
from planner.scenario import Scenario
from planner.search import in_turn
from planner.solve.box import Range, points
from planner.solve.compile import Compiled
from planner.solve.dive import FAR_TIMES, Wanted, priced
from planner.solve.narrow import at_sites
from planner.solve.placed import Placed, at_few, opened
from planner.solve.ratio import value_at
from planner.solve.sift import Relaxed

DIVES = 20
"""So many are made at most for a plan in range, while there is time."""

ROUNDING_FRAC = 1e-7
"""A limit moved to where a plan stands is this share looser: sums are rounded."""

AHEAD_FRAC = 0.01
"""The first is aimed so much of the limit to its strict side, in range."""


class Near(NamedTuple):
    """A plan near a limit: where the limit is used up, the plan there, the relaxation at the limit.

    Neither of the first two where no plan is found. `good` is one near the bound there, too.
    """

    limit: float | None
    plan: Placed | None
    relaxed: Relaxed
    good: bool = False


def near_limit(
    case: Case,
    scenario: Scenario,
    begun: Begun,
    objective: str,
    ranges: Sequence[Range],
    known: float | None = None,
) -> Near | None:
    """A plan near the scenario's limit on an objective, or None without a relaxation.

    What it reaches is in one of some ranges. The first of them holds the limit; in another it is
    taken only where it is near the bound at that limit. It is better than `known`, what a plan on
    the strict side of them has of the scenario's own objective. `begun` says where the relaxation goes on
    from, as for `planner.optimize.optimize`.
    """
    limits, names = limits_of(scenario), in_turn(scenario)
    relaxed = relaxations(case, begun.compiled, names, limits, begun)
    if relaxed[0].x is None:
        return None
    near, bound = points(begun.compiled, relaxed), relaxed[0].bound
    if not np.isfinite(bound):
        return Near(None, None, relaxed[0])
    sites = set(case.sets["FORCED_SITE"]).union(*map(opened, near))
    wanted = Wanted(names, least_within(bound, scenario.solve.gap_frac), bound)
    ratio = OBJECTIVES[objective]
    stated = scenario.objective.no_worse_than[objective]  # type: ignore[index]
    enough = least_within(bound, FAR_TIMES * scenario.solve.gap_frac)
    few, first = at_few(case, sites, *near)[1], OBJECTIVES[names[0]]
    least = -np.inf if known is None else of_unit(first, known)
    found_at, aim, times = stated, _ahead(ratio, stated, ranges[0]), 1.0
    for _ in range(DIVES):
        aimed = _limited(few, case, _aimed(case, objective, aim))
        row = aimed.row[row_of(objective)]
        x = priced(aimed, row, times, wanted, limits, scenario.solve.seed)
        if x is None:
            aim, times = found_at, 2 * times
        else:
            reached = in_unit(ratio, value_at(few, ratio, x))
            value = value_at(few, first, x)
            good = value >= enough
            if value > least and any(low <= reached <= high for low, high in (ranges if good else ranges[:1])):
                limit = reached + (-1 if ratio.more_is_better else 1) * ROUNDING_FRAC * abs(reached)
                there = _aimed(case, objective, limit)
                placed = Placed(at_sites(there, sites), _limited(few, case, there), x)
                return Near(limit, placed, relaxed[0], good)
            found_at, aim = aim, aim - (reached - stated)
        if monotonic() > limits.deadline:
            break
    return Near(None, None, relaxed[0])


def _ahead(ratio: Ratio, stated: float, between: Range) -> float:
    """What a first dive is aimed at: not further than half of what is left of the range there."""
    strict = between[1] if ratio.more_is_better else between[0]
    most = AHEAD_FRAC * abs(stated)
    return stated + min(max((strict - stated) / 2, -most), most)


def _limited(few: Compiled, before: Case, case: Case) -> Compiled:
    """The model of a case with the limits on objectives of another."""
    compiled = limited(few, Changed(before, case, (OF_OBJECTIVES,)))
    assert compiled is not None  # such a limit is a row that can always be added
    return compiled


def _aimed(case: Case, objective: str, aim: float) -> Case:
    """The case with another limit."""
    limits = {**case[OF_OBJECTIVES], objective: aim}
    return case.having(values={**case.values, OF_OBJECTIVES: limits})
