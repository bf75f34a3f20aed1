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
from planner.solve.basis import Basis
from planner.solve.beside import Beside, Stood
from planner.solve.compile import Compiled, holds
from planner.solve.dive import Wanted, Worth, dived
from planner.solve.order import Limits, held, in_order
from planner.solve.ratio import value_at

SECONDS_EACH = 1e-4
"""Longest dive for each row and column: what is to be found is found sooner."""

AIM_FRAC, KEEP_FRAC = 0.5, 0.02
"""Shares of the gap: so far from its end divisible racks aim to be, and whole ones are."""

NEARLY = 0.99
"""A point that reaches this share of what is aimed at does not fall short of it."""

SHORT_TIMES = 500.0
"""What falls short of that by a share must save at least so many times the share of the cost."""

CHEAP = {"cost"}
"""Later objectives that racks are found by: made best once more, a plan is 0.01 % cheaper at most,
and costs a tenth of the time."""


class Repair:
    """A plan near the one that stood, best in all objectives in turn, or nearly.

    Divisible racks must save so many M$ at least to fall short by the whole gap: else by its cost.
    `begun` is where its first program ended, once it was solved: in the model with what it aims at
    (planner/solve/beside.py).
    """

    begun: Basis | None = None

    def __init__(
        self,
        compiled: Compiled,
        stood: Stood,
        wanted: Wanted,
        limits: Limits,
        seed: int,
        gap_musd: float | None = None,
    ) -> None:
        self._compiled, self._stood, self._wanted = compiled, stood, wanted
        self._limits, self._seed, self._gap_musd = limits, seed, gap_musd

    def plan(self) -> np.ndarray | None:
        """The plan; None where none is found."""
        names, least, compiled = self._wanted.names, self._wanted.least, self._compiled
        aim = held(names[0], least + AIM_FRAC * self._gap, 0.0)
        near = Beside(compiled, self._stood, aim, self._price(), self._seed)
        x = self._whole(near)
        if x is None:
            return None
        x[near.whole] = np.round(x[near.whole])
        if not set(names[1:]) - CHEAP and holds(compiled, x):
            return x
        near.hold(near.whole, x[near.whole], x[near.whole])
        reached = value_at(compiled, OBJECTIVES[names[0]], x)
        spare = replace(self._limits, enough=least).spare_frac(reached)
        near.keep(held(names[0], reached, spare))
        after = names[1:] or names[:1]
        start = value_at(compiled, OBJECTIVES[after[0]], x)
        plan = in_order(near.solver, after, start, self._limits)[1]
        return None if plan is None else near.folded(plan)[: len(compiled.low)]

    @property
    def _gap(self) -> float:
        return self._wanted.bound - self._wanted.least

    def _price(self) -> float:
        """M$ for each unit of the ratio's numerator that divisible racks fall short by."""
        named, gap, bound = self._stood.named(), self._gap, max(abs(self._wanted.bound), 1e-9)
        columns = "cost_present", OBJECTIVES[self._wanted.names[0]].under
        cost, under = (abs(named.get(name, 0.0)) for name in columns)
        by_cost = SHORT_TIMES * cost * gap / bound
        return (by_cost if self._gap_musd is None else self._gap_musd) / max(gap * under, 1e-9)

    def _whole(self, near: Beside) -> np.ndarray | None:
        """A good plan where a dive ends, else next to where it begins; None without one in time."""
        (names, least, bound), gap, compiled = self._wanted, self._gap, self._compiled
        worth = Worth(lambda x: value_at(near.compiled, OBJECTIVES[names[0]], x), gap, bound)
        good = self._wanted._replace(least=least + KEEP_FRAC * gap)
        costs, deadline = -near.costs()[: len(compiled.low)], self._limits.deadline
        at_once = AtOnce(compiled, good, costs, self._seed, deadline)
        soon = time.monotonic() + SECONDS_EACH * sum(compiled.matrix.shape)
        first: np.ndarray | None = None
        for point in dived(near, min(deadline, soon), worth, least):
            x = point.x[: len(compiled.low)]
            if first is None:
                first, self.begun = x, near.basis()
            found = at_once.racks(x) if point.whole else None
            if found is not None:
                return found
        aimed = first is not None and worth.of(first) >= least + NEARLY * AIM_FRAC * gap
        return at_once.halls(first) if aimed and first is not None else None
