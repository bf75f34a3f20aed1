"""Named sums through which the blocks meet: it_mw, facility_mw, water, money, carbon, tokens.

Every term carries its source, so the table of costs by source *is* the cost, split.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, cast

import numpy as np
from pyomo.core import quicksum
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.var import VarData
from pyomo.core.expr.numeric_expr import (
    LinearExpression,
    MonomialTermExpression,
    NumericExpression,
    SumExpression,
)
from pyomo.core.expr.numvalue import native_numeric_types

from models.sums import Sums, Total


def place_of(term: Any) -> Any:
    """Where a term arises: the first index of its first column, a site or a group; None: nowhere.

    Columns of a place have it as their first index, which is also how the solve tells them apart.
    """
    variable = first_variable(term)
    index = None if variable is None else variable.index()
    return index[0] if isinstance(index, tuple) else index


def first_variable(term: Any) -> Any:
    """The first column of a term; None where it has none."""
    if isinstance(term, VarData):
        return term
    if isinstance(term, NumericExpression | NamedExpressionData):
        return next((v for v in map(first_variable, term.args) if v is not None), None)
    return None


LINEAR = {MonomialTermExpression, VarData, LinearExpression}
"""Kinds of terms whose sum is linear at sight."""

Source = str | Mapping[str, float]
"""What a term comes from: one thing, or the shares of several."""


class Several:
    """Terms put one by one, each an expression of Pyomo."""

    def __init__(self) -> None:
        self.terms: dict[int, list[tuple[Source, Any]]] = defaultdict(list)

    def numbers(self) -> Iterable[int]:
        """Numbers of the indices at which something was put, in the order first met."""
        return self.terms

    def total(self, number: int) -> list[Any]:
        """What was put at an index."""
        terms = self.terms.get(number)
        return [_sum(terms)] if terms else []

    def entries(self) -> Iterator[tuple[int, Source, Any]]:
        """Number of the index, source and term of each."""
        for number, terms in self.terms.items():
            yield from ((number, source, term) for source, term in terms)


class Many:
    """Terms put all at once, as arrays: the number of the index of each, and the sources."""

    def __init__(self, at: np.ndarray, terms: Sums, sources: Iterable[Source]) -> None:
        self.at, self.terms, self.sources = at, terms, sources

    @cached_property
    def sums(self) -> Sums:
        """The sum at each index, by its number."""
        return self.terms.gathered(self.at, int(self.at.max()) + 1)

    def numbers(self) -> Iterable[int]:
        """Numbers of the indices at which something was put, in the order first met."""
        numbers, first = np.unique(self.at, return_index=True)
        return cast(list[int], numbers[np.argsort(first)].tolist())

    def total(self, number: int) -> list[Any]:
        """What was put at an index."""
        known = 0 <= number < self.sums.count and next(self.sums.of(number), None)
        return [Total(self.sums, number)] if known else []

    def entries(self) -> Iterator[tuple[int, Source, Any]]:
        """Number of the index, source and term of each."""
        return zip(self.at.tolist(), self.sources, self.terms.expressions(), strict=False)


class Ledger:
    """Terms by (name, index); blocks put, later blocks read the total.

    `nothing` is a column held at 0 and the sum of no terms: a rule over an empty sum is still a
    row, which names itself where it cannot hold.
    """

    def __init__(self, nothing: Any) -> None:
        self.nothing = nothing
        self._parts: dict[str, list[Several | Many]] = {}
        self._number: dict[Hashable, int] = {}
        self._index: list[Any] = []
        self._numbered: dict[int, tuple[Any, np.ndarray]] = {}

    def put(self, name: str, index: Hashable, term: Any, source: Source) -> None:
        """Add `term` to the sum `name` at `index`, as coming from `source`.

        Several sources of one term are given with the share that each has in it.
        """
        parts = self._parts.setdefault(name, [])
        last = parts[-1] if parts else None
        if not isinstance(last, Several):
            last = Several()
            parts.append(last)
        number = self._number.setdefault(index, len(self._number))
        last.terms[number].append((source, term))

    def put_all(
        self,
        name: str,
        indices: Sequence[Any],
        terms: Sums,
        sources: Iterable[Source],
        at: np.ndarray | None = None,
    ) -> None:
        """As `put`, for many terms of one sum, each with its index and source.

        `at` is the place of each term's own among the indices; else they are of the terms in turn.
        """
        if terms.count:
            number = self._at(indices)
            number = number if at is None else number[at]
            self._parts.setdefault(name, []).append(Many(number, terms, sources))

    def _at(self, indices: Sequence[Any]) -> np.ndarray:
        """Number of each index; those of a list are looked up once."""
        known = self._numbered.get(id(indices))
        if known is None:
            number = self._number
            found = list(map(number.get, indices))
            if None in found:
                for index in dict.fromkeys(indices):
                    number.setdefault(index, len(number))
                found = list(map(number.__getitem__, indices))
            known = self._numbered[id(indices)] = indices, np.array(found, dtype=int)
        return known[1]

    def _indices(self) -> list[Any]:
        """The index of each number."""
        if len(self._index) < len(self._number):
            self._index = list(self._number)
        return self._index

    def clear(self) -> None:
        """Forget all terms."""
        self._parts.clear()
        self._numbered.clear()

    def total(self, name: str, index: Hashable) -> Any:
        """The sum of all terms put so far; the column `nothing` where none was."""
        number = self._number.get(index, -1)
        found = [sum_ for part in self._parts.get(name, ()) for sum_ in part.total(number)]
        if len(found) < 2:
            return found[0] if found else self.nothing
        return SumExpression(found)

    def totals(self, name: str, indices: Sequence[Any]) -> Sums:
        """The sums at these indices of what was put all at once; of no terms where none was."""
        at = self._at(indices)
        found = Sums(len(at), ())
        for part in self._parts.get(name, ()):
            if isinstance(part, Several):
                raise TypeError(f"{name}: put one by one, so only its totals can be read")
            found += part.sums.take(at)
        return found

    def indices(self, name: str) -> list[Any]:
        """Indices at which something was put under `name`, in the order first met."""
        index = self._indices()
        return [index[number] for number in self._met(name)]

    def _met(self, name: str) -> dict[int, None]:
        """Numbers of these indices."""
        return dict.fromkeys(n for part in self._parts.get(name, ()) for n in part.numbers())

    def entries(self, name: str) -> Iterator[tuple[Hashable, str, Any]]:
        """Each (index, source, term) under `name`, by index; a term of several sources in parts."""
        index, rank = self._indices(), {number: i for i, number in enumerate(self._met(name))}
        found = [entry for part in self._parts.get(name, ()) for entry in part.entries()]
        for number, source, term in sorted(found, key=lambda entry: rank[entry[0]]):
            if isinstance(source, str):
                yield index[number], source, term
            else:
                yield from ((index[number], one, share * term) for one, share in source.items())


def _sum(terms: list[tuple[Source, Any]]) -> Any:
    """As Pyomo's `quicksum`, without its look at each term's kind and that of the sum so far."""
    parts = [term for _, term in terms]
    kinds = set(map(type, parts))
    if not kinds.isdisjoint(native_numeric_types):
        return quicksum(parts)
    if LinearExpression in kinds:
        each = (term.args if type(term) is LinearExpression else (term,) for term in parts)
        parts = list(chain.from_iterable(each))
    if len(parts) == 1:
        return parts[0]
    return LinearExpression(parts) if kinds <= LINEAR else SumExpression(parts)
