"""Ways to a plan in little time: a dive with divisible racks, then whole racks where it ended.

    cheap    the cheapest within the tolerance of the bound:  max -cost - price * short,
                                                              N - aim * D + short >= 0
    nearest  where that ends beyond the gap, or nowhere:      max N - bound * D
    again    where a dive ends beyond the gap, HiGHS looks for halls all at once, next to a point on
             its way that was well within it (planner/solve/at_once.py)
    closer   where the better of both ends little beyond the gap, HiGHS looks for one within it:
             halls one more or fewer of any kind, all else that is whole as it is
Racks come last, beside where the dive ended. Where ties do not count, they need be no better than
wanted.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from time import monotonic
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.halt import HALT
from planner.solve.at_once import AtOnce
from planner.solve.basis import Basis
from planner.solve.beside import with_aim
from planner.solve.box import fix, with_more
from planner.solve.compile import Compiled
from planner.solve.dive import (
    EXACT_FRAC,
    RACKS_SECONDS,
    SECONDS,
    Held,
    Point,
    Wanted,
    Worth,
    dived,
    over,
)
from planner.solve.highs import Solver
from planner.solve.order import Limits, held, in_order
from planner.solve.ratio import costs_at, value_at

CLOSER_SECONDS, BEYOND_FRAC = 1.5, 0.5
"""Longest search for other halls than a dive's, if that ended no more than this share of the gap
beyond it."""

WELL_FRAC = 0.4
"""A point that loses no more than this share of the gap may leave enough to whole numbers."""

HALLS_MORE = 1.0
"""So many halls of a kind more or fewer are looked for."""

SHORT_TIMES = 3.0
"""What falls short of the ratio wanted of a cheap plan costs so many times what it saves."""

CHEAP_FRAC = 3e-3
"""Cheap whole racks are searched for to this share of the cost."""


Way = Callable[[], np.ndarray | None]
"""Gives a plan, or none."""


def ways(
    compiled: Compiled, wanted: Wanted, limits: Limits, seed: int, begun: Basis | None = None
) -> list[Way]:
    """Ways to a plan with whole racks, best in all objectives in turn.

    Each is for where those before find none, or less than wanted. Where ties do not count, any plan
    as good as wanted is looked for in all ways before the best there is after either dive. `begun`
    is where a change of a plan of before began (planner/solve/repair.py).
    """
    makes = partial(_cheap, begun), _nearest
    dives = [_Dive(make, compiled, wanted, limits, seed) for make in makes]
    best, again = [dive.best for dive in dives], [dive.again for dive in dives]
    closer = partial(_closer, dives)
    if limits.ties:
        return [*best, *again, closer]
    soon = chain.from_iterable((dive.good, dive.again) for dive in dives)
    return [*soon, closer, *best]


class _Way(NamedTuple):
    """What to dive in; costs under which whole racks are searched for, to a share of a column."""

    program: Held
    costs: np.ndarray
    column: str
    frac: float


_Made = Callable[[Compiled, Wanted, Limits, int], _Way]


class _Dive:
    """One way of diving: once with divisible racks, then whole ones beside where that ended."""

    def __init__(
        self, make: _Made, compiled: Compiled, wanted: Wanted, limits: Limits, seed: int
    ) -> None:
        self._make, self._compiled, self._wanted = make, compiled, wanted
        self._limits, self._seed = limits, seed
        self._at: Point | None = None
        self._well: np.ndarray | None = None
        ratio, gap = OBJECTIVES[wanted.names[0]], wanted.bound - wanted.least
        self._worth = Worth(lambda x: value_at(compiled, ratio, x), gap, wanted.bound)

    def good(self) -> np.ndarray | None:
        """The first plan found that is as good as wanted, where the dive ends."""
        for point in self._walked():
            if HALT.asked or self._worth.of(point.x) < self._wanted.least:
                break
            if point.whole:
                return self._settled(self._at_once.racks(point.x))
        return None

    def again(self) -> np.ndarray | None:
        """The same with halls all at once next to the last point that was well within the gap."""
        well = None if over(self._limits.deadline) else self._well
        return None if well is None else self._settled(self._at_once.halls(well))

    def closer(self) -> np.ndarray | None:
        """The same with a hall more or fewer of any kind, where the dive ended about as good."""
        x, least, gap = self._divisible, self._wanted.least, self._worth.gap
        if x is None or self.reached < least - BEYOND_FRAC * gap or over(self._limits.deadline):
            return None
        x = x[: len(self._compiled.low)]
        return self._settled(self._at_once.halls(x, HALLS_MORE, CLOSER_SECONDS))

    def best(self) -> np.ndarray | None:
        """The best of the plans found."""
        x = self._divisible
        if x is None:
            return None
        racks = Solver(self._way.program.solver.compiled, threads=1, seed=self._seed)
        racks.maximise_vector(self._way.costs)
        tolerance = abs(self._way.frac * float(x[racks.compiled.column[self._way.column]]))
        plans: list[np.ndarray] = []
        for bounds in with_more(self._compiled, x):
            fix(racks, bounds)
            soon = min(self._limits.deadline, monotonic() + RACKS_SECONDS)
            plan = self._settled(racks.run(tolerance, soon).x)
            plans += [] if plan is None else [plan]
            if HALT.asked or any(map(self._is_good, plans)):
                break
            if plans and self.reached < self._wanted.least:
                break  # whole racks are no better than divisible ones
        return max(plans, key=self._worth.of, default=None)

    @cached_property
    def _way(self) -> _Way:
        return self._make(self._compiled, self._wanted, self._limits, self._seed)

    @property
    def reached(self) -> float:
        """What the point where it ended is worth; -inf where it ended without one."""
        return -np.inf if self._divisible is None else self._worth.of(self._divisible)

    @cached_property
    def _divisible(self) -> np.ndarray | None:
        """All but racks whole, at the end of the dive; None where that is not found in time."""
        deque(self._walked(), maxlen=0)
        return self._at.x if self._at and self._at.whole else None

    def _walked(self) -> Iterator[Point]:
        """The points of the dive from where it stands, which it is left at."""
        least = self._wanted.bound - WELL_FRAC * self._worth.gap
        for point in self._points:
            self._at = point
            if self._worth.of(point.x) >= least:
                self._well = point.x[: len(self._compiled.low)]
            yield point

    @cached_property
    def _points(self) -> Iterator[Point]:
        if over(self._limits.deadline):
            return iter(())
        soon = min(self._limits.deadline, monotonic() + SECONDS)
        return dived(self._way.program, soon, self._worth)

    @cached_property
    def _at_once(self) -> AtOnce:
        costs = self._way.costs[: len(self._compiled.low)]
        return AtOnce(self._compiled, self._wanted, costs, self._seed, self._limits.deadline)

    def _is_good(self, x: np.ndarray) -> bool:
        """Whether a plan is as good as wanted."""
        return self._worth.of(x) >= self._wanted.least

    def _settled(self, x: np.ndarray | None) -> np.ndarray | None:
        """What is whole as it is, all else best in all objectives in turn."""
        if x is None:
            return None
        solver = Solver(self._compiled, threads=1)
        least = self._wanted.least
        with solver.kept(x[: len(self._compiled.low)]):
            limits = replace(self._limits, enough=least)
            return in_order(solver, self._wanted.names, least, limits)[1]


def _closer(dives: Sequence[_Dive]) -> np.ndarray | None:
    """From where the better of the dives ended."""
    return max(dives, key=lambda dive: dive.reached).closer()


def _cheap(
    begun: Basis | None, compiled: Compiled, wanted: Wanted, limits: Limits, seed: int
) -> _Way:
    """The cheapest within the tolerance of the bound.

    What falls short of that costs several times what it saves while nothing is whole yet.
    """
    near = with_aim(compiled, held(wanted.names[0], wanted.bound, limits.tolerance_frac))
    row, short = np.array([len(near.row_low) - 1]), np.array([len(near.low) - 1])
    costs = np.zeros(len(near.low))
    costs[near.column["cost_present"]] = -1.0
    program = Held(near, costs, seed)
    program.hold(short, np.zeros(1), np.zeros(1))
    if begun is not None:
        program.solver.start_from_basis(begun)
    if program.solver.run(deadline=limits.deadline).state == "optimal":
        costs[short] = -SHORT_TIMES * abs(program.solver.duals()[row])
        program.hold(short, np.zeros(1), np.full(1, np.inf))
        program.solver.maximise_vector(costs)
    return _Way(program, costs, "cost_present", CHEAP_FRAC)


def _nearest(compiled: Compiled, wanted: Wanted, limits: Limits, seed: int) -> _Way:
    """The nearest to the bound."""
    ratio = OBJECTIVES[wanted.names[0]]
    costs, exact = costs_at(compiled, ratio, wanted.bound), wanted.bound - wanted.least
    return _Way(Held(compiled, costs, seed), costs, ratio.under, EXACT_FRAC * exact)
