"""Rows that are alike at every index, kept as arrays: `a * x <= b * y + ...`, a few columns each.

Most rows of a model are of this kind: what stands stays, what is used is there. Written as rules
of Pyomo they would be most of the time it takes to build and to compile a model.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint
from pyomo.environ import Any as AnyIndex


class Each(NamedTuple):
    """A column in each row, and a number times it; at the row's own index where `at` is None."""

    var: Any
    times: float | Sequence[float] = 1.0
    at: Sequence[Any] | None = None

    def places(self, rows: int) -> np.ndarray:
        """Which of the variable's columns, as they are declared, stands in each row."""
        if self.at is None:
            return np.arange(rows, dtype=np.int32)
        place = {index: i for i, index in enumerate(self.var)}
        return np.array([place[index] for index in self.at], dtype=np.int32)

    def numbers(self, rows: int) -> np.ndarray:
        """The number that each row has."""
        return np.broadcast_to(np.asarray(self.times, dtype=float), rows)


class AtMost(IndexedConstraint):
    """Rows `less <= sum of more`, one at each index: arrays, until Pyomo is asked for one of them.

    What has no `at` must be a variable with just these indices, in this order.
    """

    def __init__(self, indices: Sequence[Any], less: Each, *more: Each) -> None:
        self.indices, self.less, self.more = list(indices), less, more
        self._made: dict[Any, ConstraintData] | None = None
        super().__init__(AnyIndex)

    def construct(self, data: Any = None) -> None:
        """Nothing is to be done before a row is asked for."""
        self._constructed = True

    @property
    def _data(self) -> dict[Any, ConstraintData]:
        if self._made is None:
            self._made = {}
            count = len(self.indices)
            less, *more = (
                list(zip(side.numbers(count).tolist(), side.at or self.indices, strict=True))
                for side in (self.less, *self.more)
            )
            for i, index in enumerate(self.indices):
                a, at = less[i]
                terms = zip(self.more, (side[i] for side in more), strict=True)
                row = a * self.less.var[at] <= sum(b * side.var[j] for side, (b, j) in terms)
                self._setitem_when_not_present(index, row)
        return self._made

    @_data.setter
    def _data(self, made: dict[Any, ConstraintData]) -> None:
        self._made = made or None
