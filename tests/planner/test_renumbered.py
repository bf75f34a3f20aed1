"""Other numbers of racks, demand and rules in a compiled model: as in a model built anew."""

from typing import Any

import numpy as np
import pytest

from models.build import build
from models.case import Case
from planner.coefficients import case as of_case
from planner.coefficients import rules
from planner.coefficients.case import make_case
from planner.coefficients.known import Known
from planner.loaded import Loaded, load_model
from planner.reading import read
from planner.search import Search
from planner.solve.compile import Compiled, compile_case, compile_model
from planner.solve.narrow import at_sites, kinds_of
from planner.solve.renumbered import NUMBERS, OF_RESCUED, Renumbering, _by_number
from tests.tiny import tiny_case

SCENARIO: dict[str, Any] = {
    "name": "renumbered",
    "periods": [2027, 2028],
    "scale": {"facility_mw_min": {2027: 15, 2028: 40}},
    "demand": {"mix": {"chat": 0.6, "batch-documents": 0.4}},
    "filters": {
        "sites": {"include": ["bonghwa-*", "taebaek-*", "gumi-154kv-1", "ishikari-*", "chitose*"]},
    },
    "budget": {"capex_musd_total": 9000, "capex_musd_by_country": {"KR": 9000}},
    "solve": {"gap_frac": 0.01, "threads": 1},
}
PAID_BY = {
    "money": {"subsidies": ["kr-ai-tax-credit"], "conditions_met": ["taxable_profit"]},
    "budget": {
        "capex_musd_total": 9000,
        "funds": {"KR": [{"name": "bank", "rate_frac": 0.05}, {"name": "own", "rate_frac": 0.1}]},
    },
}
"""Grants and funds: rows in which racks are paid from more than one purse."""

PRICES = (
    "systems[vr-nvl72-maxq].price_musd*=1.1",
    "systems[*].price_musd*=0.9",
    "parameters[*network_frac].value*=1.2",
)
AT_HOME = {
    "policies": {
        "in_country_share": {"KR": 0.5, "JP": 0.4},
        "in_country_share_of": {"KR": {"chat": 0.6}},
    },
}
SHARES = (
    "policies.in_country_share.KR=0.7",
    "policies.in_country_share_of.KR.chat=0.8",
)
RULED = {
    "policies": {
        "vendor_share_max": {"share": 0.8, "basis": "mw"},
        "domestic_accelerator_share": {"KR": {"share": 0.05, "basis": "chips"}},
        "outage": {"KR": {"share": 0.5, "classes": ["public"]}},
        "licence_loss": {"KR": {"maker": "US", "share": 0.3}},
    },
    "demand": {"mix": {"chat": 0.5, "batch-documents": 0.3, "public-sector-kr": 0.2}},
    "serving": {"oversubscription_frac_max": 1.2},
}
"""Rules in rows of the fleet, of sites that may be lost, and of what may not be had."""

OF_DEMAND = (
    "demand.mix={chat: 0.4, batch-documents: 0.4, public-sector-kr: 0.2}",
    "demand.peak_to_mean_ratio=1.9",
    "workloads[chat].isl_tokens*=1.1",
    "serving.measured_over_predicted={dense: 0.9, extrapolated: 0.7}",
)
OF_LAW = (
    "policies.vendor_share_max.share=0.7",
    "policies.domestic_accelerator_share.KR.share=0.1",
    "policies.outage.KR.share=0.6",
    "systems[*].life_years+=1",
)
OF_FULL_HALLS = ("availability_frac", "kappa_mw")
"""What says how much of a hall racks draw: rows about that come and go."""

OF_SITES = (
    "tariffs[*].energy_local_per_kwh*=1.1",
    "parameters[*/krw_per_usd].value*=1.1",
    "systems[*].rack_kw*=1.01",
)
"""What enters rows or columns of sites by numbers of their own, or bounds."""


def case_of(values: dict[str, Any], *changes: str, known: Known | None = None) -> Case:
    scenario, facts = read(values, overrides=changes)
    return make_case(facts, scenario, known)


def same_by_name(ours: Compiled, anew: Compiled) -> None:
    assert ours.row_names == anew.row_names
    assert ours.column_names == anew.column_names
    differs = abs(ours.matrix - anew.matrix)
    assert (differs > 1e-12 * abs(anew.matrix)).nnz == 0
    for side in ("row_low", "row_high", "low", "high", "integer", "place"):
        assert np.array_equal(getattr(ours, side), getattr(anew, side)), side


