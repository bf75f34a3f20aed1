"""The ground that questions stand on: a solved scenario, and what each of them would make again.

`planner/loaded.py` asks and answers; here is where an answer begins. The relaxation goes on from
the cheapest of its equals, in the sites in use and those next in line; the models of a few sites
are taken out of one at hand, and the plan has a basis to be changed from.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property, partial

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.begun import Begun
from planner.limit_rows import Changed, limited
from planner.money import limits_nothing, unpriced
from planner.optimize import limits_of
from planner.outcome import Outcome, of_unit
from planner.scenario import Scenario
from planner.sites_chosen import forced_in
from planner.solve.at_hand import AtHand
from planner.solve.beside import Stood
from planner.solve.cheapest import cheapest_of_equals
from planner.solve.compile import Compiled
from planner.solve.next_best import with_next_best
from planner.solve.order import held
from planner.solve.placed import Placed, standing
from planner.solve.ratio import value_at
from planner.solve.renumbered import Renumbering
from planner.solve.repair import AIM_FRAC
from planner.solve.sift import Relaxed
from planner.solve.split import Split, further, split

Columns = Mapping[str, float]
"""A plan: its columns by name, those that are nothing left out."""

Few = Callable[[Compiled], Compiled | None]
"""A model of a few sites with other numbers and limits; None where it lacks something of theirs."""


class Ground:
    """A scenario with its plan and relaxation."""

    def __init__(
        self, case: Case, scenario: Scenario, model: Compiled, placed: Placed, outcome: Outcome
    ) -> None:
        assert outcome.relaxed is not None
        self.case, self.scenario, self.model, self.placed = case, scenario, model, placed
        self._where, self._solved, self._bound = outcome.where, outcome.relaxed, outcome.bound

    @staticmethod
    def of(case: Case, scenario: Scenario, outcome: Outcome) -> "Ground | None":
        """None where there is no plan, or no relaxation to go on from."""
        model, placed, relaxed = outcome.grouped, outcome.placed, outcome.relaxed
        if model is None or placed is None or relaxed is None or relaxed.x is None:
            return None
        return Ground(case, scenario, model, placed, outcome)

    def make_ready(self) -> None:
        """Make now what every question would begin with."""
        _ = self.parts, self.relaxed, self.bound_but_for_money, self._stood
        _ = self.model.row.at, self.model.column.at
        self._at_hand.make_ready()
        self.renumbering.make_ready()

    @property
    def sites(self) -> tuple[str, ...]:
        """The candidate sites."""
        return self.case.sets["SITE"]

    @cached_property
    def parts(self) -> Split:
        """What each of them owns of the model."""
        return split(self.model, self.sites)

    @property
    def bound(self) -> float:
        """What no plan can beat, in the model's columns."""
        ratio = OBJECTIVES[self.scenario.objective.name]
        return np.inf if self._bound is None else of_unit(ratio, self._bound)

    @cached_property
    def relaxed(self) -> Relaxed:
        """The relaxation, at the cheapest of its solutions, in few sites."""
        ratio, end = OBJECTIVES[self.scenario.objective.name], limits_of(self.scenario).deadline
        cheapest = cheapest_of_equals(self.model, self.parts, ratio, self._solved, end)
        return with_next_best(self.model, self.parts, ratio, cheapest, end)

    @cached_property
    def bound_but_for_money(self) -> float | None:
        """What no plan can beat whatever things cost; None where that is not known."""
        if not unpriced(self.model, self.parts, self.relaxed):
            return None
        return self.bound if limits_nothing(self.model) else self.relaxed.bound

    @cached_property
    def renumbering(self) -> Renumbering:
        """The model to be had with other numbers."""
        return Renumbering(self.case, self.model)

    @cached_property
    def _at_hand(self) -> AtHand:
        sites = self._solved.in_play(self.sites) | self.placed.sites()
        return AtHand.wide(self.case, sites, self.placed.found_in.column_names)

    @cached_property
    def _stood(self) -> Stood:
        return self._stood_of(self.placed)

    def stood_as(self, columns: Columns) -> Stood | None:
        """A plan of the scenario, told by its columns, as one to begin from."""
        placed = standing(self.case, columns)
        return None if placed is None else self._stood_of(placed)

    def _stood_of(self, placed: Placed) -> Stood:
        """Its basis is about where a change of it aims (planner/solve/repair.py)."""
        name, gap_frac = self.scenario.objective.name, self.scenario.solve.gap_frac
        r = value_at(placed.found_in, OBJECTIVES[name], placed.solution)
        return Stood.of(placed.found_in, placed.solution, held(name, r, AIM_FRAC * gap_frac))

    def _few(
        self, change: Changed, case: Case, sites: Collection[str], *plans: Columns
    ) -> Compiled | None:
        """The model of a few sites with the limits of now; None where it lacks a row of theirs."""
        few = limited(self._at_hand.at(sites, *plans), change)
        return None if few is None else forced_in(few, self.case, case)

    def _few_by(
        self,
        few: Few,
        sites: Collection[str],
        *plans: Columns,
    ) -> Compiled | None:
        return few(self._at_hand.at(sites, *plans))

    def by_limits(self, case: Case, model: Compiled, change: Changed) -> Begun:
        """Where to go on from after other limits, and other sites forced in or ruled out.

        These are in play: the prices of the rows of others hold.
        """
        forced, here = set(case.sets["FORCED_SITE"]), set(case.sets["SITE"])
        stands_in = limited(self.placed.found_in, change) if self._stands(case) else None
        stands_in = forced_in(stands_in, self.case, case) if stands_in else None
        differ = np.array([s in forced or s not in here for s in self.parts.sites])
        return replace(
            self._begun(case, model),
            relaxed=replace(self.relaxed, kept=self.relaxed.kept | differ),
            placed=self.placed,
            stands_in=stands_in,
            parts=self.parts,
            at=partial(self._few, change, case),
            bound=self.bound if change.tightens else np.inf,
        )

    def by_numbers(self, case: Case, model: Compiled, few: Few | None = None) -> Begun:
        """Where to go on from with other numbers in the same entries.

        `few` gives a model of a few sites of before these numbers, where that is known.
        """
        begun, relaxed, parts = self._begun(case, model), self.relaxed, further(self.parts, model)
        if model is not self.model:
            own = relaxed.own.renumbered(model, parts) if relaxed.own else None
            kept = relaxed.kept | np.isin(self.sites, case.sets["FORCED_SITE"])
            relaxed = replace(relaxed, kept=kept, own=own, moved=True)
        at = partial(self._few_by, few) if few else None
        return replace(begun, relaxed=relaxed, parts=parts, at=at)

    def anew(self, case: Case, model: Compiled) -> Begun:
        """Where to go on from in a model compiled anew."""
        there, forced, relaxed = case.sets["SITE"], case.sets["FORCED_SITE"], self.relaxed
        if there == self.sites and _same_entries(model, self.model):
            return self.by_numbers(case, model)
        before = dict(zip(self.sites, relaxed.kept.tolist(), strict=True))
        kept = np.array([before.get(s, False) or s in forced for s in there], dtype=bool)
        basis = relaxed.basis.carried(self.model, model) if relaxed.basis else None
        x = None if relaxed.x is None else model.carried(self.model, relaxed.x)
        carried = replace(relaxed, kept=kept, x=x, basis=basis, own=None, moved=True)
        return replace(self._begun(case, model), relaxed=carried)

    def _begun(self, case: Case, model: Compiled) -> Begun:
        sites, objective = self.placed.sites() & set(case.sets["SITE"]), self.scenario.objective
        sites |= set(case.sets["FORCED_SITE"])
        where = self._where if self._stands(case) else {}
        return Begun(model, self.relaxed, where, sites, objective.name, self._stood)

    def _stands(self, case: Case) -> bool:
        """Whether the plan has all sites that are forced in, and none that is ruled out."""
        stood = self.placed.sites()
        return stood <= set(case.sets["SITE"]) and set(case.sets["FORCED_SITE"]) <= stood


def _same_entries(one: Compiled, other: Compiled) -> bool:
    """Whether two models have entries at the same places, and the same owners of columns."""
    pairs = ((model.place, model.matrix.indptr, model.matrix.indices) for model in (one, other))
    same_shape = one.matrix.shape == other.matrix.shape
    return same_shape and all(map(np.array_equal, *pairs))
