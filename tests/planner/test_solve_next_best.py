"""Sites that questions begin with: in use or next in line, and the relaxation is the same."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.blocks.objective import OBJECTIVES
from planner.solve.cheapest import cheapest_of_equals
from planner.solve.compile import Compiled, compile_case
from planner.solve.next_best import with_next_best
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import Split, split
from tests.tiny import tiny_case

RATIO = OBJECTIVES["tokens_per_mw"]
NEVER = float("inf")


def solved(sites: str, floor_mw: float, **sets: Any) -> tuple[Compiled, Split, Relaxed]:
    """The cheapest relaxation with all sites in play: the cooler are in use, 24 MW at each."""
    case = tiny_case(sites, facility_mw_min={("all", 2027): floor_mw})
    compiled = compile_case(case.having(sets={**case.sets, **sets}))
    parts = split(compiled, sites)
    every = np.ones(len(sites), dtype=bool)
    relaxed = relaxed_ratio(compiled, parts, RATIO, every, 0.0, NEVER)
    return compiled, parts, cheapest_of_equals(compiled, parts, RATIO, relaxed, NEVER)


def kept(sites: str, floor_mw: float, **sets: Any) -> set[str]:
    compiled, parts, relaxed = solved(sites, floor_mw, **sets)
    found = with_next_best(compiled, parts, RATIO, relaxed, NEVER)
    return {s for s, stays in zip(sites, found.kept, strict=True) if stays}


@pytest.mark.parametrize(("floor_mw", "stay"), [(12.0, "ab"), (40.0, "abcd")])
def test_sites_in_use_and_those_next_in_line_stay(floor_mw: float, stay: str) -> None:
    """Of the others no more than one, which the basis may not do without."""
    assert set(stay) <= kept("abcdef", floor_mw)
    assert len(kept("abcdef", floor_mw)) <= len(stay) + 1


def test_a_forced_site_stays_and_is_not_ruled_out() -> None:
    found = kept("abcdef", 12.0, FORCED_SITE=("f",))
    assert set("abf") <= found
    assert len(found) < 6


def test_where_nothing_takes_their_place_all_stay() -> None:
    assert kept("abc", 40.0) == set("abc")


def test_a_question_ends_where_it_would_with_all_sites() -> None:
    """The cool site is ruled out, or more is asked for than those that stay can have."""
    compiled, parts, relaxed = solved("abcdef", 12.0)
    few = with_next_best(compiled, parts, RATIO, relaxed, NEVER)
    assert few.kept.sum() < relaxed.kept.sum()
    closed = np.where(parts.of_column == 0, 0.0, compiled.high)
    low = compiled.row_low.copy()
    low[compiled.row["facility_floor[all,2027]"]] = 100.0
    for model in (replace(compiled, high=closed), replace(compiled, row_low=low)):
        found, whole = (
            relaxed_ratio(model, parts, RATIO, first, relaxed.value, NEVER, little=True)
            for first in (few, np.ones(6, dtype=bool))
        )
        assert found.value == pytest.approx(whole.value)
        assert found.bound == pytest.approx(whole.bound)
        assert found.bound < 0.99 * relaxed.bound, "or nothing was asked"


def test_without_a_basis_it_is_as_it_was() -> None:
    compiled, parts, relaxed = solved("abcd", 12.0)
    without = replace(relaxed, basis=None)
    assert with_next_best(compiled, parts, RATIO, without, NEVER) is without
