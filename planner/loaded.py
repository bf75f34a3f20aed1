"""A model kept loaded, for one question after another: what if this limit, this site, this fact?

`load_model(scenario)` solves a scenario and keeps its facts, its coefficients, the compiled
where/what model, the basis, prices and sites in play of the relaxation, and the plan.
`what_if(changes)` answers with a proven plan of the changed scenario. How much is done again
depends on what the changes touch, and is stated in the answer:

    limits   budget, floors and ceilings of MW and tokens, carbon: a number beside a row that is
             there already. Sites forced in or ruled out: bounds of their columns. Nothing is built
             or compiled; the relaxation goes on from its basis; the plan of before is tried first,
             where even divisible racks at its sites would do.
    rebuilt  anything else (prices and other facts, other rules, a limit where there was none): the
             coefficients are computed and the model compiled anew; the relaxation begins with the
             sites in play before, and from its basis where the model has the same rows and columns.

Either way bound, gap and plan are those of the changed scenario: a limit's row says the same as the
row that would be compiled (the tests compare the two), and what was kept only says where to begin.
Of equals the cheapest is not searched for as in a plan: whole numbers are taken as found, and all
else is made cheap.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from models.blocks.objective import least_facility
from models.build import build
from models.case import Case
from planner.coefficients import make_case
from planner.coefficients.context import Context
from planner.coefficients.rules import rule_values
from planner.coefficients.where import candidate_sites
from planner.optimize import Begun, optimize, used
from planner.outcome import Outcome, Solved
from planner.overrides import overridden
from planner.reading import facts_of, read
from planner.scenario import Scenario
from planner.scenario_file import scenario_from
from planner.scenario_yaml import load, read_text
from planner.solve.compile import Compiled, compile_model, name_at
from planner.solve.highs import Watch
from planner.solve.place import among
from planner.solve.split import split
from planner.tables import Region

How = Literal["limits", "rebuilt"]

LIMITS = {
    "capex_musd_max": "capex_ceiling",
    "capex_total_musd_max": "capex_total",
    "capex_country_musd_max": "capex_by_country",
    "opex_musd_max": "opex_ceiling",
    "carbon_kt_max": "carbon_ceiling",
    "facility_mw_min": "facility_floor",
    "facility_mw_max": "facility_ceiling",
    "mtokens_per_s_min": "token_floor",
}
"""Coefficients that stand alone on one side of a row, by the name of their rows."""

SECTIONS = {"budget", "scale", "scale_by_country"}
"""Sections of a scenario of which the coefficients above are made, and no others."""


@dataclass(frozen=True)
class WhatIf(Solved):
    """The answer to a change: how it was come by, the plan with its bound, the seconds it took."""

    changes: tuple[str, ...]
    how: How
    outcome: Outcome
    case: Case
    scenario: Scenario
    seconds: float


class Loaded:
    """A solved scenario that answers what-ifs; see the module.

    Changes never add up: each question is about the scenario as it was loaded.
    """

    def __init__(self, values: Any, region: Region, watch: Watch | None = None) -> None:
        self._values, self._region = values, region
        self.scenario, self._facts = read(scenario_from(values), region)
        begun = time.monotonic()
        self.case = make_case(self._facts, self.scenario)
        self.outcome = optimize(self.case, self.scenario, watch)
        self.seconds = time.monotonic() - begun

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
        scenario, facts = self._changed(changes)
        case, compiled = self._by_limits(scenario)
        how: How = "limits"
        if case is None or compiled is None:
            how, case = "rebuilt", make_case(facts, scenario)
            compiled = compile_model(build(case))
        outcome = optimize(case, scenario, watch, self._begun(case, compiled))
        seconds = time.monotonic() - begun
        return WhatIf(tuple(changes), how, outcome, case, scenario, seconds)

    def _changed(self, changes: Sequence[str]) -> tuple[Scenario, Region]:
        """The scenario with the changes, and its facts."""
        texts: list[str] = []
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

    def _by_limits(self, scenario: Scenario) -> tuple[Case | None, Compiled | None]:
        """The case and the model with other limits and bounds; None where that is not enough."""
        model = self.outcome.grouped
        if model is None or self.case["grid_network"] or not self._only_limits(scenario):
            return None, None
        new = rule_values(Context(self._facts, scenario))
        low, high = model.row_low.copy(), model.row_high.copy()
        changed = {}
        for name, values in new.items():
            before = self.case[name]
            if values == before:
                continue
            if name not in LIMITS or set(values) != set(before):
                return None, None
            changed[name] = values
            for key, value in values.items():
                at = model.row.get(name_at(LIMITS[name], key))
                if at is None:
                    return None, None
                for side in (low, high):
                    side[at] += value - before[key]  # an open side stays open
        model = replace(model, row_low=low, row_high=high)
        return self._sites(
            self.case.having(values={**self.case.values, **changed}), scenario, model
        )

    def _only_limits(self, scenario: Scenario) -> bool:
        """Whether nothing else of the scenario differs than limits and the choice of sites."""
        old, new = (s.model_dump(exclude={"origin", *SECTIONS}) for s in (self.scenario, scenario))
        for values in (old, new):
            for key in ("force", "exclude"):
                values["filters"]["sites"].pop(key)
        before, after = self.scenario.filters.sites, scenario.filters.sites
        further = set(before.exclude) <= set(after.exclude) and set(before.force) <= set(
            after.force
        )
        return old == new and further

    def _sites(
        self, case: Case, scenario: Scenario, model: Compiled
    ) -> tuple[Case | None, Compiled | None]:
        """With bounds that force sites in or rule them out; the case says so, too."""
        left = set(candidate_sites(Context(self._facts, scenario)).index)
        forced = scenario.filters.sites.force
        if not set(forced) <= left & set(case.sets["SITE"]):
            return None, None
        low, high = model.low.copy(), model.high.copy()
        low[model.column["facility_total"]] = least_facility(case)
        last = case.sets["PERIOD"][-1]
        low[[model.column[f"open[{s},{last}]"] for s in forced]] = 1.0
        out = set(case.sets["SITE"]) - left
        if out:
            parts = split(model, case.sets["SITE"])
            gone = np.isin(parts.of_column, [i for i, s in enumerate(parts.sites) if s in out])
            high[gone] = 0.0
        case = case.having(sets={**case.sets, "FORCED_SITE": tuple(forced)})
        return among(case, left), replace(model, low=low, high=high)

    def _begun(self, case: Case, compiled: Compiled) -> Begun | None:
        """Where to go on from; None where there is nothing of before."""
        relaxed, model, placed = self.outcome.relaxed, self.outcome.grouped, self.outcome.placed
        if relaxed is None or model is None or relaxed.x is None or placed is None:
            return None
        before = dict(zip(self.case.sets["SITE"], relaxed.kept.tolist(), strict=True))
        forced, here = set(case.sets["FORCED_SITE"]), case.sets["SITE"]
        kept = np.array([before.get(s, False) or s in forced for s in here], dtype=bool)
        same = compiled.column is model.column or (
            compiled.column == model.column and compiled.row == model.row
        )
        as_before = compiled.matrix is model.matrix and here == self.case.sets["SITE"]
        own = relaxed.own if as_before and not forced else None
        first = replace(relaxed, kept=kept, basis=relaxed.basis if same else None, own=own)
        stood = used(placed, self.outcome.x)
        stand = stood <= set(here) and forced <= stood
        return Begun(
            compiled, first, self.outcome.where if stand else {}, stood & set(here) | forced
        )


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
        values, file = scenario, "scenario"
    else:
        file = str(scenario)
        values, _ = load(read_text(Path(scenario)), file)
    if overrides:
        values, _ = overridden(values, overrides)
    return Loaded(values, facts_of(scenario_from(values), region), watch)
