"""What a future makes of what was decided before it: whole racks in the halls that stand.

Sites, steps and halls are held; racks, their work and the flows are chosen for N - r * D at the
common rate r: next to their fractional numbers first, freely in the halls where that does not fit.
Of the plans as good, one of least cost.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from models.build import build
from models.case import Case
from planner.robust.here_and_now import Aim
from planner.robust.joined import NOW
from planner.robust.measure import value_of
from planner.solve.compile import Compiled, compile_model
from planner.solve.highs import Solver
from planner.solve.narrow import at_sites
from planner.solve.order import TIE_GAP_FRAC, TIE_SECONDS

RACKS = "install["
ROUNDS = 5
Bounds = Mapping[int, tuple[float, float]]


class Recourse:
    """One future with what was decided held."""

    def __init__(
        self, case: Case, sites: Collection[str], decided: Mapping[str, float], aim: Aim
    ) -> None:
        self.case = at_sites(case, sites)
        self.model: Any = build(self.case)
        self.compiled: Compiled = compile_model(self.model)
        self._aim = aim
        self._sign = 1.0 if aim.ratio.more_is_better else -1.0
        self._held = {
            i: (decided.get(name, 0.0),) * 2
            for name, i in self.compiled.column.items()
            if name.split("[")[0] in NOW
        }

    def totals(self, x: np.ndarray) -> tuple[float, float]:
        """Numerator (more is better) and denominator at a plan."""
        over, under = (float(x[self.compiled.column[name]]) for name in self._aim.ratio[:2])
        return self._sign * over, under

    def best(self, r: float) -> np.ndarray | None:
        """The plan of the greatest surplus at rate r, cheapest among equals; None without one."""
        divided = self._solver(self._held, r)
        divided.whole(False)
        relaxed = divided.run(deadline=self._aim.deadline)
        if relaxed.x is None:
            return None
        near = {
            i: (float(np.floor(relaxed.x[i] + 1e-6)), float(np.ceil(relaxed.x[i] - 1e-6)))
            for name, i in self.compiled.column.items()
            if name.startswith(RACKS)
        }
        gap = 0.1 * self._aim.gap_frac * abs(self.totals(relaxed.x)[0])
        for bounds in ({**self._held, **near}, self._held):
            solver = self._solver(bounds, r)
            answer = solver.run(gap, self._aim.deadline)
            if answer.x is not None:
                return self._cheapest(solver, answer.x, answer.objective - gap, r)
        return None

    def _solver(self, bounds: Bounds, r: float) -> Solver:
        solver = Solver(self.compiled, 1, self._aim.seed)
        if bounds:
            low, high = zip(*bounds.values(), strict=True)
            solver.bounds(np.fromiter(bounds, dtype=np.int32), np.array(low), np.array(high))
        solver.maximise(self._surplus(r))
        return solver

    def _surplus(self, r: float) -> dict[str, float]:
        return {self._aim.ratio.over: self._sign, self._aim.ratio.under: -r}

    def _cheapest(self, solver: Solver, x: np.ndarray, least: float, r: float) -> np.ndarray:
        if time.monotonic() > self._aim.deadline:
            return x
        solver.add_row(self._surplus(r), least, float("inf"))
        solver.start_from(x)
        solver.maximise({"cost_present": -1.0})
        cost = float(x[self.compiled.column["cost_present"]])
        soon = min(self._aim.deadline, time.monotonic() + TIE_SECONDS)
        answer = solver.run(TIE_GAP_FRAC * abs(cost), soon)
        return x if answer.x is None else answer.x


def served(
    futures: Sequence[Recourse], start: float, share: float
) -> tuple[float | None, list[np.ndarray | None]]:
    """The value of what was decided, and each future's plan; no value where a future has none.

    The rate that the plans are best at and the value they give are brought together in a few
    rounds; the value is that of the plans returned.
    """
    r, best, kept = start, -np.inf, [future.best(start) for future in futures]
    plans = kept
    for _ in range(ROUNDS):
        if any(x is None for x in plans):
            break
        both = [future.totals(x) for future, x in zip(futures, plans, strict=True) if x is not None]
        value = value_of(both, share)
        if value > best:
            best, kept = value, plans
        if abs(value - r) <= 1e-6 * abs(r):
            break
        r = value
        plans = [future.best(r) for future in futures]
    return (best if np.isfinite(best) else None), kept
