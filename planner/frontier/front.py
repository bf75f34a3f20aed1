"""What a front is: points of two objectives that none dominates, and what is proven of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.blocks.objective import OBJECTIVES
from planner.study.work import Record

TINY = 1e-12
"""Shares of what is nothing are shares of this."""


@dataclass(frozen=True)
class Axes:
    """The objective held and the one made best, by name, and how many points are looked for.

    Fewer are shown where the front has fewer, or a search finds an earlier one again.
    """

    x: str
    y: str
    points: int = 10

    def less(self, x: float) -> float:
        """x, turned so that less is better."""
        return -x if OBJECTIVES[self.x].more_is_better else x

    def ordered(self, low: float, high: float) -> tuple[float, float]:
        """A range of x, turned so that less is better, as it is."""
        return min(self.less(low), self.less(high)), max(self.less(low), self.less(high))

    def more(self, y: float) -> float:
        """y, turned so that more is better."""
        return y if OBJECTIVES[self.y].more_is_better else -y


@dataclass(frozen=True)
class Point:
    """A plan on the front: its record, the limit it was held to, and where the next gap begins.

    `again` marks one that a wider limit found again, and proved: the front has a step there;
    `missed` says how often nothing was found behind it, though there may be something. `proofs` are
    the limits it was found within, each with what nothing within beats.
    """

    record: Record
    limit: float | None
    x: float
    y: float
    beyond: float
    proofs: tuple[tuple[float | None, float], ...]
    again: bool = False
    missed: int = 0


def front(axes: Axes, found: Sequence[Point]) -> list[Point]:
    """Those that no other is as good as in both and better in one; equals once."""
    kept: list[Point] = []
    for point in sorted(found, key=lambda p: (axes.less(p.x), -axes.more(p.y))):
        rounding = 1e-9 * abs(point.y)
        if not kept or axes.more(point.y) > axes.more(kept[-1].y) + rounding:
            kept.append(point)
    return kept


def beaten_by(axes: Axes, x: float, found: Sequence[Point]) -> float:
    """The y that nothing with an x as good beats, by all limits that x keeps."""
    rounding = 1e-9 * abs(x)
    kept = [
        bound
        for other in found
        for limit, bound in other.proofs
        if limit is None or axes.less(x) <= axes.less(limit) + rounding
    ]
    return min(kept, key=axes.more, default=axes.more(math.inf))


def beaten_in_both(
    axes: Axes, point: Point, found: Sequence[Point], best_x: float | None = None
) -> float:
    """The share of its own that no plan is better by in x and in y at once; 0 where none is.

    Where a front is steep, a plan a hair cheaper may be far off in y: the gap in y alone says
    little there. A plan within a limit keeps what is proven of y, and one that is not stays short
    of the limit in x; `best_x` is what no x beats.
    Source: epsilon dominance, Laumanns et al., Evolutionary Computation 10 (2002) 263-282,
    doi:10.1162/106365602760234108.
    """
    x, y = axes.less(point.x), axes.more(point.y)
    proofs = [
        (math.inf if limit is None else axes.less(limit), axes.more(bound))
        for other in found
        for limit, bound in other.proofs
    ]
    if best_x is not None:
        proofs.append((axes.less(best_x), -math.inf))
    steps = [
        max((x - limit) / max(abs(x), TINY), (bound - y) / max(abs(y), TINY))
        for limit, bound in proofs
    ]
    return max(min(steps, default=math.inf), 0.0)
