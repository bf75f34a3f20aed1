"""One case solved: the bound by where and what, the plan by whole racks at sites."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.build import build
from models.case import Case
from planner.scenario import Scenario
from planner.solve.compile import Compiled, compile_model, load
from planner.solve.highs import Solver, Watch
from planner.solve.order import Limits, in_order, relaxed_ratio
from planner.solve.place import at_sites
from planner.solve.ratio import Best


@dataclass
class Outcome:
    """What a solve ended with. `value` and `bound` are in the unit of the objective."""

    status: str
    value: float | None
    bound: float | None
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
    """The best plan of a case with its bound, to the scenario's gap and time limit."""
    watch = watch or Watch()
    stages = Stages(watch)
    solve, names = scenario.solve, _names(scenario)
    ratio = OBJECTIVES[names[0]]
    shown = _Shown(watch, ratio.factor, ratio.more_is_better)
    limits = Limits(
        gap_frac=0.25 * solve.gap_frac,
        tolerance_frac=min(scenario.objective.tolerance_frac, 0.25 * solve.gap_frac),
        deadline=time.monotonic() + solve.time_limit_s,
    )
    stages.enter("build")
    model = build(case)
    stages.enter("compile")
    compiled = compile_model(model)
    solver = Solver(compiled, solve.threads, solve.seed)
    stages.enter("relaxation")
    relaxed = relaxed_ratio(solver, names[0], limits)
    if relaxed.x is None:
        stages.close()
        return Outcome(_why_none(relaxed), None, None, case, seconds=stages.seconds)
    stages.enter("where and what")
    first, grouped = in_order(solver, names, relaxed.value, limits, shown)
    bound = min(first.bound, relaxed.value)
    if grouped is None:
        stages.close()
        shown_bound = _sign(ratio) * bound * ratio.factor
        return Outcome(_why_none(first), None, shown_bound, case, seconds=stages.seconds)
    stages.enter("place racks")
    outcome = _place(case, scenario, (used(compiled, grouped), used(compiled, first.x)), bound, shown)
    stages.close()
    outcome.seconds = {**stages.seconds, **outcome.seconds}
    outcome.nodes += first.nodes
    return outcome


def used(compiled: Compiled, x: np.ndarray | None) -> set[str]:
    """Sites that a solution opens at any time."""
    if x is None:
        return set()
    return {
        name[len("open[") : -1].rsplit(",", 1)[0]
        for name, index in compiled.column.items()
        if name.startswith("open[") and x[index] > 0.5
    }


def _place(
    case: Case, scenario: Scenario, choices: tuple[set[str], ...], bound: float, watch: Watch
) -> Outcome:
    """Whole racks at the cheapest choice of sites; more sites where the gap does not close."""
    names, solve = _names(scenario), scenario.solve
    ratio = OBJECTIVES[names[0]]
    deadline = time.monotonic() + solve.time_limit_s
    limits = Limits(0.25 * solve.gap_frac, min(scenario.objective.tolerance_frac, 0.25 * solve.gap_frac), deadline)
    kept: Outcome | None = None
    sites: set[str] = set()
    for choice in choices:
        if choice <= sites:
            continue
        sites |= choice
        placed = at_sites(case, sites)
        model = build(placed)
        compiled = compile_model(model)
        solver = Solver(compiled, solve.threads, solve.seed)
        best, x = in_order(solver, names, bound, limits, watch)
        if x is None:
            continue
        value = _sign(ratio) * _value(compiled, x, ratio) * ratio.factor
        outcome = Outcome("stopped", value, _sign(ratio) * bound * ratio.factor, placed, model, compiled, x)
        outcome.nodes = best.nodes
        if kept is None or (outcome.gap_frac or 0) < (kept.gap_frac or 0):
            kept = outcome
        if (kept.gap_frac or 0.0) <= solve.gap_frac:
            kept.status = "optimal"
            break
    if kept is None:
        return Outcome("stopped", None, _sign(ratio) * bound * ratio.factor, case)
    assert kept.placed is not None
    assert kept.x is not None
    load(kept.placed, kept.x)
    return kept


def _names(scenario: Scenario) -> list[str]:
    wanted = [scenario.objective.name, *scenario.objective.then, "cost"]
    return list(dict.fromkeys(wanted))


def _sign(ratio: Any) -> float:
    return 1.0 if ratio.more_is_better else -1.0


def _value(compiled: Compiled, x: np.ndarray, ratio: Any) -> float:
    over, under = x[compiled.column[ratio.over]], x[compiled.column[ratio.under]]
    return float(_sign(ratio) * over / under)


def _why_none(best: Best) -> str:
    return "infeasible" if best.state == "infeasible" else "stopped"


class _Shown(Watch):
    """Tells a watch in the unit that people read."""

    def __init__(self, watch: Watch, factor: float, more_is_better: bool) -> None:
        self._watch = watch
        self._factor = factor if more_is_better else -factor

    @property
    def stop(self) -> bool:  # type: ignore[override]
        return self._watch.stop

    def stage(self, name: str) -> None:
        self._watch.stage(name)

    def bound(self, value: float) -> None:
        self._watch.bound(value * self._factor)

    def incumbent(self, value: float) -> None:
        self._watch.incumbent(value * self._factor)
