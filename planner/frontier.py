"""The front of two objectives: for each limit on one, the proven best of the other.

The epsilon-constraint method: hold x no worse than a limit and make y best, then x among equals.
The first limits are none at all and the best x there is; further ones part the widest gaps between
neighbours, measured along the front with both axes scaled to their range. Between a plan's own x
and its limit no other point of the front lies, so no gap is searched twice. Plans are asked for two
at a time, whoever solves them, so the points are the same with any number of workers.
Source: Haimes, Lasdon and Wismer, IEEE Trans. SMC 1 (1971) 296-297, doi:10.1109/TSMC.1971.4308298.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from models.blocks.objective import OBJECTIVES
from planner import __version__
from planner.errors import InputError, Problem, nearest
from planner.losses import UNIT
from planner.scenario_file import read_scenario
from planner.study import write
from planner.study.rounds import How, Rounds
from planner.study.work import Record
from planner.tables import Region

MARK = "frontier.json"
NAMES = tuple(name for name in OBJECTIVES if name not in ("cost", "apart"))
CLOSE_FRAC = 0.005
"""A gap between neighbours that is narrower than this share of the range is not searched."""

END_FRAC = 0.01
"""The best x, where the front begins, is first asked for to this; and as exactly as the points are
where the whole front is no wider."""

TOGETHER = 2
"""So many plans are asked for in one round."""

FEW = 2
"""So many sites of a plan are named on the screen."""

Solve = Callable[[list[list[str]]], list[Record]]


@dataclass(frozen=True)
class Axes:
    """The objective held and the one made best, by name, and how many points are looked for.

    Fewer are shown where the front has fewer.
    """

    x: str
    y: str
    points: int = 10

    def less(self, x: float) -> float:
        """x, turned so that less is better."""
        return -x if OBJECTIVES[self.x].more_is_better else x

    def more(self, y: float) -> float:
        """y, turned so that more is better."""
        return y if OBJECTIVES[self.y].more_is_better else -y


@dataclass(frozen=True)
class Point:
    """A plan on the front: its record, the limit it was held to, and where the next gap begins.

    `again` marks one that a wider limit found again: the front has a step there.
    """

    record: Record
    limit: float | None
    x: float
    y: float
    beyond: float
    again: bool = False


@dataclass(frozen=True)
class Frontier:
    """The points that none dominates, by rising x, in `table`; `solves` is how many were solved.

    `end_frac` is the gap of the best x, where the front begins.
    """

    axes: Axes
    table: pd.DataFrame
    reasons: tuple[str, ...]
    solves: int
    seconds: float
    end_frac: float | None = None

    @property
    def within_gap(self) -> bool:
        """Whether every point is proven within the gap asked for."""
        return bool(len(self.table)) and bool((self.table["status"] == "optimal").all())

    @property
    def status(self) -> str:
        """`infeasible` where no plan exists."""
        return "infeasible" if self.table.empty and "infeasible" in self.reasons else ""

    def document(self) -> dict[str, Any]:
        """What `frontier.json` holds."""
        rows: Any = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        units = {name: OBJECTIVES[name].unit for name in (self.axes.x, self.axes.y)}
        return {
            "x": self.axes.x,
            "y": self.axes.y,
            "units": units,
            "points": rows,
            "without_plan": list(self.reasons),
            "best_x_known_to_frac": self.end_frac,
            "solves": self.solves,
            "seconds": round(self.seconds, 3),
            "planner": __version__,
        }

    def summary(self) -> Table | Text:
        """The front on a screen of 100 columns."""
        if self.table.empty:
            return Text("No plan satisfies this scenario. `planner explain` says why.")
        x, y = UNIT[self.axes.x], UNIT[self.axes.y]
        head = f"{self.axes.y} against {self.axes.x}: {len(self.table)} points, {self.solves} plans"
        view = Table(title=head, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for name in (OBJECTIVES[self.axes.x].unit, OBJECTIVES[self.axes.y].unit, "nothing beats",
                     "gap", "MW", "capex M$"):  # fmt: skip
            view.add_column(name, justify="right", overflow="fold")
        view.add_column("sites", overflow="fold")
        for _, row in self.table.iterrows():
            view.add_row(
                f"{row[x]:,.5g}",
                f"{row[y]:,.6g}",
                f"{row[f'bound_{y}']:,.6g}",
                f"{100 * row['gap_frac']:.2g} %",
                f"{row['facility_mw']:,.1f}",
                f"{row['capex_musd']:,.0f}",
                Text(_few(str(row["sites"]).split(";"))),
            )
        return view


def _few(sites: Sequence[str]) -> str:
    """The names of one or two sites, or how many they are; the table has all names."""
    return ", ".join(sites) if len(sites) <= FEW else f"{len(sites)} sites"


def frontier(
    scenario: str | Path,
    axes: Axes,
    out: str | Path,
    *,
    region: Region | str | Path | None = None,
    overrides: Sequence[str] = (),
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
    how
        Workers, whether to resume, progress: as for `planner.study.study`.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once; or a folder that holds something else.
    """
    begun, how = time.monotonic(), how or How()
    _check(scenario, axes, overrides)
    rounds = Rounds(scenario, region, overrides, how, axes.points + 1)

    def result(found: list[Point], reasons: list[str]) -> Frontier:
        table = _table(axes, front(axes, found))
        seconds = time.monotonic() - begun
        of_x = (r for r in rounds.records.values() if r.get("objective") == axes.x)
        ends = [r["gap_frac"] for r in of_x if r.get("gap_frac") is not None]
        end = min(ends, default=None)
        return Frontier(axes, table, tuple(reasons), len(rounds.records), seconds, end)

    def keep(found: list[Point], reasons: list[str]) -> None:
        answer = result(found, reasons)
        write(rounds.folder, MARK, answer.document(), {"frontier": answer.table})

    gap_frac = rounds.scenario.solve.gap_frac

    def solve(asked: list[list[str]]) -> list[Record]:
        bare = [_best(axes, frac) for frac in (END_FRAC, gap_frac)]
        return rounds.solve(asked, base=_texts(axes, None), bare=bare)

    with rounds.open(out, MARK):
        found, reasons = trace(axes, gap_frac, solve, keep)
    return result(found, reasons)


