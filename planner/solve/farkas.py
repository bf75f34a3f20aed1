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
from planner.solve.own import OwnRows
from planner.solve.split import Split

ROUNDING = 1e-7
"""Distances below this share of what they are the difference of are the solver's rounding."""


def helpful(
    compiled: Compiled, parts: Split, own: OwnRows, y: np.ndarray, kept: np.ndarray, deadline: float
) -> np.ndarray | None:
    """What each other site could help, 0 everywhere where no plan exists; None if not known.

    Parameters
    ----------
    compiled, parts, own
        The model of all sites, who owns what, and the sites' own rows.
    y
        A multiplier for each row of the model, of a proof for the kept sites.
    kept
        Marks of the sites in play.
    deadline
        A time.monotonic() value.
    """
    shared = np.flatnonzero(parts.of_row < 0)
    y = y[shared]
    costs = csr_array(compiled.matrix)[shared].T @ y
    found = own.most(costs, deadline)
    if found is None:
        return None
    allowed = np.where(y > 0, compiled.row_low[shared], compiled.row_high[shared])
    nobody = np.flatnonzero(parts.of_column < 0)
    paid = costs[nobody]
    paid[np.abs(paid) <= ROUNDING * max(np.abs(y).max(initial=0.0), 1.0)] = 0.0
    at = np.where(paid > 0, compiled.high[nobody], compiled.low[nobody])
    sides = [_sum(y, allowed), -_sum(paid, at), -found[kept].sum()]
    distance = sum(sides) - ROUNDING * sum(abs(side) for side in sides)
    others = np.where(kept, 0.0, np.maximum(found, 0.0))
    return np.zeros_like(others) if others.sum() < distance else others


def _sum(factors: np.ndarray, values: np.ndarray) -> float:
    """The sum of products, where nothing times infinity is nothing."""
    some = factors != 0
    return float((factors[some] * values[some]).sum())
