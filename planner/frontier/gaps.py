"""Where on a front to look next: the widest gaps between its points, parted evenly.

Both axes are scaled to their range. Points that others dominate part nothing.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from planner.frontier.front import Axes, Point, beaten_by, front
from planner.solve.box import Range

CLOSE_FRAC = 0.005
"""A gap between neighbours that is narrower than this share of the range is not searched."""

NEAR_FRAC = 0.1
"""A limit that parts a gap may move so near to the next one, in parts."""

MISSED_TIMES = 0.1
"""So much narrower a gap counts, each time that nothing was found in it though there may be."""

FLAT_TIMES = 0.05
"""The same where nothing in it is better than where it begins by more than the gap of a plan."""

TRIED_FRAC = (0.5, 0.75, 0.25, 0.875, 0.625, 0.375)
"""Where a gap is looked into first, and next, as long as nothing is found in it."""


class Limit(NamedTuple):
    """A limit on x, the ranges it may be moved in to where a plan stands, and the y before each."""

    x: float
    ranges: tuple[Range, ...] = ()
    known: tuple[float, ...] = ()


class _Gap(NamedTuple):
    """Between two points by less x: how far they are apart, and where limits may stand.

    `known` is the y of the first. Where it is `exact` they may not move. `missed` says how often
    nothing was found in it.
    """

    length: float
    start: float
    end: float
    known: float
    exact: bool
    missed: int

    def at(self, frac: float) -> float:
        """What leaves such a share of it before it."""
        return self.start + frac * (self.end - self.start)

    def part(self, k: int, n: int) -> tuple[float, Range]:
        """What leaves k of n parts before it, and how far it may move.

        One limit in a gap where nothing was found before stands elsewhere each time.
        """
        frac = TRIED_FRAC[self.missed % len(TRIED_FRAC)] if n == 2 else k / n
        low, high = (k - 1 + NEAR_FRAC) / n, (k + 1 - NEAR_FRAC) / n
        return self.at(frac), (self.at(low), self.at(high))


def limits_between(axes: Axes, found: Sequence[Point], most: int, gap_frac: float) -> list[Limit]:
    """So many limits that part the widest gaps evenly.

    Two of one gap are likely to fail together, so it is parted twice only where far the widest.
    Each may move to not far from there, or to the middle of a gap that no other parts. One whose
    middle was empty is looked into at its far end, and there exactly. Points are proven to
    `gap_frac`.
    """
    gaps = _gaps(axes, found, gap_frac)
    parts = [1] * len(gaps)
    for _ in range(most if gaps else 0):
        parts[max(range(len(gaps)), key=lambda i: gaps[i].length / parts[i] ** 2)] += 1
    others = [gap for gap, n in zip(gaps, parts, strict=True) if n == 1 and not gap.exact]
    ranges = [axes.ordered(gap.at(0.25), gap.at(0.75)) for gap in others]
    known = [gap.known for gap in others]
    limits = []
    for gap, n in zip(gaps, parts, strict=True):
        for k in range(1, n):
            at, near = gap.part(k, n)
            limit = Limit(axes.less(at))
            if not gap.exact:
                there = (axes.ordered(*near), *ranges)
                limit = limit._replace(ranges=there, known=(gap.known, *known))
            limits.append(limit)
    return limits


def _gaps(axes: Axes, found: Sequence[Point], gap_frac: float) -> list[_Gap]:
    """All that are not too narrow.

    The front is somewhere between what was found and what is proven: a plan far from its bound is
    no step of it. So how far apart two points are is told by the middle of both.
    """
    kept = front(axes, found)

    def likely(x: float, y: float) -> float:
        return (axes.more(y) + axes.more(beaten_by(axes, x, found))) / 2

    y = [likely(point.x, point.y) for point in kept]
    wide_x = abs(kept[-1].x - kept[0].x) or 1.0
    wide_y = max(y) - min(y) or 1.0
    close = CLOSE_FRAC * wide_x
    gaps = []
    for (one, other), most in zip(pairwise(kept), y[1:], strict=True):
        start, end = max(one.beyond, axes.less(one.x)), axes.less(other.x)
        if end - start > close:
            least = likely(axes.less(start), one.y)
            length = math.hypot((end - start) / wide_x, (most - least) / wide_y)
            length *= MISSED_TIMES**one.missed
            rise = axes.more(beaten_by(axes, other.x, found)) - axes.more(one.y)
            length *= FLAT_TIMES if rise <= gap_frac * abs(one.y) else 1.0
            start = end - close if one.again else start
            gaps.append(_Gap(length, start, end, one.y, one.again, one.missed))
    return gaps
