"""Work in threads beside each other: Python goes on while HiGHS solves."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from planner.halt import HALT

T = TypeVar("T")


class Aside(Generic[T]):
    """Work of short solves in a thread of its own, while this one is busy with Python.

    `result` waits for it, or raises what it raised.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        pool = ThreadPoolExecutor(1)
        self._future = pool.submit(_in_short_solves, work)
        pool.shutdown(wait=False)

    def result(self) -> T:
        """What the work gave."""
        return self._future.result()


def until_good(
    works: Sequence[Callable[[], T]], good: Callable[[T], bool], threads: int
) -> list[T]:
    """What works gave until one was good, so many at a time, each begun in its turn.

    The others are then asked to end, and what they gave is left out. One at a time, they are done
    in this thread.
    """
    if threads == 1:
        found: list[T] = []
        for work in works:
            if HALT.asked or any(map(good, found)):
                break
            found.append(work())
        return found
    over = threading.Event()
    with ThreadPoolExecutor(threads) as pool:
        open_ = {pool.submit(_until, over, work) for work in works}
        return _first(open_, good, over)


def _first(
    open_: set[Future[T | None]], good: Callable[[T], bool], over: threading.Event
) -> list[T]:
    found: list[T] = []
    try:
        while open_ and not any(map(good, found)):
            ended, open_ = wait(open_, return_when=FIRST_COMPLETED)
            found += [given for future in ended if (given := future.result()) is not None]
    finally:
        over.set()
    return found


def _in_short_solves(work: Callable[[], T]) -> T:
    with HALT.in_short_solves():
        return work()


def _until(over: threading.Event, work: Callable[[], T]) -> T | None:
    """What the work gave; None where nobody waits for it any more."""
    with HALT.until(over):
        return None if HALT.asked else work()
