"""The front of two objectives: for each limit on one, the proven best of the other.

The epsilon-constraint method: hold x no worse than a limit and make y best, then x among equals.
The first limits are none at all, one somewhere in the middle (the best x takes longest, and nobody
need wait for it), and the best x there is; further ones part the widest gaps between neighbours,
measured along the front with both axes scaled to their range. These may be moved within their gap,
to where a plan uses them up (planner/near_limit.py). Between a plan's own x and its limit no other
point of the front lies, so no gap is searched twice. Plans are asked for two at a time, whoever
solves them, so the points are the same with any number of workers.
Source: Haimes, Lasdon and Wismer, IEEE Trans. SMC 1 (1971) 296-297, doi:10.1109/TSMC.1971.4308298.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from models.blocks.objective import OBJECTIVES
from planner.study.rounds import Asked
from planner.study.work import Movable, Record

CLOSE_FRAC = 0.005
"""A gap between neighbours that is narrower than this share of the range is not searched."""

END_FRAC = 0.01
"""The best x, where the front begins, is first asked for to this; and as exactly as the points are
where the whole front is no wider."""

END_TIMES, END_SECONDS = 2.0, 4.0
"""The best x may take so many times as long as the plan without a limit, and these seconds at
least: no plan near it is known."""

EXACT_TIMES, POINT_SECONDS = 1.0, 0.7
"""The same of a point whose limit may not be moved; and least seconds of one whose limit may."""

TINY = 1e-12
"""Shares of what is nothing are shares of this."""

TOGETHER = 2
"""So many plans are asked for in one round."""

Solve = Callable[[list[Asked]], list[Record]]


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

    `again` marks one that a wider limit found again, and proved: the front has a step there.
    `proofs` are the limits it was found within, each with what nothing within beats.
    """

    record: Record
    limit: float | None
    x: float
    y: float
    beyond: float
    proofs: tuple[tuple[float | None, float], ...]
    again: bool = False


class Limit(NamedTuple):
    """A limit on x, and between what it may be moved to where a plan stands."""

    x: float
    between: tuple[float, float] | None = None


def trace(
    axes: Axes, gap_frac: float, solve: Solve, keep: Callable[..., None]
) -> tuple[list[Point], list[str]]:
    """Points of the front by rising x, and why others have no plan; `keep` is told after each."""
    found: list[Point] = []
    reasons: list[str] = []
    middle = [_middle(axes)] if axes.points > 2 else []
    asked = 1 + len(middle)

    def ask(limits: Sequence[Limit], between: Sequence[Point]) -> None:
        nonlocal asked
        asked += len(limits)
        records = solve([_near(axes, limit, between) for limit in limits])
        take([limit.x for limit in limits], records)

    def take(stated: Sequence[float | None], records: list[Record]) -> None:
        for limit, record in zip(stated, records, strict=True):
            limit = record.get("limits", {}).get(axes.x, limit)
            if record.get("value") is None:
                reasons.append(record["status"])
                continue
            x, y = (record["objectives"][name] for name in (axes.x, axes.y))
            beyond = axes.less(x if limit is None else limit)
            _take(found, Point(record, limit, x, y, beyond, ((limit, record["bound"]),)))
        found.sort(key=lambda point: axes.less(point.x))
        keep(found, reasons)

    end = _end(axes, max(gap_frac, END_FRAC))
    first, *others = solve([end, Asked(held(axes, None), near=()), *middle])
    if first.get("value") is None:
        return found, [first["status"]]
    take([None] * len(others), others)
    if found and gap_frac < END_FRAC and _wide(axes, first, found[0]) <= END_FRAC:
        [first] = solve([_end(axes, gap_frac)])
    least = axes.less(first["value"]) + gap_frac * abs(first["value"])
    x, y = (first["objectives"][name] for name in (axes.x, axes.y))
    if not found or axes.less(x) < axes.less(found[0].x):  # else nothing better was found in time
        outer = [Point(first, None, x, y, least, ()), *found]
        limits = _between(axes, outer, min(TOGETHER, axes.points - asked) - 1)
        ask([Limit(axes.less(least)), *limits], outer)  # turned twice is as it was
    while not reasons and len(found) > 1 and asked < axes.points:
        limits = _between(axes, found, min(TOGETHER, axes.points - asked))
        if not limits:
            break
        ask(limits, found)
    return found, reasons


