"""Work in a thread beside this one: Python goes on while HiGHS solves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from multiprocessing import parent_process
from typing import Generic, TypeVar

from planner.halt import HALT

T = TypeVar("T")


class Aside(Generic[T]):
    """Work of short solves in a thread of its own, while this one is busy with Python.

    `result` waits for it, or raises what it raised. What is begun within such work, or in a process
    that is one of several workers, is done there once its result is asked for: other cores are
    busy.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._asked: Callable[[], T] = cache(work)
        if HALT.unheard or parent_process() is not None:
            return
        pool = ThreadPoolExecutor(1)
        self._asked = pool.submit(_in_short_solves, work).result
        pool.shutdown(wait=False)

    def result(self) -> T:
        """What the work gave."""
        return self._asked()


def _in_short_solves(work: Callable[[], T]) -> T:
    with HALT.in_short_solves():
        return work()
