"""Points of a front: where to look next between them, and what is proven of each."""

import math
import random
from itertools import pairwise

import pytest

from planner.frontier.front import Axes, Point, beaten_by, beaten_in_both
from planner.frontier.gaps import Limit, limits_between
from planner.frontier.results import table_of


def test_what_is_flat_to_the_gap_is_looked_into_last() -> None:
    axes = Axes("cost_per_mtoken", "tokens_per_mw")
    points = [
        Point({}, x, x, y, x, ((x, bound),))
        for x, y, bound in ((1.0, 1.0, 1.0), (1.4, 3.0, 3.0), (1.8, 5.0, 5.0), (9.0, 5.002, 5.003))
    ]
    assert 1.0 < limits_between(axes, points, 1, 1e-3)[0].x < 1.8
    assert 1.8 < limits_between(axes, points, 1, 1e-4)[0].x < 9.0, "else it is the widest"


def test_a_gap_where_nothing_was_found_is_looked_into_elsewhere() -> None:
    """Each time at another place, and then anything in the gap will do."""
    axes = Axes("cost_per_mtoken", "tokens_per_mw")

    def limit(missed: int) -> Limit:
        left = Point({}, 1.0, 1.0, 1.0, 1.0, ((1.0, 1.0),), missed=missed)
        [found] = limits_between(axes, [left, Point({}, None, 2.0, 5.0, 2.0, ())], 1, 1e-3)
        return found

    first, *others = (limit(missed) for missed in range(5))
    assert first == Limit(1.5, ((1.05, 1.95),), (1.0,))
    assert len({first.x, *(other.x for other in others)}) == 5
    for other in others:
        [(low, high)] = other.ranges
        assert 1.0 < low < other.x < high < 2.0


def test_two_limits_stand_in_one_gap_only_where_it_is_far_the_widest() -> None:
    """A hard gap takes both with it."""
    axes = Axes("cost_per_mtoken", "tokens_per_mw")

    def between(wide: float) -> list[float]:
        points = [
            Point({}, x, x, x, x, ((x, x),)) for x in (1.0, 1.0 + wide, 2.0 + wide, 3.0 + wide)
        ]
        return sorted(limit.x for limit in limits_between(axes, points, 2, 1e-6))

    assert between(5.0) == pytest.approx([1.0 + 5.0 / 3, 1.0 + 10.0 / 3])
    first, second = between(3.0)
    assert first == 2.5
    assert second > 4.0, "though half of the wide one is wider"


def test_each_range_says_what_is_known_before_it() -> None:
    axes = Axes("cost_per_mtoken", "tokens_per_mw")
    points = [Point({}, x, x, y, x, ((x, y),)) for x, y in ((1.0, 1.0), (2.0, 5.0), (3.0, 5.5))]
    [limit] = limits_between(axes, points, 1, 1e-3)
    assert limit.x == 1.5
    assert limit.ranges[1] == (2.25, 2.75)
    assert limit.known == (1.0, 5.0)


def test_a_point_is_optimal_where_what_is_proven_of_all_says_so() -> None:
    axes = Axes("cost_per_mtoken", "tokens_per_mw")
    record = {"figures": {}, "sites": [], "folder": "runs/a", "status": "stopped"}
    narrow = Point(record, 1.0, 1.0, 5.0, 1.0, ((1.0, 5.5),))
    wide = Point({**record, "status": "optimal"}, None, 2.0, 5.002, 2.0, ((None, 5.004),))
    assert [*table_of(axes, [narrow, wide], 1e-3)["status"]] == ["optimal", "optimal"]
    assert [*table_of(axes, [narrow, wide], 5e-4)["status"]] == ["stopped", "optimal"]


@pytest.mark.parametrize("axes", [Axes("cost_per_mtoken", "tokens_per_mw"),
                                  Axes("tokens_per_mw", "cost_per_mtoken")])  # fmt: skip
