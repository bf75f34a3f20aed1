"""A plan of before changed as little as the limits of now need, by linear programs.

Beside the plan of before (planner/solve/beside.py), and not far from  N >= aim * D  for the ratio
asked for, most whole numbers stay as they are. Those that do not are made whole in turn
(planner/solve/dive.py), racks last, which keep within the gap. Where a dive ends beyond that, the
others are looked for all at once (planner/solve/at_once.py). What is found is a plan like any
other, or nothing.
"""

import time
from dataclasses import replace

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.solve.at_once import AtOnce
from planner.solve.beside import Beside, Stood
from planner.solve.compile import Compiled
from planner.solve.dive import Wanted, Worth, dived
from planner.solve.order import Limits, held, in_order
from planner.solve.ratio import value_at

SECONDS_EACH = 1e-4
"""Longest dive for each row and column: what is to be found is found sooner."""

AIM_FRAC, KEEP_FRAC = 0.5, 0.02
"""Shares of the gap: so far from its end divisible racks aim to be, and whole ones are."""

NEARLY = 0.99
"""A point that reaches this share of what is aimed at does not fall short of it."""

SHORT_TIMES = 125.0
"""What falls short of that by a share must save at least so many times the share of the cost."""


def repaired(
    compiled: Compiled,
    stood: Stood,
    wanted: Wanted,
    limits: Limits,
    seed: int,
    gap_musd: float | None = None,
) -> np.ndarray | None:
    """A plan near the one that stood, best in all objectives in turn; None where none is found.

    Divisible racks must save so many M$ at least to fall short by the whole gap: else by its cost.
    """
    names, least, gap = wanted.names, wanted.least, wanted.bound - wanted.least
    aim = held(names[0], least + AIM_FRAC * gap, 0.0)
    named = stood.named()
    cost, under = (
        abs(named.get(name, 0.0)) for name in ("cost_present", OBJECTIVES[names[0]].under)
    )
    by_cost = SHORT_TIMES * cost * gap / max(abs(wanted.bound), 1e-9)
    price = (by_cost if gap_musd is None else gap_musd) / max(gap * under, 1e-9)
    near = Beside(compiled, stood, aim, price, seed)
    x = _whole(near, compiled, wanted, limits.deadline, seed)
    if x is None:
        return None
    near.hold(near.whole, np.round(x[near.whole]), np.round(x[near.whole]))
    near.solver.change_row(near.row, {}, -float("inf"), float("inf"))
    plan = in_order(near.solver, names, least, replace(limits, enough=least))[1]
    return None if plan is None else near.folded(plan)[: len(compiled.low)]


def _whole(
    near: Beside, compiled: Compiled, wanted: Wanted, deadline: float, seed: int
) -> np.ndarray | None:
    """A good plan where a dive ends, else next to where it begins; None without one in time."""
    names, least, gap = wanted.names, wanted.least, wanted.bound - wanted.least
    worth = Worth(lambda x: value_at(near.compiled, OBJECTIVES[names[0]], x), gap, wanted.bound)
    good = wanted._replace(least=least + KEEP_FRAC * gap)
    costs = -near.costs()[: len(compiled.low)]
    at_once = AtOnce(compiled, good, costs, seed, deadline)
    soon = time.monotonic() + SECONDS_EACH * sum(compiled.matrix.shape)
    first: np.ndarray | None = None
    for point in dived(near, min(deadline, soon), worth, least):
        x = point.x[: len(compiled.low)]
        first = x if first is None else first
        found = at_once.racks(x) if point.whole else None
        if found is not None:
            return found
    aimed = first is not None and worth.of(first) >= least + NEARLY * AIM_FRAC * gap
    return at_once.halls(first) if aimed and first is not None else None
