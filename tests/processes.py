"""Processes that tests look for and kill, and a Dask cluster that ends with its test."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from planner.workers.start import FORKED

ROOT = Path(__file__).parents[1]
HOLDER = """\
import sys
from dask.distributed import LocalCluster

if __name__ == "__main__":
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    print(cluster.scheduler_address, *(one.pid for one in cluster.workers.values()), flush=True)
    sys.stdin.read()
"""
BEGIN_S = 120.0
BEGUN_BY = "forkserver" if FORKED else "spawn_main"


def workers_of(pid: int) -> list[int]:
    """Processes that multiprocessing began for this one; neither its tracker nor what forks."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                forks = FORKED and child.ppid() == pid
                if not forks and any(BEGUN_BY in word for word in child.cmdline()):
                    found.append(child.pid)
    return found


def at_work(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(pids: Iterable[int]) -> list[int]:
    """Kill processes; those that were at work until then."""
    killed = []
    for pid in pids:
        with suppress(ProcessLookupError):
            if at_work(pid):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
    return killed


@contextmanager
def two_dask_workers() -> Iterator[tuple[str, list[int]]]:
    """The address of a scheduler, and the numbers of its workers' processes.

    Who holds a cluster waits for its workers when it closes, for good where one was killed at a bad
    moment. So it is a process of its own, killed at the end; its workers leave with it.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    ) as holder:
        late = threading.Timer(BEGIN_S, holder.kill)
        late.start()
        try:
            assert holder.stdout is not None
            address, *workers = holder.stdout.readline().split()
            yield address, [int(pid) for pid in workers]
        finally:
            late.cancel()
            holder.kill()
