"""Placing racks: what is kept of a plan in groups."""

from planner.solve.order import Limits
from planner.solve.place import Placement, narrowed, site_indexed
from tests.solved import solve
from tests.tiny import tiny_case


def test_the_kinds_and_the_work_of_a_plan_in_groups_are_kept() -> None:
    # 12 MW at a make 200 Mtokens/s with fast racks alone: slow ones are left out, at every site
    case = tiny_case()
    best = solve(case)
    where = dict(zip(best.names, best.x.tolist(), strict=True))
    few = narrowed(site_indexed(case), case["group"], where)
    assert set(few.sets["INSTALL"]) == {(s, "fast", "liquid", 2027) for s in "ab"}
    assert set(few.sets["RUN"]) == {(s, "fast", "liquid", "p100", "chat", 2027) for s in "ab"}
    assert solve(few.having(whole_racks=True)).value == best.value


def test_near_a_plan_of_before_nothing_is_placed_that_cannot_be_enough() -> None:
    case = tiny_case()
    best = solve(case)
    where = dict(zip(best.names, best.x.tolist(), strict=True))
    limits = Limits(1e-6, 1e-6, float("inf"))
    for enough, found in ((0.9 * best.value, True), (1.1 * best.value, False)):
        placement = Placement(case, case.sets["SITE"], 1, 0, freely=False)
        _, plan = placement.best(where, ["tokens_per_mw", "cost"], best.value, enough, limits)
        assert (plan is not None) == found
        assert "_full" not in vars(placement)  # not even built in full
