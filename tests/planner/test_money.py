"""Money enters rows about money alone; a bound holds where none of these has a price."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.case import Case
from planner import loaded as module
from planner.coefficients.case import make_case
from planner.loaded import Loaded, load_model
from planner.money import COEFFICIENTS, ROWS, limits_nothing, only_money, unpriced
from planner.reading import read
from planner.solve.compile import compile_case
from planner.solve.placed import Placed
from planner.solve.split import split
from tests.two_years import TWO_YEARS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL = ("korea-100mw-2027", "korea-fuel-cell-2027", "who-pays", "day-and-training")
SCENARIO: dict[str, Any] = {
    **TWO_YEARS,
    "name": "money",
    "budget": {"capex_musd_total": 9000},
    "solve": {"gap_frac": 0.01, "threads": 1},
}
TARIFFS = "tariffs[*].energy_local_per_kwh*=1.2"
RACKS = "systems[helios-mi455x].price_musd*=1.1"


def case_of(example: str) -> Case:
    scenario, facts = read(EXAMPLES / f"{example}.yaml")
    return make_case(facts, scenario)


def dearer(case: Case, *names: str) -> Case:
    """The case with coefficients a tenth greater."""
    more = {name: {k: 1.1 * v for k, v in case[name].items()} for name in names}
    return case.having(values={**case.values, **more})


def invested(plan: Placed) -> float:
    """M$ of capex by the row of the budget."""
    row = plan.found_in.row["capex_total[all]"]
    return float(plan.found_in.matrix[[row]].toarray()[0] @ plan.solution)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_model(SCENARIO)


@pytest.mark.parametrize("example", SMALL)
def test_money_is_an_entry_of_rows_about_money_and_nothing_else(example: str) -> None:
    case = case_of(example)
    before = compile_case(case)
    entered = set()
    for name in sorted(COEFFICIENTS & set(case.values)):
        after = compile_case(dearer(case, name))
        assert (after.row_names, after.column_names) == (before.row_names, before.column_names)
        for side in ("row_low", "row_high", "low", "high", "integer"):
            assert np.array_equal(getattr(after, side), getattr(before, side)), (name, side)
        differ = (after.matrix - before.matrix).tocoo()
        rows = {before.row_names[i] for i in differ.coords[0][differ.data != 0.0]}
        assert all(row.startswith(ROWS) for row in rows), (name, rows)
        entered |= {name} if rows else set()
    assert len(entered) > 15, "most of them are in use"


def test_only_money_is_told_from_more(loaded: Loaded) -> None:
    case = loaded.case
    assert only_money(case, dearer(case, "rack_musd", "energy_usd_per_mwh"))
    assert not only_money(case, dearer(case, "rack_musd", "kappa_mw"))
    few = dict(list(case["rack_musd"].items())[1:])
    assert not only_money(case, case.having(values={**case.values, "rack_musd": few}))
    fewer = {**case.sets, "SITE": case.sets["SITE"][1:]}
    assert not only_money(case, case.having(sets=fewer))


def test_a_bound_is_free_of_money_where_no_row_about_it_has_a_price(loaded: Loaded) -> None:
    model, relaxed = loaded.outcome.grouped, loaded.outcome.relaxed
    assert model is not None
    assert relaxed is not None
    assert relaxed.row_dual is not None
    parts = split(model, loaded.case.sets["SITE"])
    assert unpriced(model, parts, relaxed)
    at = model.row["capex_total[all]"]
    priced = relaxed.row_dual.copy()
    priced[at] = 1e-3
    assert not unpriced(model, parts, replace(relaxed, row_dual=priced))
    owned = parts.of_row.copy()
    owned[at] = 0
    assert not unpriced(model, replace(parts, of_row=owned), relaxed), "one site's own limit"
    assert not unpriced(model, parts, replace(relaxed, bound=1.01 * relaxed.value)), "not its own"


FREE = {name: value for name, value in SCENARIO.items() if name != "budget"}


@pytest.mark.parametrize(
    ("values", "nothing"),
    [
        (FREE, True),
        (SCENARIO, False),
        ({**FREE, "objective": {"no_worse_than": {"cost_per_mtoken": 0.5}}}, False),
        ({**FREE, "budget": {"opex_musd_per_year": {2028: 900}}}, False),
    ],
)
def test_whether_money_limits_nothing(values: dict[str, Any], nothing: bool) -> None:
    scenario, facts = read(values)
    assert limits_nothing(compile_case(make_case(facts, scenario))) == nothing


def test_where_money_limits_nothing_what_was_proven_holds_at_any_price() -> None:
    loaded = load_model(EXAMPLES / "day-and-training.yaml")
    relaxed, proven = loaded.outcome.relaxed, loaded.outcome.bound
    assert relaxed is not None
    assert proven is not None
    assert proven < (1 - 1e-3) * 1e6 * relaxed.bound, "whole numbers were searched for"
    answer = loaded.what_if([RACKS])
    assert (answer.how, answer.status) == ("money", "optimal")
    assert answer.bound == pytest.approx(proven, rel=1e-12)


def test_what_costs_least_hangs_on_prices() -> None:
    ground = load_model({**FREE, "objective": {"name": "cost_per_mtoken"}})._ground
    assert ground is not None
    assert ground.bound_but_for_money is None


@pytest.mark.parametrize("changes", [(TARIFFS,), (RACKS,), (TARIFFS, RACKS)])
def test_what_things_cost_answers_as_a_cold_plan(
    loaded: Loaded, changes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = load_model(SCENARIO, overrides=changes).outcome
    monkeypatch.setattr(module, "compile_case", None)  # the whole is not built again
    answer = loaded.what_if(changes)
    assert (answer.how, answer.status, cold.status) == ("money", "optimal", "optimal")
    assert answer.bound == pytest.approx(cold.bound, rel=1e-6)
    assert answer.value == pytest.approx(cold.value, rel=2 * SCENARIO["solve"]["gap_frac"])


def test_the_plan_keeps_the_budget_at_the_new_prices() -> None:
    """A budget that hardly binds: at the old prices of racks it would be kept, not at the new."""
    free = load_model(SCENARIO)
    plan = free.outcome.placed
    assert plan is not None
    tight = {**SCENARIO, "budget": {"capex_musd_total": round(1.002 * invested(plan), 1)}}
    dear = ["systems[*].price_musd*=1.05"]
    answer = load_model(tight).what_if(dear)
    placed = answer.outcome.placed
    assert placed is not None
    row = placed.found_in.row["capex_total[all]"]
    assert invested(placed) <= placed.found_in.row_high[row] + 1e-6
    cold = load_model(tight, overrides=dear).outcome
    assert answer.value is not None
    assert cold.bound is not None
    assert answer.value <= cold.bound * (1 + 1e-6)


def test_where_money_binds_the_bound_is_looked_for_again() -> None:
    loaded = load_model({**SCENARIO, "objective": {"name": "cost_per_mtoken"}})
    assert loaded.what_if([RACKS]).how == "numbers"
    assert loaded.what_if([TARIFFS]).how == "rebuilt"
