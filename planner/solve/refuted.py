"""What else cannot be, by why a linear program has no solution: none is solved to tell.

Multipliers y of its rows (Farkas; see planner/solve/farkas.py) say that

    least  y z  over what the rows allow   >   most  (A^T y) x  over what the columns allow

and there is no solution within any bounds of the columns where that holds. It does for any y. So of
a site that cannot be open from one period on, the same y without the rows that say that what is
open stays open tells whether it can be open from a later one on.
"""

import numpy as np
from scipy.sparse import csr_array

from planner.solve.farkas import ROUNDING, summed
from planner.solve.highs import Solver


class Refuted:
    """Why a program has no solution: its rows, and multipliers of them."""

    def __init__(self, solver: Solver, y: np.ndarray) -> None:
        low, high = solver.row_limits()
        costs = solver.compiled.matrix.T @ y
        costs[np.abs(costs) <= ROUNDING * np.abs(y).max(initial=0.0)] = 0.0
        self._costs, self._least = costs, _both(y, np.where(y > 0, low, high))

    @staticmethod
    def of(solver: Solver, but: np.ndarray) -> "Refuted | None":
        """By the last run, but for rows over these columns alone; None where that is not known."""
        y = solver.ray()
        if y is None:
            return None
        entries = csr_array(solver.compiled.matrix)
        inner = np.diff(csr_array(entries[:, but]).indptr) == np.diff(entries.indptr)
        return Refuted(solver, np.where(inner, 0.0, y))

    def still(self, low: np.ndarray, high: np.ndarray) -> bool:
        """Whether there is none within these bounds of the columns, either."""
        (least, size), costs = self._least, self._costs
        most, more = _both(costs, np.where(costs > 0, high, low))
        return least - most > ROUNDING * (size + more)


def _both(factors: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """The sum of products, and that of their sizes."""
    return summed(factors, values), summed(np.abs(factors), np.abs(values))
