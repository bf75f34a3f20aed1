"""The sites' own columns and rows: one linear program that falls apart by site."""

from dataclasses import dataclass

import numpy as np

from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.split import Split, restricted

NONE = 1e-9
"""Less than this of a quantity is none of it."""


@dataclass(frozen=True)
class Forcing:
    """What it means that a site is in: some columns at 1, the sum of others at least `least`."""

    at_one: np.ndarray
    summed: np.ndarray
    least: np.ndarray


class OwnRows:
    """The sites' own columns and rows: one linear program that falls apart by site."""

    def __init__(self, compiled: Compiled, parts: Split, forcing: Forcing | None = None) -> None:
        self._count = len(parts.sites)
        self.columns = np.flatnonzero(parts.of_column >= 0)
        self.owner = parts.of_column[self.columns]
        part = restricted(compiled, self.columns, np.flatnonzero(parts.of_row >= 0))
        self._solver = Solver(part, threads=1)
        self._solver.whole(False)
        if forcing is not None:
            self._force(part, forcing)

    def _force(self, part: Compiled, forcing: Forcing) -> None:
        place = np.full(int(self.columns.max(initial=-1)) + 1, -1)
        place[self.columns] = np.arange(len(self.columns))
        at_one = place[forcing.at_one]
        ones = np.ones(len(at_one))
        self._solver.bounds(at_one, ones, np.maximum(part.high[at_one], 1.0))
        summed = place[forcing.summed]
        for s in np.flatnonzero(forcing.least > NONE):
            names = [part.column_names[i] for i in summed[self.owner[summed] == s]]
            self._solver.add_row(dict.fromkeys(names, 1.0), forcing.least[s], float("inf"))

    def most(self, costs: np.ndarray, deadline: float) -> np.ndarray | None:
        """Greatest sum of cost x column by site, given costs of all columns; None if time is up."""
        own = costs[self.columns]
        self._solver.maximise_vector(own)
        answer = self._solver.run(deadline=deadline)
        if answer.state != "optimal" or answer.x is None:
            return None
        return np.bincount(self.owner, weights=own * answer.x, minlength=self._count)
