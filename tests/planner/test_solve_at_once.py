"""Whole numbers all at once: a plan next to a point that is good enough, or none."""

import numpy as np
import pytest

from models.blocks.objective import OBJECTIVES
from planner.solve import at_once as at_once_module
from planner.solve import ways as module
from planner.solve.at_once import AtOnce
from planner.solve.compile import Compiled, compile_case, holds
from planner.solve.dive import Point, Wanted
from planner.solve.highs import Solver
from planner.solve.narrow import at_sites
from planner.solve.order import Limits, in_order
from planner.solve.ratio import costs_at, value_at
from planner.solve.ways import ways
from tests.tiny import tiny_case

NAMES = ["tokens_per_mw", "cost"]
RATIO = OBJECTIVES["tokens_per_mw"]
LIMITS = Limits(1e-9, 1e-9, float("inf"), ties=False)


@pytest.fixture(scope="module")
def model() -> Compiled:
    """35 MW at the meter: a has 24 MW of grid, which is two halls of 10 MW; the rest is b's."""
    case = tiny_case(2, facility_mw_min={("all", 2027): 35.0})
    return compile_case(at_sites(case, case.sets["SITE"]))


@pytest.fixture(scope="module")
def relaxed(model: Compiled) -> np.ndarray:
    solver = Solver(model, 1, 0)
    solver.whole(False)
    x = in_order(solver, NAMES, 0.0, LIMITS)[1]
    assert x is not None
    return x


def at_once(model: Compiled, least: float, bound: float) -> AtOnce:
    costs = costs_at(model, RATIO, bound)
    return AtOnce(model, Wanted(NAMES, least, bound), costs, 0, float("inf"))


def test_halls_next_to_a_point_then_racks(model: Compiled, relaxed: np.ndarray) -> None:
    bound = value_at(model, RATIO, relaxed)
    halls = [i for i, name in enumerate(model.column_names) if name.startswith("halls[")]
    assert (relaxed[halls] % 1.0 > 1e-6).any()
    x = at_once(model, 0.99 * bound, bound).halls(relaxed)
    assert x is not None
    assert holds(model, x)
    assert np.allclose(x[model.integer], np.round(x[model.integer]))
    assert (np.abs(x[halls] - relaxed[halls]) < 1.0).all()
    assert 0.99 * bound <= value_at(model, RATIO, x) <= bound * (1 + 1e-7)


@pytest.mark.parametrize(("there_are", "tries"), [(False, 2), (True, 1 + 3)])
def test_halls_with_less_to_spare_are_sought_where_there_are_none_with_more(
    model: Compiled,
    relaxed: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    there_are: bool,
    tries: int,
) -> None:
    """Else three ways to whole racks are tried beside them, and no other halls."""
    tried: list[np.ndarray | None] = []

    def first(*_: object) -> np.ndarray | None:
        tried.append(relaxed if there_are and not tried else None)
        return tried[-1]

    monkeypatch.setattr(AtOnce, "_first", first)
    assert at_once(model, 0.9, 1.0).halls(relaxed) is None
    assert len(tried) == tries


def test_none_where_none_is_good(model: Compiled, relaxed: np.ndarray) -> None:
    bound = value_at(model, RATIO, relaxed)
    assert at_once(model, 1.01 * bound, 1.02 * bound).halls(relaxed) is None
    assert at_once(model, 1.01 * bound, 1.02 * bound).racks(np.round(relaxed)) is None


def test_a_dive_that_ends_beyond_the_gap_is_begun_again_from_a_point_within(
    model: Compiled, relaxed: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = value_at(model, RATIO, relaxed)
    poor = relaxed.copy()
    poor[model.column[RATIO.over]] *= 0.9
    monkeypatch.setattr(
        module, "dived", lambda *_: iter([Point(relaxed, whole=False), Point(poor, whole=True)])
    )
    good, again, *_ = ways(model, Wanted(NAMES, 0.99 * bound, bound), LIMITS, 0)
    assert good() is None
    x = again()
    assert x is not None
    assert holds(model, x)
    assert value_at(model, RATIO, x) >= 0.99 * bound
    monkeypatch.setattr(module, "dived", lambda *_: iter([Point(poor, whole=True)]))
    good, again, *_ = ways(model, Wanted(NAMES, 0.99 * bound, bound), LIMITS, 0)
    assert (good(), again()) == (None, None)


def test_a_large_model_is_searched_for_longer(
    model: Compiled, relaxed: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[float] = []
    monkeypatch.setattr(at_once_module, "monotonic", lambda: 0.0)
    monkeypatch.setattr(Solver, "first", lambda _, end: ends.append(end))
    monkeypatch.setattr(at_once_module, "SECONDS_EACH", 2 / sum(model.matrix.shape))
    assert at_once(model, 0.9, 1.0).racks(relaxed) is None
    monkeypatch.setattr(at_once_module, "SECONDS_EACH", 1e-9)
    assert at_once(model, 0.9, 1.0).racks(relaxed) is None
    assert ends == pytest.approx([2.0] * 3 + [at_once_module.SECONDS] * 3)
