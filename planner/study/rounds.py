"""Plans asked for round by round, each round from what the last one found: a study that grows."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from planner.reading import facts_of, read
from planner.scenario import Scenario
from planner.scenario_file import read_scenario, scenario_from
from planner.scenario_yaml import load, read_text
from planner.study import Base, folder_of, job_of, solve_runs
from planner.study.lock import RUNS, locked
from planner.study.progress import Runs
from planner.study.work import LEAST_SECONDS, Kept, Movable, Record
from planner.tables import Region
from planner.workers import RunAll, Setup, Workers, crew


@dataclass(frozen=True)
class How:
    """How the plans are solved: by whom, whether to go on, who is told."""

    workers: Workers = 2
    resume: bool = False
    progress: Runs | None = None


class Asked(NamedTuple):
    """A plan asked for: the changes of the scenario, and as `planner.study.work.Job` says."""

    changes: list[str]
    near: tuple[str, ...] | None = None
    beyond: str | None = None
    times: float | None = None
    least_s: float = LEAST_SECONDS
    movable: Movable | None = None


class Rounds:
    """The plans of one scenario under changes, kept in one folder, each solved once."""

    def __init__(
        self,
        scenario: str | Path,
        region: Region | str | Path | None,
        overrides: Sequence[str],
        how: How,
        total: int | None = None,
    ) -> None:
        self._changes = [*overrides, "solve.threads=1"]
        self.scenario: Scenario = read_scenario(scenario, self._changes)
        self.facts = facts_of(self.scenario, region)
        read(self.scenario, self.facts)
        self.values, _ = load(read_text(Path(scenario)), str(scenario))
        self._how, self._watch = how, _Once(how.progress or Runs(), total)
        self.records: dict[str, Record] = {}
        self.folder = Path()
        self._run_all: RunAll

    @contextmanager
    def open(self, out: str | Path, mark: str, name: str | None = None) -> Iterator[Path]:
        """Hold the folder of the plans, new or, to go on, as it was left with mark and name.

        The workers stay from round to round, and what each has loaded. Of a scenario without a
        plan nothing is left.

        Raises
        ------
        InputError
            It holds something else, or plans that nobody asked to go on with.
        """
        self.folder = folder_of(out, self._how.resume, mark, name)
        workers = crew(Setup(Kept, self.facts), self._how.workers)
        with workers as self._run_all, locked(self.folder):
            yield self.folder
            if not (self.folder / mark).exists():
                self._forget_infeasible()

    def _forget_infeasible(self) -> None:
        """Remove the runs where none has a plan and none ever will: there is nothing to go on."""
        if all(record.get("status") == "infeasible" for record in self.records.values()):
            for key in self.records:
                shutil.rmtree(self.folder / RUNS / key, ignore_errors=True)

    def solve(self, asked: Sequence[Asked], base: Sequence[str] | None = None) -> list[Record]:
        """The record of the scenario under each list of changes, with its folder.

        Those that differ from the scenario under the changes `base` in limits and prices of racks
        alone are answered by its model, which each process keeps loaded.
        """
        start = None
        if base is not None:
            changes = (*self._changes, *base)
            start = Base(changes, scenario_from(self.values, overrides=changes))
        jobs = []
        for one in asked:
            also = one._asdict()
            texts, movable = [*self._changes, *also.pop("changes")], also.pop("movable")
            job = job_of(self.values, texts, self.facts, self.folder, base=start, movable=movable)
            jobs.append(replace(job, **also))
        solve_runs(jobs, self._run_all, self.records, _nothing, self._watch)
        return [{**self.records[job.key], "folder": f"runs/{job.key}"} for job in jobs]


class _Once(Runs):
    """Tells a watch of one long study, where each round is a study of its own."""

    def __init__(self, watch: Runs, total: int | None) -> None:
        self._watch, self._total, self._begun = watch, total, False

    def begin(self, total: int, finished: int) -> None:
        if not self._begun:
            self._watch.begin(self._total or total, finished)
        self._begun = True

    def ended(self, record: Record) -> None:
        self._watch.ended(record)


def _nothing() -> None:
    """Tables are written by whoever asks for rounds."""
