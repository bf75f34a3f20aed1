"""One case solved: the bound by where and what, the plan by whole racks at sites."""

import time
from dataclasses import replace

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.begun import Begun
from planner.grid.root import refused, within_grid
from planner.halt import HALT, Halted
from planner.outcome import Outcome
from planner.prove import proven
from planner.scenario import Scenario
from planner.search import Search, in_turn
from planner.solve.box import points
from planner.solve.compile import Compiled, compile_case
from planner.solve.order import Limits, relaxed_in_order
from planner.solve.placed import used
from planner.solve.sift import Relaxed
from planner.solve.told import Shown
from planner.solve.watch import Watch
from planner.stages import Stages

FIRST_SECONDS = 25.0
"""Longest search for halls and steps before racks are placed: a plan first, a better one later.

And half of the time that is left at most.
"""

STARTERS = 4
"""Sites of each country and first year that the relaxation begins with: the coolest."""


def optimize(
    case: Case, scenario: Scenario, watch: Watch | None = None, begun: Begun | None = None
) -> Outcome:
    """The best plan of a case with its bound, to the scenario's gap and time limit.

    1. The relaxation of the where/what model bounds every plan, and the cheapest way to reach it
       names the sites.
    2. At those sites, whole halls and steps are chosen with racks in groups, then whole racks.
    3. Where the gap stays open, every site that could be part of a better plan is taken in, the
       others being ruled out by their prices: a tighter bound, and perhaps a better plan.

    With `begun` nothing is built or compiled anew, and the plan of before is tried first, as it is
    and then with what little must be changed, if no other that is said to be near is near its
    bound, too: where that is within the gap of the new bound, 2 is left out. What a network refuses
    is looked for from nothing.
    """
    if begun is not None:
        outcome = _optimize(case, scenario, watch, begun)
        if not refused(case, outcome.placed):
            return outcome
    return _from_nothing(case, scenario, watch)


@within_grid
def _from_nothing(case: Case, scenario: Scenario, watch: Watch | None = None) -> Outcome:
    return _optimize(case, scenario, watch, None)


def _optimize(case: Case, scenario: Scenario, watch: Watch | None, begun: Begun | None) -> Outcome:
    watch = watch or Watch()
    stages = Stages(watch)
    shown = _shown(watch, scenario)
    limits = limits_of(scenario)
    compiled = begun.compiled if begun else _compiled(case, stages)
    if compiled is None:
        return Outcome("stopped", seconds=stages.seconds)
    stages.enter("relaxation")
    names = in_turn(scenario)
    relaxed = relaxations(case, compiled, names, limits, begun)
    if relaxed[0].x is None:
        stages.close()
        status = "infeasible" if relaxed[0].state == "infeasible" else "stopped"
        return Outcome(status, seconds=stages.seconds)
    first = relaxed[0]
    if begun and begun.objective == names[0]:
        first = replace(first, bound=min(first.bound, begun.bound))
    bound = first.bound
    shown.bound(bound)
    reach = {name: part.value for name, part in zip(names, relaxed, strict=False)}
    limits = replace(limits, reach=reach, ties=begun is None)
    search = Search(case, scenario, limits, relaxed[0].value, shown)
    choice = used(compiled, relaxed[-1].x) | used(compiled, relaxed[0].x)
    choice |= set(begun.sites) if begun else set()
    near = points(compiled, relaxed)
    stages.enter("place racks" if begun else "where and what")
    if begun:
        search.again(begun, bound)
    if search.wanting(bound, begun):
        search.quickly([near[0], near[-1]], bound, begun)
    if not search.hand.settled(bound):
        stages.enter("where and what")
        half = 0.5 * max(limits.deadline - time.monotonic(), 0.0)
        search.where_and_what(choice, bound, near, min(FIRST_SECONDS, half))
        stages.enter("place racks")
        search.place(bound)
    if not search.hand.closed(bound):
        bound = proven(search, compiled, choice, first, stages)
        if bound == -np.inf:
            stages.close()
            return Outcome("infeasible", seconds=stages.seconds)
    stages.close()
    outcome = search.outcome(bound)
    outcome.grouped, outcome.relaxed = compiled, relaxed[0]
    outcome.where = search.where
    outcome.seconds = stages.seconds
    return outcome


