"""A scenario solved: `plan(scenario)` gives the tables, the bound and the proof of a plan."""

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner import __version__, catalogue
from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.explain.costs import rule_costs, table_of
from planner.halt import HALT, Halted
from planner.losses import Relaxation
from planner.optimize import optimize
from planner.outcome import Outcome, Solved
from planner.provenance import recalled_count
from planner.reading import read
from planner.results import plan_tables
from planner.results.columns import shaped
from planner.results.extrapolated import extrapolated_tokens_frac
from planner.results.money import money
from planner.results.write import scenario_text, sha256, write
from planner.scenario import Scenario
from planner.solve.watch import Watch
from planner.tables import Region
from planner.uncollected import uncollected
from planner.worth import Worth

RULE_COSTS_S = 120.0
"""Longest time for finding what each rule costs."""


@dataclass(frozen=True)
class Plan(Solved):
    """A solved scenario.

    `tables` holds a DataFrame for each result file: sites, fleet, installs, halls, power, water,
    flows, budget, policies, serving, inputs, columns. Without a plan only sites, serving and
    columns have rows. `case` and `outcome` are for those who want to go on with the model.
    """

    scenario: Scenario
    region: Region
    case: Case
    outcome: Outcome
    tables: dict[str, pd.DataFrame]

    @property
    def objective(self) -> str:
        """Name of the objective."""
        return self.scenario.objective.name

    @property
    def unit(self) -> str:
        """Unit of `value` and `bound`."""
        return OBJECTIVES[self.objective].unit

    @property
    def within_gap(self) -> bool:
        """Whether the plan is proven within the gap that the scenario asks for."""
        return self.status == "optimal"

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by stage of the solve."""
        return self.outcome.seconds

    @property
    def sites(self) -> Any:
        """The table `sites` as a GeoDataFrame of points, WGS 84."""
        from planner.places import points

        return points(self.tables["sites"])

    def counts(self) -> dict[str, float]:
        """How much is chosen, and how much of it rests on recalled, assumed or unmeasured facts."""
        sites, numbers = self.tables["sites"], self.tables["inputs"]
        return {
            "candidate_sites": len(sites),
            "chosen_sites": int(sites["chosen"].sum()),
            "racks": int(sites["racks_count"].sum()),
            "inputs": len(numbers),
            "recalled_or_assumed_inputs": recalled_count(numbers),
            "overridden_inputs": int(numbers["overridden_flag"].sum()),
            "extrapolated_tokens_frac": extrapolated_tokens_frac(
                self.tables, self.scenario.periods[-1]
            ),
        }

    def document(self) -> dict[str, Any]:
        """What `plan.json` holds: the answer, its proof, and all that is needed to repeat it."""
        shipped = self.region.folder == catalogue.data_folder() / self.region.name
        return {
            "name": self.scenario.name,
            "variant": self.scenario.variant,
            "status": self.status,
            "objective": self.objective,
            "unit": self.unit,
            "value": self.value,
            "bound": self.bound,
            "gap_frac": self.gap_frac,
            "gap_frac_wanted": self.scenario.solve.gap_frac,
            "objectives": self.outcome.reached(),
            "money": money(self.tables),
            "seconds": {name: round(s, 3) for name, s in self.seconds.items()},
            "counts": self.counts(),
            "seed": self.scenario.solve.seed,
            "threads": self.scenario.solve.threads,
            "region": self.region.name if shipped else str(self.region.folder),
            "versions": {
                "planner": __version__,
                "python": platform.python_version(),
                **{name: version(name) for name in ("pyomo", "highspy", "numpy", "pandas")},
            },
            "overrides": [text.removeprefix("--set ") for text in self.overrides],
            "scenario_sha256": sha256(scenario_text(self.scenario)),
            "inputs_sha256": dict(self.region.hashes),
        }

    @property
    def overrides(self) -> list[str]:
        """The `--set` options that changed the scenario."""
        return list(dict.fromkeys(self.scenario.origin.options.values()))

    def write(self, folder: str | Path) -> Path:
        """Write all result files into a folder that is new, empty or holds an earlier plan.

        Raises
        ------
        InputError
            The folder holds something else, or cannot be written.
        """
        return write(folder, self.document(), self.scenario, self.tables, self.sites)

    def summary(self) -> Any:
        """What is built where and when, what it makes and costs: for a screen of 100 columns."""
        from planner.summary import summary

        return summary(self)


def _rule_costs(case: Case, scenario: Scenario, outcome: Outcome) -> pd.DataFrame:
    """What each rule costs, priced on the relaxation of the plan; none where none is at hand."""
    relaxed, grouped = outcome.relaxed, outcome.grouped
    if outcome.value is None or relaxed is None or relaxed.x is None or grouped is None:
        return shaped("rule_costs", pd.DataFrame())
    found = Relaxation(case, grouped, relaxed, scenario.objective.name)
    try:
        with HALT.at_once():
            costs = rule_costs(found, time.monotonic() + RULE_COSTS_S)
    except Halted:
        return shaped("rule_costs", pd.DataFrame())
    return shaped("rule_costs", table_of(costs, scenario.objective.name))


def plan(
    scenario: Scenario | Mapping[str, Any] | str | Path,
    *,
    region: Region | str | Path | None = None,
    overrides: Sequence[str] = (),
    progress: Watch | None = None,
    worth: bool = True,
    cost_of_rules: bool = False,
) -> Plan:
    """Solve a scenario to its gap or time limit.

    Parameters
    ----------
    scenario
        A Scenario, plain values, or the path of a YAML file.
    region
        A Region, the path of a folder of tables, or the name of a shipped region; the scenario's
        own by default.
    overrides
        Texts like `budget.capex_musd_total=5000`, as for `--set`.
    progress
        Told of stages, bounds and incumbents.
    worth
        Whether to find what each site and each rule is worth, which can take as long as the plan.
    cost_of_rules
        Whether to find what each rule costs: one more small solve for each that binds.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once.
    """
    watch = progress or Watch()
    chosen, facts = read(scenario, region, overrides)
    case = make_case(facts, chosen)
    outcome = optimize(case, chosen, watch)
    watch.stage("tables")
    found = plan_of(facts, chosen, case, outcome, worth)
    if cost_of_rules:
        watch.stage("what each rule costs")
        begun = time.monotonic()
        found.tables["rule_costs"] = _rule_costs(case, chosen, outcome)
        outcome.seconds["what each rule costs"] = time.monotonic() - begun
    return found


def plan_of(facts: Region, scenario: Scenario, case: Case, outcome: Outcome, worth: bool) -> Plan:
    """The plan that a solve ended with, in tables, with what sites and rules are worth if asked."""
    begun = time.monotonic()
    with uncollected():  # the plan's model is alive
        sought = worth and not HALT.asked
        beside = Worth(case, scenario.objective.name, outcome) if sought else None
        tables = plan_tables(Context(facts, scenario), case, outcome, beside)
    outcome.seconds["tables"] = time.monotonic() - begun
    return Plan(scenario, facts, case, outcome, tables)
