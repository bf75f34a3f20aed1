"""What one more unit of a limit is worth: against plans of the same scenario with one unit more."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner import Plan, plan
from planner.explain import Explanation, explain_case
from planner.limits import Book, limits
from planner.scenario import Scenario
from planner.solve.corner import Corner
from tests.solved import relaxed
from tests.tiny import tiny_case

KOREA = Path(__file__).parents[2] / "examples" / "korea-100mw-2027.yaml"


@pytest.fixture(scope="module")
def korea() -> Plan:
    return plan(KOREA)


@pytest.fixture(scope="module")
def gain(korea: Plan) -> Callable[[str], float]:
    """By how much the bound of the scenario rises with a change."""

    def of(change: str) -> float:
        return plan(KOREA, overrides=[change]).bound - korea.bound

    return of


def price(found: Plan, rule: str, where: str) -> float:
    table: Any = found.tables["policies"]
    return float(table[(table["rule"] == rule) & (table["where"] == where)]["shadow_price"].iloc[0])


def test_a_floor_on_megawatts_has_its_price(korea: Plan, gain: Callable[[str], float]) -> None:
    # the least MW in all follows from the floor: that bound must not bear the floor's price
    real = gain("scale.facility_mw_min.2027=99")
    assert real > 4000
    assert price(korea, "facility_floor", "all") == pytest.approx(real, rel=0.02)


def test_a_rack_has_its_price(korea: Plan, gain: Callable[[str], float]) -> None:
    real = gain("system_supply[KR/vr-nvl72-maxq/2027].racks_count+=1")
    assert price(korea, "rack_supply", "vr-nvl72-maxq in KR") == pytest.approx(real, rel=0.05)


def test_what_holds_whatever_is_asked_is_worth_nothing(
    korea: Plan, gain: Callable[[str], float]
) -> None:
    # with Korean sites alone the row is T - T >= 0, whose dual is anything
    assert gain("policies.in_country_share.KR=0.9") == pytest.approx(0.0, abs=1.0)
    assert price(korea, "in_country_share", "KR") == 0.0


def test_every_limit_of_memory_has_a_price(korea: Plan) -> None:
    table: Any = korea.tables["policies"]
    memory = table[table["rule"] == "hbm_supply"]
    assert (memory["where"].str.contains(" or ")).any()
    assert memory["shadow_price"].notna().all()
    every = limits(Book(korea.case, korea.scenario, korea.tables))
    rows = {limit.rows for limit in every if limit.rule == "hbm_supply"}
    assert all(sum(per for _, per in some) == pytest.approx(1.0) for some in rows)


# -- by place and period --------------------------------------------------------------------------

SCENARIO = Scenario.model_validate(
    {"name": "tiny", "periods": [2027], "demand": {"mix": {"chat": 1.0}}}
)


def floor(mw: float, **more: Any) -> Case:
    """50 of the fast racks; slow ones fill 12 MW at the one site."""
    racks = {("KR", "fast", 2027): 50.0}
    floors = {("all", 2027): mw, **more.pop("facility_mw_min", {})}
    return tiny_case(1, facility_mw_min=floors, racks_supply_count=racks, **more)


def racks(count: float) -> Case:
    return tiny_case(1, racks_supply_count={("KR", "fast", 2027): count})


def money(musd: float) -> Case:
    return tiny_case(1, capex_total_musd_max={"all": musd})


def water(m3: float) -> Case:
    """At 1 L/kWh 120 m3 a day carry 5 MW of IT at site a; site b needs none."""
    litres = {("a", "dry"): 1.0, ("b", "dry"): 0.0}
    limit = {("a", "city"): m3}
    return tiny_case(2, wue_peak_l_per_kwh=litres, water_limit_m3_per_day=limit)


def people(count: float) -> Case:
    """One person for each MW at site a, of a region of its own."""
    regions = {"a": "KR-11", "b": "KR-12"}
    each = {"a": 1.0, "b": 0.0}
    return tiny_case(
        2, labour_region=regions, staff_per_mw_count=each, staff_supply_count={"KR-11": count}
    )


def memory(tb: float) -> Case:
    case = tiny_case(
        1,
        hbm_generation={"fast": "hbm4"},
        hbm_tb={"fast": 2.0},
        hbm_supply_tb={("hbm4", "v1", 2027): tb},
    )
    return case.having(sets={**case.sets, "HBM_TAKE": (("fast", "v1", 2027),)})


@pytest.mark.parametrize(
    ("make", "at", "step", "rule", "where", "unit"),
    [
        (floor, 12.0, -0.001, "facility_floor", "all", "MW"),
        (racks, 50.0, 1.0, "rack_supply", "KR, fast", "racks"),
        (money, 150.0, 1.0, "capex_total", "all", "M$"),
        (water, 120.0, 1.0, "water_day_limit", "a, city", "m3 a day"),
        (people, 6.0, 1.0, "staff_supply", "KR-11", "people"),
        (memory, 100.0, 1.0, "hbm_supply", "hbm4, v1", "TB"),
    ],
)
def test_one_more_unit_gains_what_a_solve_with_it_gains(
    make: Callable[[float], Case], at: float, step: float, rule: str, where: str, unit: str
) -> None:
    found = explain_case(make(at), SCENARIO)
    unit_of = {(u.rule, u.where): u for u in found.units}
    one = unit_of[rule, where]
    real = 1e6 * (relaxed(make(at + step)) - relaxed(make(at))) / abs(step)
    assert real > 0
    assert one.per_unit == pytest.approx(real, rel=1e-3)
    assert one.per_percent == pytest.approx(real * at / 100, rel=1e-3)
    assert (one.unit, one.required) == (unit, at)


@pytest.mark.parametrize("objective", ["cost_per_mtoken", "carbon_per_mtoken", "tokens"])
def test_a_gain_is_what_is_better(objective: str) -> None:
    scenario = SCENARIO.model_copy(
        update={"objective": SCENARIO.objective.model_copy(update={"name": objective})}
    )
    few, more = (
        racks(count).having(
            values={**racks(count).values, "facility_mw_max": {("all", 2027): 12.0}}
        )
        for count in (50.0, 50.01)
    )
    (one,) = (u for u in explain_case(few, scenario).units if u.rule == "rack_supply")
    better = abs(relaxed(more, objective) - relaxed(few, objective)) / 0.01
    assert one.per_unit == pytest.approx(better * OBJECTIVES[objective].factor, rel=1e-2)


def test_of_two_rules_that_ask_for_the_same_none_is_worth_anything() -> None:
    # 12 MW in all and 12 in Korea; one alone is worth (150 / 12 - 10 / 1.2) / 12 of 1e6 tokens/s
    alone = explain_case(floor(12.0), SCENARIO)
    assert {u.rule: u.per_unit for u in alone.units}["facility_floor"] == pytest.approx(
        1e6 * (12.5 - 10 / 1.2) / 12
    )
    twice = explain_case(floor(12.0, facility_mw_min={("KR", 2027): 12.0}), SCENARIO)
    assert "facility_floor" not in {u.rule for u in twice.units}
    assert "facility_floor" not in {worth.rule.family for worth in twice.binding}
    assert {"rack_supply"} == {u.rule for u in twice.units}


def test_worths_are_the_same_where_every_step_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    def units() -> dict[str, float]:
        return {unit.rule: unit.per_unit for unit in explain_case(water(120.0), SCENARIO).units}

    by_the_corner = units()
    monkeypatch.setattr(Corner, "lasts", lambda *_: False)
    assert by_the_corner == pytest.approx(units())
    assert len(by_the_corner) == 2  # the water and the floor


def test_a_plan_is_explained_by_its_own_prices(korea: Plan, tmp_path: Path, run: Any) -> None:
    folder = korea.write(tmp_path / "plan")
    document = json.loads(run("explain", folder, "--json", "--quiet").stdout)
    table: Any = korea.tables["policies"]
    held = table[(table["binding_flag"] == 1) & (table["shadow_price"] > 0)]
    expected = {
        (row.rule, row.where, row.period): pytest.approx(row.shadow_price)
        for row in held.itertuples()
    }
    said = {(u["rule"], u["where"], u["period"]): u["gain_per_unit"] for u in document["units"]}
    assert said == expected
    assert document["units_of"] == "plan"
    gains = [u["gain_per_percent"] for u in document["units"]]
    assert gains == sorted(gains, reverse=True)


def test_worths_fit_the_screen(korea: Plan) -> None:
    more = korea.tables["policies"].assign(binding_flag=1, shadow_price=1.0)
    found = Explanation("korea", True, unit="tokens/s per MW").of_plan(more)
    text = str(found)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert f"and {len(more) - 20} more: --json, policies.csv" in text
    blank = korea.tables["policies"].assign(shadow_price=float("nan"))
    assert not Explanation("korea", True).of_plan(blank).built