def trace(
    axes: Axes, gap_frac: float, solve: Solve, keep: Callable[..., None]
) -> tuple[list[Point], list[str]]:
    """Points of the front by rising x, and why others have no plan; `keep` is told after each."""
    found: list[Point] = []
    reasons: list[str] = []

    def ask(limits: Sequence[float]) -> None:
        take(limits, solve([_texts(axes, limit) for limit in limits]))

    def take(limits: Sequence[float | None], records: list[Record]) -> None:
        for limit, record in zip(limits, records, strict=True):
            if record.get("value") is None:
                reasons.append(record["status"])
                continue
            x, y = (record["objectives"][name] for name in (axes.x, axes.y))
            beyond = axes.less(x if limit is None else limit)
            _take(found, Point(record, limit, x, y, beyond))
        found.sort(key=lambda point: axes.less(point.x))
        keep(found, reasons)

    first, free = solve([_best(axes, max(gap_frac, END_FRAC)), _texts(axes, None)])
    if first.get("value") is None:
        return found, [first["status"]]
    take([None], [free])
    if found and gap_frac < END_FRAC and _wide(axes, first, found[0]) <= END_FRAC:
        [first] = solve([_best(axes, gap_frac)])
    least = axes.less(first["value"]) + gap_frac * abs(first["value"])
    x, y = (first["objectives"][name] for name in (axes.x, axes.y))
    ends = [Point(first, None, x, y, least), *found]
    ask([axes.less(least), *_between(axes, ends)])  # turned twice is as it was
    while not reasons and 1 < len(found) < axes.points:
        limits = _between(axes, found)
        if not limits:
            break
        ask(limits)
    return found, reasons


def _wide(axes: Axes, first: Record, last: Point) -> float:
    """How wide the front is at most between its ends, relative to x."""
    wide = axes.less(last.x) - axes.less(first["objectives"][axes.x])
    return wide / max(abs(last.x), 1e-12)


