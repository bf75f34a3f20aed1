"""The futures of a study: each a scenario with its facts; and their mean, as one future."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.case import Case
from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.errors import InputError
from planner.reading import read
from planner.scenario import Scenario
from planner.study.designs import Run
from planner.tables import Region

MEAN = "mean"
_CHANGE = re.compile(r"^(?P<how>[*+])\s*(?P<by>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)$")


@dataclass(frozen=True)
class Future:
    """One future: its run in the study, its scenario, its facts, the case of all candidates."""

    run: Run
    scenario: Scenario
    region: Region
    case: Case

    @property
    def context(self) -> Context:
        """Region and scenario, for the tables of a plan."""
        return Context(self.region, self.scenario)


def future_of(run: Run, scenario: str | Path, changes: Sequence[str], facts: Region) -> Future:
    """The future that a run of a study states."""
    chosen, region = read(scenario, facts, [*changes, *run.overrides])
    return Future(run, chosen, region, make_case(region, chosen))


def mean_of(
    runs: Sequence[Run], scenario: str | Path, changes: Sequence[str], facts: Region
) -> Future | None:
    """The future in which every input has its mean; None where some input has none.

    Numbers have a mean, and changes such as `*0.8` if all are of one kind; a run that leaves a
    change out does not change it. Words, lists and mappings have no mean.
    """
    paths = list(dict.fromkeys(path for run in runs for path in run.inputs))
    inputs: dict[str, Any] = {}
    for path in paths:
        mean = _mean([run.inputs.get(path) for run in runs])
        if mean is None:
            return None
        inputs[path] = mean
    try:
        return future_of(Run(MEAN, inputs), scenario, changes, facts)
    except InputError:  # whole numbers only, for one
        return None


def _mean(values: Sequence[Any]) -> float | str | None:
    stated = [value for value in values if value is not None]
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in stated):
        return sum(stated) / len(stated) if len(stated) == len(values) else None
    changes = [_CHANGE.match(v) if isinstance(v, str) else None for v in stated]
    kinds = {change["how"] if change else "" for change in changes}
    if len(kinds) != 1 or "" in kinds:
        return None
    how = kinds.pop()
    known = [float(change["by"]) for change in changes if change]
    missing = (1.0 if how == "*" else 0.0) * (len(values) - len(known))
    return f"{how}{(sum(known) + missing) / len(values):.9g}"
