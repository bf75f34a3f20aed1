"""A plan of before changed as little as the limits of now need, by linear programs.

Beside the plan of before (planner/solve/beside.py), and not far from  N >= aim * D  for the ratio
asked for, most whole numbers stay as they are. Those that do not are made whole in turn
(planner/solve/dive.py), racks last, which keep within the gap. What is found is a plan like any
other, or nothing.
"""

import time
from dataclasses import replace
from itertools import islice

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.solve.beside import Beside, Stood
from planner.solve.box import fix
from planner.solve.compile import Compiled
from planner.solve.dive import Wanted, Worth, but_racks, with_more
from planner.solve.highs import Solver
from planner.solve.order import Limits, held, in_order
from planner.solve.ratio import value_at

SECONDS, RACKS_SECONDS = 0.6, 0.5
"""Longest search for all but racks, and for whole racks: what is to be found is found sooner."""

AIM_FRAC, KEEP_FRAC = 0.5, 0.05
"""Shares of the gap: so far from its end divisible racks aim to be, and whole ones are."""

GAP_MUSD = 2000.0
"""What divisible racks must save at least to fall short of that by the whole gap: 20 halls."""


def repaired(
    compiled: Compiled,
    stood: Stood,
    wanted: Wanted,
    limits: Limits,
    seed: int,
) -> np.ndarray | None:
    """A plan near the one that stood, best in all objectives in turn; None where none is found."""
    names, least, gap = wanted.names, wanted.least, wanted.bound - wanted.least
    aim = held(names[0], least + AIM_FRAC * gap, 0.0)
    under = stood.named().get(OBJECTIVES[names[0]].under, 0.0)
    near = Beside(compiled, stood, aim, GAP_MUSD / max(gap * under, 1e-9), seed)
    worth = Worth(lambda x: value_at(near.compiled, OBJECTIVES[names[0]], x), gap, wanted.bound)
    x = but_racks(near, min(limits.deadline, time.monotonic() + SECONDS), worth, least)
    if x is not None:
        keep = held(names[0], least + KEEP_FRAC * gap, 0.0)
        x = _with_racks(near, x, keep, limits.deadline, seed)
    if x is None:
        return None
    near.hold(near.whole, np.round(x[near.whole]), np.round(x[near.whole]))
    near.solver.change_row(near.row, {}, -float("inf"), float("inf"))
    plan = in_order(near.solver, names, least, replace(limits, enough=least))[1]
    return None if plan is None else near.folded(plan)[: len(compiled.low)]


def _with_racks(
    near: Beside, x: np.ndarray, row: dict[str, float], deadline: float, seed: int
) -> np.ndarray | None:
    """Whole racks beside what is whole; None where that is not found in time."""
    solver = Solver(near.compiled, threads=1, seed=seed)
    solver.change_row(near.row, row, 0.0, float("inf"))
    solver.maximise_vector(-near.costs()[: len(x)])
    solver.bounds(np.array([len(x) - 1]), np.zeros(1), np.zeros(1))
    for tried in islice(with_more(near.compiled, x), 2):  # no hall to spare
        fix(solver, tried)
        found = solver.first(min(deadline, time.monotonic() + RACKS_SECONDS))
        if found is not None:
            return found
    return None
