"""Variables, sums and rows that are alike at every index: arrays, until Pyomo asks for one of them.

Most of a model is of this kind: what stands stays, what is used is there.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from pyomo.core import Any as AnyIndex
from pyomo.core.base.constraint import IndexedConstraint
from pyomo.core.base.expression import IndexedExpression
from pyomo.core.base.var import IndexedVar

from models.sums import Sums, Total


class OnDemand:
    """A component of Pyomo with `indices`, what stands at each made when one is asked for."""

    indices: Sequence[Any]
    made: dict[Any, Any] | None = None

    def construct(self, data: Any = None) -> None:
        """Nothing is to be done before something is asked for."""
        self._constructed = True

    @abstractmethod
    def make(self, found: dict[Any, Any]) -> None:
        """Put in what stands at each index."""

    @property
    def _data(self) -> dict[Any, Any]:
        if self.made is None:
            self.made = {}
            self.make(self.made)
        return self.made

    @_data.setter
    def _data(self, made: dict[Any, Any]) -> None:
        self.made = made or None

    @cached_property
    def place(self) -> dict[Any, int]:
        """Where each index stands."""
        return {index: i for i, index in enumerate(self.indices)}

    def __contains__(self, index: Any) -> bool:
        return index in self.place

    def __iter__(self) -> Iterator[Any]:
        return iter(self.indices)

    def __len__(self) -> int:
        return len(self.indices)


class Columns(OnDemand, IndexedVar):
    """A variable: a column at each index, of a domain of Pyomo, at most so much where stated.

    `earlier` is the place of each column's own of the period before, once that was looked up.
    """

    earlier: np.ndarray | None = None

    def __init__(self, indices: Sequence[Any], domain: Any, most: Sequence[float] | None = None):
        self.indices, self.kind, self.most = indices, domain, most
        super().__init__(AnyIndex, domain=domain, dense=False)

    def make(self, found: dict[Any, Any]) -> None:
        """All columns, with their bounds."""
        for index in self.indices:
            self._getitem_when_not_present(index)
        for column, most in zip(found.values(), self.most or (), strict=False):
            column.setub(most)


class Amounts(OnDemand, IndexedExpression):
    """A named sum at each index."""

    def __init__(self, indices: Sequence[Any], sums: Sums) -> None:
        self.indices, self.sums = indices, sums
        super().__init__(AnyIndex)

    def at(self, indices: Sequence[Any]) -> Sums:
        """The sums at these indices."""
        return self.sums.take([self.place[index] for index in indices])

    def make(self, found: dict[Any, Any]) -> None:
        """All sums, each to be made when asked for."""
        for i, index in enumerate(self.indices):
            found[index] = Total(self.sums, i, (self, index))


class AtMost(OnDemand, IndexedConstraint):
    """Rows `less <= more`, one at each index; `more` may be numbers."""

    def __init__(self, indices: Sequence[Any], less: Sums, more: Sums | Sequence[float]) -> None:
        self.indices = indices
        if isinstance(more, Sums):
            self.sums, self.most = less - more, np.zeros(len(self.indices))
        else:
            self.sums, self.most = less, np.array(more, dtype=float)
        super().__init__(AnyIndex)

    def make(self, found: dict[Any, Any]) -> None:
        """All rows, as they would be written one by one."""
        rows = zip(self.indices, self.sums.expressions(), self.most.tolist(), strict=True)
        for index, body, most in rows:
            self._setitem_when_not_present(index, self.between(body, most))

    def between(self, body: Any, most: float) -> tuple:
        """A row as Pyomo has it."""
        return None, body, most

    @property
    def least(self) -> np.ndarray:
        """How small each row may be: as small as it likes."""
        return np.full(len(self.most), -np.inf)


class Exactly(AtMost):
    """Rows `less == more`."""

    def between(self, body: Any, most: float) -> tuple:
        """A row as Pyomo has it."""
        return body, most

    @property
    def least(self) -> np.ndarray:
        """How small each row may be."""
        return self.most
