"""Named sums through which the blocks meet: it_mw, facility_mw, water, money, carbon, tokens.

Every term carries its source, so the table of costs by source *is* the cost, split.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.var import VarData
from pyomo.core.expr.numeric_expr import (
    LinearExpression,
    MonomialTermExpression,
    NumericExpression,
    SumExpression,
)
from pyomo.core.expr.numvalue import native_numeric_types
from pyomo.environ import quicksum


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


def times(numbers: Iterable[float], columns: Iterable[Any]) -> list[Any]:
    """A number times a column, each with each."""
    return list(map(MonomialTermExpression, zip(numbers, columns, strict=True)))


LINEAR = {MonomialTermExpression, VarData, LinearExpression}
"""Kinds of terms whose sum is linear at sight."""

Source = str | Mapping[str, float]
"""What a term comes from: one thing, or the shares of several."""


class Ledger:
    """Terms by (name, index); blocks put, later blocks read the total.

    `nothing` is a column held at 0 and the sum of no terms: a rule over an empty sum is still a
    row, which names itself where it cannot hold.
    """

    def __init__(self, nothing: Any) -> None:
        self.nothing = nothing
        self._terms: dict[str, dict[Hashable, list[tuple[Source, Any]]]] = {}

    def put(self, name: str, index: Hashable, term: Any, source: Source) -> None:
        """Add `term` to the sum `name` at `index`, as coming from `source`.

        Several sources of one term are given with the share that each has in it.
        """
        self._at(name)[index].append((source, term))

    def put_all(
        self, name: str, indices: Iterable[Any], terms: Iterable[Any], sources: Iterable[Source]
    ) -> None:
        """As `put`, for many terms of one sum, each with its index and source."""
        found = self._at(name)
        for index, source, term in zip(indices, sources, terms, strict=False):
            found[index].append((source, term))

    def _at(self, name: str) -> dict[Any, list[tuple[Source, Any]]]:
        terms = self._terms.get(name)
        if terms is None:
            terms = self._terms[name] = defaultdict(list)
        return terms

    def clear(self) -> None:
        """Forget all terms."""
        self._terms.clear()

    def total(self, name: str, index: Hashable) -> Any:
        """The sum of all terms put so far; the column `nothing` where none was."""
        terms = self._terms.get(name, {}).get(index)
        return _sum(terms) if terms else self.nothing

    def indices(self, name: str) -> list[Any]:
        """Indices at which something was put under `name`, in the order first met."""
        return list(self._terms.get(name, ()))

    def entries(self, name: str) -> Iterator[tuple[Hashable, str, Any]]:
        """Each (index, source, term) under `name`; a term of several sources in its parts."""
        for index, terms in self._terms.get(name, {}).items():
            for source, term in terms:
                if isinstance(source, str):
                    yield index, source, term
                else:
                    yield from ((index, one, share * term) for one, share in source.items())


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
