"""A model kept loaded, for one question after another: what if this limit, this site, this fact?

`load_model(scenario)` solves a scenario and keeps its facts, its coefficients, the compiled
where/what model, the basis, prices and sites in play of the relaxation, and the plan with the model
it was found in. `what_if(changes)` answers with a proven plan of the changed scenario. How much is
done again depends on what the changes touch, and is stated in the answer:

    limits   budget, floors and ceilings of MW and tokens, carbon, the objective and limits on
             others. Sites forced in or ruled out: bounds of their columns, and a row of the load
             that a forced one has. Nothing is built or compiled anew but the few sites of the
             plan: the relaxation goes on from its basis;
             the plan of before stands if it keeps the new limits and is within the gap of the new
             bound, else it is changed as little as is needed (planner/solve/repair.py).
    prices   of racks, and shares of tokens that stay at home, with limits or without: the
             coefficients that they enter are put into the compiled model
             (planner/solve/repriced.py); then as above.
    rebuilt  anything else (other facts and rules, a limit where there was none): coefficients are
             computed where the facts they read differ, and the model is compiled anew; the
             relaxation begins with the sites in play before, and from its basis where the model has
             the same rows and columns; the plan of before is changed as above.

Either way bound, gap and plan are those of the changed scenario: a limit's row says the same as the
row that would be compiled (the tests compare the two), and what was kept only says where to begin.
Of equals the cheapest is not searched for as in a plan: whole numbers are taken as found, and all
else is made cheap.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.begun import Begun
from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.coefficients.forced import with_forced
from planner.coefficients.known import Known
from planner.coefficients.rules import rule_values
from planner.coefficients.where import candidate_sites
from planner.limit_rows import Changed, changed, limited, only_limits, only_numbers
from planner.near_limit import Near, Sought, near_limit
from planner.optimize import limits_of, optimize, starters
from planner.outcome import Outcome, Solved, in_unit
from planner.reading import facts_of, read
from planner.scenario import Scenario
from planner.scenario_file import scenario_from
from planner.scenario_yaml import load, read_text
from planner.sites_chosen import forced_in, ruled_out
from planner.solve.at_hand import AtHand
from planner.solve.beside import Stood
from planner.solve.box import Range
from planner.solve.cheapest import cheapest_of_equals
from planner.solve.compile import Compiled, compile_case
from planner.solve.highs import Watch
from planner.solve.narrow import among
from planner.solve.order import held
from planner.solve.placed import Placed, standing
from planner.solve.ratio import value_at
from planner.solve.repair import AIM_FRAC
from planner.solve.repriced import OF_WORK, PRICES, Repricing
from planner.solve.sift import Relaxed, best_in_play
from planner.solve.split import Split, split
from planner.tables import Region
from planner.uncollected import uncollected

REACH_FRAC = 1e-2
"""How exactly the best there can be of another objective is looked for."""

How = Literal["limits", "prices", "rebuilt"]
Columns = Mapping[str, float]
"""A plan: its columns by name, those that are nothing left out."""


@dataclass(frozen=True)
class WhatIf(Solved):
    """The answer to a question: how it was come by, the plan with its bound, seconds it took."""

    how: How
    outcome: Outcome
    case: Case
    scenario: Scenario
    seconds: float = 0.0


class Loaded:
    """A solved scenario that answers what-ifs; see the module.

    Changes never add up: each question is about the scenario as it was loaded.
    """

    def __init__(
        self,
        values: Mapping[Any, Any],
        region: Region,
        watch: Watch | None = None,
        overrides: Sequence[str] = (),
    ) -> None:
        self._values, self._region, self._overrides = values, region, list(overrides)
        self.scenario, self._facts = read(scenario_from(values, overrides=overrides), region)
        begun = time.monotonic()
        self._known = Known()
        self.case = make_case(self._facts, self.scenario, self._known)
        self.outcome = optimize(self.case, self.scenario, watch)
        self.seconds = time.monotonic() - begun
        self._make_ready()

    @uncollected()  # what was loaded stays, and would be looked through in vain
    def what_if(self, changes: Sequence[str], watch: Watch | None = None) -> WhatIf:
        """The proven plan of the scenario with changes.

        Parameters
        ----------
        changes
            Texts like `budget.capex_musd_total=5000`, as for `--set`; or `force=SITE` and
            `forbid=SITE`.
        watch
            Told of stages, bounds and incumbents.

        Raises
        ------
        InputError
            Everything that is wrong with the changes, at once.
        """
        begun = time.monotonic()
        scenario, facts = self.asked(changes)
        found = self.answer(scenario, facts, watch) or self._anew(scenario, facts, watch)
        return replace(found, seconds=time.monotonic() - begun)

    def asked(self, changes: Sequence[str]) -> tuple[Scenario, Region]:
        """The scenario with the changes, and its facts."""
        texts = list(self._overrides)
        sites: dict[str, list[str]] = {"force": [], "exclude": []}
        for text in changes:
            word, _, site = text.partition("=")
            if word in ("force", "forbid"):
                sites["exclude" if word == "forbid" else "force"].append(site)
            else:
                texts.append(text)
        pick = self.scenario.filters.sites
        for key, more in sites.items():
            if more:
                whole = [*getattr(pick, key), *more]
                texts.append(f"filters.sites.{key}=[{', '.join(whole)}]")
        return read(scenario_from(self._values, overrides=texts), self._region)

    def answer(
        self,
        scenario: Scenario,
        facts: Region,
        watch: Watch | None = None,
        near: Sequence[Columns | Placed] = (),
        relaxed: Relaxed | None = None,
    ) -> WhatIf | None:
        """The plan by limits or by prices; None where the model would have to be rebuilt.

        `facts` are those of the scenario, read from the tables that the model was loaded with;
        `near` are plans that may be as good, or nearly: of this scenario, or their columns at sites
        by name; `relaxed` is a relaxation under limits of the same kinds.
        """
        by_limits = self._by_limits(scenario, watch, near, relaxed)
        return by_limits or self._by_prices(scenario, facts, watch, near)

    def reach(self, objective: str) -> Range | None:
        """From about the best that an objective can be to what the plan has; None without a plan.

        The best of the relaxation at a few sites, to a hundredth: its bound takes long. These are
        the plan's own, and those that a relaxation begins with.
        """
        model, placed, ratio = self.outcome.grouped, self.outcome.placed, OBJECTIVES[objective]
        if model is None or placed is None:
            return None
        end = limits_of(self.scenario).deadline
        here = value_at(placed.found_in, ratio, placed.solution)
        few = np.isin(self._sites, list(placed.sites())) | starters(self.case)
        best = best_in_play(model, self._parts, ratio, few, here, REACH_FRAC, end)
        low, high = sorted(in_unit(ratio, value) for value in (best, here))
        return low, high

    def near_limit(
        self, scenario: Scenario, sought: Sought, beyond: Columns | None = None
    ) -> Near | None:
        """A plan near a limit of the scenario, for `answer` to begin from once the limit is there.

        `beyond` is one on the other side of the limit, its columns at sites by name. None where
        `answer` would not go by limits, or there is no relaxation.
        """
        case, begun = self._limits(scenario) or (self.case, None)
        if begun is None:
            return None
        ready = partial(self._stood_as, beyond) if beyond else None
        return near_limit(case, scenario, begun, sought, ready)

    def _by_limits(
        self,
        scenario: Scenario,
        watch: Watch | None,
        near: Sequence[Columns | Placed],
        relaxed: Relaxed | None,
    ) -> WhatIf | None:
        """The plan of a scenario that differs in limits and choice of sites; None if in more."""
        limits = self._limits(scenario)
        if limits is None:
            return None
        case, begun = limits
        if begun is not None and relaxed is not None:
            begun = replace(begun, relaxed=replace(relaxed, kept=relaxed.kept | begun.relaxed.kept))
        outcome = optimize(case, scenario, watch, _beside(begun, near, case))
        return WhatIf("limits", outcome, case, scenario)

    def _limits(self, scenario: Scenario) -> tuple[Case, Begun | None] | None:
        """The case of a scenario that differs in limits and choice of sites, and where it begins.

        None where it differs in more.
        """
        model = self.outcome.grouped
        if model is None or self.case["grid_network"] or not only_limits(self.scenario, scenario):
            return None
        context = Context(self._facts, scenario)
        change = changed(self.case, rule_values(context))
        compiled = limited(model, change) if change else None
        left = set(candidate_sites(context).index) & set(self._sites)
        forced = scenario.filters.sites.force
        if change is None or compiled is None or not set(forced) <= left:
            return None
        case = with_forced(change.case, forced)
        out = set(self._sites) - left
        compiled = ruled_out(forced_in(compiled, self.case, case), self._parts, out)
        case = among(case, left) if out else case
        return case, self._begun(case, compiled, change)

    def _by_prices(
        self,
        scenario: Scenario,
        facts: Region,
        watch: Watch | None,
        near: Sequence[Columns | Placed],
    ) -> WhatIf | None:
        """The plan of a scenario that differs in prices, shares and limits; None if in more."""
        if not only_numbers(self.scenario, scenario):
            return None
        case = make_case(facts, scenario, self._known)
        model = self.repriced(case)
        if model is None:
            return None
        begun = _beside(self._begun(case, model, parts=self._parts), near, case)
        outcome = optimize(case, scenario, watch, begun)
        return WhatIf("prices", outcome, case, scenario)

    def _anew(self, scenario: Scenario, facts: Region, watch: Watch | None) -> WhatIf:
        """The plan of any scenario, its model compiled anew."""
        case = make_case(facts, scenario, self._known)
        outcome = optimize(case, scenario, watch, self._begun(case, compile_case(case)))
        return WhatIf("rebuilt", outcome, case, scenario)

    def repriced(self, case: Case) -> Compiled | None:
        """The compiled model of a case that differs in prices, shares and limits; else None."""
        before, grouped = self.case, self.outcome.grouped
        same = before.sets == case.sets and set(before.values) == set(case.values)
        if grouped is None or before["grid_network"] or not same:
            return None
        numbers = {name: case[name] for name in PRICES | OF_WORK}
        other = before.having(values={**before.values, **numbers})
        change = changed(other, case.values)
        if change is None or not Repricing.serves(before, other):
            return None
        compiled = self._repricing.at(other)
        return limited(compiled, change) if compiled else None

    @cached_property
    def _repricing(self) -> Repricing:
        assert self.outcome.grouped is not None
        return Repricing(self.case, self.outcome.grouped)

    def _make_ready(self) -> None:
        """Make now what every question would begin with."""
        model, placed = self.outcome.grouped, self.outcome.placed
        if model is not None and placed is not None:
            _ = self._parts, self._relaxed, self._stood, self._at_hand, model.row.at, model.column.at

    @property
    def _sites(self) -> tuple[str, ...]:
        return self.case.sets["SITE"]

    @cached_property
    def _parts(self) -> Split:
        assert self.outcome.grouped is not None
        return split(self.outcome.grouped, self._sites)

    @cached_property
    def _relaxed(self) -> Relaxed | None:
        model, relaxed = self.outcome.grouped, self.outcome.relaxed
        if model is None or relaxed is None:
            return None
        ratio, end = OBJECTIVES[self.scenario.objective.name], limits_of(self.scenario).deadline
        return cheapest_of_equals(model, self._parts, ratio, relaxed, end)

    @cached_property
    def _at_hand(self) -> AtHand:
        placed, relaxed = self.outcome.placed, self.outcome.relaxed
        assert placed is not None and relaxed is not None
        in_play = {s for s, kept in zip(self._sites, relaxed.kept, strict=True) if kept}
        return AtHand.wide(self.case, in_play | placed.sites(), placed.found_in.column_names)

    @cached_property
    def _stood(self) -> Stood:
        assert self.outcome.placed is not None
        return self._stood_of(self.outcome.placed)

    def _stood_as(self, columns: Columns) -> Stood | None:
        """A plan of the scenario as it was loaded, told by its columns."""
        placed = standing(self.case, columns)
        return None if placed is None else self._stood_of(placed)

    def _stood_of(self, placed: Placed) -> Stood:
        """A plan of the scenario as it was loaded, as one to begin from: its basis is about where
        a change of it aims (planner/solve/repair.py).
        """
        name, gap_frac = self.scenario.objective.name, self.scenario.solve.gap_frac
        r = value_at(placed.found_in, OBJECTIVES[name], placed.solution)
        return Stood.of(placed.found_in, placed.solution, held(name, r, AIM_FRAC * gap_frac))

    def _few(
        self, change: Changed, case: Case, sites: Collection[str], *plans: Columns
    ) -> Compiled | None:
        """The model of a few sites with the limits of now; None where it lacks a row of theirs."""
        few = limited(self._at_hand.at(sites, *plans), change)
        return None if few is None else forced_in(few, self.case, case)

    def _begun(
        self,
        case: Case,
        compiled: Compiled,
        change: Changed | None = None,
        parts: Split | None = None,
    ) -> Begun | None:
        """Where to go on from; None where there is nothing of before."""
        relaxed, model, placed = self._relaxed, self.outcome.grouped, self.outcome.placed
        if relaxed is None or model is None or relaxed.x is None or placed is None:
            return None
        forced, here, stood = set(case.sets["FORCED_SITE"]), set(case.sets["SITE"]), placed.sites()
        stand = stood <= here and forced <= stood
        stands_in = limited(placed.found_in, change) if change and stand else None
        stands_in = forced_in(stands_in, self.case, case) if stands_in else None
        where = self.outcome.where if stand else {}
        sites, objective = stood & here | forced, self.scenario.objective.name
        begun = Begun(compiled, relaxed, where, sites, objective, self._stood, parts=parts)
        if change:  # the sites whose bounds differ are in play: the prices of others' rows hold
            at, parts = partial(self._few, change, case), self._parts
            differ = np.array([s in forced or s not in here for s in parts.sites])
            first = replace(relaxed, kept=relaxed.kept | differ)
            stands = replace(begun, placed=placed, stands_in=stands_in)
            return replace(stands, relaxed=first, parts=parts, at=at)
        if parts:
            return begun
        before = dict(zip(self._sites, relaxed.kept.tolist(), strict=True))
        there = case.sets["SITE"]
        kept = np.array([before.get(s, False) or s in forced for s in there], dtype=bool)
        same = np.array_equal(compiled.place, model.place)  # most likely: a basis only says where
        same = same and compiled.matrix.shape == model.matrix.shape
        if not same:
            return replace(begun, relaxed=replace(relaxed, kept=kept, basis=None, own=None))
        parts = split(compiled, there)
        own = relaxed.own if relaxed.own and relaxed.own.serve(compiled, parts) else None
        return replace(begun, relaxed=replace(relaxed, kept=kept, own=own), parts=parts)


def _beside(begun: Begun | None, near: Sequence[Columns | Placed], case: Case) -> Begun | None:
    """With further plans to begin from, those that break no limit; their sites are looked at."""
    if begun is None:
        return None
    plans = [plan if isinstance(plan, Placed) else standing(case, plan) for plan in near]
    stand = [plan for plan in plans if plan is not None]
    sites = set().union(begun.sites, *(plan.sites() for plan in stand))
    return replace(begun, near=stand, sites=sites)


def load_model(
    scenario: str | Path | dict[str, Any],
    region: Region | str | Path | None = None,
    overrides: Sequence[str] = (),
    watch: Watch | None = None,
) -> Loaded:
    """Solve a scenario and keep its model loaded.

    Parameters
    ----------
    scenario, region, overrides
        As for `planner.plan`; the scenario is a file or plain values.
    watch
        Told of stages, bounds and incumbents of the first plan.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once.
    """
    if isinstance(scenario, dict):
        values = scenario
    else:
        values, _ = load(read_text(Path(scenario)), str(scenario))
    facts = facts_of(scenario_from(values, overrides=overrides), region)
    return Loaded(values, facts, watch, overrides)
