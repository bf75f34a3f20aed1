"""A search that does not heed Ctrl-C is left behind; what it had found is kept."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from planner.halt import HALT, halting
from planner.solve import highs as module
from planner.solve.compile import compile_case
from planner.solve.highs import Solver
from planner.solve.listening import Listening
from planner.solve.watch import Watch
from tests.tiny import tiny_case


class Event:
    """One of HiGHS's events: who listens to it."""

    def __init__(self) -> None:
        self.calls: list[Callable[[Any], None]] = []

    def subscribe(self, call: Callable[[Any], None]) -> None:
        self.calls.append(call)

    def unsubscribe(self, call: Callable[[Any], None]) -> None:
        self.calls.remove(call)


def silent() -> Any:
    names = ("MipInterrupt", "SimplexInterrupt", "IpmInterrupt", "MipLogging")
    return SimpleNamespace(**{f"cb{n}": Event() for n in (*names, "MipImprovingSolution")})


def told(x: list[float]) -> Any:
    data = SimpleNamespace(mip_solution=x, objective_function_value=sum(x))
    return SimpleNamespace(data_out=data)


def test_a_run_that_ends_is_waited_for() -> None:
    highs, done = silent(), threading.Event()
    with halting(), Listening(highs, Watch()) as heard:
        assert heard.ended(lambda: (time.sleep(0.05), done.set()))
        assert done.is_set()
    assert not any(event.calls for event in vars(highs).values())


def test_what_is_raised_beside_is_raised_where_it_is_waited_for() -> None:
    with halting(), Listening(silent(), None) as heard, pytest.raises(ZeroDivisionError):
        heard.ended(lambda: 1 // 0)


def test_a_run_that_does_not_end_is_left_behind() -> None:
    highs, over = silent(), threading.Event()

    def run() -> None:
        highs.cbMipImprovingSolution.calls[0](told([1.0, 2.0]))
        HALT.press()
        over.wait(30)

    begun = time.monotonic()
    try:
        with halting(), Listening(highs, None) as heard:
            assert not heard.ended(run)
        assert time.monotonic() - begun < 10
        assert heard.objective == 3.0
        assert np.array_equal(heard.x if heard.x is not None else [], [1.0, 2.0])
        assert not HALT.asked
        asked: list[bool] = []
        for call in highs.cbMipInterrupt.calls:  # it still hears that it is to end
            call(SimpleNamespace(interrupt=lambda: asked.append(True)))
        assert asked == [True]
    finally:
        over.set()


def test_the_solver_of_a_search_left_behind_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that it is left to goes on in the old one."""
    over = threading.Event()

    class Stubborn(module._Silent):  # type: ignore[misc]
        def run(self) -> None:
            HALT.press()
            over.wait(30)

    solver = Solver(compile_case(tiny_case()), threads=1)
    solver.maximise({"tokens_total": 1.0})
    left = solver.highs
    left.__class__ = Stubborn
    try:
        with halting():
            answer = solver.run()
        assert (answer.state, answer.x) == ("stopped", None)
        assert solver.highs is not left
        solver.maximise({"tokens_total": 2.0})
        assert solver.run().state == "optimal"
    finally:
        over.set()


def test_without_a_command_nothing_runs_beside() -> None:
    assert not HALT.wakes
    with halting():
        assert HALT.wakes
        seen: list[bool] = []
        thread = threading.Thread(target=lambda: seen.append(HALT.wakes))
        thread.start()
        thread.join()
        assert seen == [False]
    assert not HALT.wakes
