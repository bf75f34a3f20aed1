"""Whole numbers all at once, next to those of a point of a linear program: racks, or halls first.

Beside a point that is little better than a plan has to be, HiGHS finds whole numbers in hundredths
of a second, or proves in less that there are none. They are good enough, and no more: of halls
those of a dive (planner/solve/dive.py) are cheaper, where it has any.
"""

from collections.abc import Mapping
from time import monotonic

import numpy as np

from planner.solve.box import (
    Range,
    columns_of,
    fix,
    next_to,
    wider,
    with_divisible_racks,
    with_more,
)
from planner.solve.compile import Compiled
from planner.solve.dive import Wanted
from planner.solve.highs import Solver
from planner.solve.order import held
from planner.solve.split import with_row

SECONDS, SECONDS_EACH = 0.25, 5e-5
"""Longest search, and for each row and column of a large model: what is to be found is sooner."""

SPARE_FRACS = (0.15, 0.03)
"""Shares of the gap that halls with divisible racks leave to whole ones, if there are such."""

FURTHER = 3.0
"""Racks that are not whole may be so many beyond the next whole number: where those next to it do
not do, these mostly do, in half the time that more of each kind take."""


class AtOnce:
    """Searches for any plan of a model that is good: no worse than the least wanted."""

    def __init__(
        self, compiled: Compiled, wanted: Wanted, costs: np.ndarray, seed: int, deadline: float
    ) -> None:
        """Of good plans those with a great sum of costs x columns are found sooner."""
        self._compiled, self._wanted, self._costs = compiled, wanted, costs
        self._seed, self._deadline = seed, deadline
        self._solver = self._for(compiled, wanted.least)
        self._seconds = max(SECONDS, SECONDS_EACH * sum(compiled.matrix.shape))

    def racks(self, x: np.ndarray) -> np.ndarray | None:
        """A plan with racks about those of a point, all else that is whole as it is there.

        Else with a few racks more or fewer, and then with a hall to spare of each kind, too.
        """
        tries = with_more(self._compiled, x, FURTHER)
        found = (self._first(self._solver, bounds) for bounds in tries)
        return next((plan for plan in found if plan is not None), None)

    def halls(
        self, x: np.ndarray, more: float = 0.0, seconds: float | None = None
    ) -> np.ndarray | None:
        """A plan with all but racks next to those of a point, then racks next to what is left.

        So many halls of any kind may be more or fewer; so long they are searched for.
        """
        divisible = with_divisible_racks(self._compiled)
        bounds = dict(next_to(x, np.flatnonzero(divisible.integer).tolist()))
        bounds |= wider(divisible, bounds, columns_of(divisible, "halls"), more)
        gap = self._wanted.bound - self._wanted.least
        for spare in SPARE_FRACS:
            solver = self._for(divisible, self._wanted.least + spare * gap)
            found = self._first(solver, bounds, seconds)
            if found is not None:
                return self.racks(found)
        return None

    def _for(self, compiled: Compiled, least: float) -> Solver:
        good = held(self._wanted.names[0], least, 0.0)
        solver = Solver(with_row(compiled, good, 0.0, "as_wanted"), threads=1, seed=self._seed)
        solver.maximise_vector(self._costs)
        return solver

    def _first(
        self, solver: Solver, bounds: Mapping[int, Range], seconds: float | None = None
    ) -> np.ndarray | None:
        fix(solver, bounds)
        return solver.first(min(self._deadline, monotonic() + (seconds or self._seconds)))
