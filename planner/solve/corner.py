"""The corner where a linear program's simplex ended, and whether it lasts as rows move.

Basic columns x and basic rows v follow the right-hand sides b of the rows that are not basic:
    A_B dx = db  in these,   A_B dx - dv = 0  in the basic ones
While they stay within their bounds the basis is the best one still, and its duals are exact.
"""

from typing import Any

import numpy as np
from scipy.sparse import csc_array, eye_array, hstack
from scipy.sparse.linalg import splu

from planner.solve.basis import BASIC, Basis
from planner.solve.compile import Compiled

WITHIN = 1e-7
"""Feasible to this, as for HiGHS."""


class Corner:
    """A basis with its point; `low` and `high` are the columns' bounds that were solved with."""

    def __init__(
        self, model: Compiled, low: np.ndarray, high: np.ndarray, x: np.ndarray, basis: Basis
    ) -> None:
        columns = np.flatnonzero(basis.columns == BASIC)
        rows = np.flatnonzero(basis.rows == BASIC)
        own = eye_array(len(model.row_low), format="csc")[:, rows]
        self._factors = _factors(csc_array(hstack([model.matrix[:, columns], -own])))
        self._rows, self._height = rows, len(model.row_low)
        self._value = np.concatenate([x[columns], (model.matrix @ x)[rows]])
        self._low = np.concatenate([low[columns], model.row_low[rows]])
        self._high = np.concatenate([high[columns], model.row_high[rows]])

    def lasts(self, rows: np.ndarray, by: np.ndarray) -> bool:
        """Whether the basis stays feasible, as far as can be told, when these rows move."""
        if self._factors is None:
            return False
        side = np.zeros(self._height)
        side[rows] = by
        limits = np.zeros(len(self._value))
        limits[len(limits) - len(self._rows) :] = side[self._rows]
        side[self._rows] = 0.0
        value = self._value + self._factors.solve(side) - limits
        return bool(((value >= self._low - WITHIN) & (value <= self._high + WITHIN)).all())


def _factors(square: csc_array) -> Any:
    """Factors of a basis; None where it has none."""
    try:
        return splu(square)
    except RuntimeError:
        return None
