"""Offers checked: numbers moved on from the relaxation's until a plan of whole halls is found."""

import time
from collections.abc import Sequence
from dataclasses import replace

from models.case import Case
from planner.explain.diagnosis import Change
from planner.explain.words import FAMILIES
from planner.halt import HALT
from planner.optimize import optimize
from planner.scenario import Scenario

TRY_S = 4.0
"""Seconds to look for a plan with a number, at least."""

TRIES_PER_OFFER = 3
"""An offer is given the time of so many fruitless tries."""

IN_ALL_S = 60.0
"""Longest time for the offers of one explanation."""

FIRST = 0.05
"""How much further than the relaxation's a number is that whole halls and racks mostly allow."""

WIDER = 3.0
FURTHEST = 4.0
CLOSE = 0.002
"""Numbers as near as this, relative to them, are not told apart."""


class Offers:
    """Searches for plans of a case with some numbers moved, within a time."""

    def __init__(self, case: Case, scenario: Scenario, relaxed_s: float, deadline: float) -> None:
        """Tries take as long as the relaxation needs, which took `relaxed_s`, and some more."""
        self._case, self._scenario = case, scenario
        self._deadline = min(deadline, time.monotonic() + IN_ALL_S)
        self._try_s = max(TRY_S, 4 * relaxed_s)

    def checked(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """The changes, moved on together to where a plan is found; as they are where none is."""
        if not changes or not all(place.at for change in changes for place in change.rule.places):
            return tuple(changes)
        until = min(self._deadline, time.monotonic() + TRIES_PER_OFFER * self._try_s)
        if all(not change.rule.looser or change.by_frac <= -1 for change in changes):
            return _marked(changes) if self._plan_exists(changes, until) else tuple(changes)
        low, high = 0.0, FIRST
        while not self._plan_exists(_further(changes, high), until):
            low, high = high, WIDER * high
            if high > FURTHEST or time.monotonic() > until:
                return tuple(changes)
        if low == 0.0 and self._plan_exists(_further(changes, 0.0), until):
            high = 0.0
        while high - low > CLOSE and time.monotonic() < until:
            middle = (low + high) / 2
            found = self._plan_exists(_further(changes, middle), until)
            low, high = (low, middle) if found else (middle, high)
        return _marked(_further(changes, high))

    def _plan_exists(self, changes: Sequence[Change], until: float) -> bool:
        """Whether a plan is found in time, however far from the best."""
        seconds = min(self._try_s, until - time.monotonic())
        if seconds <= 0 or HALT.asked:
            return False
        how = self._scenario.solve.model_copy(update={"gap_frac": 1.0, "time_limit_s": seconds})
        scenario = self._scenario.model_copy(update={"solve": how})
        return optimize(with_changes(self._case, changes), scenario).placed is not None


def with_changes(case: Case, changes: Sequence[Change]) -> Case:
    """The case with the numbers that are shown in the place of those that the scenario asks."""
    values = dict(case.values)
    for change in changes:
        shown, factor = change.feasible_at, FAMILIES[change.rule.family].factor
        for name, key in {at for place in change.rule.places for at in place.at}:
            old = case[name][key]
            grown = old * change.times if old else change.by_frac
            number = grown if shown is None else shown / factor
            values[name] = {**values[name], key: number}
    return case.having(values=values)


def _further(changes: Sequence[Change], by: float) -> list[Change]:
    """Each number times, or over, `1 + by`, the looser way."""
    moved = []
    for change in changes:
        rule = change.rule
        if rule.asked == 0:
            further = change.by_frac * (1 + by)
        else:
            further = (1 + change.by_frac) * (1 + by) ** rule.looser - 1
        moved.append(replace(change, by_frac=further))
    return moved


def _marked(changes: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(replace(change, checked=True) for change in changes)
