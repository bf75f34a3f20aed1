"""The rules of a scenario in its compiled model: their rows, and how numbers move the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from models.case import Case
from planner.explain.words import (
    AT_LEAST,
    AT_MOST,
    EXACTLY,
    FAMILIES,
    Place,
    rules_by_key,
    sentence,
)
from planner.solve.compile import Compiled, compile_case

STEP = 0.5
"""Numbers are halved to see how the rows depend on them: exact, since rows are linear in them."""


@dataclass(frozen=True)
class Rule:
    """One rule: `asked` in the unit the scenario states it in, or None where it is many numbers."""

    family: str
    path: str
    about: str
    unit: str
    asked: float | None
    rows: np.ndarray
    places: tuple[Place, ...]

    @property
    def sense(self) -> str:
        """At least, at most or exactly."""
        return FAMILIES[self.family].sense

    @property
    def choice(self) -> bool:
        """Whether the scenario states it, rather than a table of the region."""
        return FAMILIES[self.family].choice

    @property
    def own(self) -> bool:
        """Whether its rows belong to single sites."""
        return FAMILIES[self.family].own

    @property
    def looser(self) -> float:
        """Which way its number loosens it: 1 up, -1 down, 0 either way."""
        return {AT_LEAST: -1.0, AT_MOST: 1.0, EXACTLY: 0.0}[self.sense]

    def __str__(self) -> str:
        return sentence(self.path, self.sense, self.asked, self.unit, self.about)


def rules_of(case: Case, compiled: Compiled) -> list[Rule]:
    """Every rule of the scenario and of the region that the model has rows for."""
    found = []
    for (family, _), rows in rules_by_key(compiled.row, case).items():
        places = tuple(at for _, at in rows)
        numbers = {case[name][key] for at in places for name, key in at.at}
        one = len(numbers) == 1 and not (FAMILIES[family].own and not FAMILIES[family].choice)
        asked = numbers.pop() * FAMILIES[family].factor if one else None
        first = places[0]
        index = np.array([row for row, _ in rows], dtype=int)
        found.append(Rule(family, first.path, first.about, first.unit, asked, index, places))
    return found


class Growth:
    """How rows move when the numbers of their rules grow by their own amount.

    Row i is A_i x against b_i; with all numbers of its rule times 1 + g it is
    (A_i + g * dA_i) x against b_i + g * db_i. A number of 0 grows by 1.
    """

    def __init__(self, case: Case, compiled: Compiled, rules: Sequence[Rule]) -> None:
        self._case, self._compiled = case, compiled
        self._numbers = {at for rule in rules for place in rule.places for at in place.at}

    @cached_property
    def _moved(self) -> tuple[csr_array, np.ndarray, np.ndarray]:
        values = {name: dict(self._case[name]) for name, _ in self._numbers}
        for name, key in self._numbers:
            old = values[name][key]
            values[name][key] = old * (1 - STEP) if old else -STEP
        changed = self._case.having(values={**self._case.values, **values})
        other = compile_case(changed)
        base = self._compiled
        row = np.array([other.row[name] for name in base.row_names])
        column = np.array([other.column[name] for name in base.column_names])
        matrix = csr_array(csr_array(other.matrix)[row][:, column])
        grow = csr_array((csr_array(base.matrix) - matrix) / STEP)
        low = _difference(base.row_low, other.row_low[row]) / STEP
        high = _difference(base.row_high, other.row_high[row]) / STEP
        return grow, low, high

    def of_rows(self, x: np.ndarray) -> np.ndarray:
        """By row, dA_i x - db_i: how far the row grows away from its limit at x."""
        grow, low, high = self._moved
        finite = np.isfinite(self._compiled.row_high)
        return np.asarray(grow @ x) - np.where(finite, high, low)

    def grown(self, rule: Rule, by: float) -> Compiled:
        """The model with the rule's numbers times `1 + by`."""
        grow, low, high = self._moved
        base = self._compiled
        mask = np.zeros(len(base.row_low))
        mask[rule.rows] = by
        matrix = csr_array(base.matrix) + csr_array(grow.multiply(mask[:, None]))
        return replace(
            base,
            matrix=matrix.tocsc(),
            row_low=base.row_low + mask * low,
            row_high=base.row_high + mask * high,
        )


def _difference(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """`here - there`, 0 where both are infinite."""
    both = np.isfinite(here) & np.isfinite(there)
    return np.where(both, np.where(both, here, 0.0) - np.where(both, there, 0.0), 0.0)
