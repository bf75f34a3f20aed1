"""HiGHS's events passed on while it runs: to a watch, and Ctrl-C to HiGHS.

HiGHS asks whether to end between nodes and steps, which may be seconds apart. So the main thread of
a command does not run a search for whole numbers itself: it waits for one beside it, and leaves
that behind where it does not end soon after Ctrl-C. What it had found by then is known.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from planner.halt import HALT
from planner.solve.watch import Watch

LEFT_S = 0.2
"""How long a search is waited for after Ctrl-C."""


class Listening:
    """For the length of one run; `objective` and `x` are the best that a search told of."""

    def __init__(self, highs: Any, watch: Watch | None) -> None:
        self._watch = watch
        self._runs = self._left = False
        self.objective = -np.inf
        self.x: np.ndarray | None = None
        steps = (highs.cbMipInterrupt, highs.cbSimplexInterrupt, highs.cbIpmInterrupt)
        self._events = [(event, self._interrupt) for event in steps if not HALT.unheard]
        if watch is not None:
            self._events.append((highs.cbMipLogging, self._report))
        if watch is not None or HALT.wakes:
            self._events.append((highs.cbMipImprovingSolution, self._improve))

    def __enter__(self) -> "Listening":
        for event, call in self._events:
            event.subscribe(call)
        return self

    def __exit__(self, *_: object) -> None:
        self._left = self._runs
        if not self._left:
            for event, call in self._events:
                event.unsubscribe(call)

    def ended(self, run: Callable[[], Any]) -> bool:
        """Whether a run came to its end; one left behind is asked to end at each event."""
        raised: list[BaseException] = []

        def told() -> None:
            try:
                run()
            except BaseException as error:  # what a watch raises is raised where it is waited for
                raised.append(error)
            finally:
                HALT.woken.set()

        beside = threading.Thread(target=told, daemon=True)
        HALT.woken.clear()
        beside.start()
        self._runs = True
        if not HALT.asked:
            HALT.woken.wait()
        beside.join(LEFT_S)
        self._runs = beside.is_alive()
        if raised:
            raise raised[0]
        return not self._runs

    def _report(self, event: Any) -> None:
        assert self._watch is not None
        self._watch.bound(event.data_out.mip_dual_bound)

    def _improve(self, event: Any) -> None:
        self.objective = event.data_out.objective_function_value
        self.x = np.array(event.data_out.mip_solution)
        if self._watch is not None:
            self._watch.plan(self.x)

    def _interrupt(self, event: Any) -> None:
        stop = self._watch is not None and self._watch.stop
        if HALT.asked or stop or self._left:
            event.interrupt()
