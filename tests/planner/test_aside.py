"""Work in a thread aside gives what it gave, raises what it raised, and ends when all does."""

import threading

import pytest

from models.build import build
from planner.aside import Aside
from planner.halt import HALT, Halted
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from tests.tiny import tiny_case


def test_what_goes_on_aside_is_waited_for_or_raised() -> None:
    went: list[int] = []
    beside = Aside(lambda: went.append(threading.get_ident()))
    assert beside.result() is None
    assert went
    assert went[0] != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        Aside(lambda: 1 // 0).result()


def test_what_is_begun_aside_is_done_there_and_once() -> None:
    went: list[int] = []

    def work() -> set[int]:
        inner = Aside(lambda: went.append(threading.get_ident()))
        assert not went, "nobody asked yet"
        inner.result()
        inner.result()
        return {threading.get_ident()}

    assert Aside(work).result() == set(went)
    assert len(went) == 1


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
