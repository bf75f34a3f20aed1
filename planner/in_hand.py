"""The best plan found so far, judged against a bound that no plan can beat."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.outcome import Outcome, in_unit
from planner.solve.order import Limits
from planner.solve.placed import Placed
from planner.solve.ratio import value_at
from planner.solve.watch import Watch

DEAR_FRAC = 0.03
"""A plan within the gap is not taken as it is where it is dearer than the relaxation by more."""

ROUNDING_FRAC = 1e-6
"""A plan may be above its bound by the solver's rounding, not by more."""


class InHand:
    """The best plan; once one within the gap is dear, the cheapest of those as good as the gap.

    Ratios are in the model's columns, more being better; `names` are the objectives in order.
    """

    def __init__(self, names: Sequence[str], gap_frac: float, limits: Limits, watch: Watch) -> None:
        self._names, self._ratio = names, OBJECTIVES[names[0]]
        self._gap_frac, self._limits, self._watch = gap_frac, limits, watch
        self._best = Outcome("stopped")
        self._dear: float | None = None

    @property
    def placed(self) -> Placed | None:
        """The plan; None where none is known."""
        return self._best.placed

    @property
    def r(self) -> float:
        """Its ratio; minus infinity where none is known."""
        return self._best.r if self._best.placed is not None else -np.inf

    def take(self, placed: Placed) -> None:
        """Keep a plan if it is better than the one in hand; or cheaper, if that is a dear one."""
        r, before = value_at(placed.found_in, self._ratio, placed.solution), self.placed
        if self._dear is not None and before is not None:
            better = r >= self._dear and self._later(placed) > self._later(before)
        else:
            better = r > self.r
        if better:
            self._watch.incumbent(r)
            self._best = Outcome("stopped", in_unit(self._ratio, r), None, r, placed)

    def want_cheaper(self, bound: float) -> None:
        """Where ties count and a plan within the gap is dear, let a cheaper one replace it."""
        placed = self.placed
        if placed is None or not self._limits.ties or not self.closed(bound):
            return
        if min(self._later(placed), default=0.0) < -DEAR_FRAC:
            self._dear = least_within(bound, self._gap_frac)

    def closed(self, bound: float) -> bool:
        """Whether the plan is within the gap of the bound."""
        return self.outcome(bound).status == "optimal"

    def settled(self, bound: float) -> bool:
        """Whether it is, and no dearer than need be."""
        return self.closed(bound) and self._dear is None

    def least(self, bound: float) -> float:
        """The least that is within the gap of a bound, but for the solver's rounding."""
        return least_within(bound, self._gap_frac - ROUNDING_FRAC)

    def target(self, start: float) -> float:
        """The bound that would be within the gap of the plan; of `start` where none is known."""
        r = self.r if self.placed is not None else start
        return r + (self._gap_frac - ROUNDING_FRAC) * abs(r)

    def outcome(self, bound: float, nodes: int = 0) -> Outcome:
        """The plan judged against the bound; a bound that a plan beats proves nothing."""
        sound = self.r <= bound + ROUNDING_FRAC * abs(bound)
        bound = max(bound, self.r) if sound else float("inf")
        best = replace(self._best, bound=in_unit(self._ratio, bound), nodes=nodes)
        gap = best.gap_frac
        within = gap is not None and gap <= self._gap_frac
        return replace(best, status="optimal" if within else "stopped")

    def _later(self, placed: Placed) -> list[float]:
        """What a plan reaches in later objectives, as a share of what the relaxation does."""
        reach = self._limits.reach
        known = [name for name in self._names[1:] if name in reach]
        reached = [value_at(placed.found_in, OBJECTIVES[name], placed.solution) for name in known]
        return [
            (value - reach[name]) / max(abs(reach[name]), 1e-9)
            for name, value in zip(known, reached, strict=True)
        ]


def least_within(bound: float, gap_frac: float) -> float:
    """The least ratio that is within the gap of a bound, the gap being a share of the ratio."""
    return bound / (1 + gap_frac) if bound > 0 else bound / (1 - gap_frac)
