"""What one more unit of a limit is worth: the plan's model, buildings as they stand.

Openings, connections and halls are fixed as the plan has them; racks and their work are free and
need not be whole. At the best ratio r of this linear program the dual of a row bounds how N - r * D
grows as the row is loosened; divided by D it bounds how the ratio grows. Where several rules hold
the same thing the dual is one of many, and loosening one rule alone may gain less or nothing: so
each rule whose rows have a dual is loosened by a thousandth of their size. Where the basis still
holds there, the point it moves to gains what the dual says; else the program is solved on from it.
What N - r * D gained, over the step, is its one-sided derivative: what such a step really gains.
"""

import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from models.blocks.objective import Ratio
from planner.limits.book import Rows
from planner.solve.basis import Basis
from planner.solve.compile import Compiled
from planner.solve.corner import Corner
from planner.solve.highs import Solver
from planner.solve.ratio import Fraction, best_ratio, value_at

EXACT = 1e-10
FREE = "install["

STEP_FRAC = 1e-3
"""How far a row is loosened, of its size: far enough to be told from rounding."""

ROUNDING_FRAC = 1e-9
"""A gain of less than this of N, for such a step, is rounding."""


class Steps:
    """A linear program at its best ratio; what moving its rows a little gains."""

    def __init__(
        self,
        solver: Solver,
        ratio: Ratio,
        start: float,
        deadline: float,
        basis: Basis | None = None,
    ) -> None:
        self._solver, self._deadline = solver, deadline
        if basis is not None:
            solver.start_from_basis(basis)
        fraction = Fraction(solver, ratio)
        best = best_ratio(fraction, start, EXACT, deadline)
        self.x = best.x if best.state == "optimal" else None
        if self.x is None:
            return
        fraction.aim(best.value)
        answer = solver.run(deadline=deadline)
        self.x, self._least = answer.x, answer.objective
        if self.x is None:
            return
        model = solver.compiled
        self.duals, self._basis = solver.duals(), solver.basis()
        self._corner = Corner(model, *solver.column_bounds(), self.x, self._basis)
        self._per_gain = ratio.factor / max(fraction.under(self.x), 1e-12)
        self._rounding = ROUNDING_FRAC * abs(self.x[model.column[ratio.over]])
        self._size = _sizes(model, self.x)

    def row(self, name: str) -> int | None:
        """The place of a row; None where there is none of that name."""
        return self._solver.compiled.row.get(name)

    def looser(self, row: int) -> float:
        """Which way the right-hand side of a row loosens it; of an equation, which way gains."""
        model = self._solver.compiled
        if np.isfinite(model.row_low[row]) and np.isfinite(model.row_high[row]):
            return float(np.sign(self.duals[row]))
        return 1.0 if np.isfinite(model.row_high[row]) else -1.0

    def gain(self, rows: np.ndarray, shift: np.ndarray) -> float:
        """Objective gained, in its shown unit, per unit of moving the right-hand sides so."""
        most = float(self.duals[rows] @ shift)
        moved = np.abs(shift) > 0
        if not moved.any():
            return 0.0
        step = STEP_FRAC * float((self._size[rows][moved] / np.abs(shift[moved])).min())
        if most * step <= self._rounding:
            return 0.0
        if self._corner.lasts(rows, step * shift):
            return most * self._per_gain
        return min(self._solved(rows, step * shift) / step, most) * self._per_gain

    def _solved(self, rows: np.ndarray, by: np.ndarray) -> float:
        """What N - r * D gains by the move, solved on from the basis; 0 where that is rounding."""
        model, solver = self._solver.compiled, self._solver
        low, high = model.row_low[rows], model.row_high[rows]
        solver.row_bounds(rows, low + by, high + by)
        solver.start_from_basis(self._basis, keeps_rows=False)
        answer = solver.run(deadline=self._deadline)
        solver.row_bounds(rows, low, high)
        gained = answer.objective - self._least
        return gained if answer.state == "optimal" and gained > self._rounding else 0.0


def _sizes(model: Compiled, x: np.ndarray) -> np.ndarray:
    """By row, its limit, or what stands on either side of it; 1 where that is nothing."""
    low = np.where(np.isfinite(model.row_low), np.abs(model.row_low), 0.0)
    high = np.where(np.isfinite(model.row_high), np.abs(model.row_high), 0.0)
    size = np.maximum(np.maximum(low, high), abs(model.matrix) @ np.abs(x) / 2)
    return np.where(size > 1e-6, size, 1.0)


def by_rows_alone(compiled: Compiled) -> Compiled:
    """The same model; how small the MW in all can be is left to the floors' rows to say.

    Else the column's own bound, which is derived from the floors, bears their price.
    """
    low = compiled.low.copy()
    low[compiled.column["facility_total"]] = 0.0
    return replace(compiled, low=low)


def as_built(compiled: Compiled, x: np.ndarray) -> Solver:
    """The linear program of a plan: openings, connections and halls fixed, racks free."""
    solver = Solver(by_rows_alone(compiled), threads=1)
    racks = np.array([name.startswith(FREE) for name in compiled.column_names])
    fixed = np.flatnonzero(compiled.integer & ~racks)
    built = np.round(x[fixed])
    solver.bounds(fixed, built, built)
    solver.whole(False)
    return solver


def plan_steps(
    compiled: Compiled, x: np.ndarray, ratio: Ratio, time_limit_s: float = 60.0
) -> Steps:
    """The linear program of a plan at its best ratio; without a point where time is up before."""
    start = value_at(compiled, ratio, x)
    return Steps(as_built(compiled, x), ratio, start, time.monotonic() + time_limit_s)


def prices_of(steps: Steps, rules: Iterable[Rows]) -> dict[Rows, float]:
    """Objective gained, in its shown unit, by loosening each rule by one; by its rows.

    Rules without a row in the model are left out; so are all where the linear program could not be
    solved in time. Where a limit binds only through whole numbers of halls or steps its price is 0.
    """
    if steps.x is None:
        return {}
    prices = {}
    for rule in rules:
        known = [(row, per) for name, per in rule if (row := steps.row(name)) is not None]
        if known:
            rows = np.array([row for row, _ in known])
            shift = np.array([abs(per) * steps.looser(row) for row, per in known])
            prices[rule] = steps.gain(rows, shift)
    return prices
