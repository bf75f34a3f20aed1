"""A plan of before changed as little as the limits of now need, by linear programs.

Beside the plan of before (planner/solve/beside.py), and within  N >= aim * D  for the ratio asked
for, most whole numbers stay as they are. Those that do not are made whole in turn, sites first: the
greatest part of one becomes a whole, or nothing where that has no solution. Racks come last, next
to their fractional numbers. Where that ends without a plan, all but racks are searched for between
the plan of before and the relaxation of now. What is found is a plan like any other, or nothing.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from planner.solve.beside import Beside, Stood
from planner.solve.box import ROUNDING, between, columns_of, fix, next_to, wider
from planner.solve.compile import Compiled
from planner.solve.halt import HALT
from planner.solve.highs import Solver
from planner.solve.order import Limits, held, in_order
from planner.solve.place import RACKS_MORE

IN_TURN = ("open", "connect", "operate", "host", "water_link", "halls")
"""Made whole in this order, then what else is."""

SURE = 0.9
"""Parts as great as this are made whole together."""

ROUNDS = 60
"""Linear programs at most until all but racks are whole."""

SECONDS, BETWEEN_SECONDS, RACKS_SECONDS = 1.5, 3.0, 2.0
"""Longest search for all but racks, near and then between, and for whole racks: what is to be
found there is found sooner."""

AIM_FRAC, KEEP_FRAC = 0.5, 0.3
"""Shares of the gap that divisible racks, and then whole ones, stay away from its end.

Later objectives may take a quarter of it.
"""


class Wanted(NamedTuple):
    """The objectives in order, the least wanted of the first, and what no plan can beat."""

    names: Sequence[str]
    least: float
    bound: float


def repaired(
    compiled: Compiled,
    stood: Stood,
    where: Mapping[str, float],
    wanted: Wanted,
    limits: Limits,
    seed: int,
) -> np.ndarray | None:
    """A plan near the one that stood, best in all objectives in turn; None where none is found.

    `where` is the relaxation of now, its columns by name.
    """
    names, least, gap = wanted.names, wanted.least, wanted.bound - wanted.least
    aim = held(names[0], least + AIM_FRAC * gap, 0.0)
    near = Beside(compiled, stood, aim, seed)
    x = _but_racks(near, min(limits.deadline, time.monotonic() + SECONDS))
    if x is None:
        x = _between(near.compiled, (stood.named(), where), limits.deadline, seed)
    if x is not None:
        keep = held(names[0], least + KEEP_FRAC * gap, 0.0)
        x = _with_racks(near, x, keep, limits.deadline, seed)
    if x is None:
        return None
    near.hold(near.whole, np.round(x[near.whole]), np.round(x[near.whole]))
    near.solver.change_row(near.row, {}, -float("inf"), float("inf"))
    plan = in_order(near.solver, names, least, limits)[1]
    return None if plan is None else near.folded(plan)


def _but_racks(near: Beside, deadline: float) -> np.ndarray | None:
    """All but racks whole; None where that is not found."""
    picked, x = np.array([], dtype=int), np.array([])
    low = high = x
    for _ in range(ROUNDS):
        answer = near.solver.run(deadline=deadline)
        if HALT.asked or answer.state not in ("optimal", "infeasible"):
            return None
        if answer.x is not None:
            x = near.folded(answer.x)
            picked = _picked(near, x)
            if not len(picked):
                return x
            low, high = near.held_at(picked)
            near.hold(picked, np.ceil(x[picked]), high)
        elif len(picked) > 1:  # the greatest part alone
            near.hold(picked, low, high)
            picked, low, high = picked[:1], low[:1], high[:1]
            near.hold(picked, np.ceil(x[picked]), high)
        elif len(picked) == 1:  # so it cannot be
            near.hold(picked, low, np.floor(x[picked]))
            picked = picked[:0]
        else:
            return None
    return None


def _between(
    compiled: Compiled, points: Sequence[Mapping[str, float]], deadline: float, seed: int
) -> np.ndarray | None:
    """All but racks whole, each number between those of the points; None where not found in time.

    Racks are as many as they need be: the relaxation has them in groups.
    """
    whole = compiled.integer.copy()
    whole[columns_of(compiled, "install")] = False
    compiled = replace(compiled, integer=whole)
    solver = Solver(compiled, threads=1, seed=seed)
    fix(solver, between(compiled, points))
    solver.maximise({"cost_present": -1.0})
    return solver.first(min(deadline, time.monotonic() + BETWEEN_SECONDS))


def _picked(near: Beside, x: np.ndarray) -> np.ndarray:
    """Columns to be made whole next, the greatest part first."""
    part = x - np.floor(x + ROUNDING)
    turn = {kind: i for i, kind in enumerate(IN_TURN)}
    broken = [i for i in near.whole if part[i] > ROUNDING and near.kind[i] != "install"]
    turns = [turn.get(near.kind[i], len(turn)) for i in broken]
    soonest = [i for i, t in zip(broken, turns, strict=True) if t == min(turns)]
    soonest.sort(key=lambda i: -part[i])
    return np.array([i for i in soonest if part[i] >= min(SURE, part[soonest[0]])], dtype=int)


def _with_racks(
    near: Beside, x: np.ndarray, row: dict[str, float], deadline: float, seed: int
) -> np.ndarray | None:
    """Whole racks beside what is whole; None where that is not found in time."""
    solver = Solver(near.compiled, threads=1, seed=seed)
    solver.change_row(near.row, row, 0.0, float("inf"))
    solver.maximise_vector(-near.costs()[: len(x)])
    racks = columns_of(near.compiled, "install")
    bounds = {int(i): (float(round(x[i])),) * 2 for i in near.whole} | dict(next_to(x, racks))
    for tried in (bounds, wider(near.compiled, bounds, racks, RACKS_MORE)):
        fix(solver, tried)
        found = solver.first(min(deadline, time.monotonic() + RACKS_SECONDS))
        if found is not None:
            return found
    return None
