"""What a rule costs is what the best ratio gains when a case without it is solved anew."""

import time

import pytest

from models.build import build
from models.case import Case
from planner.coefficients.case import make_case
from planner.explain import explain_case
from planner.explain.costs import RuleCost, rule_costs, table_of
from planner.losses import Relaxation
from planner.optimize import starters
from planner.reading import read
from planner.scenario import Scenario
from planner.solve.compile import compile_model
from planner.solve.order import Limits, relaxed_in_order
from tests.models.test_block_sovereignty import ONE_HALL, TWO_COUNTRIES
from tests.region import shipped
from tests.solved import relaxed
from tests.tiny import tiny_case

CHAT = Scenario.model_validate({"name": "x", "periods": [2027], "demand": {"mix": {"chat": 1.0}}})


def relaxation(case: Case, name: str = "tokens_per_mw") -> Relaxation:
    compiled = compile_model(build(case))
    limits = Limits(0.0, 1e-4, time.monotonic() + 60)
    found = relaxed_in_order(compiled, case.sets["SITE"], [name], starters(case), limits)
    return Relaxation(case, compiled, found[0], name)


def costs(case: Case, name: str = "tokens_per_mw") -> dict[str, RuleCost]:
    found = rule_costs(relaxation(case, name), time.monotonic() + 60)
    assert [c.cost for c in found] == sorted((c.cost or 0.0 for c in found), reverse=True)
    return {cost.rule.family: cost for cost in found}


RULES: dict[str, dict] = {
    "domestic_accelerators": {**ONE_HALL, "domestic_frac": {("KR", "mw"): 0.5}},
    "vendor_share": {**ONE_HALL, "vendor_frac": {("F", "mw"): 0.5}},
    "in_country_share": {**TWO_COUNTRIES, "in_country_frac": {"JP": 0.8}},
    "country_floor": {**TWO_COUNTRIES, "country_min_frac": {"JP": 0.25}},
    "capex_total": {"capex_total_musd_max": {"all": 140.0}},
    "survivors_it_load": {
        "outage_frac": {"KR": 1.0}, "outage_workload": {("KR", "chat"): 1},
    },
    "pue_ceiling": {"pue_max": {"a": 1.05}},
    "import_tpp": {
        **ONE_HALL,
        "tpp_mega": {"fast": 0.1, "slow": 0.1},
        "import_tpp_mega_max": {("KR", "US", 2027): 6.0},
    },
    "licence_loss": {
        **ONE_HALL,
        "licence_loss_frac": {"KR": 0.25},
        "licence_maker": {"KR": "US"},
        "licence_loss_workload": {("KR", "chat"): 1},
    },
    "facility_floor": {"facility_mw_min": {("all", 2027): 36.0}},
}  # fmt: skip
"""Cases in which one rule binds, and the coefficients that make it."""

NUMBERS = {
    "domestic_accelerators": "domestic_frac", "vendor_share": "vendor_frac",
    "in_country_share": "in_country_frac", "country_floor": "country_min_frac",
    "capex_total": "capex_total_musd_max", "survivors_it_load": "outage_frac",
    "pue_ceiling": "pue_max", "import_tpp": "import_tpp_mega_max",
    "licence_loss": "licence_loss_frac", "facility_floor": "facility_mw_min",
}  # fmt: skip


@pytest.mark.parametrize("family", RULES)
def test_a_cost_is_the_gain_of_the_case_without_the_rule(family: str) -> None:
    case = tiny_case(**RULES[family])
    without = case.having(values={**case.values, NUMBERS[family]: {}})
    gain = (relaxed(without) - relaxed(case)) * 1e6
    assert gain > 1
    found = costs(case)[family]
    assert found.basis == "exact"
    assert found.cost == pytest.approx(gain, rel=1e-5)


def test_a_rule_that_does_not_bind_costs_nothing() -> None:
    found = costs(tiny_case(capex_total_musd_max={"all": 1e6}))
    assert (found["capex_total"].cost, found["capex_total"].basis) == (0.0, "exact")


def test_a_cost_is_in_the_unit_of_the_objective() -> None:
    # dollars per million tokens fall without the rule, and that is what it costs
    case = tiny_case(**RULES["domestic_accelerators"])
    without = case.having(values={**case.values, "domestic_frac": {}})
    fall = relaxed(case, "cost_per_mtoken") - relaxed(without, "cost_per_mtoken")
    found = costs(case, "cost_per_mtoken")["domestic_accelerators"]
    unit = relaxation(case, "cost_per_mtoken")
    assert found.cost == pytest.approx(float(unit.loss(unit.relaxed.value - fall)), rel=1e-4)
    table = table_of([found], "cost_per_mtoken")
    assert table["cost_usd_per_mtoken"].iloc[0] == found.cost


def test_out_of_time_is_said() -> None:
    case = tiny_case(**RULES["vendor_share"])
    found = rule_costs(relaxation(case), time.monotonic() - 1)
    bound = next(cost for cost in found if cost.rule.family == "vendor_share")
    assert (bound.cost, bound.basis) == (None, "")


def test_explain_states_the_costs() -> None:
    case = tiny_case(**RULES["vendor_share"])
    answer = explain_case(case, CHAT)
    assert answer.feasible
    stated = {cost["rule"]: cost for cost in answer.document()["costs"]}
    share = stated["policies.vendor_share_max.share"]
    assert share["cost"] == pytest.approx(costs(case)["vendor_share"].cost, rel=1e-6)
    assert share["unit_of_cost"] == "tokens/s per MW"
    assert "What each rule costs" in str(answer)


def test_sites_that_were_not_in_play_count() -> None:
    # of all Korean sites, the sifting keeps some; without the floor on chips others may serve
    def real(**policies: object) -> Case:
        stated = {
            "name": "real",
            "periods": [2028],
            "scale": {"facility_mw_min": {2028: 100}},
            "demand": {"mix": {"chat": 1.0}},
            "filters": {"countries": ["KR"], "sites": {"include": ["*-154kv-*"]}},
            "policies": policies,
        }
        chosen, region = read(stated, shipped())
        return make_case(region, chosen)

    rule = {"KR": {"share": 0.3, "basis": "mw"}}
    with_rule, free = (
        relaxation(real(domestic_accelerator_share=rule)), relaxation(real())
    )  # fmt: skip
    found = rule_costs(with_rule, time.monotonic() + 60)
    cost = next(c for c in found if c.rule.family == "domestic_accelerators")
    gain = (free.relaxed.value - with_rule.relaxed.value) * 1e6
    assert cost.basis == "exact"
    assert cost.cost == pytest.approx(gain, rel=1e-4)