def renumbering_of(**policies: Any) -> tuple[Case, Compiled, Renumbering]:
    case = case_of({**SCENARIO, **AT_HOME, **RULED, "policies": policies})
    whole = compile_case(case)
    return case, whole, Renumbering(case, whole)


@pytest.fixture(scope="module")
def of_rules() -> tuple[Case, Compiled, Renumbering]:
    return renumbering_of(**AT_HOME["policies"], **RULED["policies"])


@pytest.fixture(scope="module")
def of_no_outage() -> tuple[Case, Compiled, Renumbering]:
    policies = {name: rule for name, rule in RULED["policies"].items() if name != "outage"}
    return renumbering_of(**AT_HOME["policies"], **policies)


@pytest.mark.parametrize(
    ("more", "change"),
    [
        *(({}, change) for change in PRICES),
        *((PAID_BY, change) for change in PRICES),
        *((AT_HOME, change) for change in SHARES),
        *((RULED, change) for change in (*OF_DEMAND, *OF_LAW)),
    ],
)
def test_the_matrix_is_the_one_that_would_be_compiled(more: dict, change: str) -> None:
    before, after = case_of({**SCENARIO, **more}), case_of({**SCENARIO, **more}, change)
    assert Renumbering.serves(before, after)
    whole = compile_case(before)
    kept = whole.matrix.copy()
    told, anew = Renumbering(before, whole).at(after), compile_model(build(after))
    assert told is not None
    same_by_name(told.compiled, anew)
    assert abs(whole.matrix - anew.matrix).max() > 0
    assert abs(whole.matrix - kept).max() == 0


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("how", ["all", "one"])
def test_each_number_by_itself(of_rules: tuple[Case, Compiled, Renumbering], name: str, how: str):
    """By all of a coefficient, or one of it: the matrix compiled anew, or none at all."""
    case, whole, renumbering = of_rules
    numbers = case[name]
    for key in list(numbers)[: None if how == "all" else 1]:
        numbers = {**numbers, key: 0.97 * numbers[key]}
    after = case.having(values={**case.values, name: numbers})
    told = renumbering.at(after)
    if how == "all":
        assert told is not None or name in OF_FULL_HALLS
    if told is not None:
        same_by_name(told.compiled, compile_case(after))


@pytest.mark.parametrize("outage", [True, False])
@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("how", ["all", "one"])
def test_few_sites_one_by_one_have_the_same_numbers(
    of_rules: tuple[Case, Compiled, Renumbering],
    of_no_outage: tuple[Case, Compiled, Renumbering],
    outage: bool,
    name: str,
    how: str,
) -> None:
    """With some kinds of racks: the model compiled anew, or none at all."""
    case, whole, renumbering = of_rules if outage else of_no_outage
    kinds = kinds_of(case["group"], dict.fromkeys(whole.column_names[::3], 1.0))
    sites = {case["group"][s]: s for s in case.sets["SITE"]}.values()
    few = compile_case(at_sites(case, sites, kinds))
    numbers = case[name]
    for key in list(numbers)[: None if how == "all" else 1]:
        numbers = {**numbers, key: 0.97 * numbers[key]}
    after = case.having(values={**case.values, name: numbers})
    told = renumbering.at(after)
    ours = told.few(few) if told else None
    if how == "all":
        untold = {*OF_FULL_HALLS, *(OF_RESCUED if outage else ())}
        assert ours is not None or name in untold
    if ours is not None:
        same_by_name(ours, compile_case(at_sites(after, sites, kinds)))


def test_what_a_full_hall_draws_is_not_told_of_few_kinds_of_racks() -> None:
    """Of all kinds 1.0 MW of each MW becomes 0.8, what slow racks draw; of fast ones alone 0.5."""
    draws = {("fast", "p100", "chat"): 0.1, ("slow", "p100", "chat"): 0.05}
    case = tiny_case(kappa_mw=draws)
    then = {("fast", "p100", "chat"): 0.05, ("slow", "p100", "chat"): 0.08}
    told = Renumbering(case, compile_case(case)).at(
        case.having(values={**case.values, "kappa_mw": then})
    )
    assert told is not None
    fast = {("KR-1", "fast", "liquid"), ("KR-1", "fast", "liquid", "p100", "chat")}
    assert told.few(compile_case(at_sites(case, "a", fast))) is None