def under_bound(
    case: Case, scenario: Scenario, watch: Watch | None, begun: Begun
) -> Outcome | None:
    """A plan within the gap of the bound of before, which holds still: the one of before, changed.

    None where none is found at once. The model and the relaxation of before are not those of the
    case, and are not kept.
    """
    watch = watch or Watch()
    stages, shown = Stages(watch), _shown(watch, scenario)
    relaxed, bound = begun.relaxed, begun.bound
    shown.bound(bound)
    limits = replace(limits_of(scenario), ties=False)
    search = Search(case, scenario, limits, relaxed.value, shown)
    stages.enter("place racks")
    search.again(begun, bound)
    search.quickly(points(begun.compiled, [relaxed]), bound, begun)
    stages.close()
    if not search.hand.closed(bound) or refused(case, search.hand.placed):
        return None
    outcome = search.outcome(bound)
    outcome.seconds = stages.seconds
    return outcome


def _shown(watch: Watch, scenario: Scenario) -> Shown:
    """Tells the watch in the unit of the objective."""
    ratio = OBJECTIVES[scenario.objective.name]
    return Shown(watch, ratio.factor if ratio.more_is_better else -ratio.factor)


def relaxations(
    case: Case, compiled: Compiled, names: list[str], limits: Limits, begun: Begun | None
) -> list[Relaxed]:
    """The relaxation in each objective; after other limits in the first, from where it stood."""
    sites = case.sets["SITE"]
    if begun is None:
        guess = likely(case, names[0])
        return relaxed_in_order(compiled, sites, names, starters(case), limits, guess)
    first: np.ndarray | Relaxed = begun.relaxed
    start, parts = begun.reached(names[0]), begun.parts
    start = likely(case, names[0]) if start is None else start
    there = parts.sites if parts else sites
    if begun.objective == names[0]:
        names = names[:1]
    else:  # where one objective ended is a bad place to begin another
        first = np.isin(there, np.array(sites)[starters(case)])
    found = relaxed_in_order(compiled, sites, names, first, limits, start, parts)
    return [part.among(there, sites) for part in found]


def _compiled(case: Case, stages: Stages) -> Compiled | None:
    """The where/what model of all candidate sites; None if asked to end."""
    try:
        with HALT.at_once():
            return compile_case(case, stages.enter)
    except Halted:
        stages.close()
        return None


def starters(case: Case) -> np.ndarray:
    """Marks of the sites to begin with: least meter MW per IT MW, by country and first year."""
    least: dict[str, float] = {}
    for (s, _), load_frac in case["facility_per_it_frac"].items():
        least[s] = min(load_frac, least.get(s, load_frac))
    taken: dict[tuple, int] = {}
    marks = np.zeros(len(case.sets["SITE"]), dtype=bool)
    number = {s: i for i, s in enumerate(case.sets["SITE"])}
    for s in sorted(case.sets["SITE"], key=lambda s: (least[s], s)):
        kind = (case["country"][s], case["first_year"].get(s))
        taken[kind] = taken.get(kind, 0) + 1
        marks[number[s]] = taken[kind] <= STARTERS
    return marks


def likely(case: Case, objective: str) -> float:
    """A guess of the best ratio, in the model's columns: the best racks at the coolest site.

    Where Dinkelbach's iteration starts does not change its end, only how long it takes.
    """
    if objective != "tokens_per_mw" or not case["mix_frac"]:
        return 0.0
    per_it = min(case["facility_per_it_frac"].values(), default=1.0)
    needed: dict[str, float] = {}
    for (w, n), share in case["mix_frac"].items():
        it_mw = case["least_mw_per_mtoken_per_s"].get(w, 0.0) * case["peak_to_mean_ratio"][w]
        needed[n] = needed.get(n, 0.0) + share * it_mw
    least = min(needed.values()) * per_it / max(case["software_gain"].values(), default=1.0)
    return 1.0 / least if least > 0 else 0.0


def limits_of(scenario: Scenario) -> Limits:
    """How exactly and how long a scenario is solved from now on."""
    gap = scenario.solve.gap_frac
    return Limits(
        gap_frac=0.25 * gap,
        tolerance_frac=min(scenario.objective.tolerance_frac, 0.25 * gap),
        deadline=time.monotonic() + scenario.solve.time_limit_s,
    )
