"""Pyomo to matrices, once; afterwards only vectors change.

Pyomo's own standard form walks any expression; ours are sums of numbers times columns, which a
short walk of our own takes apart in a third of the time. What it does not know it leaves to Pyomo.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.common.gc_manager import PauseGC
from pyomo.core.base.component_namer import name_repr
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.var import VarData
from pyomo.core.expr.numeric_expr import (
    LinearExpression,
    MonomialTermExpression,
    NegationExpression,
    ProductExpression,
    SumExpression,
)
from pyomo.environ import Constraint
from pyomo.repn import generate_standard_repn
from scipy.sparse import csc_array, csr_array

INFINITY = float("inf")


@dataclass(frozen=True)
class Compiled:
    """Rows `row_low <= A x <= row_high`, columns `low <= x <= high`, integer where marked.

    `column` and `row` find an index by the name the model gives, e.g. `open[ulsan-mipo,2027]`.
    """

    matrix: csc_array
    row_low: np.ndarray
    row_high: np.ndarray
    low: np.ndarray
    high: np.ndarray
    integer: np.ndarray
    column_names: tuple[str, ...]
    row_names: tuple[str, ...]
    column: dict[str, int]
    row: dict[str, int]
    variables: tuple[Any, ...]


def compile_model(model: Any) -> Compiled:
    """The matrices of a Pyomo model of linear rows; its objective is left to the solves."""
    with PauseGC():  # the model's millions of objects would be looked through again and again
        return _compiled(model)


def _compiled(model: Any) -> Compiled:
    walk = _Walk()
    constraints, limits, start = [], [], [0]
    index: list[int] = []
    value: list[float] = []
    for constraint in model.component_data_objects(Constraint, active=True, sort=False):
        least, body, most = constraint.to_bounded_expression(evaluate_bounds=True)
        terms = walk.terms(body)
        constant = terms.pop(-1, 0.0)
        constraints.append(constraint)
        limits.append(
            (
                -INFINITY if least is None else least - constant,
                INFINITY if most is None else most - constant,
            )
        )
        index += terms.keys()
        value += terms.values()
        start.append(len(index))
    variables = tuple(walk.variables)
    shape = (len(constraints), len(variables))
    matrix = csr_array((np.array(value, dtype=float), index, start), shape=shape).tocsc()
    matrix.eliminate_zeros()
    bounds = [v.bounds for v in variables]
    column_names, row_names = tuple(names_of(variables)), tuple(names_of(constraints))
    return Compiled(
        matrix=csc_array(matrix),
        row_low=np.array([low for low, _ in limits], dtype=float),
        row_high=np.array([high for _, high in limits], dtype=float),
        low=np.array([-INFINITY if low is None else low for low, _ in bounds], dtype=float),
        high=np.array([INFINITY if high is None else high for _, high in bounds], dtype=float),
        integer=np.array([not v.is_continuous() for v in variables], dtype=bool),
        column_names=column_names,
        row_names=row_names,
        column={name: i for i, name in enumerate(column_names)},
        row={name: i for i, name in enumerate(row_names)},
        variables=variables,
    )


class _Walk:
    """Takes linear expressions apart; numbers the columns in the order in which they are met.

    The terms of a named expression are kept, since several rows share it. Key -1 is the constant.
    """

    def __init__(self) -> None:
        self.variables: list[Any] = []
        self._number: dict[int, int] = {}
        self._named: dict[int, dict[int, float]] = {}

    def terms(self, expression: Any) -> dict[int, float]:
        """Coefficients by column."""
        found: dict[int, float] = {}
        self._add(expression, 1.0, found)
        return found

    def _column(self, variable: Any) -> int:
        number = self._number.get(id(variable))
        if number is None:
            number = self._number[id(variable)] = len(self.variables)
            self.variables.append(variable)
        return number

    def _add(self, part: Any, times: float, found: dict[int, float]) -> None:
        kind = part.__class__
        if kind is MonomialTermExpression:
            number, variable = part.args
            at = self._column(variable)
            found[at] = found.get(at, 0.0) + times * number
        elif kind is LinearExpression or kind is SumExpression:
            for inner in part.args:
                if inner.__class__ is MonomialTermExpression:  # by far the most
                    number, variable = inner.args
                    at = self._column(variable)
                    found[at] = found.get(at, 0.0) + times * number
                else:
                    self._add(inner, times, found)
        elif kind is float or kind is int:
            found[-1] = found.get(-1, 0.0) + times * part
        elif isinstance(part, VarData):
            at = self._column(part)
            found[at] = found.get(at, 0.0) + times
        elif isinstance(part, NamedExpressionData):
            if id(part) not in self._named:
                self._named[id(part)] = self.terms(part.expr)
            self._merge(self._named[id(part)].items(), times, found)
        elif kind is NegationExpression:
            self._add(part.args[0], -times, found)
        elif kind is ProductExpression and part.args[0].__class__ in (float, int):
            self._add(part.args[1], times * part.args[0], found)
        else:
            self._by_pyomo(part, times, found)

    def _by_pyomo(self, part: Any, times: float, found: dict[int, float]) -> None:
        form = generate_standard_repn(part, quadratic=False)
        if form.nonlinear_expr is not None:
            raise ValueError(f"not linear: {part}")
        of = [
            (self._column(v), c) for v, c in zip(form.linear_vars, form.linear_coefs, strict=True)
        ]
        self._merge([*of, (-1, form.constant)], times, found)

    @staticmethod
    def _merge(terms: Iterable[tuple[int, float]], times: float, found: dict[int, float]) -> None:
        for at, number in terms:
            found[at] = found.get(at, 0.0) + times * number


def names_of(components: Iterable[Any]) -> list[str]:
    """Names as Pyomo gives them, each label of an index made into text once."""
    text: dict[Any, str] = {}
    names = []
    for component in components:
        parent = component.parent_component()
        if parent is component:
            names.append(component.local_name)
            continue
        index = component.index()
        labels = index if isinstance(index, tuple) else (index,)
        parts = []
        for label in labels:
            known = text.get(label)
            if known is None:
                known = text[label] = name_repr(label)
            parts.append(known)
        names.append(f"{parent.local_name}[{','.join(parts)}]")
    return names


def name_at(name: str, index: Any) -> str:
    """The name of a row or column by its index, e.g. `facility_floor[all,2027]`."""
    labels = index if isinstance(index, tuple) else (index,)
    return f"{name}[{','.join(name_repr(label) for label in labels)}]"


def load(compiled: Compiled, x: np.ndarray) -> None:
    """Put a solution back into the model's variables, integers made exact."""
    values = np.where(compiled.integer, np.round(x), x)
    for variable, value in zip(compiled.variables, values.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)


def holds(compiled: Compiled, x: np.ndarray, tolerance: float = 1e-6) -> bool:
    """Whether a point is within all bounds and rows, each to a share of its own size."""

    def within(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
        above = values >= low - tolerance * np.maximum(np.abs(low), 1.0)
        below = values <= high + tolerance * np.maximum(np.abs(high), 1.0)
        return bool((above & below).all())

    rows = compiled.matrix @ x
    return within(x, compiled.low, compiled.high) and within(
        rows, compiled.row_low, compiled.row_high
    )
