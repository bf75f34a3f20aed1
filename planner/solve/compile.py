"""Pyomo to matrices, once; afterwards only vectors change."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_array

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
    """The matrices of a Pyomo model; its objective is left to the solves."""
    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    count = len(form.rows)
    row_low, row_high = np.full(count, -INFINITY), np.full(count, INFINITY)
    bound = np.array([entry.bound_type for entry in form.rows], dtype=int)
    rhs = np.asarray(form.rhs, dtype=float)
    row_high[bound >= 0] = rhs[bound >= 0]
    row_low[bound <= 0] = rhs[bound <= 0]
    row_names = tuple(entry.constraint.name for entry in form.rows)
    variables = tuple(form.columns)
    low = np.array([-INFINITY if v.lb is None else v.lb for v in variables])
    high = np.array([INFINITY if v.ub is None else v.ub for v in variables])
    integer = np.array([not v.is_continuous() for v in variables])
    column_names = tuple(v.name for v in variables)
    return Compiled(
        matrix=csc_array(form.A),
        row_low=row_low,
        row_high=row_high,
        low=low,
        high=high,
        integer=integer,
        column_names=column_names,
        row_names=row_names,
        column={name: i for i, name in enumerate(column_names)},
        row={name: i for i, name in enumerate(row_names)},
        variables=variables,
    )


def load(compiled: Compiled, x: np.ndarray) -> None:
    """Put a solution back into the model's variables, integers made exact."""
    values = np.where(compiled.integer, np.round(x), x)
    for variable, value in zip(compiled.variables, values.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)
