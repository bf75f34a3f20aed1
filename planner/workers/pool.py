"""Tasks on local processes, or on a cluster.

Each process has a pipe of its own: when one dies its pipe ends, so that it is known whose task it
was, and nobody else waits for what it held.
"""

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from multiprocessing.util import Finalize
from typing import Any

from planner.uncollected import collect_seldom
from planner.workers.start import CONTEXT, started
from planner.workers.task import ATTEMPTS, DIED, Ended, Lost, RunAll, Setup, Task, do, lost, make

HERE = "here"
LAST = -1
"""After all that a process gives back at its end, which has no priority below 0."""

LEAVE_S = 5.0
"""A process that has nothing to do and does not leave in this time is ended."""

Workers = int | str
"""Processes at a time on this machine, or the address of a Dask scheduler."""


@contextmanager
def crew(setup: Setup, workers: Workers) -> Iterator[RunAll]:
    """Workers that stay, with what the setup made, for one list of tasks after another.

    Gives a function that does every task of a list, `workers` at a time, and tells of each as it
    ends. A task whose process dies is begun again; the last time alone, when there is most memory.
    """
    if isinstance(workers, str):
        from planner.workers.cluster import on_cluster

        with on_cluster(setup, workers) as run:
            yield run
        return
    local = _Crew(bytes(ForkingPickler.dumps(setup)))
    count = workers

    def run_here(tasks: Sequence[Task], ended: Ended) -> None:
        for task in local.through(tasks, count, ended):
            local.leave()
            local.through([task], 1, ended)

    try:
        yield run_here
    except BaseException:
        local.kill()
        raise
    finally:
        local.leave()


class _Crew:
    """Processes that wait or are at work; deaths are counted by task."""

    def __init__(self, setup: bytes) -> None:
        self._setup = setup
        self._deaths: Counter[str] = Counter()
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, _Worker] = {}

    def through(self, tasks: Sequence[Task], count: int, ended: Ended) -> list[Task]:
        """Do the tasks; those that have one attempt left are returned instead."""
        waiting, last, busy = deque(tasks), list[Task](), self._busy
        while len(self._idle) < min(count, len(tasks)):  # all at once: to begin takes seconds
            self._idle.append(_Worker(self._setup))
        known: list[tuple[Task, Any]] = []
        while waiting or busy or known:
            while waiting and len(busy) < count:
                worker = self._idle.pop() if self._idle else _Worker(self._setup)
                busy[worker.pipe] = worker
                worker.give(waiting.popleft())
            for task, result in known:  # told while the processes are at work again
                ended(task, result)
            known = []
            for pipe in connection.wait(list(busy)) if busy else ():
                worker = busy.pop(pipe)  # type: ignore[call-overload]
                if worker.take():
                    self._idle.append(worker)
                    known.append((worker.task, worker.result))
                    continue
                worker.leave()
                self._deaths[worker.task.key] += 1
                deaths = self._deaths[worker.task.key]
                if deaths >= ATTEMPTS:
                    known.append((worker.task, Lost(DIED)))
                else:
                    (last if deaths == ATTEMPTS - 1 else waiting).append(worker.task)
        return last

    def kill(self) -> None:
        """End all processes at once: nobody waits for those that are not even at work yet."""
        for worker in [*self._idle, *self._busy.values()]:
            worker.process.kill()

    def leave(self) -> None:
        """The end of all processes, side by side."""
        workers = [*self._idle, *self._busy.values()]
        for worker in workers:
            worker.pipe.close()
        for worker in workers:
            worker.leave()
        self._idle, self._busy = [], {}


class _Worker:
    """A process, the pipe to it, its task and what came of it."""

    task: Task
    result: Any

    def __init__(self, setup: bytes) -> None:
        self.pipe, there = CONTEXT.Pipe()
        self.process = started(_serve, there)
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
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends this process
    # comes last of all that an end gives back; to take apart what was kept would take a second
    Finalize(None, os._exit, args=(0,), exitpriority=LAST)
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
