"""A plan near a limit on another objective, on either side of it.

Whole halls and racks rarely add up to a limit that was stated beforehand, and what is left of it is
lost. Who wants plans along a front may let the limit stand where one uses it up: it is priced at
what it is worth, and not held (planner/solve/dive.py). By as much as a dive ends beyond the limit,
the next is aimed to the other side of it; half as far where that ends with nothing.
"""

from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.begun import Begun
from planner.in_hand import least_within
from planner.limit_rows import OF_OBJECTIVES, Changed, limited, row_of
from planner.optimize import limits_of, relaxations
from planner.outcome import in_unit
from planner.scenario import Scenario
from planner.search import in_turn
from planner.solve.box import Range, points
from planner.solve.dive import Wanted, priced
from planner.solve.placed import at_few, opened
from planner.solve.ratio import value_at
from planner.solve.sift import Relaxed

DIVES = 4
"""So many are made at most for a plan in range."""


class Near(NamedTuple):
    """A plan near a limit: what it reaches, its columns by name, the relaxation at the limit.

    Neither of the first two where no plan is found.
    """

    reached: float | None
    plan: Mapping[str, float]
    relaxed: Relaxed


def near_limit(
    case: Case, scenario: Scenario, begun: Begun, objective: str, between: Range
) -> Near | None:
    """A plan near the scenario's limit on an objective, within a range; None without a relaxation.

    `begun` says where the relaxation goes on from, as for `planner.optimize.optimize`.
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
    stated = aim = dict(scenario.objective.no_worse_than)[objective]  # type: ignore[index]
    few = at_few(case, sites, *near)[1]
    found_at: float | None = None
    for _ in range(DIVES):
        aimed = limited(few, Changed(case, _aimed(case, objective, aim), (OF_OBJECTIVES,)))
        assert aimed is not None  # a limit on an objective is a row that can always be added
        x = priced(aimed, aimed.row[row_of(objective)], wanted, limits, scenario.solve.seed)
        if x is not None:
            reached = in_unit(ratio, value_at(few, ratio, x))
            if between[0] <= reached <= between[1]:
                return Near(reached, few.named(x), relaxed[0])
            found_at, aim = aim, aim - (reached - stated)
        elif found_at is not None:
            aim = (aim + found_at) / 2
        if monotonic() > limits.deadline or (x is None and found_at is None):
            break
    return Near(None, {}, relaxed[0])


def _aimed(case: Case, objective: str, aim: float) -> Case:
    """The case with another limit."""
    limits = {**case[OF_OBJECTIVES], objective: aim}
    return case.having(values={**case.values, OF_OBJECTIVES: limits})
