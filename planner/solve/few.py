"""The linear program of all sites by a few of their columns, with a bound that holds for all.

What a site owns comes in units: what it has of one design, step or source, and the rest. A unit out
of play is nothing, and with it go the rows that then say nothing, or what another row says. With
the prices y of the shared rows the sites fall apart (planner/solve/sift.py), so

    F(all)  <=  F(in play) + sum over s of  (V_s - v_s)
      V_s = max (c_s - A_s^T y) x_s over all own rows of s;   v_s <= V_s what s adds in the solution
The units where V_s is reached are those that come into play. Of sites with a dozen designs that use
two of them at most, nine rows in ten stay out.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from planner.solve.basis import Basis
from planner.solve.compile import Compiled
from planner.solve.highs import Answer, Solver
from planner.solve.idle import NONE
from planner.solve.own import Others
from planner.solve.split import Split, restricted

IMPLIED = 1e-9
"""A row that the columns' own bounds keep to within this is left out."""


@dataclass(frozen=True)
class Ended:
    """Where a linear program of these columns and rows ended."""

    columns: np.ndarray
    rows: np.ndarray
    basis: Basis
    x: np.ndarray


@dataclass(frozen=True)
class Bounded:
    """What all sites reach at most, by site what is missed in play, and where that is."""

    most: float
    missed: np.ndarray
    x: np.ndarray


class Few:
    """The program of the units in play, at one vector of costs; others are taken in by `take`."""

    def __init__(self, compiled: Compiled, parts: Split, others: Others, costs: np.ndarray) -> None:
        self._compiled, self._parts, self._others, self._costs = compiled, parts, others, costs
        self._unit, self._rest = units(compiled, parts)
        self._kept = np.zeros(self._unit.max() + 1, dtype=bool)
        self._kept[0] = True
        self.columns = self.rows = np.empty(0, dtype=int)
        self.solver: Solver

    @property
    def size(self) -> int:
        """How many columns are in play."""
        return len(self.columns)

    def take(self, columns: np.ndarray) -> None:
        """The units of some columns come into play, with the rest of their sites."""
        owners = self._parts.of_column[columns]
        kept = self._kept.copy()
        kept[self._unit[columns]] = kept[self._rest[owners[owners >= 0]]] = True
        if self.size and np.array_equal(kept, self._kept):
            return
        self._kept = kept
        self.columns = np.flatnonzero(self._kept[self._unit])
        self.rows = saying(self._compiled, self.columns)
        self.solver = Solver(restricted(self._compiled, self.columns, self.rows), threads=1)
        self.solver.whole(False)
        self.solver.unperturbed()
        self.solver.maximise_vector(self._costs[self.columns])

    def bounds(self, columns: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """New bounds of some columns, which no site owns."""
        self.solver.bounds(np.searchsorted(self.columns, columns), low, high)

    def run(self, ended: Ended | None, keeps_rows: bool, deadline: float) -> Answer:
        """Solved from where one of no more units ended; its point satisfies every row, or not."""
        if ended is not None:
            self.solver.start_from_basis(self._here(ended), keeps_rows)
        return self.solver.run(deadline=deadline)

    def ended(self, answer: Answer) -> Ended:
        """Where the last run ended."""
        assert answer.x is not None
        return Ended(self.columns, self.rows, self.solver.basis(), answer.x)

    def spread(self, ended: Ended) -> np.ndarray:
        """Its point in all columns."""
        return self._spread(ended.columns, ended.x)

    def bounded(self, answer: Answer, deadline: float) -> Bounded | None:
        """The bound by the prices of the last run; None if time is up."""
        assert answer.x is not None
        prices = np.zeros(len(self._compiled.row_low))
        prices[self.rows] = self.solver.duals()
        x = self._spread(self.columns, answer.x)
        reduced = self._others.reduced(self._costs, prices)
        found = self._others.missed(reduced, x, deadline)
        if found is None:
            return None
        missed, best = found
        return Bounded(answer.objective + float(missed.sum()), missed, best)

    def worthiest(self, bounded: Bounded, most: int) -> np.ndarray:
        """The columns in which so many sites would have what is missed of them."""
        first = np.argsort(-bounded.missed)[:most]
        marks = np.zeros(len(bounded.missed) + 1, dtype=bool)  # what no site owns is the last
        marks[first[bounded.missed[first] > NONE]] = True
        return np.flatnonzero(marks[self._parts.of_column] & (np.abs(bounded.x) > NONE))

    def _spread(self, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        x = np.zeros(len(self._costs))
        x[columns] = values
        return x

    def _here(self, ended: Ended) -> Basis:
        if ended.columns is self.columns:
            return ended.basis
        at = np.searchsorted(self.columns, ended.columns)
        at_rows = np.searchsorted(self.rows, ended.rows)
        return ended.basis.spread(at, at_rows, len(self.columns), len(self.rows))


def units(compiled: Compiled, parts: Split) -> tuple[np.ndarray, np.ndarray]:
    """The unit of each column, 0 where no site owns it; and the rest of each site.

    A column of three indices is one of a site's designs, steps or sources; others are the rest.
    """
    known: dict[tuple[int, str], int] = {(s, ""): s + 1 for s in range(len(parts.sites))}
    found = np.zeros(len(parts.of_column), dtype=int)
    names = compiled.column_names
    for i in np.flatnonzero(parts.of_column >= 0):
        index = names[i].partition("[")[2].split(",")
        key = (int(parts.of_column[i]), index[1] if len(index) == 3 else "")
        found[i] = known.setdefault(key, len(known) + 1)
    return found, np.arange(1, len(parts.sites) + 1)


def saying(compiled: Compiled, columns: np.ndarray) -> np.ndarray:
    """Rows that say something of these columns, the others being 0, each of its kind once."""
    part = csr_array(compiled.matrix[:, columns])
    row = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
    low, high = compiled.low[columns][part.indices], compiled.high[columns][part.indices]
    up = part.data > 0
    most, least = (
        np.bincount(row, part.data * np.where(up == side, high, low), part.shape[0])
        for side in (True, False)
    )
    implied = (most <= compiled.row_high + IMPLIED) & (least >= compiled.row_low - IMPLIED)
    once: dict[tuple, int] = {}
    for i in np.flatnonzero(~implied):
        at = slice(part.indptr[i], part.indptr[i + 1])
        limits = compiled.row_low[i], compiled.row_high[i]
        once.setdefault((*limits, part.indices[at].tobytes(), part.data[at].tobytes()), int(i))
    return np.array(sorted(once.values()), dtype=int)
