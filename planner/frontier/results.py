"""A front as a table: on the screen, in `frontier.csv` and `frontier.json`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from models.blocks.objective import OBJECTIVES
from planner import __version__
from planner.frontier.front import Axes, Point, beaten_by, beaten_in_both, front
from planner.losses import UNIT
from planner.outcome import gap_frac_of

FEW = 2
"""So many sites of a plan are named on the screen."""


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
                     "gap", "in both", "MW", "capex M$"):  # fmt: skip
            view.add_column(name, justify="right", overflow="fold")
        view.add_column("sites", overflow="fold")
        for _, row in self.table.iterrows():
            view.add_row(
                f"{row[x]:,.5g}",
                f"{row[y]:,.6g}",
                f"{row[f'bound_{y}']:,.6g}",
                _percent(row["gap_frac"]),
                _percent(row["gap_in_both_frac"]),
                f"{row['facility_mw']:,.1f}",
                f"{row['capex_musd']:,.0f}",
                Text(_few(str(row["sites"]).split(";"))),
            )
        return view


def _percent(frac: float) -> str:
    """A gap as a percentage, in few characters also where it is next to nothing, or wide."""
    if 0 < frac < 1e-4:
        return f"{100 * frac:.3f} %"
    return f"{100 * frac:.0f} %" if frac >= 1 else f"{100 * frac:.2g} %"


def _few(sites: Sequence[str]) -> str:
    """The names of one or two sites, or how many they are; the table has all names."""
    return ", ".join(sites) if len(sites) <= FEW else f"{len(sites)} sites"


def table_of(
    axes: Axes, found: list[Point], gap_frac: float, best_x: float | None = None
) -> pd.DataFrame:
    """A row a point that no other dominates, the figures of its plan among the columns.

    The bound of one is the best of all limits it keeps: what nothing within a wider limit beats,
    nothing within a narrower one does. It is `optimal` where that is within the gap asked for.
    `best_x` is what no x beats.
    """
    points = front(axes, found)
    bounds = [beaten_by(axes, point.x, found) for point in points]
    gaps = [gap_frac_of(point.y, bound) for point, bound in zip(points, bounds, strict=True)]
    x, y = UNIT[axes.x], UNIT[axes.y]
    columns = [x, y, f"bound_{y}", "gap_frac", "gap_in_both_frac", f"limit_{x}", "status",
               "facility_mw", "tokens_per_s", "cost_usd_per_mtoken", "capex_musd", "pue",
               "carbon_t_per_year", "racks_count", "sites", "folder"]  # fmt: skip
    rows = [
        {
            **point.record["figures"],
            x: point.x,
            y: point.y,
            f"bound_{y}": bound,
            "gap_frac": gap,
            "gap_in_both_frac": beaten_in_both(axes, point, found, best_x),
            f"limit_{x}": point.limit,
            "status": "optimal" if gap <= gap_frac else "stopped",
            "sites": ";".join(point.record["sites"]),
            "folder": point.record["folder"],
        }
        for point, bound, gap in zip(points, bounds, gaps, strict=True)
    ]
    return pd.DataFrame(rows, columns=columns)
