"""Tasks on a Dask cluster, in place of local processes: `--dask ADDRESS` of its scheduler.

The workers have this program installed. One that dies takes no other task with it: its task is
begun again elsewhere, and lost after some deaths.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from planner.errors import InputError, Problem
from planner.workers.task import DIED, Ended, Lost, RunAll, Setup, Task, do, forget, lost, make

OPTION, ADDRESS = "--dask", "tcp://HOST:PORT"
INSTALL = "pip install 'ai-factory-planner[cluster]'"
_one_at_a_time = threading.Lock()


@contextmanager
def on_cluster(setup: Setup, address: str) -> Iterator[RunAll]:
    """The workers of a cluster, made ready; gives a function that does every task of a list.

    Raises
    ------
    InputError
        Dask is not installed, or no scheduler answers at the address.
    """
    try:
        from dask.distributed import Client
    except ImportError:
        raise InputError(Problem(OPTION, "", "needs Dask", address, INSTALL)) from None
    if ":" not in address:
        raise InputError(Problem(OPTION, "", "is no address", address, ADDRESS))
    try:
        client = Client(address, set_as_default=False, timeout=20)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        problem = Problem(OPTION, "", f"reaches no scheduler: {reason}", address, ADDRESS)
        raise InputError(problem) from None
    with client:
        name = f"ai-factory-planner-{uuid4()}"  # others may use this cluster, too
        client.register_plugin(_plugin(name, setup))
        try:
            yield partial(_run, client, name)
        finally:
            client.unregister_worker_plugin(name)


def _run(client: Any, name: str, tasks: Sequence[Task], ended: Ended) -> None:
    """Do every task with what was made ready under that name; `ended` is told of each."""
    from dask.distributed import KilledWorker, as_completed

    asked = {
        client.submit(_alone, name, task, key=f"{task.key}-{name}", pure=False): task
        for task in tasks
    }
    try:
        for future in as_completed(list(asked), loop=client.loop):
            try:
                result = future.result()
            except KilledWorker:
                result = Lost(DIED)
            except Exception as error:  # one task must not end the others
                result = lost(error)
            ended(asked.pop(future), result)
            future.release()
    finally:
        client.cancel(list(asked))


def _alone(name: str, task: Task) -> Any:
    """One task; a worker with several threads still does one at a time."""
    with _one_at_a_time:
        return do(name, task)


def _plugin(called: str, of: Setup) -> Any:
    """What makes every worker ready, those that come later too."""
    from dask.distributed import WorkerPlugin

    class Ready(WorkerPlugin):
        name = called

        def setup(self, worker: Any) -> None:
            make(called, of)

        def teardown(self, worker: Any) -> None:
            forget(called)

    return Ready()
