"""Plans near a limit that may move: in range, as good as said, and of the scenario."""

import pytest

from planner.loaded import Loaded, load_model
from planner.near_limit import Sought
from planner.outcome import in_unit
from planner.solve.compile import holds
from planner.solve.dive import FAR_TIMES
from planner.solve.ratio import value_at
from tests.planner.test_loaded import COST, SCENARIO, agrees_with_anew


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_model(SCENARIO)


def test_a_plan_near_a_limit_is_in_range_and_keeps_all_else(loaded: Loaded) -> None:
    usual = loaded.outcome.reached()["cost_per_mtoken"]
    limit, between = 0.95 * usual, (0.9 * usual, 0.99 * usual)
    scenario, _ = loaded.asked([f"objective.no_worse_than={{cost_per_mtoken: {limit}}}"])
    found = loaded.near_limit(scenario, Sought("cost_per_mtoken", [between]))
    assert found is not None
    plan, limit = found.plan, found.limit
    assert plan is not None
    assert limit is not None
    assert between[0] <= limit <= between[1]
    reached = in_unit(COST, value_at(plan.found_in, COST, plan.solution))
    assert limit * (1 - 1e-6) <= reached <= limit
    at_it = f"objective.no_worse_than={{cost_per_mtoken: {limit}}}"
    scenario, facts = loaded.asked([at_it])
    columns = plan.found_in.named(plan.solution)
    by_name = loaded.answer(scenario, facts, near=[columns], relaxed=found.relaxed)
    answer = loaded.answer(scenario, facts, near=[plan], relaxed=found.relaxed)
    assert answer is not None
    assert by_name is not None
    assert (answer.value, answer.bound) == pytest.approx((by_name.value, by_name.bound))
    assert answer.bound is not None
    least = 1e6 * plan.value("tokens_total") / plan.value("facility_total")
    assert least * (1 - 1e-9) <= (answer.value or 0.0) <= answer.bound
    agrees_with_anew(loaded, answer, at_it)


def test_a_plan_beside_its_range_is_taken_elsewhere_only_where_it_is_good(loaded: Loaded) -> None:
    usual = loaded.outcome.reached()["cost_per_mtoken"]
    limit = 0.95 * usual
    scenario, _ = loaded.asked([f"objective.no_worse_than={{cost_per_mtoken: {limit}}}"])
    nowhere, elsewhere = (limit, limit), (limit, 1.1 * usual)
    found = loaded.near_limit(scenario, Sought("cost_per_mtoken", [nowhere, elsewhere]))
    assert found is not None
    assert found.limit is not None
    assert found.plan is not None
    assert limit < found.limit <= elsewhere[1]
    ratio = found.plan.value("tokens_total") / found.plan.value("facility_total")
    assert found.good
    assert ratio >= found.relaxed.bound / (1 + FAR_TIMES * loaded.scenario.solve.gap_frac)
    alone = loaded.near_limit(scenario, Sought("cost_per_mtoken", [nowhere]))
    assert alone is not None
    assert alone.plan is None


def test_a_plan_near_a_limit_is_better_than_the_one_known(loaded: Loaded) -> None:
    usual = loaded.outcome.reached()["cost_per_mtoken"]
    scenario, _ = loaded.asked([f"objective.no_worse_than={{cost_per_mtoken: {0.95 * usual}}}"])
    between = (0.9 * usual, 0.99 * usual)
    known = loaded.outcome.value
    assert known is not None
    for y, found in ((0.8 * known, True), (1.1 * known, False)):
        near = loaded.near_limit(scenario, Sought("cost_per_mtoken", [between], [y]))
        assert near is not None
        assert (near.plan is not None) == found


def test_a_plan_beyond_a_limit_is_changed_to_keep_it(loaded: Loaded) -> None:
    """Where no dive ends in range: the limit stays, and the plan is one of the scenario."""
    placed, reached = loaded.outcome.placed, loaded.outcome.reached()
    assert placed is not None
    limit = 0.97 * reached["cost_per_mtoken"]
    at_it = f"objective.no_worse_than={{cost_per_mtoken: {limit}}}"
    scenario, facts = loaded.asked([at_it])
    known, nowhere = 0.9 * reached["tokens_per_mw"], (limit, limit)
    sought = Sought("cost_per_mtoken", [nowhere], [known])
    alone = loaded.near_limit(scenario, sought)
    assert alone is not None
    assert alone.plan is None
    found = loaded.near_limit(scenario, sought, placed.columns())
    assert found is not None
    assert found.plan is not None
    assert found.limit == limit
    there, compiled = found.plan.solution, found.plan.found_in
    assert holds(compiled, there)
    assert in_unit(COST, value_at(compiled, COST, there)) <= limit * (1 + 1e-6)
    answer = loaded.answer(scenario, facts, near=[found.plan], relaxed=found.relaxed)
    assert answer is not None
    assert known < 1e6 * found.plan.value("tokens_total") / found.plan.value("facility_total")
    assert known < (answer.value or 0.0)
    agrees_with_anew(loaded, answer, at_it)


def test_no_plan_is_near_a_limit_that_nothing_keeps(loaded: Loaded) -> None:
    scenario, _ = loaded.asked(["objective.no_worse_than={cost_per_mtoken: 0.001}"])
    assert loaded.near_limit(scenario, Sought("cost_per_mtoken", [(0.0, 1.0)])) is None
    loose, _ = loaded.asked(["objective.no_worse_than={cost_per_mtoken: 0.5}"])
    nothing = loaded.near_limit(loose, Sought("cost_per_mtoken", [(0.0, 0.01)]))
    assert nothing is not None
    assert (nothing.limit, nothing.plan) == (None, None)
    hasty, _ = loaded.asked(
        ["objective.no_worse_than={cost_per_mtoken: 0.2}", "solve.time_limit_s=1e-6"]
    )
    late = loaded.near_limit(hasty, Sought("cost_per_mtoken", [(0.0, 1.0)]))
    assert late is None or late.plan is None
    rebuilt, _ = loaded.asked(["objective.no_worse_than={cost_per_mtoken: 0.2}",
                               "budget.capex_musd.2028=5000"])  # fmt: skip
    assert loaded.near_limit(rebuilt, Sought("cost_per_mtoken", [(0.0, 1.0)])) is None
