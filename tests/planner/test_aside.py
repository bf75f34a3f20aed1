"""Work in threads beside each other ends with what is good, and nothing of it is lost or hidden."""

import threading
import time
from collections.abc import Callable

import pytest

from models.build import build
from planner.aside import Aside, until_good
from planner.halt import HALT, Halted
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from tests.tiny import tiny_case


def waits() -> str:
    """Until it is asked to end."""
    end = time.monotonic() + 30
    while not HALT.asked and time.monotonic() < end:
        time.sleep(0.001)
    return "asked to end" if HALT.asked else "never asked"


def test_what_goes_on_aside_is_waited_for_or_raised() -> None:
    went: list[int] = []
    beside = Aside(lambda: went.append(threading.get_ident()))
    assert beside.result() is None
    assert went
    assert went[0] != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        Aside(lambda: 1 // 0).result()


def test_a_solve_aside_is_not_looked_at_by_step_but_before_it_begins() -> None:
    model = compile_model(build(tiny_case()))

    def solve() -> tuple[bool, str]:
        solver = Solver(model, threads=1)
        solver.maximise({"tokens_total": 1.0})
        return HALT.unheard, solver.run().state

    assert Aside(solve).result() == (True, "optimal")
    assert not HALT.unheard
    HALT.press()
    try:
        assert Aside(solve).result() == (True, "stopped")
    finally:
        HALT.forget()


def test_halted_is_raised_where_it_was_asked_for_alone() -> None:
    """The main thread keeps what it has; work aside that is nothing by halves ends at once."""

    def at_once() -> None:
        with HALT.at_once():
            HALT.check()

    HALT.press()
    try:
        with pytest.raises(Halted):
            Aside(at_once).result()
        HALT.check()
    finally:
        HALT.forget()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_first_good_one_ends_the_others(threads: int) -> None:
    asked: list[str] = []

    def slow() -> str:
        asked.append(waits())
        return "slow"

    works: list[Callable[[], str]] = [lambda: "poor", lambda: "good", slow, slow]
    found = until_good(works, lambda given: given == "good", threads)
    assert "good" in found
    assert "slow" not in found
    assert set(asked) <= {"asked to end"}
    assert not HALT.asked


@pytest.mark.parametrize("threads", [1, 2])
def test_where_none_is_good_all_are_given(threads: int) -> None:
    found = until_good([lambda: 1, lambda: 2, lambda: 3], lambda given: given > 3, threads)
    assert sorted(found) == [1, 2, 3]


def test_what_one_raises_ends_the_others() -> None:
    ended: list[str] = []
    with pytest.raises(ZeroDivisionError):
        until_good([lambda: 1 // 0, lambda: ended.append(waits())], bool, 2)
    assert ended in (["asked to end"], [])  # begun before, or not at all


@pytest.mark.parametrize("threads", [1, 2])
def test_nothing_begins_once_the_end_is_asked_for(threads: int) -> None:
    HALT.press()
    try:
        assert until_good([lambda: 1], bool, threads) == []
    finally:
        HALT.forget()