def _middle(axes: Axes) -> Asked:
    """The best within a limit somewhere in the middle of the front."""
    movable = Movable(axes.x)
    return Asked(held(axes, None), near=(), least_s=POINT_SECONDS, movable=movable)


def _near(axes: Axes, limit: Limit, found: Sequence[Point]) -> Asked:
    """The best within a limit, to be begun from the best of those found that keep it."""
    keeping = [point.record for point in found if axes.less(point.x) <= axes.less(limit.x)]
    near = tuple(record["folder"] for record in keeping[-1:] if "folder" in record)
    if limit.between is None:
        return Asked(held(axes, limit.x), near=near, times=EXACT_TIMES)
    movable = Movable(axes.x, limit.between)
    return Asked(held(axes, limit.x), near=near, least_s=POINT_SECONDS, movable=movable)


def _wide(axes: Axes, first: Record, last: Point) -> float:
    """How wide the front is at most between its ends, relative to x."""
    wide = axes.less(last.x) - axes.less(first["objectives"][axes.x])
    return wide / max(abs(last.x), 1e-12)


def _take(found: list[Point], new: Point) -> None:
    """Add a point; one that is there already only shows that more of its gap is empty."""
    for i, old in enumerate(found):
        if math.isclose(old.x, new.x) and math.isclose(old.y, new.y):
            wider = new if abs(new.beyond - new.x) > abs(old.beyond - old.x) else old
            proofs, again = old.proofs + new.proofs, new.record["status"] == "optimal"
            found[i] = replace(wider, proofs=proofs, again=again)
            return
    found.append(new)


def _between(axes: Axes, found: Sequence[Point], most: int) -> list[Limit]:
    """So many limits that part the widest gaps evenly, each movable to any place in its gap.

    A gap whose middle was empty is looked into at its far end, and there exactly.
    """
    wide_x = abs(found[-1].x - found[0].x) or 1.0
    wide_y = max(p.y for p in found) - min(p.y for p in found) or 1.0
    close = CLOSE_FRAC * wide_x
    gaps = []
    for one, other in zip(found, found[1:], strict=False):
        start, end = max(one.beyond, axes.less(one.x)), axes.less(other.x)
        if end - start > close:
            length = math.hypot((end - start) / wide_x, (other.y - one.y) / wide_y)
            gaps.append((length, end - close if one.again else start, end, one.again))
    parts = [1] * len(gaps)
    for _ in range(most if gaps else 0):
        parts[max(range(len(gaps)), key=lambda i: gaps[i][0] / parts[i])] += 1
    return [
        Limit(
            axes.less(start + (end - start) * k / n),
            None if exact else axes.ordered(start + close, end - close),
        )
        for n, (_, start, end, exact) in zip(parts, gaps, strict=True)
        for k in range(1, n)
    ]


def front(axes: Axes, found: list[Point]) -> list[Point]:
    """Those that no other is as good as in both and better in one; equals once."""
    kept: list[Point] = []
    for point in sorted(found, key=lambda p: (axes.less(p.x), -axes.more(p.y))):
        rounding = 1e-9 * abs(point.y)
        if not kept or axes.more(point.y) > axes.more(kept[-1].y) + rounding:
            kept.append(point)
    return kept


def beaten_by(axes: Axes, point: Point, found: Sequence[Point]) -> float:
    """The y that nothing with an x as good as the point's beats, by all limits that x keeps."""
    rounding = 1e-9 * abs(point.x)
    kept = [
        bound
        for other in found
        for limit, bound in other.proofs
        if limit is None or axes.less(point.x) <= axes.less(limit) + rounding
    ]
    return min(kept, key=axes.more)


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


def _end(axes: Axes, gap_frac: float) -> Asked:
    """The best x to a gap; the tables of its plan are not wanted."""
    ends = f"solve.gap_frac={gap_frac!r}"
    changes = [f"objective.name={axes.x}", f"objective.then=[{axes.y}]", ends]
    return Asked(changes, bare=True, near=(), times=END_TIMES, least_s=END_SECONDS)


def held(axes: Axes, limit: float | None) -> list[str]:
    """What finds the best y with x no worse than a limit."""
    texts = [f"objective.name={axes.y}", f"objective.then=[{axes.x}]"]
    return texts if limit is None else [*texts, f"objective.no_worse_than.{axes.x}={limit!r}"]
