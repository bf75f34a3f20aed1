"""Sites ruled out by prices stand in no better plan; what is said of a site's loss is true."""

import numpy as np
import pytest
from hypothesis import assume, given, settings

from models.blocks.objective import OBJECTIVES
from models.build import build
from planner.solve.compile import compile_model
from planner.solve.losses import ceilings, contenders
from planner.solve.narrow import among
from planner.solve.own import Forcing, OwnRows
from planner.solve.sift import relaxed_ratio
from planner.solve.split import split
from tests.planner.test_properties import at_least, ratio, seeded
from tests.random_cases import small_cases

NEVER = float("inf")


def sifted(case, name):
    compiled, sites = compile_model(build(case)), case.sets["SITE"]
    parts = split(compiled, sites)
    first = np.arange(len(sites)) < 1
    return compiled, relaxed_ratio(compiled, parts, OBJECTIVES[name], first, 0.0, NEVER)


def opened_last(case):
    """Names of the columns that say a site is open, and connected, in the last period."""
    last = case.sets["PERIOD"][-1]
    return {s: (f"open[{s},{last}]", f"connect[{s},1,{last}]") for s in case.sets["SITE"]}


@pytest.mark.parametrize("name", ["tokens_per_mw", "cost_per_mtoken"])
@pytest.mark.parametrize("share", [0.9, 1.0])
@settings(seeded, max_examples=4)
@given(case=small_cases())
def test_no_better_plan_has_a_site_that_is_ruled_out(name, share, case):
    best = ratio(case, name)
    assume(np.isfinite(best))
    level = best - (1 - share) * abs(best)
    compiled, relaxed = sifted(case, name)
    sites = case.sets["SITE"]
    kept = contenders(compiled, sites, OBJECTIVES[name], relaxed, level, NEVER)
    for s, columns in opened_last(case).items():
        if s not in kept:
            forced = ratio(case, name, held=dict.fromkeys(columns, 1))
            assert at_least(level, forced), s


@settings(seeded, max_examples=6)
@given(small_cases())
def test_ceilings_hold_without_and_with_each_site(case):
    compiled, relaxed = sifted(case, "tokens_per_mw")
    assume(relaxed.x is not None)
    sites, columns = case.sets["SITE"], opened_last(case)
    force = Forcing(
        np.array([compiled.column[name] for pair in columns.values() for name in pair]),
        np.empty(0, dtype=int),
        np.zeros(len(sites)),
    )
    parts = split(compiled, sites)
    forced = OwnRows(compiled, parts, force)
    found = ceilings(compiled, parts, OBJECTIVES["tokens_per_mw"], relaxed, forced.most, NEVER)
    for s, without, having in zip(sites, found.without, found.having, strict=True):
        assert at_least(without, ratio(among(case, set(sites) - {s})))
        assert at_least(having, ratio(case, held=dict.fromkeys(columns[s], 1)))
        assert at_least(relaxed.bound, max(without, having))
