"""Runs on a Dask cluster, in place of local processes: `--dask ADDRESS` of its scheduler.

The workers see the study's folder at the same path, and have this program installed. A worker that
dies takes no other run with it: its run is begun again elsewhere, and failed after some deaths.
"""

import threading
from collections.abc import Sequence
from typing import Any

from planner.errors import InputError, Problem
from planner.study.work import DIED, Done, Job, Record, failed, keep_region, work
from planner.tables import Region

OPTION = "--dask"
INSTALL = "pip install 'ai-factory-planner[cluster]'"
_one_at_a_time = threading.Lock()


def run_on_cluster(jobs: Sequence[Job], region: Region, address: str, done: Done) -> None:
    """Solve every job on the cluster; `done` is told of each as it ends.

    Raises
    ------
    InputError
        Dask is not installed, or no scheduler answers at the address.
    """
    try:
        from dask.distributed import Client, KilledWorker, as_completed
    except ImportError:
        raise InputError(Problem(OPTION, "", "needs Dask", address, INSTALL)) from None
    try:
        client = Client(address, set_as_default=False, timeout=20)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        problem = Problem(OPTION, "", f"reaches no scheduler: {reason}", address, "tcp://HOST:PORT")
        raise InputError(problem) from None
    with client:
        client.register_plugin(_facts(region))
        asked = {client.submit(_work, job, key=f"run-{job.key}", pure=False): job for job in jobs}
        try:
            for future in as_completed(list(asked), loop=client.loop):
                try:
                    record = future.result()
                except KilledWorker:
                    record = failed(DIED)
                except Exception as error:  # one run must not end the study
                    record = failed(f"{type(error).__name__}: {error}")
                done(asked.pop(future), record)
                future.release()
        finally:
            client.cancel(list(asked))


def _work(job: Job) -> Record:
    """One run; a worker with several threads still solves one at a time."""
    with _one_at_a_time:
        if not job.folder.parent.is_dir():
            return failed(f"the worker does not see the folder {job.folder.parent}")
        return work(job)


def _facts(region: Region) -> Any:
    """What gives every worker the region, those that come later too."""
    from dask.distributed import WorkerPlugin

    class Facts(WorkerPlugin):
        name = "ai-factory-planner-facts"

        def setup(self, worker: Any) -> None:
            keep_region(region)

    return Facts()
