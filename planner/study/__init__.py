"""Many scenarios: every run of a study solved and kept, whatever happens to the others.

A run's folder is named by the hash of all it rests on (scenario, facts, program), so a study that
is resumed, or grown, finds what is finished, and never takes a run for another.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from planner import __version__
from planner.errors import InputError, Problem
from planner.folders import OPTION, check_folder, whole_file
from planner.limit_rows import only_numbers
from planner.reading import facts_of, read
from planner.results.write import csv_text, scenario_text, sha256
from planner.scenario import Scenario
from planner.scenario_file import read_scenario, scenario_from
from planner.scenario_yaml import load, read_text
from planner.study.designs import check, runs_of
from planner.study.draws import with_draws
from planner.study.effects import effects, run_table, site_shares
from planner.study.lock import FILE, RUNS, locked
from planner.study.progress import Runs
from planner.study.results import Results
from planner.study.schema import Study, read_study
from planner.study.work import Job, Kept, Movable, Record, failed, read_record, work
from planner.tables import Region
from planner.workers import Lost, RunAll, Setup, Task, Workers, crew

__all__ = [
    "Base",
    "Results",
    "Study",
    "folder_of",
    "job_of",
    "read_study",
    "solve_runs",
    "study",
]

MARK = "study.json"
KEEPING_FRAC = 0.05
"""Share of the time of a study that its tables may take, which are written again as runs end."""

SHARED = 4
"""So many runs must be such that the base's model answers them for it to be kept loaded."""


def study(
    stated: Study | str | Path,
    out: str | Path,
    *,
    region: Region | str | Path | None = None,
    workers: Workers = 2,
    resume: bool = False,
    progress: Runs | None = None,
) -> Results:
    """Solve every run of a study and keep it in a folder.

    Parameters
    ----------
    stated
        A Study, or the path of its YAML file.
    out
        The study's folder: `runs.csv`, `effects.csv`, `site_shares.csv`, `study.json`, and the
        result files of each run under `runs/`.
    region
        As for `planner.plan`.
    workers
        Processes at a time, each with one thread; or the address of a Dask scheduler, whose
        workers see the folder at the same path.
    resume
        Go on with the study in the folder: runs that are finished are kept.
    progress
        Told of each run that ends.

    Raises
    ------
    InputError
        Everything that is wrong with the study, its scenario or its values, before the first run;
        or a folder that holds something else.
    """
    asked = stated if isinstance(stated, Study) else read_study(stated)
    with asked.placing():
        base = read_scenario(asked.scenario_path, asked.changes)
        scenario, _ = load(read_text(asked.scenario_path), str(asked.scenario_path))
        facts = facts_of(base, region)
        read(base, facts)
    asked = with_draws(asked, base, facts) if asked.draw else asked
    runs = runs_of(asked)
    check(asked, runs, scenario, facts)
    folder = folder_of(out, resume, name=asked.name)
    start = Base(tuple(asked.changes), base)
    jobs = [
        job_of(scenario, [*asked.changes, *run.overrides], facts, folder, asked.worth, start)
        for run in runs
    ]
    if sum(job.base is not None for job in jobs) < SHARED:
        jobs = [replace(job, base=None) for job in jobs]
    records: dict[str, Record] = {}
    begun = time.monotonic()

    def results() -> Results:
        rows = run_table(asked, runs, [job.key for job in jobs], records)
        tables = {"runs": rows, "effects": effects(asked, runs, rows),
                  "site_shares": site_shares(asked, runs, rows)}  # fmt: skip
        return Results(asked, tables, time.monotonic() - begun)

    def keep() -> None:
        found = results()
        write(folder, MARK, found.document(), found.tables)

    with crew(Setup(Kept, facts), workers) as run_all, locked(folder):
        solve_runs(jobs, run_all, records, _now_and_then(keep), progress)
        keep()
    return results()


