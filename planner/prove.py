"""Proof of a plan where the relaxation leaves the gap open: bound and plan in turns.

0. Where all candidate sites were searched among, to the end, that is the bound.
1. The bound falls by the search over totals of halls (planner/solve/totals.py).
2. Where few sites could stand in a better plan, the others being ruled out by their prices, all
   whole numbers at these are searched for, unless they were: that ends it, but for whole racks,
   which may be searched for as long again as all this took.
3. Else a better plan is looked for by way of totals (planner/solve/by_totals.py), at the sites of
   the one in hand and the top of 1, for half as long as 1 took; then again. Where neither has
   anything left to do, 2 ends it with as many sites as there are.
"""

import time

import numpy as np

from planner.search import Search
from planner.solve.box import points
from planner.solve.compile import Compiled
from planner.solve.placed import used
from planner.solve.sift import Relaxed
from planner.solve.totals import WholeTotals
from planner.stages import Stages

ROUND_SECONDS = 30.0
"""How long a better plan is looked for in the first round; after one without, twice as long."""

BOUND_TIMES = 2.0
"""So many times as long the bound is improved before: it gives more, and what the plan may be."""

BUSY_FRAC = 0.1
"""Who leaves more of the time given than all but this share has nothing left to do."""

FEW = 150
"""Sites among which whole numbers can be searched for exactly."""


def proven(
    search: Search, compiled: Compiled, choice: set[str], relaxed: Relaxed, stages: Stages
) -> float:
    """The bound after as much proof, and as many better plans, as the gap and the time ask for.

    It is minus infinity where no plan exists.
    """
    bound, seconds = min(relaxed.bound, search.bound_at(search.candidates)), ROUND_SECONDS
    near = points(compiled, [relaxed])
    totals: WholeTotals | None = None
    done, first = False, time.monotonic()
    while search.goes_on(bound):
        stages.enter("prove")
        begun, r = time.monotonic(), search.hand.r
        if totals is None and search.where:
            totals = search.totals(compiled, relaxed)
        if totals is not None:
            totals.search(search.target, search.soon(BOUND_TIMES * seconds), search.tell)
            bound = min(bound, totals.bound)
            if totals.x is not None:
                near = [*near[:1], compiled.named(totals.x)]
                choice = choice | used(compiled, totals.x)
        if not search.goes_on(bound):
            break
        rivals = search.rivals(compiled, relaxed) | choice
        bound = min(bound, search.bound_at(rivals))
        if not search.goes_on(bound):
            break
        if done or len(rivals) <= FEW or not search.where:
            bound = min(bound, search.where_and_what(rivals, bound))
            if search.nothing_fits:
                return -np.inf
            search.tell(bound)
            stages.enter("place racks")
            search.place(bound)
            if search.goes_on(bound):
                search.place(bound, time.monotonic() - first)
            break
        if search.better(choice, near, seconds):
            stages.enter("place racks")
            search.place(bound)
        if search.hand.r <= r:
            done = time.monotonic() - begun < BUSY_FRAC * seconds
            seconds *= 2
    return bound
