"""The plan furthest apart from earlier ones, its ratio held, worked out by hand."""

import pytest

from tests.solved import rows, solve
from tests.tiny import tiny_case

# 12 MW at the meter: 20 Mtokens/s for each IT MW, so a alone makes 20 / 1.2 = 16.67 for a MW, b
# 20 / 1.3 = 15.38, c 20 / 1.4 = 14.29
EARLIER = {"a": 0.75, "b": 0.25}


@pytest.mark.parametrize(
    ("weight", "floor", "apart", "opened"),
    [
        ({"a": 1.0}, 15e6, 1.0, "b"),  # b is good enough without c
        ({"a": 1.0}, 16e6, 0.0, "a"),  # only a is
        (EARLIER, 14e6, 1.0, "c"),  # leaves both
        (EARLIER, 15e6, 0.75, "b"),  # c is not good enough alone: one is kept, b, which weighs less
    ],
)
def test_the_heaviest_sites_that_the_ratio_can_spare_are_left(weight, floor, apart, opened):
    case = tiny_case(3, apart_weight=weight, objective_limit={"tokens_per_mw": floor})
    found = solve(case, "apart", "tokens_per_mw", "cost")
    assert found.value == pytest.approx(apart, abs=1e-9)
    # a site without load costs less than costs are told apart by
    assert {s for s in "abc" if found[f"it_mw[{s},dry,2027]"] > 1e-6} == set(opened)


def test_without_earlier_plans_there_is_nothing():
    assert "sum_of_apart" not in rows(tiny_case())
    assert "sum_of_apart" in rows(tiny_case(apart_weight=EARLIER))
