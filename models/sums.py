"""Linear expressions by the thousand, as arrays: one sum at each place of a list.

A block writes them as algebra, `each(m.halls, hall_mw) - each(m.it_mw)`, for all indices at once.
As objects of Pyomo they would be most of the time it takes to build and to compile a model, so
these are made only where Pyomo asks for one.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple
from weakref import ref

import numpy as np
from pyomo.common.modeling import NOTSET
from pyomo.core.base.component import ComponentData
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression

Numbers = float | Sequence[float] | np.ndarray


class Part(NamedTuple):
    """Numbers times columns of one variable, and the sum that each belongs to, in rising order."""

    var: Any
    row: np.ndarray
    place: np.ndarray
    number: np.ndarray

    def times(self, numbers: np.ndarray) -> "Part":
        """With each sum times its number."""
        return self._replace(number=self.number * numbers[self.row])

    def terms(self) -> list[Any]:
        """Each number times its column, as Pyomo has it."""
        columns, indices = self.var, self.var.indices
        numbers = zip(self.number.tolist(), self.place.tolist(), strict=True)
        return [MonomialTermExpression((x, columns[indices[i]])) for x, i in numbers]

    def take(self, rows: np.ndarray) -> "Part":
        """The sums at these places, in their order; one may be taken several times."""
        first, end = (np.searchsorted(self.row, rows, side) for side in ("left", "right"))
        count = end - first
        row = np.repeat(np.arange(len(rows)), count)
        begun = np.cumsum(count) - count
        at = np.arange(len(row)) + (first - begun)[row]
        return Part(self.var, row, self.place[at], self.number[at])

    def gathered(self, into: np.ndarray) -> "Part":
        """The parts of sums of these sums: the first belongs to `into[0]`, and so on."""
        row = into[self.row]
        if (row[1:] >= row[:-1]).all():
            return self._replace(row=row)
        order = np.argsort(row, kind="stable")
        return Part(self.var, row[order], self.place[order], self.number[order])


class Sums:
    """So many sums; they are added, and multiplied by a number or by one for each."""

    def __init__(self, count: int, parts: Sequence[Part]) -> None:
        self.count, self.parts = count, tuple(part for part in parts if len(part.row))

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.count, (*self.parts, *other.parts))

    def __neg__(self) -> "Sums":
        return self * -1.0

    def __sub__(self, other: "Sums") -> "Sums":
        return self + -other

    def __mul__(self, numbers: Numbers) -> "Sums":
        by_row = np.broadcast_to(np.asarray(numbers, dtype=float), self.count)
        return Sums(self.count, [part.times(by_row) for part in self.parts])

    def take(self, rows: Sequence[int] | np.ndarray) -> "Sums":
        """The sums at these places, in their order."""
        wanted = np.asarray(rows, dtype=int)
        return Sums(len(wanted), [part.take(wanted) for part in self.parts])

    def gathered(self, into: np.ndarray, count: int) -> "Sums":
        """Sums of these sums: the first goes to `into[0]` of `count`, and so on."""
        return Sums(count, [part.gathered(into) for part in self.parts])

    @cached_property
    def _starts(self) -> list[list[int]]:
        """Where each sum begins in each part, and where the last ends."""
        ends = np.arange(self.count + 1)
        return [np.searchsorted(part.row, ends).tolist() for part in self.parts]

    def of(self, row: int) -> Iterator[Part]:
        """The parts of one sum."""
        for part, start in zip(self.parts, self._starts, strict=True):
            first, end = start[row], start[row + 1]
            if first < end:
                yield Part(part.var, *(array[first:end] for array in part[1:]))

    def expression(self, row: int) -> Any:
        """One of the sums as Pyomo has it."""
        return _expression([term for part in self.of(row) for term in part.terms()])

    def expressions(self) -> list[Any]:
        """All of them."""
        found: list[list[Any]] = [[] for _ in range(self.count)]
        for part in self.parts:
            for row, term in zip(part.row.tolist(), part.terms(), strict=True):
                found[row].append(term)
        return list(map(_expression, found))


def _expression(terms: list[Any]) -> Any:
    if len(terms) == 1:
        return terms[0]
    return LinearExpression(terms) if terms else 0.0


def each(var: Any, times: Numbers = 1.0, at: Sequence[Any] | np.ndarray | None = None) -> Sums:
    """A column in each sum, and a number times it: at these indices, or places; at all in turn."""
    if at is None:
        place = np.arange(len(var))
    elif isinstance(at, np.ndarray):
        place = at
    else:
        place = np.fromiter(map(var.place.__getitem__, at), dtype=int, count=len(at))
    row = np.arange(len(place))
    number = np.broadcast_to(np.asarray(times, dtype=float), len(place))
    return Sums(len(place), [Part(var, row, place, number)])


class Total(NamedExpressionData, ComponentData):
    """One of many sums, made into an expression when Pyomo asks for it.

    `of` is the component that it is part of and its index there, where there is one.
    """

    __slots__ = ("_args_", "row", "sums")

    def __init__(self, sums: Sums, row: int, of: tuple[Any, Any] | None = None) -> None:
        self._component = ref(of[0]) if of else None  # type: ignore[misc]
        self._index = of[1] if of else NOTSET  # type: ignore[misc]
        self._args_: tuple[Any] = (None,)
        self.sums, self.row = sums, row

    @property
    def args(self) -> tuple[Any]:
        """The expression, as all named expressions have it."""
        if self._args_[0] is None:
            self._args_ = (self.sums.expression(self.row),)
        return self._args_
