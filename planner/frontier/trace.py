"""The front of two objectives: for each limit on one, the proven best of the other.

The epsilon-constraint method: hold x no worse than a limit and make y best, then x among equals.
The first limits are none at all, one somewhere in the middle (the best x takes longest, and nobody
need wait for it), and the best x there is; further ones part the widest gaps between neighbours
(planner/frontier/gaps.py). These may be moved to where a plan uses them up (planner/near_limit.py).
The best y at the best x is asked for beside the last of them: there it is hardest to find, so where
a limit behind it found nothing it is not asked for alone.
Between a plan's own x and its limit no other point of the front lies, so no gap is searched twice.
Plans are asked for two at a time, whoever solves them, so the points are the same with any number
of workers.
Source: Haimes, Lasdon and Wismer, IEEE Trans. SMC 1 (1971) 296-297, doi:10.1109/TSMC.1971.4308298.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from planner.frontier.front import Axes, Point, front
from planner.frontier.gaps import Limit, limits_between
from planner.study.rounds import Asked
from planner.study.work import Movable, Record

END_FRAC = 0.01
"""The best x, where the front begins, is first asked for to this; and as exactly as the points are
where the whole front is no wider."""

END_TIMES, END_SECONDS = 2.0, 3.0
"""The best x may take so many times as long as the plan without a limit, and these seconds at
least: no plan near it is known."""

EXACT_TIMES, POINT_SECONDS = 0.7, 0.2
"""The same of a point whose limit may not be moved; and least seconds of one whose limit may."""

TOGETHER = 2
"""So many plans are asked for in one round."""

MORE = 4
"""So many plans more than points are asked for at most beside the best x, where some are none."""

Solve = Callable[[list[Asked]], list[Record]]


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
        before = front(axes, found)
        take([limit.x for limit in limits], records)
        for limit, record in zip(limits, records, strict=True):
            if not _found_there(axes, before, limit, record):
                _mark_missed(axes, found, limit)

    def take(stated: Sequence[float | None], records: list[Record]) -> None:
        for limit, record in zip(stated, records, strict=True):
            limit = record.get("limits", {}).get(axes.x, limit)
            if record.get("value") is None:
                reasons.append(record["status"])
                continue
            x, y = (record["objectives"][name] for name in (axes.x, axes.y))
            beyond = axes.less(x if limit is None else limit)
            _take(axes, found, Point(record, limit, x, y, beyond, ((limit, record["bound"]),)))
        found.sort(key=lambda point: axes.less(point.x))
        keep(found, reasons)

    end = _end(axes, max(gap_frac, END_FRAC))
    first, *others = solve([end, Asked(held(axes, None), near=()), *middle])
    if first.get("value") is None:
        return found, [first["status"]]
    take([None] * len(others), others)
    if found and gap_frac < END_FRAC and _wide(axes, first, found[0]) <= END_FRAC:
        [first] = solve([_end(axes, gap_frac)])
    x, y = (first["objectives"][name] for name in (axes.x, axes.y))
    last: list[Limit] = []
    if not found or axes.less(x) < axes.less(found[0].x):  # else nothing better was found in time
        least = axes.less(first["value"]) + gap_frac * abs(first["value"])
        last = [Limit(axes.less(least))]  # turned twice is as it was
        found.insert(0, Point(first, last[0].x, x, y, least, ()))
    while True:
        wanted = min(axes.points - len(front(axes, found)), axes.points + MORE - asked, TOGETHER)
        limits = limits_between(axes, found, wanted, gap_frac)
        if len(limits) < TOGETHER:  # beside the last of them, or where it may be proven
            limits, last = [*limits, *(last if limits or not found[0].missed else [])], []
        if not limits:
            return found, reasons
        ask(limits, found)


def _middle(axes: Axes) -> Asked:
    """The best within a limit somewhere in the middle of the front."""
    movable = Movable(axes.x)
    return Asked(held(axes, None), near=(), least_s=POINT_SECONDS, movable=movable)


def _near(axes: Axes, limit: Limit, found: Sequence[Point]) -> Asked:
    """The best within a limit, to be begun from the points of the front beside it."""
    records = [(axes.less(point.x), point.record) for point in front(axes, found)]
    keeping = [record.get("folder") for x, record in records if x <= axes.less(limit.x)]
    beyond = [record.get("folder") for x, record in records if x > axes.less(limit.x)]
    near = tuple(folder for folder in keeping[-1:] if folder)
    if not limit.ranges:
        return Asked(held(axes, limit.x), near=near, times=EXACT_TIMES)
    asked = Asked(held(axes, limit.x), near=near, beyond=next(iter(beyond), None))
    movable = Movable(axes.x, limit.ranges, limit.known)
    return asked._replace(least_s=POINT_SECONDS, movable=movable)


def _wide(axes: Axes, first: Record, last: Point) -> float:
    """How wide the front is at most between its ends, relative to x."""
    wide = axes.less(last.x) - axes.less(first["objectives"][axes.x])
    return wide / max(abs(last.x), 1e-12)


def _take(axes: Axes, found: list[Point], new: Point) -> None:
    """Add a point; one that is there already, and proven, shows that more of its gap is empty.

    Of those within one limit a better one stands alone: the best y at the best x instead of any.
    """
    i = _place(found, new)
    if i is None:
        found[:] = [
            old
            for old in found
            if new.limit is None or old.limit != new.limit or axes.more(old.y) > axes.more(new.y)
        ]
        found.append(new)
        return
    old, again = found[i], new.record["status"] == "optimal"
    beyond = max(old.beyond, new.beyond) if again else old.beyond
    found[i] = replace(old, beyond=beyond, proofs=old.proofs + new.proofs, again=again)


def _place(found: Sequence[Point], one: Point) -> int | None:
    """Where a point is among those found, but for rounding."""
    for i, other in enumerate(found):
        if math.isclose(other.x, one.x) and math.isclose(other.y, one.y):
            return i
    return None


def _found_there(axes: Axes, before: Sequence[Point], limit: Limit, record: Record) -> bool:
    """Whether a limit's own plan is a new one in the gap that it stood in."""
    if record.get("value") is None:
        return False
    x, at = axes.less(record["objectives"][axes.x]), axes.less(limit.x)
    there = [axes.less(point.x) for point in before]
    start = max((known for known in there if known <= at), default=-math.inf)
    end = min((known for known in there if known > at), default=math.inf)
    return start < x < end and not math.isclose(x, start)


def _mark_missed(axes: Axes, found: list[Point], limit: Limit) -> None:
    """Note that behind the last point within a limit nothing was found, though there may be."""
    within = [point for point in front(axes, found) if axes.less(point.x) <= axes.less(limit.x)]
    i = _place(found, within[-1]) if within else None
    if i is not None and not found[i].again:
        found[i] = replace(found[i], missed=found[i].missed + 1)


def _end(axes: Axes, gap_frac: float) -> Asked:
    """The best x to a gap."""
    ends = f"solve.gap_frac={gap_frac!r}"
    changes = [f"objective.name={axes.x}", f"objective.then=[{axes.y}]", ends]
    return Asked(changes, near=(), times=END_TIMES, least_s=END_SECONDS)


def held(axes: Axes, limit: float | None) -> list[str]:
    """What finds the best y with x no worse than a limit."""
    texts = [f"objective.name={axes.y}", f"objective.then=[{axes.x}]"]
    return texts if limit is None else [*texts, f"objective.no_worse_than.{axes.x}={limit!r}"]
