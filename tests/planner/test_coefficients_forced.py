"""What counts as using a site: its smallest hall, or nine tenths of what its limits allow."""

from typing import Any

import pytest

from planner.coefficients.forced import least_it_mw, with_forced
from tests.tiny import YEARS, tiny_case


@pytest.mark.parametrize(
    ("values", "least_mw"),
    [
        ({}, 10.0),  # 24 MW at 1.2 carry 20 MW, and four halls of 10 MW more than one
        ({"step_mw": {("a", 1): 6.0}}, 0.9 * 6 / 1.2),
        ({"step_mw": {("a", 1): 6.0, ("a", 2): 60.0}}, 10.0),
        ({"permit_free_mw": {"a": 6.0}}, 0.9 * 6 / 1.2),
        ({"halls_max_count": {("a", "dry"): 1.0}}, 0.9 * 10 / 2),
        # 1 L/kWh of 4 MW is 96 m3 in a day; of 3 MW, 26,280 m3 in a year
        ({"water_limit_m3_per_day": {("a", "city"): 96.0}}, 0.9 * 4),
        ({"water_limit_m3_per_year": {("a", "city"): 26280.0}}, 0.9 * 3),
        # a site that can carry nothing is asked for its smallest hall all the same
        ({"step_mw": {("a", 1): 0.0}}, 10.0),
    ],
)
def test_by_hand(values: dict[str, Any], least_mw: float) -> None:
    wet = {f"wue_{part}_l_per_kwh": {("a", "dry"): 1.0} for part in ("peak", "mean")}
    case = tiny_case(1, **wet, **values)
    assert least_it_mw(case, ["a"]) == pytest.approx({"a": least_mw})


def test_it_is_the_smallest_hall_and_the_best_design_that_count() -> None:
    pairs = [("a", "small"), ("a", "large")]
    case = tiny_case(
        1,
        cooling_class={"small": "liquid", "large": "liquid"},
        hall_mw=dict(zip(pairs, (5.0, 10.0), strict=True)),
        facility_per_it_frac=dict(zip(pairs, (1.5, 1.2), strict=True)),
        energy_per_it_frac=dict(zip(pairs, (1.5, 1.2), strict=True)),
        step_mw={("a", 1): 3.0},
    )
    assert least_it_mw(case, ["a"]) == pytest.approx({"a": 0.9 * 3 / 1.2})


def test_a_step_that_comes_too_late_brings_nothing() -> None:
    case = tiny_case(1, YEARS, step_mw={("a", 1): 6.0, ("a", 2): 60.0})
    early = [(s, i, t) for s, i, t in case.sets["STEP_PERIOD"] if i == 1]
    case = case.having(sets={**case.sets, "STEP_PERIOD": tuple(early)})
    assert least_it_mw(case, ["a"]) == pytest.approx({"a": 0.9 * 6 / 1.2})


def test_sites_are_forced_in_the_order_of_the_case() -> None:
    case = with_forced(tiny_case(3), ["c", "a", "nowhere"])
    assert case.sets["FORCED_SITE"] == ("a", "c")
    assert case["forced_it_mw"] == {"a": 10.0, "c": 10.0}
