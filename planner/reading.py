"""From a scenario and a region, however they are given, to both read and checked."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner import catalogue
from planner.errors import InputError, Problem, refuse
from planner.facts import apply_facts
from planner.names import check_names
from planner.origin import Origin
from planner.scenario import Scenario
from planner.scenario_file import scenario_from, the_rest
from planner.scenario_yaml import load, read_text
from planner.tables import Region, read_region
from planner.variants import placed, texts_of


def read(
    scenario: Scenario | Mapping[str, Any] | str | Path,
    region: Region | str | Path | None = None,
    overrides: Sequence[str] = (),
) -> tuple[Scenario, Region]:
    """The scenario and its region, with the scenario's facts in it, every name checked.

    Parameters
    ----------
    scenario
        A Scenario, plain values, or the path of a YAML file.
    region
        A Region, the path of a folder of tables, or the name of a shipped region; the scenario's
        own by default.
    overrides
        As for `read_scenario`; not with a Scenario, which is finished.

    Raises
    ------
    InputError
        Every problem of the scenario, of its names and facts; or of the tables.
    """
    if isinstance(scenario, Scenario):
        chosen = scenario
    else:
        origin: Origin | None = None
        values = scenario
        if not isinstance(values, Mapping):
            values, origin = load(read_text(Path(values)), str(values))
        try:
            chosen = scenario_from(values, origin, overrides)
        except InputError as error:
            left = the_rest(values, origin, overrides)
            rest = _checked(left, region)[1] if left is not None else []
            raise InputError(list(dict.fromkeys([*error.problems, *rest]))) from None
    facts, problems = _checked(chosen, region)
    refuse(problems)
    assert facts is not None
    return chosen, facts


def _checked(
    scenario: Scenario, region: Region | str | Path | None
) -> tuple[Region | None, list[Problem]]:
    """The region with the scenario's facts in it, and every problem of names and facts."""
    problems: list[Problem] = []
    try:
        facts = facts_of(scenario, region)
    except InputError as error:
        return None, list(error.problems)
    try:
        check_names(facts, scenario)
    except InputError as error:
        problems += error.problems
    problems += _variants(facts, scenario)
    try:
        facts = apply_facts(facts, scenario)
    except InputError as error:
        problems += error.problems
    return facts, problems


def _variants(region: Region, scenario: Scenario) -> list[Problem]:
    """What is wrong with the scenario's variants, each checked as the scenario itself."""
    values = scenario.model_dump(exclude_none=True) if scenario.variants else {}
    found: list[Problem] = []
    if region.facts:  # read before
        return found
    for name, changes in scenario.variants.items():
        try:
            made = scenario_from(values, overrides=texts_of(changes))
            check_names(region, made)
            apply_facts(region, made)
        except InputError as error:
            found += [placed(scenario.origin, name, problem) for problem in error.problems]
    return found


def facts_of(scenario: Scenario, region: Region | str | Path | None = None) -> Region:
    """The region's tables as they are, without the scenario's own facts.

    Raises
    ------
    InputError
        An unknown region, or every problem of its tables.
    """
    return region if isinstance(region, Region) else read_region(_which(region, scenario))


def plan_or_file(path: Path, region: str | Path | None = None) -> tuple[Path, str | Path | None]:
    """The scenario and the region of a plan's folder; a file and the region as they are.

    Raises
    ------
    InputError
        A folder that holds no plan, or one whose `plan.json` cannot be read.
    """
    if path.is_dir() and not (path / "plan.json").is_file():
        allowed = "a scenario, or the folder of a plan"
        raise InputError(Problem(str(path), "", "is a folder without plan.json", allowed=allowed))
    return of_plan(path, region) if path.is_dir() else (path, region)


def of_plan(folder: Path, region: str | Path | None = None) -> tuple[Path, str | Path | None]:
    """The scenario a plan was made of, and the region, unless another one is stated.

    Raises
    ------
    InputError
        The folder's `plan.json` cannot be read.
    """
    path = folder / "plan.json"
    try:
        stated = json.loads(read_text(path)).get("region")
    except (ValueError, AttributeError) as error:
        raise InputError(Problem(str(path), "", f"is no plan: {error}")) from None
    is_shipped = stated is None or stated in catalogue.shipped_regions()
    made_of = stated if is_shipped else Path(str(stated))
    return folder / "scenario.yaml", made_of if region is None else region


def _which(region: str | Path | None, scenario: Scenario) -> str | Path:
    if region is None:
        names = catalogue.shipped_regions()
        if scenario.region not in names:  # here to say where the scenario states it
            message, allowed = "unknown region", ", ".join(names) + ", or --region DIR"
            problem = scenario.origin.problem(
                ("region",), message, value=scenario.region, allowed=allowed
            )
            raise InputError(problem)
        return scenario.region
    return region if region in catalogue.shipped_regions() else Path(region)
