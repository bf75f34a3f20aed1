"""Plans beside each other: inputs that differ, choices that differ, and what that changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from models.blocks.objective import OBJECTIVES
from planner.errors import InputError, Problem
from planner.folders import whole_file
from planner.origin import dotted
from planner.plan_files import PlanFiles, read_files
from planner.results.write import csv_text

SAME_FRAC = 1e-6
"""Numbers as near as this are the same: the rounding of a solver."""

MOST_ROWS = 15
MOST_PLANS = 4
"""Rows of inputs and of choices, and plans, on screen; a file has them all."""

HASH_LETTERS = 12
TITLES = {
    "input": "Inputs that differ",
    "choice": "Choices that differ",
    "outcome": "Outcome, of the last period where it is a period's",
}
NO_CHANGE = {"gap_frac", "year", "npv"}
"""Items and units of which a relative change says nothing."""

SAID = ("status", "objective", "value", "bound", "gap_frac")
Values = dict[tuple[str, str], Any]
"""What a plan says of each (item, unit)."""


@dataclass(frozen=True)
class Comparison:
    """The rows that differ, and the whole outcome, with a value for each plan.

    `table` has the columns part (input, choice, outcome), item, unit, then one by each of `names`,
    then `<name>_change_frac` relative to the first plan, where both are numbers.
    """

    names: tuple[str, ...]
    table: pd.DataFrame

    def document(self) -> dict[str, Any]:
        """The comparison as plain values."""
        rows = self.table.astype(object).where(self.table.notna(), None)
        return {"plans": list(self.names), "rows": rows.to_dict("records")}

    def summary(self) -> Group:
        """The comparison on a screen of 100 columns."""
        return Group(*(self._part(part) for part in TITLES))

    def write(self, path: str | Path) -> Path:
        """Write the table as CSV, whole or not at all."""
        with whole_file(path) as fresh:
            fresh.write_text(csv_text(self.table), encoding="utf-8")
        return Path(path)

    def _part(self, part: str) -> Table:
        rows = self.table[self.table["part"] == part]
        shown = self.names[:MOST_PLANS]
        view = Table(title=f"\n{TITLES[part]}", title_justify="left", title_style="bold", box=None,
                     pad_edge=False)  # fmt: skip
        view.add_column("", overflow="fold", max_width=44)
        for name in shown:
            view.add_column(Text(name), justify="right", overflow="fold")
        view.add_column("", overflow="fold", max_width=20)
        most = len(rows) if part == "outcome" else MOST_ROWS
        for _, row in rows.head(most).iterrows():
            changes = (row.get(f"{name}_change_frac") for name in shown)
            cells = (_cell(row[n], c) for n, c in zip(shown, changes, strict=True))
            view.add_row(*(Text(text) for text in (row["item"], *cells, row["unit"])))
        left = [
            f"{count} more {what}"
            for count, what in (
                (len(rows) - most, "rows"),
                (len(self.names) - MOST_PLANS, "plans"),
            )
            if count > 0
        ]
        view.caption = f"{' and '.join(left)}: --out FILE.csv has them" if left else None
        view.caption_justify = "left"
        if rows.empty:
            view.add_row("none")
        return view


def compare(folders: Sequence[str | Path]) -> Comparison:
    """What differs between plans, from their result files.

    Parameters
    ----------
    folders
        Folders of two or more plans; the others are compared with the first.

    Raises
    ------
    InputError
        Fewer than two folders, or folders that hold no plan, all of them named.
    """
    if len(folders) < 2:
        raise InputError(Problem("compare", "", "needs at least two plans", value=len(folders)))
    plans: list[PlanFiles] = []
    problems: list[Problem] = []
    for folder in folders:
        try:
            plans.append(read_files(folder))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    names = _names([Path(folder) for folder in folders])
    parts = {
        "input": [{**_scenario(p), **_files(p)} for p in plans],
        "choice": [_choices(p) for p in plans],
        "outcome": [_outcome(p) for p in plans],
    }
    numbers = _numbers(plans)
    parts["input"] = [{**a, **b} for a, b in zip(parts["input"], numbers, strict=True)]
    rows = [row for part, said in parts.items() for row in _rows(part, names, said)]
    columns = ["part", "item", "unit", *names, *(f"{n}_change_frac" for n in names[1:])]
    return Comparison(names, pd.DataFrame(rows, columns=columns))


def _names(folders: list[Path]) -> tuple[str, ...]:
    """The folders by their own names, by their paths where those are not enough."""
    short = [folder.resolve().name for folder in folders]
    whole = [str(folder) for folder in folders]
    if len(set(short)) == len(short):
        return tuple(short)
    return tuple(w if whole.count(w) == 1 else f"{w} ({i})" for i, w in enumerate(whole, start=1))


def _rows(part: str, names: Sequence[str], said: Sequence[Values]) -> Iterator[dict[str, Any]]:
    keys = list(dict.fromkeys(key for values in said for key in values))
    for key in keys:
        values = [of_plan.get(key) for of_plan in said]
        if part != "outcome" and all(_same(values[0], value) for value in values[1:]):
            continue
        changes = {
            f"{name}_change_frac": None if NO_CHANGE & set(key) else _change(values[0], value)
            for name, value in zip(names[1:], values[1:], strict=True)
        }
        said_by = dict(zip(names, values, strict=True))
        yield {"part": part, "item": key[0], "unit": key[1], **said_by, **changes}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        return bool(one == other or abs(one - other) <= SAME_FRAC * max(abs(one), abs(other)))
    return bool(one == other)


def _change(first: Any, value: Any) -> float | None:
    if not (_is_number(first) and _is_number(value)) or first == 0:
        return None
    return (value - first) / abs(first)


def _cell(value: Any, change: Any = None) -> str:
    if value is None or value != value:
        return "-"
    if not _is_number(value):
        return str(value)
    whole = isinstance(value, int) or float(value).is_integer()
    text = f"{value:.0f}" if whole and abs(value) < 1e4 else f"{value:,.6g}"
    moved = change is not None and change == change and abs(change) > SAME_FRAC
    return f"{text} {100 * change:+.2f} %" if moved else text


def _scenario(plan: PlanFiles) -> Values:
    """Keys of the scenario by their dotted path; what it is called does not matter."""
    kept = {k: v for k, v in plan.scenario.items() if k not in ("name", "description")}
    return {(dotted(path), ""): value for path, value in _leaves(kept, ())}


def _leaves(value: Any, path: tuple) -> Iterator[tuple[tuple, Any]]:
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _leaves(inside, (*path, key))
    else:
        yield path, str(value) if isinstance(value, list) else value


def _files(plan: PlanFiles) -> Values:
    """Hashes of the tables of facts, and the versions of the programs."""
    hashes = plan.document.get("inputs_sha256") or {}
    versions = plan.document.get("versions") or {}
    return {
        **{(f"{name}.csv", "hash"): str(h)[:HASH_LETTERS] for name, h in hashes.items()},
        **{(name, "version"): str(v) for name, v in versions.items()},
    }


def _numbers(plans: Sequence[PlanFiles]) -> list[Values]:
    """Facts that every solved plan rests on: what differs is the fact, not the choice."""
    found = []
    for plan in plans:
        inputs = plan.tables["inputs"]
        labels = inputs["table"] + "[" + inputs["key"].astype(str) + "]." + inputs["column"]
        found.append(dict(zip(labels, inputs["value"].astype(float), strict=True)))
    solved = [set(numbers) for numbers in found if numbers]
    shared = set.intersection(*solved) if solved else set()
    return [{(k, "fact"): v for k, v in numbers.items() if k in shared} for numbers in found]


def _choices(plan: PlanFiles) -> Values:
    """MW by year, sites, racks, cooling and power states, in the last period but for the first."""
    if not plan.solved:
        return {}
    tables = plan.tables
    power, last = tables["power"], tables["power"]["period"].max()
    found: Values = {}
    for t, mw in power.groupby("period")["facility_mw"].sum().items():
        found[f"at the meter in {t}", "MW"] = float(mw)
    for site, year in power.groupby("site_id")["period"].min().items():
        found[f"site {site} since", "year"] = int(year)
    for what, table, key, column, unit, factor in (
        ("site", "power", "site_id", "facility_mw", "MW", 1.0),
        ("racks of", "installs", "system_id", "racks_count", "racks", 1.0),
        ("cooled by", "halls", "design_id", "it_mw", "MW of IT", 1.0),
        ("in power state", "fleet", "state_id", "it_kw", "MW of IT", 1e-3),
    ):
        rows = tables[table][tables[table]["period"] == last]
        for name, amount in rows.groupby(key)[column].sum().items():
            if amount:
                found[f"{what} {name}", unit] = float(amount) * factor
    return found


def _outcome(plan: PlanFiles) -> Values:
    """What `plan.json` says, and the figures of the last period."""
    unit = str(plan.document.get("unit", ""))
    units = {"value": unit, "bound": unit}
    said: Values = {(key, units.get(key, "")): plan.document.get(key) for key in SAID}
    for name, value in (plan.document.get("objectives") or {}).items():
        said[name, _unit_of_objective(name)] = value
    return said | {(name, ""): value for name, value in plan.figures().items()}


def _unit_of_objective(name: str) -> str:
    return OBJECTIVES[name].unit if name in OBJECTIVES else ""
