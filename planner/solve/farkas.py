"""Why the sites in play have no plan, and which other sites could change that.

A linear program without a solution has multipliers y of its rows (Farkas) with

    least  y z  over what the rows allow   >   most  (A^T y) x  over what the columns allow

Other sites add columns. With the y of the shared rows, each of them adds at most

    V_s = most  (A_s^T y) x_s  over its own rows

so where the sum of all V_s is less than the distance of the two sides, no site makes a plan
possible; else those with the greatest V_s are what is lacking.
"""

import numpy as np
from scipy.sparse import csr_array

from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.own import OwnRows
from planner.solve.split import Split

ROUNDING = 1e-7
"""Distances below this share of what they are the difference of are the solver's rounding."""


class Lacking:
    """What sites in play lack, asked of all others."""

    def __init__(self, compiled: Compiled, parts: Split, own: OwnRows) -> None:
        self._compiled, self._own = compiled, own
        self._shared = np.flatnonzero(parts.of_row < 0)
        self._nobody = np.flatnonzero(parts.of_column < 0)

    def others(
        self, solver: Solver, rows: np.ndarray, kept: np.ndarray, deadline: float
    ) -> np.ndarray | None:
        """What each other site could help, 0 everywhere where no plan exists; None if not known.

        Parameters
        ----------
        solver, rows
            The program that was found to have no solution, and which rows of all it has.
        kept
            Marks of the sites in play.
        deadline
            A time.monotonic() value.
        """
        proof = solver.ray()
        if proof is None:
            return None
        model, y = self._compiled, np.zeros(len(self._compiled.row_low))
        y[rows] = proof
        y = y[self._shared]
        costs = csr_array(model.matrix)[self._shared].T @ y
        found = self._own.most(costs, deadline)
        if found is None:
            return None
        others = np.where(kept, 0.0, np.maximum(found, 0.0))
        sides = [self._least(y), -self._most(costs, float(np.abs(y).max())), -found[kept].sum()]
        distance = sum(sides) - ROUNDING * sum(abs(side) for side in sides)
        return np.zeros_like(others) if others.sum() < distance else others

    def _least(self, y: np.ndarray) -> float:
        """The least y z over what the shared rows allow."""
        low, high = self._compiled.row_low[self._shared], self._compiled.row_high[self._shared]
        return summed(y, np.where(y > 0, low, high))

    def _most(self, costs: np.ndarray, size: float) -> float:
        """The most that the columns of no site can add."""
        paid = costs[self._nobody]
        paid[np.abs(paid) <= ROUNDING * max(size, 1.0)] = 0.0
        low, high = self._compiled.low[self._nobody], self._compiled.high[self._nobody]
        return summed(paid, np.where(paid > 0, high, low))


def summed(factors: np.ndarray, values: np.ndarray) -> float:
    """The sum of products, where nothing times infinity is nothing."""
    some = factors != 0
    return float((factors[some] * values[some]).sum())
