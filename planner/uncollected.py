"""Work without garbage collection: where millions of objects are made, and none is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (50_000, 20, 50)
"""Objects made between two collections of the young, and of the older; 700, 10, 10 else."""


def collect_seldom() -> None:
    """For a whole process: imports and models make many objects that stay, and little garbage."""
    gc.set_threshold(*SELDOM)


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection within: all that is alive would be looked through in vain."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
