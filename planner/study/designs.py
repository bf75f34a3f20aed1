"""The runs of a study: which values its design gives to what is changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from typing import Any

import numpy as np

from planner.errors import InputError, Problem, refuse
from planner.overrides import override_text
from planner.reading import read
from planner.scenario_yaml import load, read_text
from planner.study.indices import INSTALL, crossed
from planner.study.schema import MOST_RUNS, SAMPLED, Study
from planner.tables import Region

BASE = "base"
MOST_TRIED = 50
"""So many runs are looked at for one in which a value makes a scenario."""

DIGITS = ".6g"
"""Drawn numbers are rounded to what a person would write, and used so."""


@dataclass(frozen=True)
class Run:
    """One run: its name and the values it gives, by path; a path that is absent is as in the base.

    `draws` are the places of a sample's values between their two ends, 0 to 1.
    """

    name: str
    inputs: Mapping[str, Any]
    draws: Mapping[str, float] = field(default_factory=dict)

    @property
    def overrides(self) -> list[str]:
        """Its changes as `--set` states them."""
        return [override_text(path, value) for path, value in self.inputs.items()]


def runs_of(study: Study) -> list[Run]:
    """The runs of a study, in the order of its design.

    Raises
    ------
    InputError
        Ends that are no two numbers, more runs than anybody waits for, or a package that the design
        needs and is not there.
    """
    if study.design == "variants":
        data, _ = load(read_text(study.scenario_path), str(study.scenario_path))
        names = list(data.get("variants") or {})
        if not names:
            where = study.origin.problem(("design",), "needs a scenario that names variants",
                                         value=str(study.scenario_path))  # fmt: skip
            raise InputError(where)
        return [Run(BASE, {}), *(Run(name, {"variant": name}) for name in names)]
    if study.design == "list":
        return [Run(name, inputs) for name, inputs in study.runs.items()]
    if study.design in SAMPLED:
        return _sampled(study)
    if study.design == "one_at_a_time":
        alone = [(path, value) for path, values in study.over.items() for value in values]
        return [Run(BASE, {}), *(Run(f"{i:03d}", {p: v}) for i, (p, v) in enumerate(alone, 1))]
    count = prod(len(values) for values in study.over.values())
    if count > MOST_RUNS:
        problem = study.origin.problem(("over",), f"makes {count:,} runs", allowed=f"{MOST_RUNS:,}")
        raise InputError(problem)
    cells = product(*study.over.values())
    return [
        Run(f"{i:03d}", dict(zip(study.over, cell, strict=True))) for i, cell in enumerate(cells, 1)
    ]


def check(study: Study, runs: Sequence[Run], scenario: Mapping[Any, Any], region: Region) -> None:
    """Refuse what the scenario or the region does not know, before anything is solved.

    Each value is tried alone, then, as others may have to change with it, in the runs that have it;
    values that only together make no scenario are rows of the study.

    Raises
    ------
    InputError
        Every problem of every value, at its place in the study.
    """
    problems: list[Problem] = []

    def wrong(run: Run) -> tuple[Problem, ...]:
        try:
            read(scenario, region, [*study.changes, *run.overrides])
        except InputError as error:
            return error.problems
        return ()

    for place, inputs in _tried(study):
        found = wrong(Run("", inputs))
        others = runs if found and place[0] == "over" else ()
        having = (run for run in others if inputs.items() <= run.inputs.items())
        if found and all(wrong(run) for run in islice(having, MOST_TRIED)):
            problems += [_placed(study, place, problem) for problem in found]
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def _tried(study: Study) -> Iterator[tuple[tuple, Mapping[str, Any]]]:
    """What is checked: each run of a list, each value of another design; and where it stands."""
    for name, inputs in study.runs.items():
        yield ("runs", name), inputs
    for path, values in study.over.items():
        for i, value in enumerate(values):
            yield ("over", path, i), {path: value}


def _placed(study: Study, place: tuple, problem: Problem) -> Problem:
    """The problem at the line of the study that states the value."""
    at = study.origin.problem(place, "")
    line = at.place.split(",")[0]
    return Problem(at.file, f"{line}, {problem.place}".strip(", "), problem.message,
                   problem.value, problem.allowed, problem.nearest)  # fmt: skip


def _sampled(study: Study) -> list[Run]:
    ends, problems = {}, list[Problem]()
    for path in study.over:
        try:
            ends[path] = _ends(study, path)
        except InputError as error:
            problems += error.problems
    refuse(problems)
    runs = []
    for i, point in enumerate(_points(study, len(ends)), 1):
        draws = dict(zip(ends, map(float, point), strict=True))
        runs.append(Run(f"{i:03d}", {p: _drawn(*ends[p], u) for p, u in draws.items()}, draws))
    return runs


def _points(study: Study, inputs: int) -> np.ndarray:
    """The points of a sample, each input between 0 and 1."""
    from scipy.stats import qmc  # a third of all imports, for samples alone

    count = study.samples or 1
    if study.design == "latin_hypercube":
        return qmc.LatinHypercube(inputs, rng=study.seed).random(count)
    if study.design == "sobol":
        return qmc.Sobol(inputs, rng=study.seed).random(count)
    runs_count = count * (inputs + 2)
    if runs_count > MOST_RUNS:
        problem = study.origin.problem(("samples",), f"makes {runs_count:,} runs",
                                       allowed=f"{MOST_RUNS:,}")  # fmt: skip
        raise InputError(problem)
    try:
        return crossed(inputs, count, study.seed)
    except ImportError:
        where = ("design",)
        problem = study.origin.problem(where, "needs SALib", value=study.design, allowed=INSTALL)
        raise InputError(problem) from None


def _ends(study: Study, path: str) -> tuple[str, Any, Any]:
    """The two ends of a sample: the change they state (`*`, `+`, or none), lowest, highest."""
    values = study.over[path]
    how = {v[:1] if isinstance(v, str) else "" for v in values}
    try:
        kind = how.pop()
        if how or len(values) != 2 or kind not in ("", "*", "+"):
            raise ValueError
        low, high = (float(v[1:]) if kind else v for v in values)
        if isinstance(low, bool) or not low < high:
            raise ValueError
    except (TypeError, ValueError):
        allowed = "two rising numbers, or changes such as '*0.8' and '*1.2'"
        where = ("over", path)
        problem = study.origin.problem(
            where, "are no ends to draw between", value=values, allowed=allowed
        )
        raise InputError(problem) from None
    return kind, low, high


def _drawn(kind: str, low: Any, high: Any, place: float) -> Any:
    """A value between the ends; whole where both ends are."""
    if not kind and isinstance(low, int) and isinstance(high, int):
        return min(low + int(place * (high - low + 1)), high)
    value = format(low + place * (high - low), DIGITS)
    return f"{kind}{value}" if kind else float(value)
