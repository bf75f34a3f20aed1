"""Runs on a pool of local processes, or on a cluster; one that dies takes no other run with it."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from planner.study.work import ATTEMPTS, DIED, Done, Job, Record, failed, prepare, work
from planner.tables import Region

Workers = int | str
"""Processes at a time on this machine, or the address of a Dask scheduler."""


def run_all(jobs: Sequence[Job], region: Region, workers: Workers, done: Done) -> None:
    """Solve every job, `workers` at a time; `done` is told of each as it ends.

    Processes are spawned, since HiGHS and geopandas keep threads that a fork would lose. When a
    process dies, all runs then at work are begun again, since nobody knows whose it was; those
    that were at work twice when one died are begun alone, so that the guilty one names itself.
    """
    if isinstance(workers, str):
        from planner.study.cluster import run_on_cluster

        run_on_cluster(jobs, region, workers, done)
        return
    deaths: Counter[str] = Counter()
    left = list(jobs)
    while left:
        suspects = [job for job in left if deaths[job.key] >= ATTEMPTS - 1]
        batch, at_once = (suspects[:1], 1) if suspects else (left, workers)
        ended, at_work = _batch(batch, region, at_once, done)
        left = [job for job in left if job.key not in ended]
        deaths.update(job.key for job in at_work)
        for job in [job for job in left if deaths[job.key] >= ATTEMPTS]:
            done(job, failed(DIED))
            left.remove(job)


def _batch(
    jobs: Sequence[Job], region: Region, workers: int, done: Done
) -> tuple[set[str], list[Job]]:
    """Keys of the jobs that ended, and the jobs that were at work when a process died."""
    waiting, ended = list(reversed(jobs)), set()
    at_work: dict[Future[Record], Job] = {}
    count = min(workers, len(jobs))
    pool = ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=prepare, initargs=(region,)
    )
    try:
        while waiting or at_work:
            while waiting and len(at_work) < count:
                job = waiting.pop()
                at_work[pool.submit(work, job)] = job
            for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                record = future.result()
                job = at_work.pop(future)
                ended.add(job.key)
                done(job, record)
    except BrokenProcessPool:
        return ended, list(at_work.values())
    finally:
        pool.shutdown(cancel_futures=True)
    return ended, []
