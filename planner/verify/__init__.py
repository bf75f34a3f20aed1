"""A second, independent look at a plan: from its files, without the model or its solver.

Coefficients are made anew from the region's facts and the plan's scenario (physics, no algebra);
every family of rules is then checked with pandas and numpy on the numbers in the files.
"""

from pathlib import Path

from planner.verify import (
    answer,
    choice,
    day,
    demand,
    fleet,
    law,
    money,
    references,
    sites,
    supply,
    training,
)
from planner.verify.run import Run, read_run

__all__ = ["checked", "read_run", "verify"]

FAMILIES = (sites, supply, fleet, day, demand, training, money, law, choice, answer)


def verify(folder: str | Path, region: str | Path | None = None) -> list[str]:
    """What is wrong with a plan, in words naming file, row and numbers; empty where all is right.

    Numbers may differ by 1e-6 of their size, and by what a solver may round (`checks.py`).

    Parameters
    ----------
    folder
        The result files of a plan.
    region
        The facts, where they are no longer at the place the plan names.

    Raises
    ------
    InputError
        The folder holds no plan.
    """
    run, found = read_run(Path(folder), region)
    if run is None:
        return found
    if run.document.get("value") is None:
        return _without_plan(run)
    return checked(run)


def checked(run: Run) -> list[str]:
    """What is wrong with a plan that was read: its names first, then every family of rules."""
    found = [message for check in references.CHECKS for message in check(run)]
    if found:
        return found
    return [message for family in FAMILIES for check in family.CHECKS for message in check(run)]


def _without_plan(run: Run) -> list[str]:
    """A solve that found no plan may state a bound, and nothing that is built."""
    decided = ("fleet", "hours", "training", "installs", "halls", "power", "supply", "water",
               "flows", "hour_flows", "demand", "budget", "grants", "funds",
               "policies")  # fmt: skip
    found = [
        f"{name}.csv: has rows, but plan.json states no value"
        for name in decided
        if len(run.tables[name])
    ]
    if run.document.get("status") not in ("stopped", "infeasible"):
        found.append(f"plan.json: status is {run.document.get('status')!r} without a value")
    return found
