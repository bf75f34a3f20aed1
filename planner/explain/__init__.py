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
from planner.explain.diagnosis import ALONE, Change, Diagnosis, size_of
from planner.explain.explanation import Explanation
from planner.explain.nowhere import why_no_site
from planner.explain.offers import Offers
from planner.explain.worth import best_of, worths
from planner.grid.root import broken_cuts
from planner.losses import Relaxation
from planner.reading import read
from planner.scenario import Scenario
from planner.solve.relax import Shortfall
from planner.solve.sift import Relaxed
from planner.solve.watch import Watch
from planner.tables import Region

OUT_OF_TIME = "The time limit was reached; more could be said with a longer one."
DIVISIBLE = (
    "Found with halls, connections and racks divisible, at the best ratio of that relaxation."
)
UNSOLVED = "The solver found neither the least change nor that there is none."
NOTHING = "No plan can deliver anything, whatever the rules ask."
FACTS = (
    "Tables of the region alone leave no plan that delivers anything, whatever the scenario asks: "
    "their rules are among those moved."
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
    return explain_case(make_case(facts, chosen), chosen, progress, region=facts)


def explain_case(
    case: Case,
    scenario: Scenario,
    progress: Watch | None = None,
    check: bool = True,
    region: Region | None = None,
) -> Explanation:
    """As `explain`, for a case that is made already.

    With `check`, offers are checked by searches for plans; with the region it came from, a case
    without sites is told why.
    """
    begun, watch = time.monotonic(), progress or Watch()
    deadline = begun + scenario.solve.time_limit_s
    said = tuple(checks(case))

    def answer(feasible: bool | None, **found: Any) -> Explanation:
        seconds = time.monotonic() - begun
        return Explanation(scenario.name, feasible, said, **found, seconds=seconds)

    if not case.sets["SITE"]:
        said += tuple(why_no_site(region, scenario)) if region is not None else ()
        return answer(False)
    watch.stage("least relaxation")
    case, diagnosis, least = _within_grid(case, deadline)
    facts = least is not None and least.endless
    if facts:
        diagnosis = Diagnosis(case, deadline, facts=True)
        least = diagnosis.least()
    if least is None:
        note = OUT_OF_TIME if time.monotonic() > deadline else UNSOLVED
        return answer(False if said or facts else None, note=note)
    if least.endless:
        return answer(False, note=NOTHING)
    if least.holds:
        watch.stage("whole halls")
        feasible, moved, note = _whole(diagnosis, least)
        watch.stage("what binds")
        unit = OBJECTIVES[scenario.objective.name].unit
        if not feasible:
            if check:
                watch.stage("plans with these numbers")
                moved = Offers(case, scenario, 0.0, deadline).checked(moved)
            return answer(feasible, relaxation=moved, unit=unit, note=note)
        best = best_of(diagnosis, scenario.objective.name, least, deadline)
        binding, units = worths(diagnosis, case, scenario.objective.name, best, deadline)
        watch.stage("what each rule costs")
        costs = _costs(diagnosis, case, best, scenario, deadline)
        return answer(True, binding=binding, units=units, costs=costs, unit=unit, note=note)
    offers = Offers(case, scenario, time.monotonic() - begun, deadline) if check else None
    watch.stage("conflict")
    conflicts = diagnosis.conflicts(least)
    relaxation, alone = _ways_out(diagnosis, least, conflicts, offers, watch)
    late = time.monotonic() > deadline
    return answer(
        False,
        conflict=tuple(diagnosis.rules[j] for j in conflicts[0]) if conflicts else (),
        further=tuple(tuple(diagnosis.rules[j] for j in each) for each in conflicts[1:]),
        relaxation=relaxation,
        alone=alone,
        note=OUT_OF_TIME if late else FACTS if facts else connectable(case),
    )


def _ways_out(
    diagnosis: Diagnosis,
    least: Shortfall,
    conflicts: Sequence[Sequence[int]],
    offers: Offers | None,
    watch: Watch,
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The least way out, and every rule that alone is one: a single one where one suffices."""
    watch.stage("one rule alone")
    named = list(dict.fromkeys(j for conflict in conflicts for j in conflict))
    alone = [change for j in named[:ALONE] if (change := diagnosis.alone(j, least))]
    alone.sort(key=lambda change: change.size)
    alone = [change for change in alone if not change.gives_up] or alone
    together: list[Change] = []
    if not alone or alone[0].gives_up:
        watch.stage("few rules together")
        together = diagnosis.fewest(least)
    if offers is not None:
        watch.stage("plans with these numbers")
        alone = [change for each in alone for change in offers.checked([each])]
        # those that a plan was found with come first
        alone.sort(key=lambda change: (not change.checked, change.size))
        together = list(offers.checked(together)) if together else []
    best = together if not alone or size_of(together or alone) < alone[0].size else alone[:1]
    return tuple(best), tuple(alone)


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
