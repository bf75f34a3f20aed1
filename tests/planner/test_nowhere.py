"""Scenarios that leave no site: what each site waits for or lacks, and what would help."""

from typing import Any

import pytest

from planner.explain import explain
from planner.explain.nowhere import why_no_site
from tests.region import context

KOREA = {"countries": ["KR"]}
MIPO = {"countries": ["KR"], "sites": {"include": ["ulsan-mipo"]}}
MISMATCH = {"cooling": {"include": ["dtc-dry"]}, "systems": {"include": ["h100"]}}
"""Racks cooled by air, and a design for those cooled by liquid."""


def why(facts: dict[str, float | str] | None = None, **choices: Any) -> list[str]:
    asked = context(facts, **{"periods": [2027], **choices})
    return why_no_site(asked.region, asked.scenario)


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    # ulsan-mipo stands at 345 kV, where the first step takes two years
    "a lead": (
        {"filters": MIPO},
        [
            "ulsan-mipo: cannot be energised before 2028: a connection at 345 kV takes 2 years "
            "from 2026",
            "with a period from 2028 on, ulsan-mipo can be used",
            "without filters.sites, ",
        ],
    ),
    "a policy": (
        {"filters": KOREA, "policies": {"first_year": {"KR": 2035}}},
        ["before 2035: policies.first_year.KR is 2035", "without policies.first_year, "],
    ),
    "a permit": (
        {"filters": {"sites": {"include": ["inzai"]}}},
        ["inzai: cannot be energised before 2033: ", "4 of them for its permit"],
    ),
    "headroom": (
        {"filters": MIPO, "facts": {"sites[ulsan-mipo].headroom_mw": 0}},
        ["ulsan-mipo: the grid has no headroom", "without filters.sites, "],
    ),
    "land": (
        {"filters": MIPO, "facts": {"sites[ulsan-mipo].parcel_m2": 500}},
        ["ulsan-mipo: 500 m2 of land have no room for a hall"],
    ),
    "cooling": (
        {"filters": {**KOREA, **MISMATCH}},
        ["no cooling design that filters.cooling leaves", "without filters.cooling, "],
    ),
    "hazard": (
        {"filters": MIPO, "policies": {"hazard": {"pga_g_max": 0.001}}},
        ["ulsan-mipo: left out by policies.hazard: earthquake above the ceiling"],
    ),
    "filters": (
        {"filters": {"countries": ["JP"], "sites": {"include": ["ulsan-mipo"]}}},
        ["filters.countries and filters.sites together leave no site", "no later year"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("choices", "said"), CASES.values(), ids=CASES)
def test_why_no_site_can_be_used(choices: dict[str, Any], said: list[str]) -> None:
    told = "\n".join(why(**choices))
    for sentence in said:
        assert sentence in told


def test_an_explanation_without_sites_says_why(small: Any) -> None:
    path = small("filters: {countries: [KR], sites: {include: [ulsan-mipo]}}\n")
    found = explain(path, overrides=["periods=[2027]"])
    assert found.feasible is False
    assert "with a period from 2028 on, ulsan-mipo can be used" in found.checks
