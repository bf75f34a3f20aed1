"""What a search says and does when it has no plan, or a poor one."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner import search as module
from planner.loaded import load_model
from planner.search import Search
from planner.solve.order import Limits
from planner.solve.place import Placement
from planner.solve.totals import WholeTotals
from planner.solve.watch import Watch
from tests.planner.test_optimize import scenario
from tests.tiny import tiny_case
from tests.two_years import TWO_YEARS

ONE_SITE = {
    **TWO_YEARS,
    "name": "one site",
    "budget": {"capex_musd_total": 2600},
    "filters": {"countries": ["KR"], "sites": {"include": ["bonghwa-154kv-2"]}},
    "solve": {"gap_frac": 1e-3, "threads": 1},
}


def searching(case: Case, gap_frac: float = 1e-4) -> Search:
    """A search that nothing was found by yet."""
    return Search(case, scenario(), Limits(gap_frac, gap_frac, math.inf), 1.0, Watch())


def test_only_what_was_searched_to_its_end_has_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """60 MW at the meter take three sites: one has no plan, all have; ended before, who knows."""
    case = tiny_case(4, facility_mw_min={("all", 2027): 60.0})
    search = searching(case)
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
    search = searching(tiny_case())
    search.quickly([{"open[a,2027]": 1.0}], math.inf)
    assert search.hand.placed is None


def test_a_plan_is_far_from_its_bound_by_several_gaps() -> None:
    search = searching(tiny_case())
    assert search.far(16.0), "there is none"
    search.where_and_what({"a", "b"}, 16.0)
    search.place(16.0)
    found = search.hand.r
    gap_frac = scenario().solve.gap_frac
    assert not search.far(found * (1 + 3 * gap_frac))
    assert search.far(found * (1 + 5 * gap_frac))


def test_what_was_searched_to_its_end_bounds_plans_at_these_sites_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = tiny_case()
    search = searching(case, 1e-9)
    assert search.bound_at({"a"}) == math.inf
    found = search.where_and_what({"a", "b"}, 16.0)
    alone = searching(case, 1e-9)
    assert search.bound_at({"a"}) == search.bound_at({"a", "b"}) == found
    assert found >= alone.where_and_what({"a"}, 16.0) * (1 - 1e-9)
    assert search.bound_at({"a", "c"}) == math.inf
    ended = search.bound_at({"b"})
    with monkeypatch.context() as patch:
        patch.setattr(module, "HALT", SimpleNamespace(asked=True))
        search.where_and_what({"a", "b", "c"}, 16.0)
    assert search.bound_at({"c"}) == math.inf
    assert search.bound_at({"b"}) == ended


def test_the_proof_ends_where_all_rivals_were_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """One site, money binds: the relaxation does not prove the plan, the first search does."""
    searched: list[set[str]] = []
    where_and_what = Search.where_and_what

    def counted(self: Search, sites: set[str], *args: Any) -> float:
        searched.append(sites)
        return where_and_what(self, sites, *args)

    monkeypatch.setattr(Search, "where_and_what", counted)
    monkeypatch.setattr(WholeTotals, "search", lambda *_: None)
    found = load_model(ONE_SITE).outcome
    assert found.status == "optimal"
    assert found.bound < OBJECTIVES["tokens_per_mw"].factor * found.relaxed.bound
    assert "prove" not in found.seconds, "nothing is left to prove"
    assert searched == [{"bonghwa-154kv-2"}]
    with monkeypatch.context() as patch:
        patch.setattr(Search, "bound_at", lambda *_: math.inf)
        again = load_model(ONE_SITE).outcome
    assert len(searched) == 1 + 2
    assert again.bound == pytest.approx(found.bound, rel=1e-4)


def test_no_racks_are_placed_where_nothing_better_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sites were searched to the end, and the plan in hand is as good as that."""
    search = searching(tiny_case())
    placed: list[float] = []
    counted = lambda *asked: placed.append(search.hand.r) or Placement(*asked)  # noqa: E731
    monkeypatch.setattr(module, "Placement", counted)
    bound = search.where_and_what({"a", "b"}, 20.0)
    search.place(20.0)
    search.place(20.0)
    assert placed == [-math.inf], "once, when nothing was in hand"
    assert search.hand.settled(bound)
    assert not search.hand.settled(20.0)
    monkeypatch.setattr(Search, "bound_at", lambda *_: math.inf)
    search.place(20.0)
    assert len(placed) == 2, "where that is not known they are"


def test_a_search_among_all_starts_at_the_plan_in_hand_not_above_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starts: list[float] = []
    in_order = module.in_order

    def noted(solver: Any, names: Any, start: float, *args: Any) -> Any:
        starts.append(start)
        return in_order(solver, names, start, *args)

    search = searching(tiny_case())
    search.where_and_what({"a", "b"}, 20.0)
    search.place(20.0)
    monkeypatch.setattr(module, "in_order", noted)
    bound = search.where_and_what({"a", "b"}, 20.0)
    assert starts == [search.hand.r]
    assert search.hand.r <= bound <= 20.0


@pytest.mark.parametrize(("small", "dives"), [(module.SMALL, 0), (0, 1)])
def test_a_small_model_is_searched_instead_of_dived_in(
    monkeypatch: pytest.MonkeyPatch, small: int, dives: int
) -> None:
    """A budget that the plan of before, changed, does not keep within the gap."""
    loaded = load_model({**ONE_SITE, "budget": {"capex_musd_total": 3000}})
    asked: list[int] = []
    monkeypatch.setattr(module, "SMALL", small)
    monkeypatch.setattr(module, "ways", lambda few, *_: asked.append(few.matrix.shape[0]) or ())
    answer = loaded.what_if(["budget.capex_musd_total=2600"])
    assert answer.status == "optimal"
    assert len(asked) == dives


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ("demand.mix={chat: 0.65, batch-documents: 0.35}", True),
        ("budget.capex_musd_total=2550", False),
    ],
)
def test_other_numbers_leave_the_best_plan_about_as_far_from_its_bound(
    monkeypatch: pytest.MonkeyPatch, change: str, known: bool
) -> None:
    """Limits do not: they may take the whole numbers there were, and nothing is expected."""
    loaded = load_model(ONE_SITE)
    likely: list[float] = []
    within = Search._within

    def noted(self: Search, *args: Any) -> Any:
        likely.append(self._likely)
        return within(self, *args)

    monkeypatch.setattr(Search, "_within", noted)
    answer = loaded.what_if([change])
    assert answer.status == "optimal"
    assert likely[0] == (pytest.approx(answer.outcome.r, rel=5e-3) if known else -math.inf)
