"""Proof of a plan where the relaxation leaves the gap open: bound and plan in turns.

1. The bound falls by the search over totals of halls (planner/solve/totals.py).
2. Where few sites could stand in a better plan, the others being ruled out by their prices, all
   whole numbers at these are searched for: that ends it.
3. Else a better plan is looked for by way of totals (planner/solve/by_totals.py), at the sites of
   the one in hand and the top of 1, for half as long as 1 took; then again.
"""

from planner.search import Search
from planner.solve.box import points
from planner.solve.compile import Compiled
from planner.solve.place import used
from planner.solve.sift import Relaxed
from planner.solve.totals import WholeTotals
from planner.stages import Stages

ROUND_SECONDS = 30.0
"""How long a better plan is looked for in the first round; after one without, twice as long."""

BOUND_TIMES = 2.0
"""So many times as long the bound is improved before: it gives more, and what the plan may be."""

FEW = 150
"""Sites among which whole numbers can be searched for exactly."""


def proven(
    search: Search, compiled: Compiled, choice: set[str], relaxed: Relaxed, stages: Stages
) -> float:
    """The bound after as much proof, and as many better plans, as the gap and the time ask for."""
    bound, seconds = relaxed.bound, ROUND_SECONDS
    near = points(compiled, [relaxed])
    totals: WholeTotals | None = None
    while search.goes_on(bound):
        stages.enter("prove")
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
        if len(rivals) <= FEW or not search.where:
            found = search.where_and_what(rivals, bound)
            bound = min(bound, found)
            search.tell(bound)
            exact = True
        else:
            exact = False
            if not search.better(choice, near, seconds):
                seconds *= 2
                continue
        stages.enter("place racks")
        search.place(bound)
        if exact:
            break
    return bound
