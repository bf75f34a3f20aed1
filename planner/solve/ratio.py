"""The greatest ratio of two totals, exactly: Dinkelbach's iteration on one compiled model.

    F(r) = max over plans of  N - r * D;      the best ratio is the r with F(r) = 0
    next r = N / D of the plan found (valid from below and from above)
    bound:  r + F_ub / D_min  where F_ub > 0;  r + F_ub / D_max  else    (D: of any better plan)
    a plain total has D = 1 everywhere:  r + F_ub, and one step suffices
Source: Dinkelbach, On nonlinear fractional programming, Management Science 13 (1967) 492-498,
doi:10.1287/mnsc.13.7.492.
"""

import time
from dataclasses import dataclass

import numpy as np

from models.blocks.objective import Ratio
from planner.solve.compile import Compiled
from planner.solve.highs import Solver, State
from planner.solve.watch import Watch

STEPS = 30
"""Dinkelbach converges faster than linearly; more steps than this means a numerical fault."""

SAME_FRAC = 1e-10
"""Two ratios as near as this are one."""

NOTHING = 1e-9
"""A denominator as small as this makes no ratio: a cost per token of no tokens."""


@dataclass(frozen=True)
class Best:
    """The best ratio found, a bound that no plan can beat, and the plan.

    `value` and `bound` are in the objective's own columns, more is better (a cost is negative).
    """

    state: State
    value: float
    bound: float
    x: np.ndarray | None
    steps: int
    seconds: float
    nodes: int

    @property
    def gap_frac(self) -> float:
        """How far the bound is above the value, relative to the value."""
        if self.x is None or not np.isfinite(self.bound):
            return float("inf")
        return max(self.bound - self.value, 0.0) / max(abs(self.value), 1e-12)


def value_at(compiled: Compiled, ratio: Ratio, x: np.ndarray) -> float:
    """The ratio at a point, in the model's columns, more being better."""
    over, under = (float(x[compiled.column[name]]) for name in (ratio.over, ratio.under))
    return sign_of(ratio) * over / max(under, 1e-12)


def costs_at(compiled: Compiled, ratio: Ratio, r: float) -> np.ndarray:
    """`sign * N - r * D` as a cost for every column."""
    costs = np.zeros(len(compiled.low))
    costs[compiled.column[ratio.over]] += sign_of(ratio)
    costs[compiled.column[ratio.under]] -= r
    return costs


def sign_of(ratio: Ratio) -> float:
    """1 where more is better, else -1."""
    return 1.0 if ratio.more_is_better else -1.0


class Fraction:
    """One ratio over one solver: sets costs, reads values, knows how small D can be."""

    def __init__(self, solver: Solver, ratio: Ratio) -> None:
        self.solver, self.ratio = solver, ratio
        self.sign = sign_of(ratio)
        self._over = solver.compiled.column[ratio.over]
        self.under_index = solver.compiled.column[ratio.under]
        self._least: list[float] | None = None
        self._most: float | None = None
        self._aimed = np.nan

    @property
    def is_total(self) -> bool:
        """Whether the ratio is a plain total."""
        return self.ratio.under == "one"

    def aim(self, r: float) -> None:
        """Make `sign * N - r * D` the objective."""
        self.solver.maximise({self.ratio.over: self.sign, self.ratio.under: -r})
        self._aimed = r

    def aims_at(self, r: float) -> bool:
        """Whether that is the objective, or as good as that."""
        return bool(abs(self._aimed - r) <= SAME_FRAC * abs(r))

    def value(self, x: np.ndarray) -> float:
        """The ratio at a plan, more being better."""
        return value_at(self.solver.compiled, self.ratio, x)

    def under(self, x: np.ndarray) -> float:
        """The denominator at a plan."""
        return float(x[self.under_index])

    def size(self) -> float:
        """A denominator to scale the first tolerance by: one that no plan is below, or 1."""
        return max(float(self.solver.compiled.low[self.under_index]), 1.0)

    def above(self, r: float, gain: float) -> float:
        """What no ratio can beat, given that F(r) <= gain, by the columns' own least values.

        With D >= d:  r + gain / d.  With only N >= n known, a better ratio q has D = N / q, so
        q <= r + gain * q / n,  that is  q <= r / (1 - gain / n)  while gain < n.
        """
        if gain <= 0:
            return r
        low = self.solver.compiled.low
        under, over = float(low[self.under_index]), float(low[self._over])
        if under > 0:
            return r + gain / under
        if self.sign > 0 and 0 <= gain < over and r >= 0:
            return r / (1.0 - gain / over)
        return float("inf")

    def bound(self, r: float, ceiling: float, value: float, deadline: float) -> float:
        """What no ratio can beat, given that F(r) <= ceiling and a plan of that value is known.

        A linear program needs none but at its end, where F(r) = D * (value - r) is nothing: the
        least D, where it is not known, is found for whole numbers only.
        """
        if not np.isfinite(ceiling):
            return float("inf")
        if self.is_total:
            return r + ceiling
        if ceiling <= 0:
            return r
        if not self.solver.is_mip() and self._known <= 0:
            return value if abs(value - r) <= SAME_FRAC * abs(value) else float("inf")
        least = self.least_under(value, deadline)
        return max(r + ceiling / least, value) if least > 0 else float("inf")

    @property
    def _known(self) -> float:
        """The least denominator by its column's own bound; 0 where that says nothing."""
        return float(self.solver.compiled.low[self.under_index]) if self.sign > 0 else 0.0

    def least_under(self, value: float, deadline: float) -> float:
        """A denominator that every plan better than `value` has; 0 where none is known.

        The least of the relaxation. Where less is better, N / D < -value also means
        D > N / -value, with the least N of the relaxation.
        """
        if self._known > 0:
            return self._known
        if self._least is None:
            names = [self.ratio.under] if self.sign > 0 else [self.ratio.under, self.ratio.over]
            self._least = [max(self._least_of(name, deadline), 0.0) for name in names]
        under, *over = self._least
        return max(under, *(n / -value for n in over if np.isfinite(value) and value < 0), 0.0)

    def below(self, r: float, ceiling: float, deadline: float) -> float:
        """What no ratio can beat, given that F(r) <= ceiling < 0:  r + ceiling / D  with D <= most.

        The most D of the relaxation.
        """
        if self._most is None:
            self._most = -self._least_of(self.ratio.under, deadline, -1.0)
        return r + ceiling / self._most if 0 < self._most < np.inf else r

    def _least_of(self, column: str, deadline: float, sign: float = 1.0) -> float:
        """Least of a column with a sign in the relaxation; the integers are left as they were."""
        whole = self.solver.is_mip()
        self.solver.whole(False)
        self._aimed = np.nan
        self.solver.maximise({column: -sign})
        least = -self.solver.run(deadline=deadline).bound
        self.solver.whole(whole)
        return least


