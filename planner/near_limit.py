"""A plan near a limit on another objective, on either side of it.

Whole halls and racks rarely add up to a limit that was stated beforehand, and what is left of it is
lost. Who wants plans along a front may let the limit stand where one uses it up: it is priced at
what it is worth, and not held (planner/solve/dive.py). What is made whole upwards costs, so the
first dive is aimed to the strict side of the limit. Where that ends with nothing in range, a plan
beyond the limit is changed as little as the limit needs (planner/solve/repair.py): it is no better
than need be, but there mostly is one. Else further dives are aimed by as much further as the one
before ended beyond; or as before at twice the price, where it ended with nothing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
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
from planner.solve.beside import Stood
from planner.solve.box import Range, points
from planner.solve.compile import Compiled
from planner.solve.dive import FAR_TIMES, Wanted, priced
from planner.solve.order import Limits
from planner.solve.placed import Placed, opened
from planner.solve.ratio import value_at
from planner.solve.repair import Repair
from planner.solve.sift import Relaxed

DIVES = 20
"""So many are made at most for a plan in range, while there is time."""

CHANGED_TIMES = 20.0
"""A plan that is changed is not so many gaps away from the bound."""

CHANGED_MUSD = 2000.0
"""What divisible racks must save at least to fall short of that by all of it: 40 halls."""

CHANGE_SECONDS = 2.0
"""A plan may be changed for so long even where the dive before took all the time."""

ROUNDING_FRAC = 1e-7
"""A limit moved to where a plan stands is this share looser: sums are rounded."""

AHEAD_FRAC = 0.01
"""The first is aimed so much of the limit to its strict side, in range."""


class Sought(NamedTuple):
    """An objective whose limit may move, and the ranges that it may be in, the first its own.

    `known` is what a plan on the strict side of each has of the scenario's own objective; nothing
    where none is known.
    """

    objective: str
    ranges: Sequence[Range]
    known: Sequence[float] = ()


class Near(NamedTuple):
    """A plan near a limit: where the limit then stands, the plan, the relaxation at the limit.

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
    sought: Sought,
    beyond: Callable[[], Stood | None] | None = None,
) -> Near | None:
    """A plan near the scenario's limit on an objective, or None without a relaxation.

    What it reaches is in the first of the ranges, where the limit is; in another it is taken only
    where it is near the bound at that limit. It is better than what is known there; if it is not
    near the bound, the best of those found in half the time. `begun` says where the relaxation goes
    on from, as for `planner.optimize.optimize`; `beyond` makes a plan on the other side of the
    limit ready to be changed.
    """
    limits, names = limits_of(scenario), in_turn(scenario)
    relaxed = relaxations(case, begun.compiled, names, limits, begun)
    if relaxed[0].x is None:
        return None
    if not np.isfinite(relaxed[0].bound):
        return Near(None, None, relaxed[0])
    here = _Place(case, scenario, begun, sought, limits, relaxed[0])
    near = points(begun.compiled, relaxed)
    half, best = (monotonic() + limits.deadline) / 2, Near(None, None, relaxed[0])
    for k, found in enumerate(here.dives(near)):
        if k == 0 and found is None and beyond is not None and sought.known:
            found = here.changed(near[0], beyond())
        best = max(best, found or best, key=here.value)
        if best.good or (best.plan and monotonic() > half):
            break
    return best


