"""What a search says when it has no plan."""

from types import SimpleNamespace

import pytest

from planner import search as module
from planner.search import Search
from planner.solve.highs import Watch
from planner.solve.order import Limits
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
