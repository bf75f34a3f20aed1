"""What holds a feasible scenario: rules whose loosening raises the best ratio of the relaxation.

With a rule's number grown by a share g of itself its rows move by  g * (db - dA x),  and what
N - r * D gains by that, over D and g, is the rule's worth. It is found for each rule alone, and for
each of its rows alone, as the derivative of a step that loosens it (planner/solve/prices.py): where
two rules ask for the same, neither is worth anything. Sites that are not in play stay out, so a
worth may be more, but never less.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.explain.diagnosis import Diagnosis
from planner.explain.rules import Rule
from planner.explain.words import FAMILIES, Place
from planner.solve.highs import Solver
from planner.solve.prices import Steps, by_rows_alone
from planner.solve.relax import Shortfall
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import inside, restricted

LEAST_FRAC = 1e-7
"""Less than this of the objective, for 1 % of a rule, is rounding."""


@dataclass(frozen=True)
class Worth:
    """What the objective gains if a rule that binds is loosened by 1 %, and by one unit."""

    rule: Rule
    per_percent: float
    per_unit: float | None


@dataclass(frozen=True)
class UnitWorth:
    """A rule at one place and period, and what the objective gains by one more unit of it alone."""

    rule: str
    where: str
    period: int | None
    sense: str
    required: float
    unit: str
    per_unit: float

    @property
    def per_percent(self) -> float:
        """What it gains if loosened by 1 %."""
        return self.per_unit * abs(self.required) / 100


def dearest(units: Iterator[UnitWorth]) -> tuple[UnitWorth, ...]:
    """Those first whose loosening by 1 % gains most."""
    return tuple(sorted(units, key=lambda unit: (-unit.per_percent, -unit.per_unit)))


def units_of_plan(policies: pd.DataFrame) -> tuple[UnitWorth, ...]:
    """What one more unit of a limit that binds is worth to a plan, by its `policies.csv`."""
    held = (policies["binding_flag"] == 1) & (policies["shadow_price"] > 0)
    worthy: Any = policies[held].itertuples()
    return dearest(
        UnitWorth(
            str(row.rule),
            str(row.where),
            None if pd.isna(row.period) else int(row.period),
            str(row.sense),
            float(row.required),
            str(row.unit),
            float(row.shadow_price),
        )
        for row in worthy
    )


def best_of(diagnosis: Diagnosis, objective: str, found: Shortfall, deadline: float) -> Relaxed:
    """The best ratio of the relaxation, from the sites that keep all rules."""
    ratio, model = OBJECTIVES[objective], diagnosis.compiled
    return relaxed_ratio(model, diagnosis.parts, ratio, found.kept, 0.0, deadline)


def worths(
    diagnosis: Diagnosis, case: Case, objective: str, best: Relaxed, deadline: float
) -> tuple[tuple[Worth, ...], tuple[UnitWorth, ...]]:
    """Rules that bind, and rules by place and period; those first that gain most by 1 %."""
    if best.x is None:
        return (), ()
    loosened = _Loosened(diagnosis, objective, best, deadline)
    binding, units = [], []
    for rule in diagnosis.rules:
        grown = loosened.gain(rule, rule.rows)
        if grown > 0:
            binding.append(Worth(rule, grown / 100, grown / rule.asked if rule.asked else None))
        for row, place in zip(rule.rows, rule.places, strict=True):
            alone = grown if len(rule.rows) == 1 else loosened.gain(rule, np.array([row]))
            if alone > 0:
                units.append(_unit(place, case, alone))
    return tuple(sorted(binding, key=lambda w: -w.per_percent)), dearest(iter(units))


class _Loosened:
    """The relaxation at the sites in play, and what growth of a rule's number gains there."""

    def __init__(
        self, diagnosis: Diagnosis, objective: str, best: Relaxed, deadline: float
    ) -> None:
        assert best.x is not None
        ratio, model = OBJECTIVES[objective], diagnosis.compiled
        columns, rows = inside(diagnosis.parts, best.kept)
        solver = Solver(restricted(by_rows_alone(model), columns, rows), threads=1)
        solver.whole(False)
        basis = best.basis.part(columns, rows) if best.basis is not None else None
        self._steps = Steps(solver, ratio, best.value, deadline, basis)
        self._growth = diagnosis.growth.of_rows(best.x)
        self._at = np.full(len(model.row_low), -1)
        self._at[rows] = np.arange(len(rows))
        self._least = LEAST_FRAC * 100 * abs(best.value) * ratio.factor

    def gain(self, rule: Rule, rows: np.ndarray) -> float:
        """Objective gained, over the growth, if the rule is loosened in these rows; 0 if little."""
        rows = rows[self._at[rows] >= 0]
        if self._steps.x is None or not len(rows):
            return 0.0
        at, moved = self._at[rows], -self._growth[rows]
        way = rule.looser or float(np.sign(self._steps.duals[at] @ moved))
        gained = self._steps.gain(at, way * moved)
        return gained if gained > self._least else 0.0


def _unit(place: Place, case: Case, grown: float) -> UnitWorth:
    family = FAMILIES[place.family]
    name, key = place.at[0]
    asked = float(case[name][key]) * family.factor
    return UnitWorth(
        place.family,
        place.where,
        place.period,
        family.sense,
        asked,
        place.unit,
        grown / (abs(asked) or family.factor),  # a number of 0 grew by 1
    )