class _Place:
    """A limit that a plan is looked for at, and the relaxation there."""

    def __init__(
        self,
        case: Case,
        scenario: Scenario,
        begun: Begun,
        sought: Sought,
        limits: Limits,
        relaxed: Relaxed,
    ) -> None:
        self._begun = begun
        self._case, self._sought, self._limits, self._relaxed = case, sought, limits, relaxed
        self._names, self._seed = in_turn(scenario), scenario.solve.seed
        self._ratio, self._first = OBJECTIVES[sought.objective], OBJECTIVES[self._names[0]]
        self._gap_frac, bound = scenario.solve.gap_frac, relaxed.bound
        self._stated = scenario.objective.no_worse_than[sought.objective]  # type: ignore[index]
        self._enough = least_within(bound, FAR_TIMES * self._gap_frac)
        known = sought.known or [in_unit(self._first, -np.inf)] * len(sought.ranges)
        self._least = [of_unit(self._first, y) for y in known]

    def changed(self, near: Mapping[str, float], stood: Stood | None) -> Near | None:
        """A plan beyond the limit changed to keep it, between the one known and the bound."""
        if stood is None:
            return None
        sites = opened(near) | opened(stood.named()) | set(self._case.sets["FORCED_SITE"])
        few = self._few(sites, near, stood.named())
        bound = self._relaxed.bound
        least = max(self._least[0], least_within(bound, CHANGED_TIMES * self._gap_frac))
        wanted = Wanted(self._names, least, bound)
        end = max(self._limits.deadline, monotonic() + CHANGE_SECONDS)
        limits = replace(self._limits, ties=False, deadline=end)
        x = Repair(few, stood, wanted, limits, self._seed, CHANGED_MUSD).plan()
        if x is None:
            return None
        return Near(self._stated, Placed(self._case, few, x), self._relaxed, self._good(few, x))

    def dives(self, near: Sequence[Mapping[str, float]]) -> Iterator[Near | None]:
        """Plans at sites of solutions of the relaxation, the limit where each uses it up.

        After one in range the next is aimed half as far.
        """
        sites = set(self._case.sets["FORCED_SITE"]).union(*map(opened, near))
        few, bound = self._few(sites, *near), self._relaxed.bound
        wanted = Wanted(self._names, least_within(bound, self._gap_frac), bound)
        ranges, objective = self._sought.ranges, self._sought.objective
        found_at, aim, times = self._stated, _ahead(self._ratio, self._stated, ranges[0]), 1.0
        for _ in range(DIVES):
            aimed = _limited(few, self._case, _aimed(self._case, objective, aim))
            row = aimed.row[row_of(objective)]
            x = priced(aimed, row, times, wanted, self._limits, self._seed)
            if x is None:
                yield None
                aim, times = found_at, 2 * times
            else:
                reached = in_unit(self._ratio, value_at(few, self._ratio, x))
                found = self._is_found(few, x, reached)
                yield self._moved(few, x, reached) if found else None
                back = (aim - self._stated) / 2 if found else reached - self._stated
                found_at, aim = aim, aim - back
            if monotonic() > self._limits.deadline:
                break

    def _few(self, sites: Collection[str], *plans: Mapping[str, float]) -> Compiled:
        """The model of some sites, with halls of every design: what fits a limit is among them."""
        halls = {f"halls[{s},{d},{t}]": 1.0 for s, d, t in self._case.sets["HALL"] if s in sites}
        return self._begun.few(self._case, sites, *plans, halls)

    def value(self, near: Near) -> float:
        """What a plan has of the scenario's own objective; least where there is none."""
        plan = near.plan
        return -np.inf if plan is None else value_at(plan.found_in, self._first, plan.solution)

    def _good(self, few: Compiled, x: np.ndarray) -> bool:
        return value_at(few, self._first, x) >= self._enough

    def _is_found(self, few: Compiled, x: np.ndarray, reached: float) -> bool:
        """Whether a plan is in range and better than the one known."""
        tried = len(self._least) if self._good(few, x) else 1
        value = value_at(few, self._first, x)
        ranges = zip(self._sought.ranges[:tried], self._least, strict=False)
        return any(low <= reached <= high and value > least for (low, high), least in ranges)

    def _moved(self, few: Compiled, x: np.ndarray, reached: float) -> Near:
        """A plan with the limit where it uses it up."""
        looser = -ROUNDING_FRAC if self._ratio.more_is_better else ROUNDING_FRAC
        limit = reached + looser * abs(reached)
        there = _aimed(self._case, self._sought.objective, limit)
        placed = Placed(there, _limited(few, self._case, there), x)
        return Near(limit, placed, self._relaxed, self._good(few, x))


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
