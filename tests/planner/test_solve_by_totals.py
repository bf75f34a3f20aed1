"""Plans by way of whole totals of halls: whole at sites, never better than the best there is."""

from time import monotonic

import numpy as np
import pytest
from hypothesis import assume, given, settings

from models.build import build
from planner.solve.by_totals import Searched, by_totals
from planner.solve.compile import compile_case, compile_model
from planner.solve.narrow import at_sites
from planner.solve.order import Limits
from tests.planner.test_properties import seeded
from tests.random_cases import small_cases
from tests.solved import attempt
from tests.tiny import YEARS, tiny_case

WHOLE = ("open[", "connect[", "halls[")


def found(case, plan=None, seconds=20.0):
    """By way of totals, begun at the best ratio in groups."""
    best = attempt(case)
    limits = Limits(gap_frac=1e-9, tolerance_frac=1e-9, deadline=monotonic() + seconds)
    how = Searched(("tokens_per_mw", "cost"), best.best.value, limits, threads=1, seed=0)
    return by_totals(case, compile_case(case), [], plan or {}, how)


@settings(seeded, max_examples=8)
@given(case=small_cases(most_sites=3))
def test_what_is_found_is_a_plan_with_whole_halls(case):
    assume(attempt(case) is not None)
    value, plan = found(case)
    if not plan:
        return
    whole = [v for name, v in plan.items() if name.startswith(WHOLE)]
    assert whole == pytest.approx(np.round(whole), abs=1e-6)
    divisible = at_sites(case, case.sets["SITE"]).having(whole_racks=False)
    names = set(compile_model(build(divisible)).column_names)
    assert set(plan) <= names
    best = attempt(divisible)
    assert value <= best.best.value * (1 + 1e-6)


def test_from_a_plan_on_it_is_never_worse():
    case = tiny_case(3, periods=YEARS, facility_mw_min={("all", 2028): 40.0})
    first, plan = found(case)
    again, _ = found(case, plan)
    assert again >= first * (1 - 1e-9)
    best = attempt(at_sites(case, case.sets["SITE"]).having(whole_racks=False))
    assert first == pytest.approx(best.best.value, rel=1e-6)
