"""Objectives in order: each is made best with those before held within their tolerance."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.ratio import Best, Fraction, best_ratio
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import Split, further, split, with_row
from planner.solve.watch import Watch

TIE_GAP_FRAC = 1e-2
"""Ties are broken to this distance from the relaxation: far below what costs are known to."""

TIE_SECONDS = 10.0
"""Longest search for a cheaper plan among equals; the best found is kept."""


@dataclass(frozen=True)
class Limits:
    """How exactly, how long, and with what tolerance an earlier objective is held."""

    gap_frac: float
    tolerance_frac: float
    deadline: float
    reach: Mapping[str, float] = field(default_factory=dict)
    """What the relaxation reaches in each later objective, more being better."""
    least: float = float("-inf")
    """A plan whose first objective is below this is not wanted."""
    enough: float = float("inf")
    """A first objective stays as good as this, or as it is where it is less, whatever tolerance
    there is."""
    ties: bool = True
    """Whether whole numbers are searched for later objectives, too, or only settled."""

    def spare_frac(self, reached: float) -> float:
        """The share of what the first objective reached that later ones may take of it."""
        if not np.isfinite(self.enough):
            return self.tolerance_frac
        spare = max(reached - self.enough, 0.0)
        return min(self.tolerance_frac, spare / max(abs(reached), 1e-9))


def held(name: str, value: float, tolerance_frac: float) -> dict[str, float]:
    """The row `sign * N - (value - tolerance) * D >= 0` that keeps an objective near its best."""
    ratio = OBJECTIVES[name]
    least = value - tolerance_frac * max(abs(value), 1e-9)
    return {ratio.over: 1.0 if ratio.more_is_better else -1.0, ratio.under: -least}


def relaxed_in_order(
    compiled: Compiled,
    sites: Sequence[str],
    names: Sequence[str],
    first: np.ndarray | Relaxed,
    limits: Limits,
    start: float = 0.0,
    parts: Split | None = None,
) -> list[Relaxed]:
    """The relaxation made best in each objective in turn; the first one's bound is the plan's.

    `start` is a guess of the first objective's best ratio: near it the linear programs are easier;
    `parts` says what each site owns, where that is known.
    """
    found: list[Relaxed] = []
    parts = parts or split(compiled, sites)
    little = isinstance(first, Relaxed)
    for name in names:
        parts = further(parts, compiled)
        relaxed = relaxed_ratio(
            compiled, parts, OBJECTIVES[name], first, start, limits.deadline, little
        )
        if relaxed.x is None:
            break
        found.append(relaxed)
        first, start, little = relaxed, 0.0, False
        row = held(name, relaxed.value, limits.tolerance_frac)
        compiled = with_row(compiled, row, 0.0, f"held_{name}")
    return found or [relaxed]


class Enough(Watch):
    """Stops a solve at a plan whose ratio is good enough."""

    def __init__(self, fraction: Fraction, enough: float) -> None:
        self._fraction, self._enough = fraction, enough

    def plan(self, x: np.ndarray) -> None:
        """Ask for the end once the plan is good enough."""
        self.stop = self.stop or self._fraction.value(x) >= self._enough


def in_order(
    solver: Solver, names: Sequence[str], start: float, limits: Limits, watch: Watch | None = None
) -> tuple[Best, np.ndarray | None]:
    """The proven best of the first objective, and the plan after all were made best in turn.

    A later objective is first made best with the whole numbers found, which is a linear program:
    what only costs is not left to the search for a better plan, which may end before it begins.
    The last plan found is offered as a start to the next solve. A later solve that runs out of
    time leaves the plan of the one before. No plan where the first objective is below its least.
    """
    fraction = Fraction(solver, OBJECTIVES[names[0]])
    first = best_ratio(fraction, start, limits.gap_frac, limits.deadline, watch)
    plan, reached = first.x if first.value >= limits.least else None, first.value
    for before, name in zip(names, names[1:], strict=False):
        if plan is None or time.monotonic() > limits.deadline:
            break
        tolerance = limits.spare_frac(reached) if before == names[0] else limits.tolerance_frac
        solver.add_row(held(before, reached, tolerance), 0.0, float("inf"))
        fraction = Fraction(solver, OBJECTIVES[name])
        if solver.is_mip():
            plan = _settled(solver, fraction, plan, limits.deadline)
            solver.start_from(plan)
        reached = fraction.value(plan)
        soon = min(limits.deadline, time.monotonic() + TIE_SECONDS)
        reach = limits.reach.get(name, float("inf"))
        enough = reach - TIE_GAP_FRAC * abs(reach)
        searched = limits.ties and first.state == "optimal"
        if reached >= enough or (solver.is_mip() and not searched):
            continue
        tie = Enough(fraction, enough)
        later = best_ratio(fraction, reached, TIE_GAP_FRAC, soon, tie)
        if later.x is None:
            break
        plan = _settled(solver, fraction, later.x, limits.deadline) if solver.is_mip() else later.x
        reached = fraction.value(plan)
    return first, plan


def _settled(solver: Solver, fraction: Fraction, plan: np.ndarray, deadline: float) -> np.ndarray:
    """The plan with its whole numbers as they are, and all else made best."""
    with solver.kept(plan):
        found = best_ratio(fraction, fraction.value(plan), 1e-9, deadline)
    better = found.x is not None and fraction.value(found.x) > fraction.value(plan)
    return found.x if better and found.x is not None else plan
