"""What-ifs on a loaded model: the same rows as a model built anew, and the same answers."""

from typing import Any

import numpy as np
import pytest

from models.build import build
from planner.coefficients import make_case
from planner.loaded import Loaded, WhatIf, load_model
from planner.optimize import optimize, used
from planner.solve.compile import compile_model

SCENARIO: dict[str, Any] = {
    "name": "loaded",
    "periods": [2027, 2028],
    "scale": {
        "facility_mw_min": {2027: 15, 2028: 40},
        "facility_mw_max": {2028: 60},
        "tokens_per_s_min": {2028: 1000},
    },
    "demand": {"mix": {"chat": 0.6, "batch-documents": 0.4}},
    "filters": {
        "countries": ["KR"],
        "sites": {"include": ["bonghwa-*", "taebaek-*", "gumi-154kv-1", "andong-*"]},
    },
    "policies": {"carbon_t_per_year_max": {2028: 1000000}},
    "budget": {
        "capex_musd_total": 9000,
        "capex_musd": {2027: 6000},
        "capex_musd_by_country": {"KR": 9000},
        "opex_musd_per_year": {2028: 2000},
    },
    "solve": {"gap_frac": 0.01, "threads": 1},
}
CHANGES = (
    "budget.capex_musd_total=4000",
    "budget.capex_musd.2027=2500",
    "budget.capex_musd_by_country.KR=4500",
    "budget.opex_musd_per_year.2028=900",
    "scale.facility_mw_min.2028=45",
    "scale.facility_mw_max.2028=50",
    "scale.tokens_per_s_min.2028=2000",
)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_model(SCENARIO)


@pytest.mark.parametrize("change", CHANGES)
def test_a_limit_is_the_row_that_would_be_built(loaded: Loaded, change: str) -> None:
    scenario, facts = loaded._changed([change])
    _, ours = loaded._by_limits(scenario)
    anew = compile_model(build(make_case(facts, scenario)))
    assert ours is not None
    assert ours.row_names == anew.row_names
    assert ours.column_names == anew.column_names
    assert abs(ours.matrix - anew.matrix).max() == 0
    for name in ("row_low", "row_high", "low", "high"):
        assert np.allclose(getattr(ours, name), getattr(anew, name), rtol=1e-12), name


def agrees_with_anew(loaded: Loaded, answer: WhatIf, *changes: str) -> None:
    scenario, facts = loaded._changed(changes)
    anew = optimize(make_case(facts, scenario), scenario)
    assert answer.status == anew.status == "optimal"
    assert answer.value is not None
    assert anew.bound is not None
    assert answer.bound == pytest.approx(anew.bound, rel=1e-3)
    assert anew.bound >= answer.value * (1 - 1e-6)  # neither bound is beaten by the other's plan
    assert answer.bound >= (anew.value or 0.0) * (1 - 1e-6)


@pytest.mark.parametrize(
    "change", ["budget.capex_musd_total=4000", "scale.facility_mw_min.2028=45"]
)
def test_a_limit_answers_as_a_cold_plan(loaded: Loaded, change: str) -> None:
    answer = loaded.what_if([change])
    assert answer.how == "limits"
    agrees_with_anew(loaded, answer, change)


def test_a_site_may_be_ruled_out_or_forced_in(loaded: Loaded) -> None:
    assert loaded.outcome.placed is not None
    chosen = used(loaded.outcome.placed, loaded.outcome.x)
    site = sorted(chosen)[0]
    without = loaded.what_if([f"forbid={site}"])
    assert (without.how, without.status) == ("limits", "optimal")
    assert without.outcome.placed is not None
    assert site not in used(without.outcome.placed, without.outcome.x)
    agrees_with_anew(loaded, without, f"filters.sites.exclude=[{site}]")
    other = sorted(set(loaded.case.sets["SITE"]) - chosen)[0]
    having = loaded.what_if([f"force={other}"])
    assert (having.how, having.status) == ("limits", "optimal")
    assert having.outcome.placed is not None
    assert other in used(having.outcome.placed, having.outcome.x)
    agrees_with_anew(loaded, having, f"filters.sites.force=[{other}]")


def test_what_is_no_limit_is_built_anew(loaded: Loaded) -> None:
    change = "systems[vr-nvl72-maxq].price_musd*=1.1"
    answer = loaded.what_if([change])
    assert answer.how == "rebuilt"
    agrees_with_anew(loaded, answer, change)


def test_a_limit_where_there_was_none_is_built_anew(loaded: Loaded) -> None:
    answer = loaded.what_if(["budget.capex_musd.2028=5000"])
    assert answer.how == "rebuilt"
    assert answer.status == "optimal"


def test_a_question_leaves_nothing_behind(loaded: Loaded) -> None:
    loaded.what_if(["budget.capex_musd_total=4000"])
    again = loaded.what_if([])
    assert again.value == pytest.approx(loaded.outcome.value, rel=0.01)
    assert again.bound == pytest.approx(loaded.outcome.bound, rel=1e-6)
