"""From an infeasible case to the rules that conflict and the least that would resolve it."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log1p, log10

import numpy as np

from models.case import Case
from planner.explain.rules import Growth, Rule, rules_of
from planner.optimize import starters
from planner.solve.compile import compile_case
from planner.solve.iis import certificate, irreducible
from planner.solve.relax import HOLDS, Elastic, Shortfall
from planner.solve.split import split

PASSES = 5
"""A share is a ratio of two sums of the plan; its slack is made exact in a few passes."""

RATIOS = ("cost_ceiling", "objective_floor", "objective_ceiling")
"""Rules over a ratio of two sums, which shares are, too."""

HEAVY = 1e4
"""Cost of the slack of a rule that should hold, against 1 for the rule in question."""

BUSY = 1e-6
"""What 1e6 tokens/s for a year are worth, a rule being 1, where a plan of some size is wanted."""

ALONE = 8
"""Rules for which it is found out how far they would have to move alone."""

GIVEN_UP = 0.1
"""Less than this share of a floor left is the floor given up."""

FINE = 0.01
"""How finely the growth of a rule of single sites is found."""

CONFLICTS = 4
"""Independent conflicts that are looked for at most."""

FURTHEST = 16.0
"""A rule that would have to grow by more than this many times is not worth moving."""


@dataclass(frozen=True)
class Change:
    """A rule and the number it would need; `by_frac` is the change relative to what it asks.

    `checked` where a plan of whole halls and racks was found with it.
    """

    rule: Rule
    by_frac: float
    checked: bool = False

    @property
    def size(self) -> float:
        """The logarithm of the factor by which the number moves; infinite for a floor of nothing.

        Of a rule without a factor, one that asks for 0 or is not a number, its change.
        """
        if not self.rule.looser or self.rule.asked == 0:
            return log1p(abs(self.by_frac))
        return abs(log1p(self.by_frac)) if self.by_frac > -1 else inf

    @property
    def gives_up(self) -> bool:
        """Whether nearly nothing is left of what a floor asks."""
        return self.rule.looser < 0 and self.by_frac < GIVEN_UP - 1

    @property
    def feasible_at(self) -> float | None:
        """The number, rounded to four digits the looser way; None where the rule has many."""
        if self.rule.asked is None:
            return None
        if self.rule.asked == 0:
            return outward(self.by_frac, self.rule.looser)
        return outward(self.rule.asked * (1 + self.by_frac), self.rule.looser)

    @property
    def times(self) -> float:
        """What the rule's numbers are multiplied by, rounded likewise."""
        return outward(1 + self.by_frac, self.rule.looser)


def _is_share(rule: Rule) -> bool:
    return rule.unit.startswith("share") or rule.family in RATIOS


def size_of(changes: Sequence[Change]) -> float:
    """How great changes are together: by factors, so that to give a floor up is no small one."""
    return sum(change.size for change in changes)


def outward(value: float, way: float) -> float:
    """A number rounded to four digits, up where `way` is 1, down where it is -1."""
    if value == 0 or not np.isfinite(value):
        return value
    step = 10.0 ** (floor(log10(abs(value))) - 3)
    steps = round(value / step, 6)  # a number that is round already stays
    return float(
        f"{(ceil(steps) if way > 0 else floor(steps) if way < 0 else round(steps)) * step:.10g}"
    )


