"""Placing racks: what is kept of a plan in groups, and when it ends."""

import math

import pytest

from planner.solve.narrow import at_sites, kinds_of
from planner.solve.order import Limits
from planner.solve.place import Placement
from tests.solved import solve
from tests.tiny import tiny_case


def test_the_kinds_and_the_work_of_a_plan_in_groups_are_kept() -> None:
    # 12 MW at a make 200 Mtokens/s with fast racks alone: slow ones are left out, at every site
    case = tiny_case()
    best = solve(case)
    where = dict(zip(best.names, best.x.tolist(), strict=True))
    few = at_sites(case, "ab", kinds_of(case["group"], where))
    assert set(few.sets["INSTALL"]) == {(s, "fast", "liquid", 2027) for s in "ab"}
    assert set(few.sets["RUN"]) == {(s, "fast", "liquid", "p100", "chat", 2027) for s in "ab"}
    assert solve(few).value == best.value


@pytest.mark.parametrize(("deadline", "count"), [(0.0, 1), (math.inf, 6)])
def test_no_freer_try_is_made_when_time_is_over(deadline: float, count: int) -> None:
    """All are made while there is time and none is enough."""
    case = tiny_case()
    best = solve(case)
    where = dict(zip(best.names, best.x.tolist(), strict=True))
    placement = Placement(case, {"a", "b"}, threads=1, seed=0)
    tries, all_tries = [], placement._tries

    def told(few, where):
        for one in all_tries(few, where):
            tries.append(one)
            yield one

    placement._tries = told  # type: ignore[method-assign]
    limits = Limits(1e-4, 1e-4, deadline)
    placement.best(where, ["tokens_per_mw"], 16.0, math.inf, limits)
    assert len(tries) == count
