"""The front of two objectives: for each limit on one, the proven best of the other."""

import time
from collections.abc import Sequence
from pathlib import Path

from models.blocks.objective import OBJECTIVES
from planner.errors import InputError, Problem, nearest
from planner.frontier.front import Axes, Point
from planner.frontier.results import Frontier, table_of
from planner.frontier.trace import held, trace
from planner.scenario_file import read_scenario
from planner.study import write
from planner.study.rounds import Asked, How, Rounds
from planner.study.work import Record
from planner.tables import Region

__all__ = ["Axes", "Frontier", "frontier"]

MARK = "frontier.json"
PATIENCE = 0.2
"""The longest that a point may be searched for and proven, in times of the plan without a limit."""

NAMES = tuple(name for name in OBJECTIVES if name not in ("cost", "apart"))


def frontier(
    scenario: str | Path,
    axes: Axes,
    out: str | Path,
    *,
    region: Region | str | Path | None = None,
    overrides: Sequence[str] = (),
    patience: float = PATIENCE,
    how: How | None = None,
) -> Frontier:
    """Plans on the front of two objectives, written as they are found.

    Parameters
    ----------
    scenario, region, overrides
        As for `planner.plan`; the scenario is a file.
    axes
        The objective held, the one made best, the number of points.
    out
        A folder: `frontier.csv`, `frontier.json`, and each plan's files under `runs/`.
    patience
        The longest that a point whose first plan is known may be searched for and proven, in times
        of what the plan without a limit took; and no longer than `solve.time_limit_s`. A point that
        is out of time has a wider gap, as stated. Above 1, all solves have so many times longer.
    how
        Workers, whether to resume, progress: as for `planner.study.study`.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once; or a folder that holds something else.
    """
    begun, how = time.monotonic(), how or How()
    _check(scenario, axes, overrides, patience)
    rounds = Rounds(scenario, region, overrides, how, axes.points + 1)
    gap_frac = rounds.scenario.solve.gap_frac

    def result(found: list[Point], reasons: list[str]) -> Frontier:
        of_x = (r for r in rounds.records.values() if r.get("objective") == axes.x)
        ends = [r for r in of_x if r.get("gap_frac") is not None]
        end = min((r["gap_frac"] for r in ends), default=None)
        best_x = max((r["bound"] for r in ends), key=axes.less, default=None)
        table = table_of(axes, found, gap_frac, best_x)
        seconds = time.monotonic() - begun
        return Frontier(axes, table, tuple(reasons), len(rounds.records), seconds, end)

    def keep(found: list[Point], reasons: list[str]) -> None:
        answer = result(found, reasons)
        write(rounds.folder, MARK, answer.document(), {"frontier": answer.table})

    def solve(asked: list[Asked]) -> list[Record]:
        return rounds.solve([_patient(one, patience) for one in asked], base=held(axes, None))

    with rounds.open(out, MARK):
        found, reasons = trace(axes, gap_frac, solve, keep)
    return result(found, reasons)


def _patient(asked: Asked, patience: float) -> Asked:
    """With its time: that of the patience near a plan, else so many times longer if above 1."""
    if asked.movable is not None:
        return asked._replace(times=patience)
    return asked._replace(times=asked.times and asked.times * max(patience, 1.0))


def _check(scenario: str | Path, axes: Axes, overrides: Sequence[str], patience: float) -> None:
    problems = [
        Problem(option, "", "is no objective", name, ", ".join(NAMES), nearest(name, NAMES))
        for option, name in (("--x", axes.x), ("--y", axes.y))
        if name not in NAMES
    ]
    if axes.x == axes.y:
        problems.append(Problem("--y", "", "is the same as --x", axes.y, "another objective"))
    if not 0 < patience < float("inf"):
        problems.append(Problem("--patience", "", "is no length of time", patience, "above 0"))
    if axes.points < 2:
        problems.append(Problem("--points", "", "is too small", axes.points, "at least 2"))
    if problems:
        raise InputError(problems)
    read_scenario(scenario, [*overrides, *held(axes, 1.0)])