def test_few_sites_without_a_kind_of_entry_say_nothing(
    of_rules: tuple[Case, Compiled, Renumbering],
) -> None:
    case, whole, _ = of_rules
    after = case.having(values={**case.values, "outage_frac": {"KR": 0.4}})
    few = Renumbering(case, whole)
    few._sites = {s for s in case.sets["SITE"] if case["country"][s] == "JP"}
    assert few._part(frozenset()).serves(compile_case(few._few(after, frozenset())))
    assert few.at(after) is None, "no site of Japan has a row about the loss of one of Korea"


def test_numbers_are_told_by_those_of_before_or_not_at_all() -> None:
    found = _by_number(np.array([2.0, 1.0, 2.0]), np.array([1.0, 2.0]), np.array([5.0, 7.0]))
    assert found is not None
    assert found.tolist() == [7.0, 5.0, 7.0]
    unknown = _by_number(np.array([3.0]), np.array([1.0, 2.0]), np.array([5.0, 7.0]))
    assert unknown is None
    one_of_two = _by_number(np.array([1.0]), np.array([1.0, 1.0]), np.array([5.0, 7.0]))
    assert one_of_two is None


@pytest.mark.parametrize("change", OF_SITES)
def test_other_facts_are_no_such_change(change: str) -> None:
    assert not Renumbering.serves(case_of(SCENARIO), case_of(SCENARIO, change))


def test_an_entry_that_comes_or_goes_is_no_such_change() -> None:
    free = case_of(SCENARIO, "systems[*].price_musd=0")
    again = Renumbering(free, compile_case(free))
    assert again.at(case_of(SCENARIO)) is None


def test_a_share_that_was_none_is_no_such_change() -> None:
    assert not Renumbering.serves(case_of(SCENARIO), case_of({**SCENARIO, **AT_HOME}))
    loose = case_of({**SCENARIO, **AT_HOME}, "policies.in_country_share.KR=0")
    assert Renumbering(loose, compile_case(loose)).at(case_of({**SCENARIO, **AT_HOME})) is None


def test_a_whole_with_another_entry_is_not_changed() -> None:
    """Not the model of this case: what was before is not what the few sites say."""
    before, after = case_of(SCENARIO), case_of(SCENARIO, PRICES[1])
    assert Renumbering(before, compile_case(after)).at(after) is None


OF_RULES = (
    "demand.mix={chat: 1.0}",
    "policies.in_country_share={KR: 0.9}",
    "policies.outage={KR: {share: 0.2}}",
    "policies.vendor_share_max={share: 0.7, basis: chips}",
    "filters.countries=[KR]",
    "sites[*].headroom_mw*=0.9",
    "sites[*].country=KR",
    "budget.capex_musd={2027: 4000}",
)
"""Which limits there are, for what, and where."""


@pytest.mark.parametrize("change", [*PRICES, *OF_SITES, "markets[*].share_frac*=1", *OF_RULES])
def test_a_case_from_what_is_known_is_the_case(change: str) -> None:
    known = Known()
    case_of(SCENARIO, known=known)
    ours, anew = case_of(SCENARIO, change, known=known), case_of(SCENARIO, change)
    assert ours.sets == anew.sets
    assert ours.values == anew.values
    assert set(ours.tables) == set(anew.tables)
    for name, table in ours.tables.items():
        assert table.equals(anew.tables[name]), name


