"""Why a scenario is infeasible, in its own words, and the least that would make it feasible."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.coefficients.case import make_case
from planner.coefficients.grid import with_cuts
from planner.explain.checks import checks, connectable
from planner.explain.costs import RuleCost, rule_costs
from planner.explain.diagnosis import ALONE, Change, Diagnosis
from planner.explain.explanation import Explanation
from planner.explain.worth import best_of, worths
from planner.grid.root import broken_cuts
from planner.losses import Relaxation
from planner.reading import read
from planner.scenario import Scenario
from planner.solve.highs import Watch
from planner.solve.relax import Shortfall
from planner.solve.sift import Relaxed
from planner.tables import Region

OUT_OF_TIME = "The time limit was reached; more could be said with a longer one."
DIVISIBLE = (
    "Found with halls, connections and racks divisible, at the best ratio of that relaxation."
)
UNKNOWN = "Whether a plan of whole halls exists was not found out."
ONLY_DIVISIBLE = (
    "Every rule could hold if halls and connection steps were divisible. They are whole: no plan "
    "was found that keeps all rules."
)
WHOLE_S = 60.0
"""Seconds to look for a plan with whole halls."""

__all__ = ["Explanation", "explain", "explain_case"]


def explain(
    scenario: Scenario | Mapping[str, Any] | str | Path,
    region: Region | str | Path | None = None,
    overrides: Sequence[str] = (),
    progress: Watch | None = None,
) -> Explanation:
    """Which rules of a scenario conflict, and the least that would resolve it; or what binds.

    Parameters
    ----------
    scenario, region, overrides
        As for `planner.plan`.
    progress
        Told of stages.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once.
    """
    chosen, facts = read(scenario, region, overrides)
    return explain_case(make_case(facts, chosen), chosen, progress)


def explain_case(case: Case, scenario: Scenario, progress: Watch | None = None) -> Explanation:
    """As `explain`, for a case that is made already."""
    begun, watch = time.monotonic(), progress or Watch()
    deadline = begun + scenario.solve.time_limit_s
    said = tuple(checks(case))

    def answer(feasible: bool | None, **found: Any) -> Explanation:
        seconds = time.monotonic() - begun
        return Explanation(scenario.name, feasible, said, **found, seconds=seconds)

    if not case.sets["SITE"]:
        return answer(False)
    watch.stage("least relaxation")
    case, diagnosis, least = _within_grid(case, deadline)
    if least is None:
        return answer(False if said else None, note=OUT_OF_TIME)
    if least.holds:
        watch.stage("whole halls")
        feasible, moved, note = _whole(diagnosis, least)
        watch.stage("what binds")
        unit = OBJECTIVES[scenario.objective.name].unit
        if not feasible:
            return answer(feasible, relaxation=moved, unit=unit, note=note)
        best = best_of(diagnosis, scenario.objective.name, least, deadline)
        binding, units = worths(diagnosis, case, scenario.objective.name, best, deadline)
        watch.stage("what each rule costs")
        costs = _costs(diagnosis, case, best, scenario, deadline)
        return answer(True, binding=binding, units=units, costs=costs, unit=unit, note=note)
    watch.stage("conflict")
    conflict = diagnosis.conflict(least)
    watch.stage("one rule alone")
    alone = [diagnosis.alone(j, least) for j in conflict[:ALONE]]
    return answer(
        False,
        conflict=tuple(diagnosis.rules[j] for j in conflict),
        relaxation=tuple(diagnosis.changes(least)),
        alone=tuple(change for change in alone if change is not None),
        note=OUT_OF_TIME if time.monotonic() > deadline else connectable(case),
    )


def _costs(
    diagnosis: Diagnosis, case: Case, best: Relaxed, scenario: Scenario, deadline: float
) -> tuple[RuleCost, ...]:
    if best.x is None:
        return ()
    found = Relaxation(case, diagnosis.compiled, best, scenario.objective.name)
    return tuple(rule_costs(found, deadline, diagnosis.rules))


def _within_grid(case: Case, deadline: float) -> tuple[Case, Diagnosis, Shortfall | None]:
    """The case with every cut that its network needs to show, its rules, their least shortfall."""
    while True:
        diagnosis = Diagnosis(case, deadline)
        least = diagnosis.least()
        if least is None or not least.holds:
            return case, diagnosis, least
        cuts = broken_cuts(case, diagnosis.compiled, least.x)
        if not cuts:
            return case, diagnosis, least
        case = with_cuts(case, cuts)


def _whole(diagnosis: Diagnosis, least: Shortfall) -> tuple[bool | None, tuple[Change, ...], str]:
    """Whether a plan exists with whole halls and steps too, and the least for it if not."""
    whole = diagnosis.least_whole(least, WHOLE_S)
    if whole is None:
        return True, (), f"{DIVISIBLE} {UNKNOWN}"
    found, proven = whole
    if found.holds:
        return True, (), DIVISIBLE
    return (False if proven else None), tuple(diagnosis.changes(found)), ONLY_DIVISIBLE
