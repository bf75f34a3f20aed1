"""Objectives in order: each is made best with those before held within their tolerance."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.solve.highs import Solver, Watch
from planner.solve.ratio import Best, Fraction, best_ratio

TIE_GAP_FRAC = 2e-3
"""Ties are broken by cost to this gap: far below what costs are known to."""


@dataclass(frozen=True)
class Limits:
    """How exactly, how long, and with what tolerance an earlier objective is held."""

    gap_frac: float
    tolerance_frac: float
    deadline: float


def relaxed_ratio(solver: Solver, name: str, limits: Limits, watch: Watch | None = None) -> Best:
    """The best ratio of the relaxation: where the exact iteration starts."""
    solver.whole(False)
    best = best_ratio(Fraction(solver, OBJECTIVES[name]), 0.0, 1e-9, limits.deadline, watch)
    solver.whole(True)
    return best


def in_order(
    solver: Solver, names: Sequence[str], start: float, limits: Limits, watch: Watch | None = None
) -> tuple[Best, np.ndarray | None]:
    """The proven best of the first objective, and the plan after all were made best in turn.

    Each objective becomes a row `sign * N - (value - tolerance) * D >= 0` for those after it; the
    last plan found is offered as a start to the next solve. A later solve that runs out of time
    leaves the plan of the one before.
    """
    first = best_ratio(Fraction(solver, OBJECTIVES[names[0]]), start, limits.gap_frac, limits.deadline, watch)
    plan, held = first.x, first
    for before, name in zip(names, names[1:], strict=False):
        if plan is None or time.monotonic() > limits.deadline:
            break
        _hold(solver, before, held, limits.tolerance_frac)
        solver.start_from(plan)
        fraction = Fraction(solver, OBJECTIVES[name])
        begin = fraction.value(plan)
        later = best_ratio(fraction, begin, TIE_GAP_FRAC, limits.deadline, None)
        if later.x is None:
            break
        plan, held = later.x, later
    return first, plan


def _hold(solver: Solver, name: str, best: Best, tolerance_frac: float) -> None:
    ratio = OBJECTIVES[name]
    sign = 1.0 if ratio.more_is_better else -1.0
    least = best.value - tolerance_frac * max(abs(best.value), 1e-9)
    solver.add_row({ratio.over: sign, ratio.under: -least}, 0.0, float("inf"))
