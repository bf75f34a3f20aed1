"""Tasks on local processes, or on a cluster.

Each process has a pipe of its own: when one dies its pipe ends, so that it is known whose task it
was, and nobody else waits for what it held.
"""

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Sequence
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

from planner.workers.task import ATTEMPTS, DIED, Ended, Lost, Setup, Task, do, lost, make

HERE = "here"
LEAVE_S = 5.0
"""A process that has nothing to do and does not leave in this time is ended."""

Workers = int | str
"""Processes at a time on this machine, or the address of a Dask scheduler."""


def run_all(tasks: Sequence[Task], setup: Setup, workers: Workers, ended: Ended) -> None:
    """Do every task, `workers` at a time; `ended` is told of each as it ends.

    Processes are spawned, since HiGHS and geopandas keep threads that a fork would lose. A task
    whose process dies is begun again; the last time alone, when there is most memory.
    """
    if isinstance(workers, str):
        from planner.workers.cluster import run_on_cluster

        run_on_cluster(tasks, setup, workers, ended)
        return
    crew = _Crew(bytes(ForkingPickler.dumps(setup)), ended)
    for task in crew.through(tasks, workers):
        crew.through([task], 1)


class _Crew:
    """Processes at work; `deaths` counts those of each task."""

    def __init__(self, setup: bytes, ended: Ended) -> None:
        self._setup, self._ended = setup, ended
        self._deaths: Counter[str] = Counter()

    def through(self, tasks: Sequence[Task], count: int) -> list[Task]:
        """Do the tasks; those that have one attempt left are returned instead."""
        waiting, last = deque(tasks), list[Task]()
        idle = [_Worker(self._setup) for _ in range(min(count, len(tasks)))]
        busy: dict[Connection, _Worker] = {}
        known: list[tuple[Task, Any]] = []
        try:
            while waiting or busy or known:
                while waiting and len(busy) < count:
                    worker = idle.pop() if idle else _Worker(self._setup)
                    busy[worker.pipe] = worker
                    worker.give(waiting.popleft())
                for task, result in known:  # told while the processes are at work again
                    self._ended(task, result)
                known = []
                for pipe in connection.wait(list(busy)) if busy else ():
                    worker = busy.pop(pipe)  # type: ignore[call-overload]
                    if worker.take():
                        idle.append(worker)
                        known.append((worker.task, worker.result))
                        continue
                    worker.leave()
                    self._deaths[worker.task.key] += 1
                    deaths = self._deaths[worker.task.key]
                    if deaths >= ATTEMPTS:
                        known.append((worker.task, Lost(DIED)))
                    else:
                        (last if deaths == ATTEMPTS - 1 else waiting).append(worker.task)
        except BaseException:  # nobody waits for processes that are not even at work yet
            for worker in [*idle, *busy.values()]:
                worker.process.kill()
            raise
        finally:
            for worker in [*idle, *busy.values()]:
                worker.leave()
        return last


class _Worker:
    """A process, the pipe to it, its task and what came of it."""

    task: Task
    result: Any

    def __init__(self, setup: bytes) -> None:
        context = get_context("spawn")
        self.pipe, there = context.Pipe()
        self.process = context.Process(target=_serve, args=(there,), daemon=True)
        self.process.start()
        there.close()
        self._first: bytes | None = setup

    def give(self, task: Task) -> None:
        """Begin a task; a process that has died is found out by `take`."""
        self.task = task
        try:
            if self._first is not None:
                self.pipe.send_bytes(self._first)
            self._first = None
            self.pipe.send(task)
        except OSError:
            pass

    def take(self) -> bool:
        """Whether there is a result; if not, the process has died."""
        try:
            self.result = self.pipe.recv()
        except (EOFError, OSError):
            return False
        return True

    def leave(self) -> None:
        """The end of the process."""
        self.pipe.close()
        self.process.join(LEAVE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _serve(pipe: Connection) -> None:
    """One task after another, until nobody sends any; the end of the parent is the end of this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends this process
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    failed: Lost | None = None
    try:
        setup = pipe.recv()
    except EOFError:
        return
    try:
        make(HERE, setup)
    except Exception as error:
        failed = lost(error)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(failed or do(HERE, task))
        except Exception as error:  # one task must not end the others
            pipe.send(lost(error))


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)  # a parent that was killed cannot ask; half-written folders are hidden ones