def _now_and_then(keep: Callable[[], None]) -> Callable[[], None]:
    """`keep`, left out while it would take more than its share of the time."""
    ended = took = 0.0

    def maybe() -> None:
        nonlocal ended, took
        begun = time.monotonic()
        if begun - ended >= took / KEEPING_FRAC:
            keep()
            ended = time.monotonic()
            took = ended - begun

    return maybe


def solve_runs(
    jobs: Sequence[Job],
    run_all: RunAll,
    records: dict[str, Record],
    keep: Callable[[], None],
    progress: Runs | None = None,
) -> None:
    """Put the record of every job into `records`, finished ones first; `keep` is called after each.

    Equal jobs are solved once. The workers of `run_all` were made ready by `Kept`.
    """
    watch = progress or Runs()
    unique = {job.key: job for job in jobs}
    for key, job in unique.items():
        finished = read_record(job.folder)
        if finished is not None:
            records[key] = finished
    keep()
    watch.begin(len(unique), len(records))

    def ended(task: Task, found: Record | Lost) -> None:
        record = failed(found.reason) if isinstance(found, Lost) else found
        records[task.key] = record
        keep()
        watch.ended(record)

    left = [Task(key, work, job) for key, job in unique.items() if key not in records]
    run_all(left, ended)


def folder_of(out: str | Path, resume: bool, mark: str = MARK, name: str | None = None) -> Path:
    """The study's folder: new or empty, or, to go on with it, an earlier one with mark and name.

    Raises
    ------
    InputError
        It holds something else, another study, or one that nobody asked to resume.
    """
    folder = Path(out).resolve()
    if not (folder / mark).is_file():
        begun = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        finished = any((folder / RUNS).glob("[!.]*"))
        if not begun <= {RUNS, FILE} or (finished and not resume):  # killed before it told of any
            check_folder(folder, mark)
        return folder
    if not resume:
        message = "holds earlier runs, which would be lost"
        raise InputError(Problem(OPTION, str(folder), message, allowed="--resume, or a new folder"))
    earlier = _name_in(folder / mark)
    if name is not None and earlier is not None and earlier != name:
        message = f"holds the study '{earlier}', whose tables would be lost"
        problem = Problem(OPTION, str(folder), message, name, f"'{earlier}', or a new folder")
        raise InputError(problem)
    return folder


def _name_in(path: Path) -> str | None:
    """The name that a study's results bear; None where they do not say."""
    try:
        return json.loads(path.read_text("utf-8")).get("name")
    except (OSError, ValueError, AttributeError):
        return None


def write(folder: Path, mark: str, document: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    """Write the files that tell of all runs, each whole."""
    texts = {f"{name}.csv": csv_text(table) for name, table in tables.items()}
    texts[mark] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        with whole_file(folder / name) as fresh:
            fresh.write_text(text, encoding="utf-8")


class Base(NamedTuple):
    """A scenario that others may differ from in limits and prices, and the changes that make it."""

    changes: tuple[str, ...]
    scenario: Scenario


def job_of(
    scenario: Mapping[Any, Any],
    overrides: Sequence[str],
    region: Region,
    folder: Path,
    worth: bool = False,
    base: Base | None = None,
    movable: Movable | None = None,
) -> Job:
    """The job of a scenario with changes, named by the hash of all it rests on.

    It has the base, if it differs from that in limits and prices of racks alone.
    """
    shared = False
    try:
        changed = scenario_from(scenario, overrides=overrides)
    except InputError:  # values that only together make no scenario: the run says so
        rests_on = json.dumps([scenario, list(overrides)], default=str)
    else:
        rests_on = scenario_text(changed)
        shared = base is not None and only_numbers(base.scenario, changed)
    parts = [__version__, str(worth), rests_on, *sorted(region.hashes.values())]
    parts += [] if movable is None else [json.dumps(movable)]
    key = sha256("\n".join(parts))[:12]
    job = Job(key, scenario, tuple(overrides), folder / RUNS / key, worth, movable=movable)
    return replace(job, base=base.changes) if base is not None and shared else job
