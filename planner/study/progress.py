"""How far a study is: runs done, runs without a plan, time passed and time left."""

import time
from collections import Counter

from rich.console import Console

from planner.progress import Progress, clock
from planner.study.work import Record


class Runs:
    """What a study reports to; override what is wanted."""

    def begin(self, total: int, finished: int) -> None:
        """So many runs, some of them finished before."""

    def ended(self, record: Record) -> None:
        """A run ended."""


class RunsProgress(Runs, Progress):
    """Shows it: a live line on a terminal, a plain line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._total = self._finished = self._now = 0
        self._ends: Counter[str] = Counter()
        self._begun_s = time.monotonic()

    def begin(self, total: int, finished: int) -> None:
        """So many runs, some of them finished before."""
        self._total, self._finished = total, finished
        self._begun_s = time.monotonic()
        self._show(at_once=True)

    def ended(self, record: Record) -> None:
        """A run ended."""
        self._now += 1
        self._total = max(self._total, self._finished + self._now)  # a front may need more
        self._ends[record["status"]] += 1
        self._show(at_once=self._finished + self._now == self._total)

    def line(self) -> str:
        """The state of the study in one line."""
        done = self._finished + self._now
        passed_s = time.monotonic() - self._begun_s
        parts = [f"{clock(passed_s)} {done} of {self._total} runs"]
        if self._finished:
            parts.append(f"{self._finished} from before")
        for status in ("infeasible", "stopped", "failed"):
            if self._ends[status]:
                parts.append(f"{self._ends[status]} {status}")
        if self._now and done < self._total:
            left_s = passed_s / self._now * (self._total - done)
            parts.append(f"about {clock(left_s)} left")
        return "  ".join(parts)
