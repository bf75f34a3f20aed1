"""A model kept loaded, for one question after another: what if this limit, this site, this fact?

`load_model(scenario)` solves a scenario and keeps its facts, its coefficients, the compiled
where/what model, the basis, prices and sites in play of the relaxation, and the plan with the model
it was found in (planner/ground.py). `what_if(changes)` answers with a proven plan of the changed
scenario. How much is done again depends on what the changes touch, and is stated in the answer:

    limits   budget, floors and ceilings of MW and tokens, carbon, the objective and limits on
             others. Sites forced in or ruled out: bounds of their columns, and a row of the load
             that a forced one has. Nothing is built or compiled anew but the few sites of the
             plan: the relaxation goes on from its basis;
             the plan of before stands if it keeps the new limits and is within the gap of the new
             bound, else it is changed as little as is needed (planner/solve/repair.py).
    money    what racks, power, land, capital cost, where the bound has nothing to do with it
             (planner/money.py): that holds still, and the plan is changed where there is need. Else
             as below.
    numbers  of racks, of demand and of rules that no site has of its own, such as prices, the mix,
             the peak, shares of tokens or of racks, with limits or without: they are put into the
             compiled model (planner/solve/renumbered.py); then as above.
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
from planner.coefficients.where import sites_left
from planner.ground import Columns, Few, Ground
from planner.limit_rows import changed, limited, only_limits, only_numbers
from planner.money import only_money
from planner.near_limit import Near, Sought, near_limit
from planner.optimize import limits_of, optimize, starters, under_bound
from planner.outcome import Outcome, Solved, in_unit
from planner.reading import facts_of, read
from planner.scenario import Scenario
from planner.scenario_file import scenario_from
from planner.scenario_yaml import load, read_text
from planner.sites_chosen import forced_in, ruled_out
from planner.solve.box import Range
from planner.solve.compile import Compiled, compile_case
from planner.solve.narrow import among
from planner.solve.placed import Placed, standing
from planner.solve.ratio import value_at
from planner.solve.renumbered import NUMBERS, Renumbering
from planner.solve.sift import Relaxed, best_in_play
from planner.solve.split import split
from planner.solve.watch import Watch
from planner.tables import Region
from planner.uncollected import uncollected

REACH_FRAC = 1e-2
"""How exactly the best there can be of another objective is looked for."""

How = Literal["limits", "money", "numbers", "rebuilt"]


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
        self._ground = Ground.of(self.case, self.scenario, self.outcome)
        if self._ground is not None:
            self._ground.make_ready()

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
        found = self._by_limits(scenario, watch)
        if found is None:
            case = self.case_of(scenario, facts)
            found = (
                self._by_money(scenario, case, watch)
                or self._by_numbers(scenario, case, watch)
                or self._anew(scenario, case, watch)
            )
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

    def case_of(self, scenario: Scenario, facts: Region) -> Case:
        """The case of a scenario as it would be read alone, for the tables of its plan."""
        return make_case(facts, scenario, self._known)

    def answer(
        self,
        scenario: Scenario,
        facts: Region,
        watch: Watch | None = None,
        near: Sequence[Columns | Placed] = (),
        relaxed: Relaxed | None = None,
    ) -> WhatIf | None:
        """The plan by limits or by numbers; None where the model would have to be rebuilt.

        `facts` are those of the scenario, read from the tables that the model was loaded with;
        `near` are plans that may be as good, or nearly: of this scenario, or their columns at sites
        by name; `relaxed` is a relaxation under limits of the same kinds.
        """
        by_limits = self._by_limits(scenario, watch, near, relaxed)
        if by_limits is not None or not only_numbers(self.scenario, scenario):
            return by_limits
        case = self.case_of(scenario, facts)
        return self._by_numbers(scenario, case, watch, near)

    def reach(self, objective: str) -> Range | None:
        """From about the best that an objective can be to what the plan has; None without a plan.

        The best of the relaxation at a few sites, to a hundredth: its bound takes long. These are
        the plan's own, and those that a relaxation begins with.
        """
        ground, ratio = self._ground, OBJECTIVES[objective]
        if ground is None:
            return None
        placed, end = ground.placed, limits_of(self.scenario).deadline
        here = value_at(placed.found_in, ratio, placed.solution)
        few = np.isin(ground.sites, list(placed.sites())) | starters(self.case)
        best = best_in_play(ground.model, ground.parts, ratio, few, here, REACH_FRAC, end)
        low, high = sorted(in_unit(ratio, value) for value in (best, here))
        return low, high

    def near_limit(
        self, scenario: Scenario, sought: Sought, beyond: Columns | None = None
    ) -> Near | None:
        """A plan near a limit of the scenario, for `answer` to begin from once the limit is there.

        `beyond` is one on the other side of the limit, its columns at sites by name. None where
        `answer` would not go by limits, or there is no relaxation.
        """
        ground, limits = self._ground, self._limits(scenario)
        if ground is None or limits is None or limits[1] is None:
            return None
        ready = partial(ground.stood_as, beyond) if beyond else None
        return near_limit(limits[0], scenario, limits[1], sought, ready)

    def _by_limits(
        self,
        scenario: Scenario,
        watch: Watch | None,
        near: Sequence[Columns | Placed] = (),
        relaxed: Relaxed | None = None,
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

        None where it differs in more, or there is nothing of before.
        """
        ground, model = self._ground, self.outcome.grouped
        if model is None or not only_limits(self.scenario, scenario):
            return None
        context = Context(self._facts, scenario)
        change = changed(self.case, rule_values(context, self._known))
        compiled = limited(model, change) if change else None
        there = self.case.sets["SITE"]
        left = set(sites_left(context)["site_id"]) & set(there)
        forced = scenario.filters.sites.force
        if change is None or compiled is None or not set(forced) <= left:
            return None
        case = with_forced(change.case, forced)
        out = set(there) - left
        parts = ground.parts if ground else split(model, there)
        compiled = ruled_out(forced_in(compiled, self.case, case), parts, out)
        case = among(case, left) if out else case
        return case, ground.by_limits(case, compiled, change) if ground else None

    def _by_money(self, scenario: Scenario, case: Case, watch: Watch | None) -> WhatIf | None:
        """The plan of a scenario that differs in what things cost, which nothing hangs on.

        None where it differs in more, or no plan is found at once under the bound of before.
        """
        ground, same = self._ground, scenario.objective == self.scenario.objective
        bound = ground.bound_but_for_money if ground is not None and same else None
        if ground is None or bound is None or not only_money(self.case, case):
            return None
        begun = replace(ground.by_numbers(case, ground.model), bound=bound)
        outcome = under_bound(case, scenario, watch, begun)
        return None if outcome is None else WhatIf("money", outcome, case, scenario)

    def _by_numbers(
        self,
        scenario: Scenario,
        case: Case,
        watch: Watch | None,
        near: Sequence[Columns | Placed] = (),
    ) -> WhatIf | None:
        """The plan of a scenario that differs in numbers and limits; None if in more."""
        told = self.renumbered(case)
        if told is None or self._ground is None:
            return None
        model, few = told
        begun = self._ground.by_numbers(case, model, few)
        outcome = optimize(case, scenario, watch, _beside(begun, near, case))
        return WhatIf("numbers", outcome, case, scenario)

    def _anew(self, scenario: Scenario, case: Case, watch: Watch | None) -> WhatIf:
        """The plan of any scenario, its model compiled anew."""
        begun = self._ground.anew(case, compile_case(case)) if self._ground else None
        return WhatIf("rebuilt", optimize(case, scenario, watch, begun), case, scenario)

    def renumbered(self, case: Case) -> tuple[Compiled, Few] | None:
        """The compiled model of a case that differs in numbers and limits; else None.

        And what gives models of a few sites of before the same.
        """
        before, ground = self.case, self._ground
        same = before.sets == case.sets and set(before.values) == set(case.values)
        if ground is None or not same:
            return None
        numbers = {name: case[name] for name in NUMBERS}
        other = before.having(values={**before.values, **numbers})
        change = changed(other, case.values)
        if change is None or not Renumbering.serves(before, other):
            return None
        told = ground.renumbering.at(other)
        model = limited(told.compiled, change) if told else None
        if told is None or model is None:
            return None

        def few(compiled: Compiled) -> Compiled | None:
            other = told.few(compiled)
            return limited(other, change) if other else None

        return model, few


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