def test_what_reads_no_price_is_not_computed_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = Known(), []

    def counted(name: str) -> Any:
        made = getattr(of_case, name)
        return lambda *given: asked.append(name) or made(*given)

    heavy = ("places", "where_values", "fleet_serving", "reachable")
    for name in heavy:
        monkeypatch.setattr(of_case, name, counted(name))
    for change in ((), PRICES[:1], PRICES[1:2]):
        case_of(SCENARIO, *change, known=known)
    assert sorted(asked) == sorted(heavy)
    case_of(SCENARIO, "tariffs[*].energy_local_per_kwh*=1.1", known=known)
    assert asked[4:] == ["where_values"], "power costs more where it stood"
    case_of({**SCENARIO, "demand": {"mix": {"chat": 1.0}}}, known=known)
    assert asked[5:] == ["fleet_serving", "reachable"]
    case_of(SCENARIO, "policies.in_country_share={KR: 0.9}", known=known)
    assert asked[7:] == [], "of the policies only the first year says where a site can be"
    shares = {"demand": {"mix": {"chat": 0.5, "batch-documents": 0.5}}}
    case_of({**SCENARIO, **shares}, known=known)
    assert asked[7:] == [], "of the mix only which workloads it has says what racks do"
    case_of(SCENARIO, "policies.first_year={KR: 2028}", known=known)
    assert asked[7:] == ["places", "where_values", "reachable"]
    case_of(SCENARIO, "sites[*].headroom_mw*=0.9", known=known)
    assert asked[10:] == ["places", "where_values", "reachable"], "racks do what they did"
    case_of(SCENARIO, "filters.countries=[KR]", known=known)
    assert asked[13:] == [*heavy[:2], "fleet_serving", "reachable"]


def test_rules_that_stay_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = Known(), []
    law_values = rules.law_values
    monkeypatch.setattr(rules, "law_values", lambda c: asked.append(c) or law_values(c))
    for change in ((), ("budget.capex_musd_total=8000",), ("filters.sites.exclude=[gumi-*]",)):
        case_of(SCENARIO, *change, known=known)
    assert len(asked) == 1
    makers = "policies.domestic_accelerator_share={KR: {share: 0.05, basis: chips}}"
    case_of(SCENARIO, makers, known=known)
    assert len(asked) == 2


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_model(SCENARIO)


def test_a_limit_may_change_with_a_price(loaded: Loaded) -> None:
    after = case_of(SCENARIO, PRICES[1], "budget.capex_musd_total=8000")
    ours = loaded.renumbered(after)
    assert ours is not None
    model, few = ours
    same_by_name(model, compile_case(after))
    placed = loaded.outcome.placed
    assert placed is not None
    kinds = kinds_of(after["group"], placed.columns())
    before, then = (
        compile_case(at_sites(case, placed.sites(), kinds)) for case in (loaded.case, after)
    )
    here = few(before)
    assert here is not None
    same_by_name(here, then)


@pytest.mark.parametrize("change", OF_SITES)
def test_a_loaded_model_is_not_taken_for_another(loaded: Loaded, change: str) -> None:
    assert loaded.renumbered(case_of(SCENARIO, change, PRICES[1])) is None


def test_a_share_and_a_limit_answer_as_a_cold_plan() -> None:
    values = {**SCENARIO, **AT_HOME}
    loaded = load_model(values)
    changes = (SHARES[0], "budget.capex_musd_total=8000")
    answer, cold = loaded.what_if(changes), load_model(values, overrides=changes).outcome
    assert (answer.how, answer.status, cold.status) == ("numbers", "optimal", "optimal")
    assert answer.bound == pytest.approx(cold.bound, rel=1e-6)
    assert answer.value == pytest.approx(cold.value, rel=2 * SCENARIO["solve"]["gap_frac"])
    assert loaded.what_if(["policies.vendor_share_max={share: 0.99, basis: mw}"]).how == "rebuilt"


@pytest.mark.parametrize(
    "changes",
    [
        *((change,) for change in PRICES),
        (PRICES[1], "budget.capex_musd_total=8000"),
        (PRICES[1], "objective.no_worse_than={cost_per_mtoken: 0.2}"),
    ],
)
def test_a_price_answers_as_a_cold_plan(
    loaded: Loaded, changes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = load_model(SCENARIO, overrides=changes).outcome
    monkeypatch.setattr(Search, "where_and_what", None)  # the plan of before is changed
    monkeypatch.setattr(Loaded, "_by_money", lambda *_: None)  # as where money has a part in it
    answer = loaded.what_if(changes)
    assert (answer.how, answer.status, cold.status) == ("numbers", "optimal", "optimal")
    assert answer.value is not None
    assert answer.bound is not None
    assert cold.value is not None
    assert cold.bound is not None
    assert answer.bound == pytest.approx(cold.bound, rel=1e-3)
    # neither bound is beaten by the other's plan
    assert answer.value <= cold.bound * (1 + 1e-6)
    assert cold.value <= answer.bound * (1 + 1e-6)
