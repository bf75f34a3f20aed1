"""Every named objective on a plan that the rules leave no choice in, weighed by hand."""

import pytest

from models.blocks.objective import OBJECTIVES, SECONDS_PER_YEAR
from tests.solved import refused, solve
from tests.tiny import YEARS, tiny_case

# one site of fast racks: 12 MW at the meter in 2027, 24 in the two years from 2028, which count
# half. 200 and 400 Mtokens/s. Site, connection, hall, racks: 0.1 + 0.1 + 0.3 + 40 M$ a year, then
# 0.1 + 0.1 + 0.6 + 80; energy for 11 and 22 MW: 9.636 and 19.272 M$; carbon 38.544 and 77.088 kt
LOAD = {("all", 2027): 12.0, ("all", 2028): 24.0}
COST = (40.5 + 9.636) * 1 + (80.8 + 19.272) * 2 * 0.5
EXPECTED = {
    "tokens_per_mw": (200 + 2 * 400) / (12 + 2 * 24),
    "tokens": 200 + 2 * 400,
    "cost": COST,
    "cost_per_mtoken": COST / (200 * 1 + 400 * 2 * 0.5),
    # 0.1 $ for a Mtoken: 3.15576 M$ a year for each Mtoken/s
    "npv": 3.15576 * (200 * 1 + 400 * 2 * 0.5) - COST,
    "carbon_per_mtoken": (38.544 + 2 * 77.088) / (200 + 2 * 400),
    # 12 and 24 MW at the meter are 10 and 20 MW of IT, without water in this design
    "water_per_mtoken": 0.0,
    "in_country_frac": 1.0,
    "apart": 0.25,  # of an earlier plan with 3/4 of its MW at the site, and the rest elsewhere
}
# what people read: tokens/s for Mtokens/s; $ per Mtoken for M$ a year per Mtoken/s; g for kt
SHOWN = {
    "tokens_per_mw": 1e6,
    "tokens": 1e6,
    "cost": 1,
    "npv": 1,
    "cost_per_mtoken": 1e6 / SECONDS_PER_YEAR,
    "carbon_per_mtoken": 1e9 / SECONDS_PER_YEAR,
    "water_per_mtoken": 1e9 / SECONDS_PER_YEAR,
    "in_country_frac": 1,
    "apart": 1,
}


def fixed_plan():
    return tiny_case(
        1,
        periods=YEARS,
        hosts={"liquid": ["fast"]},
        facility_mw_min=LOAD,
        facility_mw_max=LOAD,
        years={2027: 1.0, 2028: 2.0},
        discount_factor={2027: 1.0, 2028: 0.5},
        revenue_usd_per_mtoken={"chat": 0.1},
        objective_asked=dict.fromkeys(("water_per_mtoken", "in_country_frac"), 1.0),
        apart_weight={"a": 0.75, "elsewhere": 0.25},
    )


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objective(name):
    assert solve(fixed_plan(), name).value == pytest.approx(EXPECTED[name])
    assert OBJECTIVES[name].factor == pytest.approx(SHOWN[name])


def test_each_objective_is_tested():
    assert set(OBJECTIVES) == set(EXPECTED)


def test_a_plan_that_serves_nobody_is_no_plan():
    assert refused(tiny_case(reach=dict.fromkeys("ab", frozenset())))


def test_a_later_objective_breaks_ties_of_an_earlier_one():
    # any load of a from 12 to 24 MW makes 16.667 Mtokens/s per MW: the least costs least
    case = tiny_case()
    best = solve(case, "tokens_per_mw", "cost")
    assert best.value == pytest.approx(200 / 12)
    assert best["cost_present"] == pytest.approx(40.5 + 9.636)
    # the other way round cost has no ties to break: b is cheaper, for it has fewer racks
    other = solve(case, "cost", "tokens_per_mw")
    assert other["cost_present"] == pytest.approx(solve(case, "cost").value)
    assert other["tokens_total"] / other["facility_total"] < 200 / 12


def test_an_objective_is_held_no_worse_than_its_limit():
    # a with fast racks makes 200/12 Mtokens/s per MW (the test above); slow racks make half of it
    case = tiny_case()
    free = solve(case, "cost")
    wanted = 0.9 * 200 / 12 * 1e6  # in tokens/s per MW, as the scenario states it
    held = solve(tiny_case(objective_limit={"tokens_per_mw": wanted}), "cost")
    assert held["tokens_total"] / held["facility_total"] >= 0.9 * 200 / 12 - 1e-6
    assert free["tokens_total"] / free["facility_total"] < 0.9 * 200 / 12
    assert held["cost_present"] > free["cost_present"]
    assert refused(tiny_case(objective_limit={"tokens_per_mw": 1.01 * 200 / 12 * 1e6}))
    dear = solve(case, "tokens_per_mw", "cost")
    cheap = solve(tiny_case(objective_limit={"cost": dear["cost_present"] - 1}), "tokens_per_mw")
    assert cheap["cost_present"] <= dear["cost_present"] - 1 + 1e-6
    assert cheap.value < dear.value
