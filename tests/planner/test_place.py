"""Placing racks: what is kept of a plan in groups."""

from planner.solve.narrow import narrowed, site_indexed
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
