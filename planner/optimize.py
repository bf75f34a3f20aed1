"""One case solved: the bound by where and what, the plan by whole racks at sites."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.build import build
from models.case import Case
from planner.scenario import Scenario
from planner.solve.compile import Compiled, compile_model, load
from planner.solve.highs import Solver, Watch
from planner.solve.order import Limits, in_order, relaxed_in_order
from planner.solve.place import at_sites
from planner.solve.ratio import Best

STARTERS = 15
"""Sites of each country and first year that the relaxation begins with: the coolest."""


@dataclass
class Outcome:
    """What a solve ended with. `value` and `bound` are in the unit of the objective.

    `case`, `model`, `placed` and `x` are those of the placed, site-indexed case; `r` is the ratio
    in the model's own columns, more being better.
    """

    status: str
    value: float | None = None
    bound: float | None = None
    r: float = 0.0
    case: Case | None = None
    model: Any = None
    placed: Compiled | None = None
    x: np.ndarray | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    nodes: int = 0

    @property
    def gap_frac(self) -> float | None:
        """Distance of bound and value, relative to the value; None without a plan."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.bound - self.value) / max(abs(self.value), 1e-12)


class Stages:
    """Seconds by stage."""

    def __init__(self, watch: Watch) -> None:
        self.seconds: dict[str, float] = {}
        self._watch, self._name, self._begun = watch, "", time.monotonic()

    def enter(self, name: str) -> None:
        """Close the stage before and open this one."""
        self.close()
        self._name = name
        self._watch.stage(name)

    def close(self) -> None:
        """End the open stage."""
        now = time.monotonic()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._begun
        self._begun, self._name = now, ""


def optimize(case: Case, scenario: Scenario, watch: Watch | None = None) -> Outcome:
    """The best plan of a case with its bound, to the scenario's gap and time limit.

    1. The relaxation of the where/what model bounds every plan, and the cheapest way to reach it
       names the sites.
    2. Whole racks and halls are placed at those sites; where the gap stays open, at more sites.
    3. Where it still stays open, the where/what model is solved with whole halls: a tighter bound
       and another choice of sites.
    """
    watch = watch or Watch()
    stages = Stages(watch)
    names, ratio = _names(scenario), OBJECTIVES[scenario.objective.name]
    shown = _Shown(watch, ratio.factor if ratio.more_is_better else -ratio.factor)
    limits = _limits(scenario)
    stages.enter("build")
    model = build(case)
    stages.enter("compile")
    compiled = compile_model(model)
    stages.enter("relaxation")
    sites = case.sets["SITE"]
    relaxed = relaxed_in_order(compiled, sites, names, starters(case), limits)
    bound = relaxed[0].bound
    if relaxed[0].x is None:
        stages.close()
        status = "infeasible" if relaxed[0].state == "infeasible" else "stopped"
        return Outcome(status, seconds=stages.seconds)
    shown.bound(bound)
    stages.enter("place racks")
    choices = [used(compiled, part.x) for part in (relaxed[-1], relaxed[0])]
    outcome = _place(case, scenario, choices, bound, limits, shown)
    if outcome.status != "optimal" and not watch.stop and time.monotonic() < limits.deadline:
        stages.enter("where and what")
        first, bound, choices = _whole_halls(compiled, scenario, bound, limits, shown)
        stages.enter("place racks")
        again = _place(case, scenario, choices, bound, limits, shown)
        outcome = _better(outcome, again, bound, ratio, scenario.solve.gap_frac)
        outcome.nodes += first.nodes
    stages.close()
    if outcome.placed is not None and outcome.x is not None:
        load(outcome.placed, outcome.x)
    outcome.seconds = stages.seconds
    return outcome


def starters(case: Case) -> np.ndarray:
    """Marks of the sites the relaxation begins with: least meter MW per IT MW, by country and year."""
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


def used(compiled: Compiled, x: np.ndarray | None) -> set[str]:
    """Sites that a solution opens, however little, at any time."""
    if x is None:
        return set()
    return {
        variable.index()[0]
        for variable, value in zip(compiled.variables, x, strict=True)
        if value > 1e-6 and variable.parent_component().local_name == "open"
    }


def _limits(scenario: Scenario) -> Limits:
    gap = scenario.solve.gap_frac
    return Limits(
        gap_frac=0.25 * gap,
        tolerance_frac=min(scenario.objective.tolerance_frac, 0.25 * gap),
        deadline=time.monotonic() + scenario.solve.time_limit_s,
    )


def _whole_halls(
    compiled: Compiled, scenario: Scenario, bound: float, limits: Limits, watch: Watch
) -> tuple[Best, float, list[set[str]]]:
    """The where/what model with whole halls and steps: its bound and the sites it chooses."""
    solver = Solver(compiled, scenario.solve.threads, scenario.solve.seed)
    first, plan = in_order(solver, _names(scenario), bound, limits, watch)
    return first, min(bound, first.bound), [used(compiled, plan), used(compiled, first.x)]


def _place(
    case: Case,
    scenario: Scenario,
    choices: list[set[str]],
    bound: float,
    limits: Limits,
    watch: Watch,
) -> Outcome:
    """Whole racks at the first choice of sites; more sites as long as the gap does not close."""
    ratio = OBJECTIVES[scenario.objective.name]
    kept = Outcome("stopped", bound=_unit(ratio, bound))
    sites: set[str] = set()
    for choice in choices:
        if choice <= sites or watch.stop:
            continue
        sites |= choice
        placed = at_sites(case, sites)
        model = build(placed)
        compiled = compile_model(model)
        solver = Solver(compiled, scenario.solve.threads, scenario.solve.seed)
        best, x = in_order(solver, _names(scenario), bound, limits, watch)
        if x is None:
            continue
        r = _value(compiled, x, scenario)
        found = Outcome("stopped", _unit(ratio, r), kept.bound, r, placed, model, compiled, x)
        found.nodes = best.nodes
        kept = _better(kept, found, bound, ratio, scenario.solve.gap_frac)
        if kept.status == "optimal":
            break
    return kept


def _better(one: Outcome, other: Outcome, bound: float, ratio: Any, gap_frac: float) -> Outcome:
    """The outcome with the greater ratio, judged against the bound."""
    best = other if one.x is None or (other.x is not None and other.r > one.r) else one
    best = replace(best, bound=_unit(ratio, bound))
    closed = best.gap_frac is not None and best.gap_frac <= gap_frac
    return replace(best, status="optimal" if closed else "stopped")


def _names(scenario: Scenario) -> list[str]:
    wanted = [scenario.objective.name, *scenario.objective.then, "cost"]
    return list(dict.fromkeys(wanted))


def _unit(ratio: Any, value: float) -> float:
    """A ratio in the model's columns, in the unit people read."""
    return (value if ratio.more_is_better else -value) * ratio.factor


def _value(compiled: Compiled, x: np.ndarray, scenario: Scenario) -> float:
    ratio = OBJECTIVES[scenario.objective.name]
    over, under = x[compiled.column[ratio.over]], x[compiled.column[ratio.under]]
    return float(over / under) if ratio.more_is_better else float(-over / under)


class _Shown(Watch):
    """Tells a watch in the unit that people read."""

    def __init__(self, watch: Watch, factor: float) -> None:
        self._watch, self._factor = watch, factor

    @property
    def stop(self) -> bool:  # type: ignore[override]
        return self._watch.stop

    def stage(self, name: str) -> None:
        self._watch.stage(name)

    def bound(self, value: float) -> None:
        self._watch.bound(value * self._factor)

    def incumbent(self, value: float) -> None:
        self._watch.incumbent(value * self._factor)
