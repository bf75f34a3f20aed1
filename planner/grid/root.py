"""Plans that the network refuses add cuts, and are made again, until it takes one."""

import functools
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from models.case import Case
from planner.coefficients.grid import with_cuts
from planner.grid.dispatch import Cut, Dispatch
from planner.scenario import Scenario
from planner.solve.compile import Compiled
from planner.solve.placed import Placed

ROUNDS = 20
"""Each adds a cut for every hour and period that refuses the plan; one or two are usual."""

Optimize = Callable[..., Any]


def within_grid(optimize: Optimize) -> Optimize:
    """`optimize(case, scenario, watch)` whose plan every hour of the network can serve.

    A bound found without a cut holds with it, too. Time is that of the scenario for all rounds.
    """

    @functools.wraps(optimize)
    def solve(case: Case, scenario: Scenario, watch: Any = None) -> Any:
        begun = time.monotonic()
        outcome = optimize(case, scenario, watch)
        for _ in range(ROUNDS):
            cuts = refused(case, outcome.placed)
            if not cuts:
                return outcome
            case = with_cuts(case, cuts)
            left = max(scenario.solve.time_limit_s - (time.monotonic() - begun), 1.0)
            in_time = scenario.solve.model_copy(update={"time_limit_s": left})
            outcome = optimize(case, scenario.model_copy(update={"solve": in_time}), watch)
        raise ArithmeticError("the plan and the network do not meet")

    return solve


def refused(case: Case, placed: Placed | None) -> dict[tuple[str, str, int], Cut]:
    """A cut that a plan breaks, by country, hour and period; none where every hour serves it."""
    return {} if placed is None else broken_cuts(case, placed.found_in, placed.solution)


def broken_cuts(
    case: Case, compiled: Compiled | None, x: np.ndarray | None
) -> dict[tuple[str, str, int], Cut]:
    """A cut that the loads of a solution break, by country, hour and period."""
    if compiled is None or x is None or not case["grid_network"]:
        return {}
    loads: dict[int, dict[str, float]] = {t: {} for t in case.sets["PERIOD"]}
    for name, mw in zip(compiled.column_names, x.tolist(), strict=True):
        if name.startswith("node_mw["):
            node, t = name[len("node_mw[") : -1].rsplit(",", 1)
            loads[int(t)][node.strip("'")] = mw  # quoted where it looks like a number
    known: dict[int, Dispatch] = {}
    found = {}
    for at, network in case["grid_network"].items():
        if id(network) not in known:
            known[id(network)] = Dispatch(network)
        cut = known[id(network)].violated(network.loads(loads[at[2]]))
        if cut is not None:
            found[at] = cut
    return found
