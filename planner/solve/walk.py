"""Linear expressions of Pyomo taken apart: coefficients, columns and a constant.

Pyomo's own standard form walks any expression; ours are sums of numbers times columns, which a
short walk takes apart in a fraction of the time. What it does not know it leaves to Pyomo.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import count, groupby
from operator import attrgetter
from typing import Any

import numpy as np
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.var import VarData
from pyomo.core.expr.numeric_expr import (
    DivisionExpression,
    LinearExpression,
    MonomialTermExpression,
    NegationExpression,
    ProductExpression,
    SumExpression,
)
from pyomo.core.expr.numvalue import native_numeric_types
from pyomo.core.expr.relational_expr import EqualityExpression, InequalityExpression
from pyomo.repn import generate_standard_repn

from models.rows import AtMost, Columns
from models.sums import Part, Total

INFINITY = float("inf")
ARGUMENTS = attrgetter("args")
NUMBERS = frozenset(native_numeric_types)


def kept_as_arrays(variable: Any) -> bool:
    """Whether nothing has asked for a column of the variable, so that its arrays hold."""
    return isinstance(variable, Columns) and variable.made is None


class Walk:
    """Rows taken apart one after the other into `index`, `value`; a row ends at its `start`.

    `index` counts the columns as they are declared. A column may stand several times in a row. The
    parts of a named expression are kept, since several rows share it.
    """

    def __init__(self, variables: Iterable[Any]) -> None:
        self.index, self.value, self.start = array("i"), array("d"), array("i", [0])
        self.low, self.high = array("d"), array("d")
        self._first: dict[int, int] = {}
        self._number: dict[int, int] = {}
        self.count = 0
        for variable in variables:
            self._first[id(variable)] = self.count
            if not kept_as_arrays(variable):
                self._number.update(zip(map(id, variable.values()), count(self.count)))
            self.count += len(variable)
        self._named: dict[int, tuple[array, array, float]] = {}

    def row(self, constraint: Any) -> None:
        """One more row."""
        expression = constraint.expr
        kind = expression.__class__
        low, high = -INFINITY, INFINITY
        if kind is InequalityExpression or kind is EqualityExpression:
            left, right = expression.args
            if right.__class__ in NUMBERS:
                high = right - self._add(left, 1.0)
            elif left.__class__ in NUMBERS:
                low = left - self._add(right, 1.0)
            else:
                high = -(self._add(left, 1.0) + self._add(right, -1.0))
            if kind is EqualityExpression:
                low = high = low if high == INFINITY else high
        else:
            least, body, most = constraint.to_bounded_expression(evaluate_bounds=True)
            constant = self._add(body, 1.0)
            low = -INFINITY if least is None else least - constant
            high = INFINITY if most is None else most - constant
        self.low.append(low)
        self.high.append(high)
        self.start.append(len(self.index))

    def rows(self, rows: AtMost) -> None:
        """All rows of a kind, which are kept as arrays."""
        parts = rows.sums.parts
        row = np.concatenate([part.row for part in parts] or [np.empty(0, dtype=int)])
        order = np.argsort(row, kind="stable")
        end = np.searchsorted(row[order], np.arange(rows.sums.count), "right")
        begun = len(self.index)
        self._put(parts, 1.0, order)
        self.start.frombytes((begun + end).astype(np.int32).tobytes())
        self.low.frombytes(rows.least.tobytes())
        self.high.frombytes(rows.most.tobytes())

    def _put(self, parts: Sequence[Part], times: float, order: Any = slice(None)) -> None:
        """Put columns kept as arrays into the row, or into several in that order."""
        if parts:
            index = np.concatenate([self._first[id(part.var)] + part.place for part in parts])
            value = np.concatenate([part.number for part in parts])
            self.index.frombytes(index[order].astype(np.int32).tobytes())
            self.value.frombytes((times * value[order]).tobytes())

    def _add(self, part: Any, times: float) -> float:
        """Put the columns of an expression into the row; its constant is returned."""
        kind = part.__class__
        if kind is VarData:
            self.index.append(self._number[id(part)])
            self.value.append(times)
            return 0.0
        if kind is MonomialTermExpression:
            factor, variable = part.args
            self.index.append(self._number[id(variable)])
            self.value.append(times * factor)
            return 0.0
        if kind is LinearExpression or kind is SumExpression:
            return self._add_all(part.args, times)
        if kind in NUMBERS:
            return times * part
        if kind is ProductExpression and part.args[0].__class__ in NUMBERS:
            return self._add(part.args[1], times * part.args[0])
        if kind is DivisionExpression and part.args[1].__class__ in NUMBERS:
            return self._add(part.args[0], times / part.args[1])
        if kind is NegationExpression:
            return self._add(part.args[0], -times)
        if kind is Total:
            self._put(tuple(part.sums.of(part.row)), times)
            return 0.0
        if isinstance(part, VarData):  # of a kind of its own: a column without an index
            self.index.append(self._number[id(part)])
            self.value.append(times)
            return 0.0
        if isinstance(part, NamedExpressionData):
            return self._add_named(part, times)
        return self._by_pyomo(part, times)

    def _add_all(self, parts: Sequence[Any], times: float) -> float:
        constant = 0.0
        for kind, run in groupby(parts, type):
            if kind is MonomialTermExpression:
                factors, variables = zip(*map(ARGUMENTS, run), strict=True)
                self.value.extend(factors if times == 1.0 else [times * f for f in factors])
            elif kind is VarData:
                variables = tuple(run)
                self.value.extend([times] * len(variables))
            else:
                constant += sum(self._add(part, times) for part in run)
                continue
            self.index.extend(map(self._number.__getitem__, map(id, variables)))
        return constant

    def _add_named(self, part: Any, times: float) -> float:
        known = self._named.get(id(part))
        if known is None:
            outer = self.index, self.value
            self.index, self.value = array("i"), array("d")
            constant = self._add(part.expr, 1.0)
            known = self._named[id(part)] = self.index, self.value, constant
            self.index, self.value = outer
        index, value, constant = known
        self.index.extend(index)
        self.value.extend(value if times == 1.0 else array("d", [times * v for v in value]))
        return times * constant

    def _by_pyomo(self, part: Any, times: float) -> float:
        form = generate_standard_repn(part, quadratic=False)
        if form.nonlinear_expr is not None:
            raise ValueError(f"not linear: {part}")
        for factor, variable in zip(form.linear_coefs, form.linear_vars, strict=True):
            self.index.append(self._number[id(variable)])
            self.value.append(times * factor)
        return times * form.constant
