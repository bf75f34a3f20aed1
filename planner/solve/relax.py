"""The least by which rules must give way: rules get slack, and the sum of slacks is made least.

    A_i x - scale_i * slack[j]  <=  b_i      for each row i of a soft rule j  (>= rows likewise)
    shortfall = 1 + sum over soft rules j of cost[j] * slack[j]               made least
A slack is relative to its rule: scale_i is how far one rule's number, changed by its own amount,
moves row i. Free rules give way at no cost. A shortfall of 1 means that all rules hold.
Solved by sifting, like any relaxation: the sites that matter are found by their prices. At the
optimum the duals of the rows are a certificate: the rows with a dual cannot all hold (Farkas).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, hstack, vstack

from models.blocks.objective import Ratio
from planner.solve.compile import Compiled
from planner.solve.sift import Relaxed, Split, relaxed_ratio

SHORTFALL = Ratio("shortfall", "one", False, 1.0, "share")
HOLDS = 1e-6
"""A shortfall over 1 by less than this is the solver's rounding."""


@dataclass(frozen=True)
class Shortfall:
    """The least sum of slacks, its solution, slack by soft rule, and the duals of the rows."""

    least: float
    x: np.ndarray
    slack: dict[int, float]
    row_dual: np.ndarray
    kept: np.ndarray

    @property
    def holds(self) -> bool:
        """Whether all soft rules hold as they are."""
        return self.least <= HOLDS


class Elastic:
    """A compiled model whose rules can be made soft or free, each by its rows."""

    def __init__(self, compiled: Compiled, parts: Split, rules: Sequence[np.ndarray]) -> None:
        low = compiled.low.copy()
        # what the floors ask for at least is no longer sure
        low[compiled.column["facility_total"]] = 0.0
        self.compiled = replace(compiled, low=low, variables=())
        self.parts = parts
        self.rules = [np.asarray(rows, dtype=int) for rows in rules]

    def least(
        self,
        costs: Mapping[int, float],
        free: Collection[int],
        scale: np.ndarray,
        first: np.ndarray,
        deadline: float,
    ) -> Shortfall | None:
        """The least shortfall; None where it is not known in time.

        Parameters
        ----------
        costs
            Soft rules by their number, with the cost of a slack of 1.
        free
            Rules that need not hold.
        scale
            By row of the model: change of the row for a slack of 1.
        first
            Marks of the sites to begin with.
        deadline
            A time.monotonic() value.
        """
        model, columns = self._model(costs, free, scale)
        of_row = np.append(self.parts.of_row, -1)
        for j in costs:
            of_row[self.rules[j]] = -1  # a slack is nobody's column
        more = np.full(len(model.low) - len(self.compiled.low), -1)
        parts = replace(self.parts, of_column=np.append(self.parts.of_column, more), of_row=of_row)
        found: Relaxed = relaxed_ratio(model, parts, SHORTFALL, first, 0.0, deadline)
        if found.x is None or found.row_dual is None or found.bound - found.value > HOLDS:
            return None
        slack = {j: float(found.x[at].sum()) for j, at in columns.items()}
        width, height = len(self.compiled.low), len(self.compiled.row_low)
        return Shortfall(
            -found.value - 1.0, found.x[:width], slack, found.row_dual[:height], found.kept
        )

    def _model(
        self, costs: Mapping[int, float], free: Collection[int], scale: np.ndarray
    ) -> tuple[Compiled, dict[int, np.ndarray]]:
        """The model with slack columns, the shortfall column last, and its row last."""
        base, height = self.compiled, len(self.compiled.row_low)
        low, high = base.row_low.copy(), base.row_high.copy()
        for j in free:
            low[self.rules[j]], high[self.rules[j]] = -np.inf, np.inf
        at: list[np.ndarray] = []
        columns: dict[int, np.ndarray] = {}
        price: list[float] = []
        for j, cost in costs.items():
            rows = self.rules[j]
            sides = [s for s, ends in ((1.0, low), (-1.0, high)) if np.isfinite(ends[rows]).any()]
            columns[j] = len(base.low) + len(at) + np.arange(len(sides))
            for side in sides:
                column = np.zeros(height)
                column[rows] = side * scale[rows]
                at.append(column)
                price.append(cost)
        body = csc_array(np.column_stack([*at, np.zeros(height)]))
        sum_row = np.concatenate([np.zeros(len(base.low)), -np.array(price), [1.0]])
        sum_row[base.column["one"]] = -1.0
        matrix = vstack([hstack([base.matrix, body]), csc_array(sum_row[None, :])])
        count = len(at) + 1
        names = (*base.column_names, *(f"slack[{i}]" for i in range(len(at))), "shortfall")
        return (
            replace(
                base,
                matrix=csc_array(matrix),
                row_low=np.append(low, 0.0),
                row_high=np.append(high, 0.0),
                low=np.append(base.low, np.zeros(count)),
                high=np.append(base.high, np.full(count, np.inf)),
                integer=np.append(base.integer, np.zeros(count, dtype=bool)),
                column_names=names,
                column={name: i for i, name in enumerate(names)},
                row_names=(*base.row_names, "shortfall_sum"),
                row={**base.row, "shortfall_sum": height},
            ),
            columns,
        )
