"""One run of a study, in a process of its own: solved, and written whole with its record."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.errors import InputError
from planner.folders import whole_folder
from planner.tables import Region

if TYPE_CHECKING:
    from planner.loaded import Loaded
    from planner.outcome import Outcome
    from planner.planning import Plan
    from planner.scenario import Scenario
    from planner.solve.placed import Placed
    from planner.solve.sift import Relaxed

RECORD = "run.json"
"""The file by which a finished run is known."""

COLUMNS = "point.json"
"""The columns of a plan by name, for others to begin from."""

LEAST_SECONDS = 2.0
"""A run whose time is limited by that of another has these seconds at least."""

NEAR_TIMES, NEAR_SECONDS = 0.4, 0.55
"""A plan near a limit is looked for so many times as long as the base took, or these seconds."""

FAILED = "failed"
Record = dict[str, Any]
"""What a run came to: status, reason, value, bound, figures, sites."""


class Movable(NamedTuple):
    """A limit on an objective that may stand anywhere in some ranges, where a plan uses it up.

    It is in the first of them. Where none is given there is one, from the best there can be to what
    the base has, and the limit is in the middle. `known` is what is known on the strict side of
    each of them, of the objective made best: a plan there is better.
    """

    objective: str
    ranges: tuple[tuple[float, float], ...] = ()
    known: tuple[float, ...] = ()


@dataclass(frozen=True)
class Job:
    """A run to be solved: the scenario as plain values, its changes, and where it is written.

    `base` are the changes of a run that others differ from in limits and prices of racks alone: a
    process solves it once, keeps its model loaded, and answers them by it. It begins from the plans
    in the folders `near`, beside its own, and keeps its columns for others; where that is None,
    neither. It takes `times` as long as the base did at most, but may take `least_s`; or the time
    limit of the scenario where that is None. Where a limit is `movable`, a plan near it is looked
    for before that time begins, also from the one in the folder `beyond`, and the limit stands
    there. What the relaxation took then is added, for it goes on from there; and time left, but
    where that plan is near the bound, too.
    """

    key: str
    scenario: Mapping[Any, Any]
    overrides: tuple[str, ...]
    folder: Path
    worth: bool
    base: tuple[str, ...] | None = None
    near: tuple[str, ...] | None = None
    beyond: str | None = None
    times: float | None = None
    least_s: float = LEAST_SECONDS
    movable: Movable | None = None


class Kept:
    """What a process keeps for its runs: the facts, and the last base with its model loaded."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self._base: tuple[str, Loaded] | None = None

    def loaded(self, scenario: Mapping[Any, Any], base: tuple[str, ...]) -> "Loaded":
        """The scenario under the changes `base`, solved once."""
        from planner.loaded import Loaded

        asked = json.dumps([scenario, base], default=str)
        if self._base is None or self._base[0] != asked:
            self._base = asked, Loaded(scenario, self.region, overrides=base)
        return self._base[1]


def work(kept: Kept, job: Job) -> Record:
    """Solve a run and write its folder; what goes wrong is a record too."""
    begun = time.monotonic()
    if not job.folder.parent.is_dir():
        return failed(f"the worker does not see the folder {job.folder.parent}")
    finished = read_record(job.folder)
    if finished is not None:  # by a process that was swept away with another before it could tell
        return finished
    try:
        record = _solved(kept, job)
    except InputError as error:
        record = failed(str(error))
    except Exception as error:  # one run must not end the study
        record = failed(f"{type(error).__name__}: {error}")
    if record["status"] == FAILED:
        record["seconds"] = round(time.monotonic() - begun, 3)
        with whole_folder(job.folder, RECORD) as fresh:
            _write(fresh, record)
    return record


def failed(reason: str) -> Record:
    """The record of a run that came to nothing."""
    return {"status": FAILED, "reason": " ".join(reason.split())}


