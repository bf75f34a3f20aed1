"""Sites that are best with nothing, told by prices alone: no linear program is solved for them.

Of a site's own columns x >= 0, which may all be nothing, no sum of cost x column is above

    sum over j of (most of x_j) * max(d_j, 0)      with  d = c - A^T y  and any y >= 0

over its own rows `A x <= 0`. So where y leaves no d_j above zero, the site is worth nothing. Rows
of two columns, `p x_j <= n x_k`, such as load by halls and halls by an open site, pass on what j is
worth to k: y = d_j / p leaves nothing of d_j, and d_k is more by n * d_j / p. All of it is passed
on to a k that is met earlier in the model, and to a later one no more than that one costs.
"""

from copy import copy
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array, csr_array

from planner.solve.compile import Compiled
from planner.solve.split import Split

NONE = 1e-9
"""Less than this of a quantity is none of it."""

ROUNDS = 4
"""Mean load, load, halls, an open site: so long is the way."""


class _Given(NamedTuple):
    """Rows by the columns that they pass worth from and to, and how much of each unit arrives."""

    giver: np.ndarray
    taker: np.ndarray
    times: np.ndarray


class Idle:
    """The rows of two columns that sites own, of a model or of one with other numbers."""

    def __init__(self, compiled: Compiled, parts: Split) -> None:
        matrix = compiled.matrix
        at = np.arange(matrix.nnz, dtype=matrix.indices.dtype)
        entries = csr_array(csc_array((at, matrix.indices, matrix.indptr), matrix.shape))
        two = (np.diff(entries.indptr) == 2) & (parts.of_row >= 0)
        sides = (compiled.row_high == 0.0, 1.0), (compiled.row_low == 0.0, -1.0)
        rows = [np.flatnonzero(two & side) for side, _ in sides]
        self._signs = np.repeat([sign for _, sign in sides], [len(some) for some in rows])
        place = entries.indptr[np.concatenate(rows)] + np.arange(2)[:, None]
        self._columns, self._at = entries.indices[place], entries.data[place]
        self._direct(compiled)

    def renumbered(self, compiled: Compiled) -> "Idle":
        """The same of a model with other numbers in the same entries, and the same limits."""
        other = copy(self)
        other._direct(compiled)
        return other

    def _direct(self, compiled: Compiled) -> None:
        """Which column of each row gives to which, and how much of each unit arrives there."""
        numbers = self._signs * compiled.matrix.data[self._at]
        found = []
        for one, other in ((0, 1), (1, 0)):
            gives = np.flatnonzero((numbers[one] > 0) & (numbers[other] < 0))
            times = -numbers[other, gives] / numbers[one, gives]
            found.append((self._columns[one, gives], self._columns[other, gives], times))
        every = _Given(*map(np.concatenate, zip(*found, strict=True)))
        back = every.taker < every.giver
        self._on, self._back = (_Given(*(of[some] for of in every)) for some in (~back, back))

    def left(self, costs: np.ndarray) -> np.ndarray:
        """What is left of the costs of all columns once it is passed on, as said above."""
        worth = costs.copy()
        for _ in range(ROUNDS):
            for rows in (self._on, self._back):
                some = np.flatnonzero(worth[rows.giver] > NONE)
                giver, taker, times = rows.giver[some], rows.taker[some], rows.times[some]
                given = worth[giver]
                if rows is self._on:
                    given = np.minimum(given, np.maximum(-worth[taker], 0.0) / times)
                np.subtract.at(worth, giver, given)
                np.add.at(worth, taker, given * times)
        return worth
