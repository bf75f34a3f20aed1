"""Tasks on a pool of local processes, or on a cluster."""

import os
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Any

from planner.workers.task import ATTEMPTS, DIED, Ended, Lost, Setup, Task, do, lost, make

HERE = "here"
Workers = int | str
"""Processes at a time on this machine, or the address of a Dask scheduler."""


def run_all(tasks: Sequence[Task], setup: Setup, workers: Workers, ended: Ended) -> None:
    """Do every task, `workers` at a time; `ended` is told of each as it ends.

    Processes are spawned, since HiGHS and geopandas keep threads that a fork would lose. When a
    process dies, all tasks then at work are begun again, since nobody knows whose it was; those
    that were at work twice when one died are begun alone, so that the guilty one names itself.
    """
    if isinstance(workers, str):
        from planner.workers.cluster import run_on_cluster

        run_on_cluster(tasks, setup, workers, ended)
        return
    deaths: Counter[str] = Counter()
    left = list(tasks)
    while left:
        suspects = [task for task in left if deaths[task.key] >= ATTEMPTS - 1]
        batch, at_once = (suspects[:1], 1) if suspects else (left, workers)
        done, at_work = _batch(batch, setup, at_once, ended)
        left = [task for task in left if task.key not in done]
        deaths.update(task.key for task in at_work)
        for task in [task for task in left if deaths[task.key] >= ATTEMPTS]:
            ended(task, Lost(DIED))
            left.remove(task)


def _batch(
    tasks: Sequence[Task], setup: Setup, workers: int, ended: Ended
) -> tuple[set[str], list[Task]]:
    """Keys of the tasks that ended, and the tasks that were at work when a process died."""
    waiting, done = list(reversed(tasks)), set()
    at_work: dict[Future[Any], Task] = {}
    count = min(workers, len(tasks))
    pool = ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_begin, initargs=(setup,)
    )
    try:
        while waiting or at_work:
            while waiting and len(at_work) < count:
                task = waiting.pop()
                at_work[pool.submit(do, HERE, task)] = task
            for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    raise error
                task = at_work.pop(future)
                done.add(task.key)
                ended(task, future.result() if error is None else lost(error))
    except BrokenProcessPool:
        return done, list(at_work.values())
    finally:
        pool.shutdown(cancel_futures=True)
    return done, []


def _begin(setup: Setup) -> None:
    """Make a process ready for its tasks; it ends when its parent does."""
    parent = parent_process()
    if parent is not None:

        def leave() -> None:
            connection.wait([parent.sentinel])
            os._exit(1)  # a parent that was killed cannot ask; half-written folders are hidden ones

        threading.Thread(target=leave, daemon=True).start()
    make(HERE, setup)