def test_limits_stay_within_gaps_and_apart(axes: Axes) -> None:
    def point(less: float, more: float) -> Point:
        x, y = axes.less(less), axes.more(more)
        return Point({}, x, x, y, less, ((x, y),))

    points = [point(*at) for at in ((1.0, 1.0), (2.0, 5.0), (3.0, 5.5), (5.0, 6.0))]
    limits = limits_between(axes, points, 2, 1e-3)
    gaps = list(pairwise(sorted(point.x for point in points)))
    assert len(limits) == 2
    for limit in limits:
        low, high = limit.ranges[0]
        assert low < limit.x < high
        for low, high in limit.ranges:
            assert any(a < low < high < b for a, b in gaps)
        ends = sorted(limit.ranges)
        assert all(one[1] < other[0] for one, other in pairwise(ends))
    assert not set(limits[0].ranges) & {limits[1].ranges[0]}


def test_what_a_wider_limit_proves_holds_within_a_narrower_one() -> None:
    for axes, bounds in (
        (Axes("cost_per_mtoken", "tokens_per_mw"), (9.0, 7.0, 12.0)),
        (Axes("tokens_per_mw", "cost_per_mtoken"), (1.0, 3.0, -2.0)),
    ):
        turn = 1 if axes.x == "cost_per_mtoken" else -1

        def point(x: float, limit: float | None, bound: float) -> Point:
            return Point({}, limit, x, 5.0, x, ((limit, bound),))  # noqa: B023

        found = [
            point(turn * 1.0, turn * 1.5, bounds[0]),
            point(turn * 2.0, turn * 2.5, bounds[1]),
            point(turn * 3.0, None, bounds[2]),
        ]
        assert [beaten_by(axes, one.x, found) for one in found] == [bounds[1], bounds[1], bounds[2]]
        # a plan that uses its limit up may be beyond it by the rounding of sums
        last = point(turn * 2.5 * (1 + turn * 1e-15), turn * 2.5, bounds[1])
        assert beaten_by(axes, last.x, [last, found[2]]) == bounds[1]


@pytest.mark.parametrize(
    ("axes", "low"),
    [
        (Axes("cost_per_mtoken", "tokens_per_mw"), 5.0),
        (Axes("tokens_per_mw", "cost_per_mtoken"), 5.0),
        (Axes("cost_per_mtoken", "npv"), -9.0),  # worth less than nothing
    ],
)
def test_no_plan_is_better_in_both_by_more_than_stated(axes: Axes, low: float) -> None:
    """Against plans drawn from all there may be, by what is proven; one comes near it."""

    def of(x: float, y: float, limit: float, bound: float) -> Point:
        proof = (axes.less(limit), axes.more(bound))
        return Point({}, proof[0], axes.less(x), axes.more(y), 0.0, (proof,))

    steep = of(1.02, low, 1.05, low + 4.0)
    found = [steep, of(1.2, low + 4.0, math.inf, low + 4.5)]
    stated = beaten_in_both(axes, steep, found, axes.less(1.0))
    assert stated == pytest.approx(0.02 / 1.02)
    rng = random.Random(1)
    seen = 0.0
    for _ in range(5000):
        x, y = rng.uniform(1.0, 1.02), rng.uniform(low, low + 5.0)
        if y <= low + 4.0:  # all of these are within the first limit
            seen = max(seen, min((1.02 - x) / 1.02, (y - low) / abs(low)))
    assert 0.9 * stated < seen <= stated


def test_a_flat_front_has_the_same_gap_in_both() -> None:
    axes = Axes("cost_per_mtoken", "tokens_per_mw")
    last = Point({}, None, 9.0, 5.0, 9.0, ((None, 5.05),))
    assert beaten_in_both(axes, last, [last]) == pytest.approx(0.01)
    assert beaten_in_both(axes, last, [last], 8.99) == pytest.approx(0.01 / 9.0)
    assert beaten_in_both(axes, last, []) == math.inf
