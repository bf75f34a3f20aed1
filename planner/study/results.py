"""What a study found, as tables and on a screen."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from planner import __version__
from planner.study.schema import SAMPLED, Study

NAME_WIDTH, NUMBER_WIDTH = 34, 11
MOST_LEVELS = 24
MOST_REASONS = 5
MOST_SITES = 8
TITLES = {
    "one_at_a_time": "One at a time, against the base: the widest swing first",
    "grid": "Means by level, against the mean of all runs: the widest swing first",
    "list": "Runs, against their mean",
    "variants": "Variants, against the scenario as it stands",
}


@dataclass(frozen=True)
class Results:
    """A study, as far as it is: `tables` holds runs, effects and site_shares."""

    study: Study
    tables: Mapping[str, pd.DataFrame]
    seconds: float

    @property
    def counts(self) -> dict[str, int]:
        """Runs by status."""
        return {str(k): int(v) for k, v in self.tables["runs"]["status"].value_counts().items()}

    @property
    def keys(self) -> list[str]:
        """Folders of the runs, by their names."""
        return [Path(folder).name for folder in self.tables["runs"]["folder"] if folder]

    @property
    def within_gap(self) -> bool:
        """Whether every run has its answer: a plan within the gap, or the proof that none is."""
        return set(self.counts) <= {"optimal", "infeasible"}

    def document(self) -> dict[str, Any]:
        """What `study.json` holds."""
        return {
            "name": self.study.name,
            "design": self.study.design,
            "counts": self.counts,
            "seconds": round(self.seconds, 3),
            "planner": __version__,
            "study": self.study.model_dump(),
            "runs": _records(self.tables["runs"]),
        }

    def summary(self) -> Group:
        """Effects, sites, and reasons of runs without a plan, on a screen of 100 columns."""
        said = ", ".join(f"{count} {status}" for status, count in self.counts.items())
        head = Text(f"{self.study.name}: {len(self.tables['runs'])} runs, {said}", style="bold")
        parts = [head, self._effects(), self._sites(), self._reasons()]
        return Group(*(part for part in parts if part is not None))

    def _effects(self) -> Table:
        rows = self.tables["effects"]
        design = self.study.design
        sampled = design in SAMPLED
        indexed = bool(rows.get("total_order_frac", pd.Series(dtype=float)).notna().any())
        view = _table(f"\n{TITLES.get(design, 'Halves of the sample: the widest swing first')}")
        view.add_column("", overflow="fold")
        unit = "\n".join(wrap(self._unit(), NUMBER_WIDTH))
        names = ["runs", unit, "change", "$/Mtoken", *([] if sampled else ["change"]), "capex M$"]
        names += ["corr."] if sampled else []
        names += ["alone", "in all"] if indexed else []
        for name in names:
            view.add_column(name, justify="right", no_wrap=True)
        last = ""
        for _, row in rows.head(MOST_LEVELS).iterrows():
            if row["level"] and row["input"] != last:
                view.add_row(Text(_broken(row["input"])))
            cells = [
                f"  {row['level']}" if row["level"] else row["input"],
                f"{row['solved_count']}" if row["solved_count"] else "none",
                _number(row["value"], ",.5g"),
                _number(row["value_change_frac"], "+.2%"),
                _number(row["cost_usd_per_mtoken"], ".3g"),
                *([] if sampled else [_number(row["cost_change_frac"], "+.2%")]),
                _number(row["capex_musd"], ",.0f"),
            ]
            cells += [_number(row["rank_correlation"], "+.2f")] if sampled else []
            orders = ("first_order_frac", "total_order_frac") if indexed else ()
            cells += [_number(row[name], ".2f") for name in orders]
            view.add_row(*(Text(cell) for cell in cells))
            last = row["input"]
        view.caption = "; ".join(self._notes(len(rows), indexed)) or None
        return view

    def _notes(self, count: int, indexed: bool) -> Iterator[str]:
        """What is left to say of the effects."""
        if count > MOST_LEVELS:
            yield f"{count - MOST_LEVELS} more in effects.csv"
        if indexed:
            yield "alone, in all: Sobol indices, their errors in effects.csv"
        elif self.study.design == "sobol_indices":
            yield "no Sobol indices: a run has no plan, or nothing moves the value"

    def _unit(self) -> str:
        units = self.tables["runs"]["unit"].dropna().unique()
        return str(units[0]) if len(units) == 1 else "tokens/s per MW"

    def _sites(self) -> Table | None:
        rows = self.tables["site_shares"]
        if rows.empty:
            return None
        view = _table("\nSites, by the share of plans that use them, and what swings it", 50)
        view.add_column("", overflow="fold")
        view.add_column("", justify="right")
        view.add_column("", overflow="fold")
        for _, row in rows.head(MOST_SITES).iterrows():
            swing = f"{row['swing_frac']:+.0%} at {row['swung_by']} {row['most_at']}"
            said = Text(swing.replace("%", " %") if row["swung_by"] else "")
            view.add_row(Text(str(row["site_id"])), f"{row['share_frac']:.0%}", said)
        if len(rows) > MOST_SITES:
            view.add_row(f"and {len(rows) - MOST_SITES} more", "", "")
        return view

    def _reasons(self) -> Text | None:
        runs = self.tables["runs"]
        rows = runs[runs["reason"].fillna("") != ""]
        if rows.empty:
            return None
        lines = [
            f"\n{row['run']}: {row['status']}: {row['reason']}"
            for _, row in rows.head(MOST_REASONS).iterrows()
        ]
        if len(rows) > MOST_REASONS:
            lines.append(f"\nand {len(rows) - MOST_REASONS} more in runs.csv")
        return Text("".join(lines))


def _broken(name: str) -> str:
    """A name of several parts on lines that end where a part does."""
    lines = [""]
    for part in re.split(r"(?<=[.])", name):
        if len(lines[-1]) + len(part) > NAME_WIDTH and lines[-1]:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _table(title: str, least: int = 0) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False,
                 min_width=least or None)  # fmt: skip


def _number(value: Any, form: str) -> str:
    if value is None or pd.isna(value):
        return "-"
    text = format(value, form)
    return text.replace("%", " %") if form.endswith("%") else text


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: Any = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return list(rows)
