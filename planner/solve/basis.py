"""Where the simplex ended, and what of it fits a model that is a little different."""

from dataclasses import dataclass

import numpy as np

from planner.solve.compile import Compiled

LOWER, BASIC, UPPER, ZERO = 0, 1, 2, 3
"""Status of a column or row, as HiGHS numbers them."""


@dataclass(frozen=True)
class Basis:
    """Where a linear program's simplex ended: status of columns and rows, as HiGHS numbers them.

    `fresh` is the status of what a model did not have before: columns at their lower bound, rows
    basic, so that a point stays one when columns and rows are added.
    """

    columns: np.ndarray
    rows: np.ndarray

    @staticmethod
    def fresh(columns: int, rows: int) -> "Basis":
        """Nothing solved yet."""
        return Basis(np.full(columns, LOWER), np.full(rows, BASIC))

    def spread(self, at: np.ndarray, at_rows: np.ndarray, columns: int, rows: int) -> "Basis":
        """The same in a larger model, where these columns and rows stand at the given places."""
        fresh = Basis.fresh(columns, rows)
        fresh.columns[at], fresh.rows[at_rows] = self.columns, self.rows
        return fresh

    def within(self, columns: int, rows: int) -> "Basis":
        """The same in a model with further columns and rows at the end."""
        return self.spread(np.arange(len(self.columns)), np.arange(len(self.rows)), columns, rows)

    def carried(self, known: Compiled, model: Compiled) -> "Basis":
        """The same in another model, by the names of columns and rows."""
        fresh = Basis.fresh(*reversed(model.matrix.shape))
        for to, of, names, before in (
            (fresh.columns, self.columns, model.columns, known.columns),
            (fresh.rows, self.rows, model.rows, known.rows),
        ):
            place = names.places_in(before)
            to[place >= 0] = of[place[place >= 0]]
        return fresh

    def part(self, columns: np.ndarray, rows: np.ndarray) -> "Basis":
        """Of these columns and rows alone."""
        return Basis(self.columns[columns], self.rows[rows])

    def resting(self, columns: np.ndarray, high: np.ndarray) -> "Basis":
        """The same where these columns, if not basic, lie on the lower bound, `high` on upper."""
        status = self.columns.copy()
        for at, rest in ((columns, LOWER), (high, UPPER)):
            status[at] = np.where(status[at] == BASIC, BASIC, rest)
        return Basis(status, self.rows)


def at_bounds(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The status of columns or rows that are not basic: the bound that they are nearer to."""
    no_low, no_high = np.isinf(low), np.isinf(high)
    at_low = no_high | (x - low <= high - x)
    return np.where(no_low & no_high, ZERO, np.where(at_low, LOWER, UPPER))
