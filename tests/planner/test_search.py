"""What a search says and does when it has no plan, or a poor one."""

import math
from types import SimpleNamespace

import pytest

from planner import search as module
from planner.search import Search
from planner.solve.order import Limits
from planner.solve.watch import Watch
from tests.planner.test_optimize import scenario
from tests.tiny import tiny_case


def test_only_what_was_searched_to_its_end_has_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """60 MW at the meter take three sites: one has no plan, all have; ended before, who knows."""
    case = tiny_case(4, facility_mw_min={("all", 2027): 60.0})
    search = Search(case, scenario(), Limits(1e-4, 1e-4, float("inf")), 1.0, Watch())
    search.where_and_what({"a"}, 16.0)
    assert search.nothing_fits
    with monkeypatch.context() as patch:
        patch.setattr(module, "HALT", SimpleNamespace(asked=True))
        search.where_and_what(set(case.sets["SITE"]), 16.0)
    assert not search.nothing_fits
    search.where_and_what(set(case.sets["SITE"]), 16.0)
    assert not search.nothing_fits
    assert search.where


def test_nothing_is_quickly_tried_without_a_bound() -> None:
    """A relaxation that was out of time has a point, and nothing that no plan beats."""
    search = Search(tiny_case(), scenario(), Limits(1e-4, 1e-4, float("inf")), 1.0, Watch())
    search.quickly([{"open[a,2027]": 1.0}], math.inf)
    assert search.hand.placed is None


def test_a_plan_is_far_from_its_bound_by_several_gaps() -> None:
    search = Search(tiny_case(), scenario(), Limits(1e-4, 1e-4, float("inf")), 1.0, Watch())
    assert search.far(16.0), "there is none"
    search.where_and_what({"a", "b"}, 16.0)
    search.place(16.0)
    found = search.hand.r
    gap_frac = scenario().solve.gap_frac
    assert not search.far(found * (1 + 3 * gap_frac))
    assert search.far(found * (1 + 5 * gap_frac))