def read_record(folder: Path) -> Record | None:
    """The record of a finished run; None where there is none, or it failed."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return None if record.get("status") in (None, FAILED) else record


def _solved(kept: Kept, job: Job) -> Record:
    from planner.plan_files import figures

    begun = time.monotonic()
    found, same = _plan(kept, job)
    record: Record = {
        "status": found.status,
        "reason": "",
        "objective": found.objective,
        "unit": found.unit,
        "value": found.value,
        "bound": found.bound,
        "gap_frac": found.gap_frac,
        "objectives": found.outcome.reached(),
        "limits": dict(found.scenario.objective.no_worse_than),
        "figures": {},
        "sites": [],
    }
    if found.value is None:
        record["reason"] = _why(found)
    elif found.status == "stopped":
        record["reason"] = f"the search ended with a gap of {100 * (found.gap_frac or 0):.2g} %"
    if found.value is not None and found.tables:
        record["figures"] = figures(found.tables)
        record["sites"] = sorted(found.tables["power"]["site_id"].unique())
    record |= same
    record["seconds"] = round(time.monotonic() - begun, 3)
    with whole_folder(job.folder, RECORD) as fresh:
        if found.tables:
            found.write(fresh)
        placed = found.outcome.placed
        if placed is not None and job.near is not None and not same:
            (fresh / COLUMNS).write_text(json.dumps(placed.columns()), encoding="utf-8")
        _write(fresh, record)
    return record


def _plan(kept: Kept, job: Job) -> tuple["Plan", Record]:
    """The plan; without tables where a run that it began from has the same, and what that says."""
    from planner.planning import plan
    from planner.reading import read

    if job.base is not None:
        return _answered(kept.loaded(job.scenario, job.base), kept, job)
    scenario, facts = read(job.scenario, kept.region, job.overrides)
    return plan(scenario, region=facts, worth=job.worth), {}


def _answered(loaded: "Loaded", kept: Kept, job: Job) -> tuple["Plan", Record]:
    """The plan by the loaded model of the base; from nothing where that has to be built anew."""
    from planner.planning import Plan, plan, plan_of

    runs = job.folder.parents[1]
    start = _start(loaded, kept, job)
    timed = start.scenario
    if job.times is not None:
        most = timed.solve.time_limit_s
        seconds = min(most, max(job.times * loaded.seconds, job.least_s) + start.left_s)
        timed = _until(timed, time.monotonic() + seconds)
    columns = [known for name in job.near or () if (known := _columns(runs / name))]
    near = start.near or columns
    answer = loaded.answer(timed, start.facts, near=near, relaxed=start.relaxed)
    if answer is None:
        return plan(start.scenario, region=start.facts, worth=job.worth), {}
    same = _same(runs, job.near or (), answer.outcome)
    if same:
        return Plan(timed, start.facts, answer.case, answer.outcome, {}), same
    case = loaded.case_of(timed, start.facts)
    return plan_of(start.facts, timed, case, answer.outcome, job.worth), {}


class _Start(NamedTuple):
    """What a run is solved for and from: a plan and a relaxation, if any, and time left for it."""

    scenario: "Scenario"
    facts: Region
    near: "Sequence[Placed]" = ()
    relaxed: "Relaxed | None" = None
    left_s: float = 0.0


def _start(loaded: "Loaded", kept: Kept, job: Job) -> _Start:
    """The scenario of a run, with a movable limit where a plan near it stands."""
    from planner.near_limit import Sought
    from planner.reading import read

    texts, (moved, ranges, known) = [*job.overrides], job.movable or (None, (), ())
    if moved is not None and not ranges:
        reach = loaded.reach(moved)
        ranges = () if reach is None else (reach,)
        texts += [_limit_at(moved, sum(between) / 2) for between in ranges]
    scenario, facts = read(job.scenario, kept.region, texts)
    if moved is None or not ranges:
        return _Start(scenario, facts)
    most = max(NEAR_TIMES * loaded.seconds, NEAR_SECONDS)
    end = time.monotonic() + min(scenario.solve.time_limit_s, most)
    beyond = _columns(job.folder.parents[1] / job.beyond) if job.beyond else None
    found = loaded.near_limit(_until(scenario, end), Sought(moved, ranges, known), beyond)
    if found is None or found.plan is None:
        relaxed = found.relaxed if found is not None else None
        return _Start(scenario, facts, (), relaxed, max(end - time.monotonic(), 0.0))
    there, _ = read(job.scenario, kept.region, [*texts, _limit_at(moved, found.limit)])
    left = 0.0 if found.good else max(end - time.monotonic(), 0.0)
    left += found.relaxed.seconds if there != scenario else 0.0
    return _Start(there, facts, (found.plan,), found.relaxed, left)


def _same(runs: Path, near: Sequence[str], outcome: "Outcome") -> Record:
    """What the record says where a run begun from ended with the same plan; else nothing."""
    reached = outcome.reached()
    for name in near:
        known = read_record(runs / name) or {}
        there = known.get("objectives")
        if there and reached and all(math.isclose(there[o], reached[o]) for o in reached):
            return {"same_as": name, "figures": known["figures"], "sites": known["sites"]}
    return {}


def _limit_at(objective: str, limit: float | None) -> str:
    """The change that lets a limit on an objective stand there."""
    return f"objective.no_worse_than.{objective}={limit!r}"


def _until(scenario: "Scenario", end: float) -> "Scenario":
    """The scenario with time until then."""
    seconds = end - time.monotonic()
    return scenario.model_copy(
        update={"solve": scenario.solve.model_copy(update={"time_limit_s": seconds})}
    )


def _columns(folder: Path) -> dict[str, float]:
    """The columns of a finished run's plan; none where it has none."""
    try:
        return json.loads((folder / COLUMNS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _why(found: Any) -> str:
    """Which rules conflict, in the words of the scenario."""
    if found.status != "infeasible":
        return "the time limit was reached before a plan was found"
    from planner.explain import explain_case

    said = explain_case(found.case, found.scenario, check=False)
    conflicts = (said.conflict, *said.further)
    rules = [str(rule) for conflict in conflicts for rule in conflict]
    rules = rules or [str(check) for check in said.checks]
    return "; ".join(rules) or said.note


def _write(folder: Path, record: Record) -> None:
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (folder / RECORD).write_text(text, encoding="utf-8")
