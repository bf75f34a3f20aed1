"""A plan near a limit on another objective, on either side of it.

Whole halls and racks rarely add up to a limit that was stated beforehand, and what is left of it is
lost. Who wants plans along a front may let the limit stand where one uses it up: it is priced at
what it is worth, and not held (planner/solve/dive.py). What is made whole upwards costs, so the
first dive is aimed to the strict side of the limit; by as much as it ends beyond, the next is aimed
further, and half as far where that ends with nothing.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES, Ratio
from models.case import Case
from planner.begun import Begun
from planner.in_hand import least_within
from planner.limit_rows import OF_OBJECTIVES, Changed, limited, row_of
from planner.optimize import limits_of, relaxations
from planner.outcome import in_unit
from planner.scenario import Scenario
from planner.search import in_turn
from planner.solve.box import Range, points
from planner.solve.dive import FAR_TIMES, Wanted, priced
from planner.solve.placed import at_few, opened
from planner.solve.ratio import value_at
from planner.solve.sift import Relaxed

DIVES = 10
"""So many are made at most for a plan in range, while there is time."""

AHEAD_FRAC = 0.01
"""The first is aimed so much of the limit to its strict side, in range."""


class Near(NamedTuple):
    """A plan near a limit: what it reaches, its columns by name, the relaxation at the limit.

    Neither of the first two where no plan is found. `good` is one near the bound there, too.
    """

    reached: float | None
    plan: Mapping[str, float]
    relaxed: Relaxed
    good: bool = False


def near_limit(
    case: Case, scenario: Scenario, begun: Begun, objective: str, ranges: Sequence[Range]
) -> Near | None:
    """A plan near the scenario's limit on an objective, or None without a relaxation.

    What it reaches is in one of some ranges. The first of them holds the limit; in another it is
    taken only where it is near the bound at that limit. `begun` says where the relaxation goes on
    from, as for `planner.optimize.optimize`.
    """
    limits, names = limits_of(scenario), in_turn(scenario)
    relaxed = relaxations(case, begun.compiled, names, limits, begun)
    if relaxed[0].x is None:
        return None
    near, bound = points(begun.compiled, relaxed), relaxed[0].bound
    if not np.isfinite(bound):
        return Near(None, {}, relaxed[0])
    sites = set(case.sets["FORCED_SITE"]).union(*map(opened, near))
    wanted = Wanted(names, least_within(bound, scenario.solve.gap_frac), bound)
    ratio = OBJECTIVES[objective]
    stated = scenario.objective.no_worse_than[objective]  # type: ignore[index]
    enough = least_within(bound, FAR_TIMES * scenario.solve.gap_frac)
    few = at_few(case, sites, *near)[1]
    found_at, aim = stated, _ahead(ratio, stated, ranges[0])
    for _ in range(DIVES):
        aimed = limited(few, Changed(case, _aimed(case, objective, aim), (OF_OBJECTIVES,)))
        assert aimed is not None  # a limit on an objective is a row that can always be added
        x = priced(aimed, aimed.row[row_of(objective)], wanted, limits, scenario.solve.seed)
        if x is None:
            aim = (aim + found_at) / 2
        else:
            reached = in_unit(ratio, value_at(few, ratio, x))
            good = value_at(few, OBJECTIVES[names[0]], x) >= enough
            if any(low <= reached <= high for low, high in (ranges if good else ranges[:1])):
                return Near(reached, few.named(x), relaxed[0], good)
            found_at, aim = aim, aim - (reached - stated)
        if monotonic() > limits.deadline:
            break
    return Near(None, {}, relaxed[0])


def _ahead(ratio: Ratio, stated: float, between: Range) -> float:
    """What a first dive is aimed at: not further than half of what is left of the range there."""
    strict = between[1] if ratio.more_is_better else between[0]
    most = AHEAD_FRAC * abs(stated)
    return stated + min(max((strict - stated) / 2, -most), most)


def _aimed(case: Case, objective: str, aim: float) -> Case:
    """The case with another limit."""
    limits = {**case[OF_OBJECTIVES], objective: aim}
    return case.having(values={**case.values, OF_OBJECTIVES: limits})
