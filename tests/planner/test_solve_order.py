"""Objectives in order: each as good as it can be with those before it held."""

import numpy as np
import pytest
from hypothesis import assume, given, settings

from models.blocks.objective import OBJECTIVES
from models.build import build
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from planner.solve.order import Limits, held, in_order, relaxed_in_order
from tests.planner.test_properties import seeded
from tests.random_cases import small_cases
from tests.tiny import tiny_case

NEVER = float("inf")


def amounts(case, names, tolerance_frac=1e-6, enough=NEVER):
    """Value of each objective, as stated, at the plan of the objectives in order."""
    compiled = compile_model(build(case))
    solver = Solver(compiled, threads=1)
    limits = Limits(1e-9, tolerance_frac, NEVER, enough=enough)
    _, x = in_order(solver, names, 0.0, limits)
    if x is None:
        return None
    found = {}
    for name, ratio in OBJECTIVES.items():
        if ratio.over not in compiled.column:
            continue
        found[name] = x[compiled.column[ratio.over]] / max(x[compiled.column[ratio.under]], 1e-9)
    return found


def test_the_row_that_holds_an_objective():
    # at least 16.65 tokens for each MW, of 16.666 with a tolerance of a thousandth
    assert held("tokens_per_mw", 50 / 3, 1e-3) == pytest.approx(
        {"tokens_total": 1, "facility_total": -16.65}
    )
    # a cost of 0.25 each is -0.25, and may be 0.25025: -cost + 0.25025 tokens >= 0
    assert held("cost_per_mtoken", -0.25, 1e-3) == pytest.approx(
        {"cost_present": -1, "tokens_present": 0.25025}
    )


@settings(seeded, max_examples=8)
@given(small_cases())
def test_a_later_objective_leaves_the_earlier_one_alone(case):
    one = amounts(case, ["tokens_per_mw"])
    assume(one is not None)
    two = amounts(case, ["tokens_per_mw", "cost"])
    assert two["tokens_per_mw"] >= one["tokens_per_mw"] * (1 - 2e-6)
    assert two["cost"] <= one["cost"] * (1 + 1e-6)


def test_a_wider_tolerance_buys_more_of_the_later_objective():
    # b has fewer racks for its 12 MW: with a tenth to give away, all of it is b
    tight, wide = (amounts(tiny_case(), ["tokens_per_mw", "cost"], f) for f in (1e-6, 0.1))
    assert tight["tokens_per_mw"] == pytest.approx(20 / 1.2, rel=1e-5)
    assert wide["tokens_per_mw"] >= 0.9 * 20 / 1.2 - 1e-6
    assert wide["cost"] < tight["cost"] - 1


@pytest.mark.parametrize("enough", [0.95 * 20 / 1.2, 2 * 20 / 1.2])
def test_only_what_is_more_than_enough_is_given_away(enough):
    """With a tenth to give away, at most down to what is enough; nothing where that is not met."""
    best = 20 / 1.2
    found = amounts(tiny_case(), ["tokens_per_mw", "cost"], 0.1, enough)
    assert found["tokens_per_mw"] >= min(enough, best) * (1 - 1e-5)


@settings(seeded, max_examples=8)
@given(small_cases())
def test_the_relaxation_in_order(case):
    compiled = compile_model(build(case))
    names = ["tokens_per_mw", "cost"]
    first = np.ones(len(case.sets["SITE"]), dtype=bool)
    limits = Limits(1e-9, 1e-4, NEVER)
    found = relaxed_in_order(compiled, case.sets["SITE"], names, first, limits)
    assume(found[0].x is not None)
    assert len(found) == 2
    plan, best = found[1].x, found[0].value
    tokens, load = (plan[compiled.column[n]] for n in ("tokens_total", "facility_total"))
    assert tokens / load >= best * (1 - 1.1e-4)
    alone = relaxed_in_order(compiled, case.sets["SITE"], ["cost"], first, limits)
    assert alone[0].value >= found[1].value - 1e-6, "cost alone costs no more"
