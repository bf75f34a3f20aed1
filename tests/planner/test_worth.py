"""What one more unit of a limit is worth: against plans of the same scenario with one unit more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner import Plan, plan
from planner.limits import Book, limits

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
