"""What the sites and rules of a plan are worth, found beside the making of its tables.

That takes HiGHS about as long as the tables take Python.
"""

import time
from collections.abc import Iterable
from functools import partial

import pandas as pd

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.aside import Aside
from planner.halt import HALT, Halted
from planner.limits.book import Rows
from planner.losses import Relaxation, losses
from planner.outcome import Outcome
from planner.solve.prices import plan_steps, prices_of

LOSSES_S = 120.0
"""Longest time for pricing what each site is worth."""


class Worth:
    """Begun with the solve that a plan comes from; asked for as the tables are made."""

    def __init__(self, case: Case, objective: str, outcome: Outcome) -> None:
        self._case, self._objective, self._outcome = case, objective, outcome
        self._lost = Aside(self._find_lost)
        placed, ratio = outcome.placed, OBJECTIVES[objective]
        steps = placed and partial(plan_steps, placed.compiled, placed.x, ratio)
        self._steps = Aside(steps) if steps else None

    def of_sites(self) -> pd.DataFrame | None:
        """By site_id, what the objective loses without it, or with it; None where not known."""
        return self._lost.result()

    def of_rules(self, rules: Iterable[Rows]) -> dict[Rows, float]:
        """What one more unit of each rule is worth, by its rows."""
        return prices_of(self._steps.result(), rules) if self._steps else {}

    def _find_lost(self) -> pd.DataFrame | None:
        outcome, placed = self._outcome, self._outcome.placed
        relaxed, grouped = outcome.relaxed, outcome.grouped
        if placed is None or relaxed is None or relaxed.row_dual is None or grouped is None:
            return None
        found = Relaxation(self._case, grouped, relaxed, self._objective)
        try:
            with HALT.at_once():
                return losses(found, placed.sites(), time.monotonic() + LOSSES_S)
        except Halted:
            return None