def _take(found: list[Point], new: Point) -> None:
    """Add a point; one that is there already only shows that more of its gap is empty."""
    for i, old in enumerate(found):
        if math.isclose(old.x, new.x) and math.isclose(old.y, new.y):
            wider = new if abs(new.beyond - new.x) > abs(old.beyond - old.x) else old
            found[i] = replace(wider, again=True)
            return
    found.append(new)


def _between(axes: Axes, found: Sequence[Point]) -> list[float]:
    """Limits that part the widest gaps evenly; at a gap's far end where its middle was empty."""
    wide_x = abs(found[-1].x - found[0].x) or 1.0
    wide_y = max(p.y for p in found) - min(p.y for p in found) or 1.0
    gaps = []
    for one, other in zip(found, found[1:], strict=False):
        start, end = max(one.beyond, axes.less(one.x)), axes.less(other.x)
        if (end - start) / wide_x > CLOSE_FRAC:
            length = math.hypot((end - start) / wide_x, (other.y - one.y) / wide_y)
            nearly = end - CLOSE_FRAC * wide_x
            gaps.append((length, nearly if one.again else start, end))
    parts = [1] * len(gaps)
    for _ in range(min(TOGETHER, axes.points - len(found)) if gaps else 0):
        parts[max(range(len(gaps)), key=lambda i: gaps[i][0] / parts[i])] += 1
    return [
        axes.less(start + (end - start) * k / n)
        for n, (_, start, end) in zip(parts, gaps, strict=True)
        for k in range(1, n)
    ]


def front(axes: Axes, found: list[Point]) -> list[Point]:
    """Those that no other is as good as in both and better in one; equals once."""
    kept: list[Point] = []
    for point in sorted(found, key=lambda p: (axes.less(p.x), -axes.more(p.y))):
        rounding = 1e-9 * abs(point.y)
        if not kept or axes.more(point.y) > axes.more(kept[-1].y) + rounding:
            kept.append(point)
    return kept


def _best(axes: Axes, gap_frac: float) -> list[str]:
    """What finds the best x to a gap."""
    ends = f"solve.gap_frac={gap_frac!r}"
    return [f"objective.name={axes.x}", f"objective.then=[{axes.y}]", ends]


def _texts(axes: Axes, limit: float | None) -> list[str]:
    texts = [f"objective.name={axes.y}", f"objective.then=[{axes.x}]"]
    return texts if limit is None else [*texts, f"objective.no_worse_than.{axes.x}={limit!r}"]


def _check(scenario: str | Path, axes: Axes, overrides: Sequence[str]) -> None:
    problems = [
        Problem(option, "", "is no objective", name, ", ".join(NAMES), nearest(name, NAMES))
        for option, name in (("--x", axes.x), ("--y", axes.y))
        if name not in NAMES
    ]
    if axes.x == axes.y:
        problems.append(Problem("--y", "", "is the same as --x", axes.y, "another objective"))
    if axes.points < 2:
        problems.append(Problem("--points", "", "is too small", axes.points, "at least 2"))
    if problems:
        raise InputError(problems)
    read_scenario(scenario, [*overrides, *_texts(axes, 1.0)])


def _table(axes: Axes, points: list[Point]) -> pd.DataFrame:
    x, y = UNIT[axes.x], UNIT[axes.y]
    columns = [x, y, f"bound_{y}", "gap_frac", f"limit_{x}", "status", "facility_mw",
               "tokens_per_s", "cost_usd_per_mtoken", "capex_musd", "pue", "carbon_t_per_year",
               "racks_count", "sites", "folder"]  # fmt: skip
    rows = [
        {
            **point.record["figures"],
            x: point.x,
            y: point.y,
            f"bound_{y}": point.record["bound"],
            "gap_frac": point.record["gap_frac"],
            f"limit_{x}": point.limit,
            "status": point.record["status"],
            "sites": ";".join(point.record["sites"]),
            "folder": point.record["folder"],
        }
        for point in points
    ]
    return pd.DataFrame(rows, columns=columns)
