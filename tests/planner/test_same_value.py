"""Other threads and other seeds: a plan of the same value within the gap, under the same bound."""

import pytest

from planner.coefficients.case import make_case
from planner.optimize import optimize
from planner.reading import read
from tests.two_years import TWO_YEARS

GAP_FRAC = 2e-3
SCENARIO = {
    **TWO_YEARS,
    "name": "same-value",
    "policies": {"vendor_share_max": {"share": 0.8, "basis": "mw"}},
}


def test_threads_and_seeds_do_not_change_what_a_plan_is_worth() -> None:
    values, bounds = [], []
    for threads, seed in ((1, 0), (1, 7), (2, 3)):
        solve = {"threads": threads, "seed": seed, "gap_frac": GAP_FRAC}
        scenario, facts = read({**SCENARIO, "solve": solve})
        found = optimize(make_case(facts, scenario), scenario)
        assert found.status == "optimal"
        values.append(found.value)
        bounds.append(found.bound)
    assert max(values) <= min(bounds) * (1 + 1e-6)  # no bound is beaten by another's plan
    assert min(values) == pytest.approx(max(values), rel=GAP_FRAC)