class Diagnosis:
    """The rules of a case, and linear programs about which of them can hold together.

    With `facts`, those of the region may give way too: for where they alone leave no plan.
    """

    def __init__(self, case: Case, deadline: float, facts: bool = False) -> None:
        self._case, self._deadline = case, deadline
        self.compiled = compile_case(case)
        self.rules = rules_of(case, self.compiled)
        self.parts = split(self.compiled, case.sets["SITE"])
        self.growth = Growth(case, self.compiled, self.rules)
        self._elastic = self._with(self.compiled)
        self._first = starters(case)
        self._soft = [j for j, rule in enumerate(self.rules) if rule.choice or facts]

    def least(self) -> Shortfall | None:
        """The smallest sum of relative slacks of the scenario's rules; None if time is up."""
        return self._settled(dict.fromkeys(self._soft, 1.0))

    def least_whole(self, found: Shortfall, seconds: float) -> tuple[Shortfall, bool] | None:
        """As `least`, with whole halls and connection steps; and whether nothing less will do."""
        among = found.kept | self._first
        deadline = min(self._deadline, time.monotonic() + seconds)
        costs, scale = dict.fromkeys(self._soft, 1.0), self._scale(found.x)
        whole = self._elastic.least_whole(costs, scale, among, deadline)
        return whole and (whole[0], whole[1] and bool(among.all()))

    def changes(self, found: Shortfall) -> list[Change]:
        """How far each rule has to move for the solution found, the furthest first."""
        moved = [Change(self.rules[j], self._needed(j, found.x)) for j in self._soft]
        moved = [change for change in moved if abs(change.by_frac) > HOLDS]
        return sorted(moved, key=lambda change: -abs(change.by_frac))

    def conflict(self, found: Shortfall, freed: Collection[int] = ()) -> list[int]:
        """Numbers of rules that cannot all hold; without any one of them the others can."""
        every = certificate([rule.rows for rule in self.rules], found.row_dual)
        every = [j for j in every if j not in freed]
        every.sort(key=lambda j: self.rules[j].choice)  # facts are dropped first
        scale = self._scale(found.x)

        def conflicting(kept: list[int]) -> bool:
            costs = {j: 1.0 for j in kept if j in self._soft}
            free = [j for j in range(len(self.rules)) if j not in kept]
            if not costs:
                return False
            least = self._elastic.least(costs, free, scale, found.kept, self._deadline)
            return least is not None and not least.holds

        return irreducible(every, conflicting)

    def conflicts(self, found: Shortfall) -> list[list[int]]:
        """Conflicts one after the other: a rule of each is freed, the next is among the rest."""
        freed: list[int] = []
        conflicts: list[list[int]] = []
        least: Shortfall | None = found
        while least is not None and not least.holds and not least.endless:
            conflict = self.conflict(least, freed)
            if not conflict or len(conflicts) == CONFLICTS:
                break
            conflicts.append(conflict)
            # what is asked for is freed last: without it hardly anything is left to conflict
            freed.append(
                min(conflict, key=lambda j: (j not in self._soft, self.rules[j].looser < 0))
            )
            costs = {j: 1.0 for j in self._soft if j not in freed}
            least = self._settled(costs, freed=freed) if costs else None
        return conflicts

    def alone(self, j: int, found: Shortfall) -> Change | None:
        """How far a rule would have to move if all others stayed; None where that cannot help."""
        least = self._moving([j], found)
        change = None if least is None else Change(self.rules[j], self._needed(j, least.x))
        # the least sum over sites is not the least number that all of them keep
        halved = self._by_halves(j, found) if self.rules[j].own else None
        return min(
            (each for each in (change, halved) if each), key=lambda each: each.size, default=None
        )

    def fewest(self, found: Shortfall) -> list[Change]:
        """Few rules that together give way, floors only where no other rule can in their place."""
        floors = [j for j in self._soft if self.rules[j].looser < 0]
        others = [j for j in self._soft if j not in floors]
        kinds = [[(others, 1.0), (floors, HEAVY)], [(self._soft, 1.0)]]
        sets = [self._fewest({j: c for rules, c in kind for j in rules}, found) for kind in kinds]
        return min((some for some in sets if some), key=size_of, default=self.changes(found))

    def _fewest(self, costs: Mapping[int, float], found: Shortfall) -> list[Change]:
        """Rules that together give way at such costs, less those that need not."""
        least = self._settled(costs, found.kept)
        if least is None or least.endless:
            return []
        by = {j: self._needed(j, least.x) for j in self._soft}
        moved = sorted((j for j in by if abs(by[j]) > HOLDS), key=lambda j: abs(by[j]))
        for j in moved:
            rest = [i for i in moved if i != j]
            fewer = self._moving(rest, found) if rest else None
            if fewer is not None:
                moved, least = rest, fewer
        return self.changes(least)

    def _moving(self, these: Collection[int], found: Shortfall) -> Shortfall | None:
        """The least by which these rules give way, all others held; None where that is no way."""
        costs = {i: HEAVY for i in self._soft if i not in these} | dict.fromkeys(these, 1.0)
        least = self._settled(costs, found.kept)
        if least is None or least.endless:
            return None
        held = sum(slack for i, slack in least.slack.items() if i not in these)
        return None if held > HOLDS else least

    # -- how rows and numbers go together ----------------------------------------------------------

    def _with(self, compiled: object) -> Elastic:
        return Elastic(compiled, self.parts, [rule.rows for rule in self.rules])  # type: ignore[arg-type]

    def _settled(
        self,
        costs: Mapping[int, float],
        first: np.ndarray | None = None,
        freed: Collection[int] = (),
    ) -> Shortfall | None:
        """The least shortfall, slacks of shares measured at the solution itself.

        It begins with one without shares that does some work: a share of next to nothing would be
        dear to move.
        """
        shares = [j for j in costs if _is_share(self.rules[j])]
        firm = {j: cost for j, cost in costs.items() if j not in shares}
        begin = self._first if first is None else first
        scale, free = self._scale(None), [*shares, *freed]
        found = self._elastic.least(firm, free, scale, begin, self._deadline)
        if found is None or found.endless or not any(self._needed(j, found.x) for j in shares):
            return found  # no share stands in the way
        at_work = self._elastic.least(firm, free, scale, found.kept, self._deadline, BUSY)
        found = at_work if at_work is not None and not at_work.endless else found
        before = np.inf
        for _ in range(PASSES):
            x, kept = found.x, found.kept
            found = self._elastic.least(costs, freed, self._scale(x), kept, self._deadline)
            if found is None or found.endless or not any(found.slack[j] > HOLDS for j in shares):
                break
            if abs(found.least - before) <= 1e-4 * found.least:
                break
            before = found.least
        return found

    def _scale(self, x: np.ndarray | None) -> np.ndarray:
        """By row, how far it moves when its rule's number grows by its own amount, at x."""
        at = np.zeros(len(self.compiled.low)) if x is None else x
        scale = np.abs(self.growth.of_rows(at))
        for rule in self.rules:
            most = scale[rule.rows].max(initial=0.0)
            # a total of nothing makes no share: it moves as little as can be told
            if rule.own:  # a site's excess counts by its share of all
                scale[rule.rows] = scale[rule.rows].sum() or 1.0
            else:
                least = 1e-3 * most if most > 0 else 1.0
                scale[rule.rows] = np.maximum(scale[rule.rows], least)
        return scale

    def _needed(self, j: int, x: np.ndarray) -> float:
        """Change of the rule's number, relative to it, with which x keeps the rule."""
        rows, model = self.rules[j].rows, self.compiled
        value = np.asarray(model.matrix @ x)[rows]
        over = np.where(np.isfinite(model.row_high[rows]), value - model.row_high[rows], 0.0)
        under = np.where(np.isfinite(model.row_low[rows]), model.row_low[rows] - value, 0.0)
        broken = np.maximum(over, under)
        growth = np.abs(self.growth.of_rows(x))[rows] if self.rules[j].places[0].at else 1.0
        each = np.where(broken > 1e-9, broken / np.maximum(growth, 1e-12), 0.0)
        worst = int(np.argmax(each))
        by = float(each[worst])
        if by <= HOLDS:
            return 0.0
        way = self.rules[j].looser or (1.0 if over[worst] > under[worst] else -1.0)
        return way * by

    def _by_halves(self, j: int, found: Shortfall) -> Change | None:
        """As `alone`, for a rule of single sites: its number grown until all rules hold."""
        rule, costs = self.rules[j], dict.fromkeys(self._soft, 1.0)

        def holds(by: float) -> bool:
            grown = self._with(self.growth.grown(rule, rule.looser * by))
            least = grown.least(costs, (), self._scale(found.x), found.kept, self._deadline)
            return least is not None and least.holds

        low, high = 0.0, 0.25
        while not holds(high):
            low, high = high, 2 * high
            if high > FURTHEST or time.monotonic() > self._deadline:
                return None
        while high - low > FINE * (1 + low) and time.monotonic() < self._deadline:
            middle = (low + high) / 2
            low, high = (low, middle) if holds(middle) else (middle, high)
        return Change(rule, rule.looser * high)
