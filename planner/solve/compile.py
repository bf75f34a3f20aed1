"""Pyomo to matrices, once; afterwards only vectors change, and the Pyomo model may go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from pyomo.core import Constraint, Var
from scipy.sparse import csc_array, csr_array

from models.build import build, discard
from models.case import Case
from models.rows import AtMost, Columns
from planner.solve.named import NOWHERE, Names, indexed
from planner.solve.walk import INFINITY, Walk, kept_as_arrays
from planner.uncollected import uncollected

ROUNDING = 1e-12
"""What is left of numbers that cancel each other; HiGHS takes nothing below 1e-9 for a number."""


@dataclass(frozen=True)
class Compiled:
    """Rows `row_low <= A x <= row_high`, columns `low <= x <= high`, integer where marked.

    `column` and `row` find an index by the name the model gives, e.g. `open[ulsan-mipo,2027]`.
    `place` is the number of each column's first index, a site or a group, in `places`, and NOWHERE
    where it has none.
    """

    matrix: csc_array
    row_low: np.ndarray
    row_high: np.ndarray
    low: np.ndarray
    high: np.ndarray
    integer: np.ndarray
    columns: Names
    rows: Names
    place: np.ndarray
    places: tuple[Any, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """The name of each column."""
        return self.columns.all

    @property
    def row_names(self) -> tuple[str, ...]:
        """The name of each row."""
        return self.rows.all

    @property
    def column(self) -> Names:
        """Column by name."""
        return self.columns

    @property
    def row(self) -> Names:
        """Row by name."""
        return self.rows

    def named(self, x: np.ndarray) -> dict[str, float]:
        """A point by the names of its columns, those that are nothing left out."""
        some = np.flatnonzero(x)
        return dict(zip(self.columns.some(some), x[some].tolist(), strict=True))

    def carried(self, known: "Compiled", x: np.ndarray) -> np.ndarray:
        """A point of another model in these columns by their names, what it lacks being none."""
        return np.append(x, 0.0)[self.columns.places_in(known.columns)]

    def point(self, named: Mapping[str, float]) -> np.ndarray:
        """A point from columns by name, what is not named being none."""
        return np.array([named.get(name, 0.0) for name in self.column_names])


def compile_model(model: Any) -> Compiled:
    """The matrices of a Pyomo model of linear rows; its objective is left to the solves."""
    with uncollected():
        return _compiled(model)


def compile_case(case: Case, enter: Callable[[str], None] | None = None) -> Compiled:
    """The matrices of a case, its model built and let go again; `enter` is told each stage."""
    with uncollected():
        if enter is not None:
            enter("build")
        model = build(case)
        if enter is not None:
            enter("compile")
        try:
            return _compiled(model)
        finally:
            discard(model)


def _compiled(model: Any) -> Compiled:
    variables = list(_of(model, Var))
    walk = Walk(variables)
    rules: list[tuple[str, Sequence[Any]]] = []
    for rule in _of(model, Constraint):
        if isinstance(rule, AtMost):
            rules.append((rule.local_name, rule.indices))
            walk.rows(rule)
            continue
        kept = [(index, row) for index, row in rule.items() if row.active]
        rules.append((rule.local_name, [index for index, _ in kept]))
        for _, row in kept:
            walk.row(row)
    index = np.frombuffer(walk.index, dtype=np.int32)
    met = _first_met(index, walk.count)
    number = np.empty(walk.count, dtype=np.int32)
    number[met] = np.arange(len(met), dtype=np.int32)
    shape = (len(walk.low), len(met))
    start = np.frombuffer(walk.start, dtype=np.int32)
    matrix = csc_array(csr_array((np.array(walk.value), number[index], start), shape=shape))
    matrix.has_sorted_indices = True  # of rows taken one by one; the same ones side by side
    matrix.sum_duplicates()
    matrix.data[np.abs(matrix.data) < ROUNDING] = 0.0
    matrix.eliminate_zeros()
    low, high, integer = map(np.concatenate, zip(*map(_ranges, variables), strict=True))
    columns = [(v.local_name, _indices(v)) for v in variables]
    place, places = _places([indices for _, indices in columns])
    return Compiled(
        matrix=matrix,
        row_low=np.array(walk.low),
        row_high=np.array(walk.high),
        low=low[met],
        high=high[met],
        integer=integer[met],
        columns=Names.indexed(columns).part(met),
        rows=Names.indexed(rules),
        place=place[met],
        places=places,
    )


def _of(model: Any, kind: type) -> Any:
    return model.component_objects(kind, active=True)


def _indices(variable: Any) -> Sequence[Any]:
    return variable.indices if isinstance(variable, Columns) else list(variable.keys())


def _ranges(variable: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least and most of each column of a variable, and whether it is whole."""
    if kept_as_arrays(variable):
        low, high = (np.full(len(variable), end) for end in _ends(*variable.kind.bounds()))
        if variable.most is not None:
            high = np.minimum(high, variable.most)
        return low, high, np.full(len(variable), variable.kind.isdiscrete())
    columns = list(variable.values())
    ends = np.array([_ends(*column.bounds) for column in columns], dtype=float).reshape(-1, 2)
    integer = np.array([not column.is_continuous() for column in columns], dtype=bool)
    return ends[:, 0], ends[:, 1], integer


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    return -INFINITY if low is None else low, INFINITY if high is None else high


def _first_met(index: np.ndarray, count: int) -> np.ndarray:
    """The columns that stand in some row, in the order in which the rows meet them."""
    first = np.full(count, len(index))
    first[index[::-1]] = np.arange(len(index) - 1, -1, -1)
    order = np.argsort(first, kind="stable")
    return order[: np.count_nonzero(first < len(index))]


def _places(columns: Sequence[Sequence[Any]]) -> tuple[np.ndarray, tuple[Any, ...]]:
    """By column the number of its first index, and the labels so numbered.

    Several variables may have one and the same list of indices, which is numbered once.
    """
    known: dict[Any, int] = {None: NOWHERE}
    found: dict[int, np.ndarray] = {}
    for indices in columns:
        if id(indices) not in found:
            pairs = len(indices) > 0 and isinstance(indices[0], tuple)
            firsts = list(map(itemgetter(0), indices)) if pairs else indices
            for first in dict.fromkeys(firsts):
                known.setdefault(first, len(known) - 1)
            numbers = map(known.__getitem__, firsts)
            found[id(indices)] = np.fromiter(numbers, dtype=np.int32, count=len(firsts))
    return np.concatenate([found[id(indices)] for indices in columns]), tuple(known)[1:]


def load(model: Any, compiled: Compiled, x: np.ndarray) -> None:
    """Put a solution back into the variables of the model compiled, integers made exact."""
    values = np.where(compiled.integer, np.round(x), x).tolist()
    for variables in _of(model, Var):
        name, column = variables.local_name, compiled.column
        names = indexed([(name, list(variables.keys()))])
        for known, variable in zip(names, variables.values(), strict=True):
            if known in column:
                variable.set_value(values[column[known]], skip_validation=True)


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