def best_ratio(
    fraction: Fraction, start: float, gap_frac: float, deadline: float, watch: Watch | None = None
) -> Best:
    """Dinkelbach from `start` until value and bound meet within the gap, or time is up."""
    solver, begun, nodes = fraction.solver, time.monotonic(), 0
    r, best_x, value, bound = start, None, -np.inf, np.inf
    state: State = "failed"
    scale = fraction.size()
    steps = 0
    while steps < STEPS:
        steps += 1
        fraction.aim(r)
        share = 1.0 if fraction.is_total else 0.25  # a quarter: the next step's r differs a little
        tolerance = share * gap_frac * abs(r) * scale
        answer = solver.run(max(tolerance, 1e-9), deadline, watch and _InRatio(watch, fraction, r))
        state, nodes = answer.state, nodes + answer.nodes
        nothing = answer.x is not None and fraction.under(answer.x) <= NOTHING
        if nothing and best_x is None and state == "optimal":
            r, state = 10 * min(r, -1.0), "failed"  # no ratio there: ask for more to divide by
            continue
        if answer.x is not None and not nothing:
            scale = max(fraction.under(answer.x), 1e-9)
            if fraction.value(answer.x) > value:
                value, best_x = fraction.value(answer.x), answer.x
        bound = min(bound, fraction.bound(r, answer.bound, value, deadline))
        if best_x is not None and solver.is_mip() and answer.bound < 0:
            hoped = r + answer.bound / max(fraction.under(best_x), NOTHING)
            if hoped - value <= gap_frac * abs(value) < bound - value:  # else it is for nothing
                bound = min(bound, max(fraction.below(r, answer.bound, deadline), value))
        if watch is not None and np.isfinite(value):
            watch.incumbent(value)
            watch.bound(bound)
        if best_x is None or state in ("infeasible", "failed") or time.monotonic() > deadline:
            break
        if watch is not None and watch.stop:
            break
        if fraction.is_total and state == "optimal":
            break
        close = bound - value <= gap_frac * max(abs(value), 1e-12)
        if close or abs(value - r) <= SAME_FRAC * max(abs(value), 1e-9):
            break
        r = value
    proven = fraction.is_total and state == "optimal"
    if best_x is not None and (proven or bound - value <= gap_frac * max(abs(value), 1e-12)):
        state = "optimal"
    elif best_x is not None:
        state = "stopped"
    return Best(state, value, bound, best_x, steps, time.monotonic() - begun, nodes)


class _InRatio(Watch):
    """Tells a watch about ratios, where HiGHS speaks of N - r * D."""

    def __init__(self, watch: Watch, fraction: Fraction, r: float) -> None:
        self._watch, self._fraction, self._r = watch, fraction, r
        self._least = float(fraction.solver.compiled.low[fraction.under_index])

    @property
    def stop(self) -> bool:  # type: ignore[override]
        return self._watch.stop

    def bound(self, value: float) -> None:
        if value <= 0:
            self._watch.bound(self._r)
        elif self._least > 0 and np.isfinite(value):
            self._watch.bound(self._r + value / self._least)

    def plan(self, x: np.ndarray) -> None:
        self._watch.plan(x)
        self._watch.incumbent(self._fraction.value(x))
