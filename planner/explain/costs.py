"""What each rule of a scenario costs: how far the best ratio rises if that rule alone is left out.

Stated for the relaxation of the where/what model, like the losses of sites: halls, racks and
connection steps are divisible there, and a plan's own gap would drown what a single rule costs.
    exact      the relaxation without the rule's rows was solved, or the rule has no dual price:
               the duals of the best ratio then prove the same ratio without it
    at least   sites that are not in play may make it more, or time ran out
One program of the sites in play serves all rules: a rule's rows are set free, it is solved on from
where it stood, and its duals price all other sites as in sifting. Rules over single sites, and
floors that bound the ratio's denominator, are solved anew.
What the case does not make into rows has no cost here: flows that the law forbids altogether, years
before which nothing is built, filters. State another value for those and solve again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.blocks.objective import OBJECTIVES
from planner.explain.rules import Rule, rules_of
from planner.losses import EXACT_FRAC, UNIT, Relaxation
from planner.solve.in_play import InPlay
from planner.solve.own import NONE
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import split

FLOORS = ("facility_floor", "token_floor")
"""Rules that say how small the denominator can be."""


@dataclass(frozen=True)
class RuleCost:
    """A rule and what the objective gains without it, in its shown unit; None where not known."""

    rule: Rule
    cost: float | None
    basis: str


def rule_costs(
    found: Relaxation, deadline: float, rules: Sequence[Rule] | None = None
) -> list[RuleCost]:
    """What every rule that the scenario states costs, the dearest first.

    Parameters
    ----------
    found
        The relaxation, solved.
    deadline
        A time.monotonic() value; rules not reached by then have no cost.
    rules
        The rules, where they are at hand.
    """
    every = rules_of(found.case, found.compiled) if rules is None else rules
    stated = [rule for rule in every if rule.choice]
    without = _Without(found)
    costs = [without.cost(rule, deadline) for rule in stated]
    return sorted(costs, key=lambda c: (c.cost is None, -(c.cost or 0.0), c.rule.path))


def table_of(costs: Sequence[RuleCost], objective: str) -> pd.DataFrame:
    """The costs as rows of `rule_costs.csv`."""
    rows = [
        {
            "rule": cost.rule.path,
            "about": cost.rule.about,
            "sense": cost.rule.sense,
            "required": cost.rule.asked,
            "unit": cost.rule.unit,
            f"cost_{UNIT[objective]}": cost.cost,
            "basis": cost.basis,
        }
        for cost in costs
    ]
    return pd.DataFrame(rows)


class _Without:
    """The relaxation with one rule's rows set free at a time."""

    def __init__(self, found: Relaxation) -> None:
        self._found, self._ratio = found, OBJECTIVES[found.objective]
        model = found.compiled
        self._parts = split(model, found.case.sets["SITE"])
        self._play = InPlay(model, self._parts, self._ratio, found.relaxed)

    def cost(self, rule: Rule, deadline: float) -> RuleCost:
        """What one rule costs."""
        duals = self._found.relaxed.row_dual
        own = bool((self._parts.of_row[rule.rows] >= 0).any())
        anew = own or rule.family in FLOORS  # the denominator's own bound may bear a floor's price
        if duals is not None and not anew and np.abs(duals[rule.rows]).max(initial=0.0) <= NONE:
            return RuleCost(rule, 0.0, "exact")
        if time.monotonic() > deadline:
            return RuleCost(rule, None, "")
        value, bound = self._anew(rule, deadline) if anew else self._on(rule, deadline)
        if not np.isfinite(value):
            return RuleCost(rule, None, "")
        gain = (value - self._found.relaxed.value) * self._ratio.factor
        size = EXACT_FRAC * abs(value)
        exact = bound - value <= 10 * size
        cost = gain if gain > 10 * size * self._ratio.factor else 0.0
        return RuleCost(rule, cost, "exact" if exact else "at least")

    def _on(self, rule: Rule, deadline: float) -> tuple[float, float]:
        """Value and bound without a shared rule, from the sites in play; more sites if need be."""
        solver, part = self._play.solver, self._play.part
        at = np.flatnonzero(np.isin(self._play.rows, rule.rows))
        free = np.full(len(at), np.inf)
        solver.row_bounds(at, -free, free)
        found = self._play.best(self._found.relaxed.value, deadline)
        solver.row_bounds(at, part.row_low[at], part.row_high[at])
        if found.worth is None:
            return found.value, np.inf
        exact = found.bound - found.value <= 10 * EXACT_FRAC * abs(found.value)
        if exact or time.monotonic() > deadline:
            return found.value, found.bound
        return self._anew(rule, deadline, found.worth > NONE, found.value)

    def _anew(
        self,
        rule: Rule,
        deadline: float,
        more: np.ndarray | None = None,
        start: float | None = None,
    ) -> tuple[float, float]:
        """Value and bound of the relaxation without the rule, by sifting."""
        model, relaxed = self._found.compiled, self._found.relaxed
        low, high, least = model.row_low.copy(), model.row_high.copy(), model.low.copy()
        low[rule.rows], high[rule.rows] = -np.inf, np.inf
        if rule.family in FLOORS:
            least[model.column["facility_total"]] = 0.0
        freed = replace(model, row_low=low, row_high=high, low=least)
        kept = relaxed.kept if more is None else relaxed.kept | more
        first = relaxed.value if start is None else start
        found: Relaxed = relaxed_ratio(freed, self._parts, self._ratio, kept, first, deadline)
        return (found.value if found.x is not None else -np.inf), found.bound
