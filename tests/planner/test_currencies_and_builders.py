"""Exchange rates act on land, power, water and wages; builders of a province are limited."""

from dataclasses import replace

import pytest

from planner.coefficients.case import make_case
from planner.errors import InputError
from planner.limits import Book
from planner.planning import plan
from planner.verify import checked
from tests.region import context
from tests.runs import read_back

LOCAL = {
    "land_musd_per_m2", "water_usd_per_m3", "energy_usd_per_mwh", "demand_usd_per_kw_year",
    "staff_usd_per_year",
}  # fmt: skip
"""Coefficients of prices stated in won and yen."""


def test_a_weak_won_makes_local_things_cheap_and_nothing_else():
    usual, weak = (
        make_case(asked.region, asked.scenario)
        for asked in (
            context(filters={"countries": ["KR"]}),
            context(
                filters={"countries": ["KR"]}, money={"exchange_rates": {"KRW": 2900, "JPY": 300}}
            ),
        )
    )
    changed = {name for name in usual.values if usual[name] != weak[name]}
    assert changed == LOCAL
    for name in LOCAL:
        for at, value in usual[name].items():
            assert weak[name][at] == pytest.approx(value / 2), name  # 1,450 won a dollar in 2026


TWO_PLACES = {
    "name": "builders",
    "periods": [2028],
    "scale": {"facility_mw_min": {2028: 30}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {"sites": {"include": ["ulsan-mipo", "gumi-154kv-1"]}},
    "people": {"builders_max": {"KR-31": 60}},
    "solve": {"gap_frac": 0.01, "threads": 1},
}


def test_builders_are_kept_and_verified(tmp_path):
    found = read_back(plan(TWO_PLACES, worth=False).write(tmp_path / "plan"))
    assert checked(found) == []
    rules = found.tables["policies"].set_index("rule")
    # the first period draws on its own year: 60 worker-years build 15 MW of IT at most
    assert rules.loc["builders", "required"] == pytest.approx(60)
    assert rules.loc["builders", "achieved"] <= rules.loc["builders", "required"] + 1e-6
    none = found.book.case.having(
        values={**found.book.case.values, "builders_max_count": {"KR-47": 1.0, "KR-31": 0.0}}
    )
    book = Book(none, found.book.scenario, found.tables)
    assert "builders (KR-47, 2028)" in "\n".join(checked(replace(found, book=book)))


def test_an_unknown_province_is_named():
    with pytest.raises(InputError, match="unknown labour region"):
        context(people={"builders_max": {"KR-99": 10}})
