"""Why a scenario is infeasible, or what holds it: on screen, as text, as plain values."""

import io
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from planner.explain.diagnosis import Change
from planner.explain.rules import Rule
from planner.explain.words import AT_LEAST, AT_MOST, EXACTLY, number
from planner.explain.worth import UnitWorth, Worth, units_of_plan

if TYPE_CHECKING:
    from planner.explain.costs import RuleCost

TOGETHER = "These cannot all hold; without any one of them the others can:"
SIGN = {AT_LEAST: "≥", AT_MOST: "≤", EXACTLY: "="}
SHOWN = 20
"""Rows of a table of worths on screen; `document` has them all."""

BUILT = "What one more unit is worth, sites, connections and halls as built"
DIVISIBLE = "What one more unit is worth, halls and connections divisible"
AND_THESE = "Nor can these, with that resolved:"
AND_THIS = "Nor can this, with that resolved:"
CHECKED = "Checked: with what is shown, a plan of whole halls and racks was found."
UNCHECKED = (
    "Not checked: what is shown is for divisible halls and racks. No plan of whole ones was found "
    "with it in the time for that; somewhat more may be needed."
)
BY_ITSELF = "This cannot hold, whatever the other rules ask:"


@dataclass(frozen=True)
class Explanation:
    """The answer.

    `feasible` is None where that was not found out in time, or not proven. `checks` are sentences;
    `conflict` cannot all hold, and without any one of them the others can; `further` are conflicts
    that stay when it is resolved. `relaxation` is the least found that makes the scenario feasible:
    one of `alone`, each of which does by itself, or else few rules together. With a change that is
    `checked` a plan was found; others are for divisible halls and racks. `binding`, `units` and
    `costs` are of a feasible scenario, divisible: what loosening a rule gains, what one more unit
    gains by rule, place and period, and what leaving a rule out would; where `built`, `units` are
    of a plan whose sites, connections and halls stay as they are.
    `note` says more.
    """

    name: str
    feasible: bool | None
    checks: tuple[str, ...] = ()
    conflict: tuple[Rule, ...] = ()
    further: tuple[tuple[Rule, ...], ...] = ()
    relaxation: tuple[Change, ...] = ()
    alone: tuple[Change, ...] = ()
    binding: tuple[Worth, ...] = ()
    units: tuple[UnitWorth, ...] = ()
    built: bool = False
    costs: tuple["RuleCost", ...] = ()
    unit: str = ""
    note: str = ""
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        """The answer in one line."""
        words = {True: "is feasible", False: "is infeasible", None: "could not be decided"}
        return f"{self.name} {words[self.feasible]}"

    def of_plan(self, policies: pd.DataFrame) -> "Explanation":
        """The same with `units` of a plan by its `policies.csv`, where that has shadow prices."""
        if not self.feasible or policies["shadow_price"].isna().all():
            return self
        return replace(self, units=units_of_plan(policies), built=True)

    def document(self) -> dict[str, Any]:
        """The explanation as plain values."""
        return {
            "name": self.name,
            "feasible": self.feasible,
            "checks": list(self.checks),
            "conflict": [_stated(rule) for rule in self.conflict],
            "further_conflicts": [[_stated(rule) for rule in each] for each in self.further],
            "relaxation": [_moved(change) for change in self.relaxation],
            "alone": [_moved(change) for change in self.alone],
            "binding": [
                {**_stated(worth.rule), "unit_of_gain": self.unit,
                 "gain_per_percent": worth.per_percent, "gain_per_unit": worth.per_unit}
                for worth in self.binding
            ],
            "units_of": "plan" if self.built else "relaxation",
            "units": [
                {**asdict(unit), "unit_of_gain": self.unit, "gain_per_percent": unit.per_percent,
                 "gain_per_unit": unit.per_unit}
                for unit in self.units
            ],
            "costs": [
                {**_stated(cost.rule), "unit_of_cost": self.unit, "cost": cost.cost,
                 "basis": cost.basis}
                for cost in self.costs
            ],
            "note": self.note,
            "seconds": round(self.seconds, 2),
        }  # fmt: skip

    def __rich__(self) -> RenderableType:
        parts: list[RenderableType] = [Text(self.verdict, style="bold")]
        parts += [Text(f"  {sentence}") for sentence in self.checks]
        if self.conflict:
            parts.append(Text(f"\n{TOGETHER if len(self.conflict) > 1 else BY_ITSELF}"))
            parts += [Text(f"  {rule}") for rule in self.conflict]
        for each in self.further:
            parts.append(Text(f"\n{AND_THESE if len(each) > 1 else AND_THIS}"))
            parts += [Text(f"  {rule}") for rule in each]
        if self.relaxation:
            parts += [Text("\nThe least found that makes it feasible:"), _table(self.relaxation)]
        others = tuple(change for change in self.alone if change not in self.relaxation)
        if others:
            parts += [Text("\nOr one of these alone:"), _table(others)]
        offered = (*self.relaxation, *others)
        if any(change.checked for change in offered):
            parts.append(Text(f"\n{CHECKED}"))
        if not all(change.checked for change in offered):
            parts.append(Text(f"\n{UNCHECKED}"))
        if self.binding and not self.built:
            parts += [Text(f"\nWhat holds it, and what loosening gains ({self.unit}):")]
            parts += [_worths(self.binding), *_left(self.binding, "--json")]
        if self.units:
            parts += [Text(f"\n{BUILT if self.built else DIVISIBLE} ({self.unit}):")]
            where = "--json, policies.csv" if self.built else "--json"
            parts += [_units(self.units), *_left(self.units, where)]
        if self.costs:
            parts += [Text(f"\nWhat each rule costs, were it alone left out ({self.unit}):")]
            parts.append(_costs(self.costs))
        if self.note:
            parts.append(Text(f"\n{self.note}"))
        return Group(*parts)

    def __str__(self) -> str:
        text = io.StringIO()
        Console(file=text, width=100, no_color=True).print(self)
        return text.getvalue().rstrip()


def _stated(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.path,
        "about": rule.about,
        "sense": rule.sense,
        "asked": rule.asked,
        "unit": rule.unit,
    }


def _moved(change: Change) -> dict[str, Any]:
    moved = {
        "feasible_at": change.feasible_at,
        "change_frac": change.by_frac,
        "checked": change.checked,
    }
    return {**_stated(change.rule), **moved}


def _table(changes: tuple[Change, ...]) -> Table:
    table = Table(box=None, pad_edge=True)
    for name in ("rule", "asked", "feasible at", "change", "checked"):
        justify: JustifyMethod = "left" if name in ("rule", "checked") else "right"
        table.add_column(name, justify=justify, overflow="fold")
    for change in changes:
        rule, at = change.rule, change.feasible_at
        named = f"{rule.path} ({rule.about})" if rule.about else rule.path
        checked = "yes" if change.checked else "no"
        if rule.asked is None:
            new = "" if rule.family == "forced_open" else f"x {number(change.times)}"
            table.add_row(named, "as it is", new or "left out", "", checked)
            continue
        asked = f"{SIGN[rule.sense]} {number(rule.asked)} {rule.unit}"
        by = f"{100 * change.by_frac:+,.{0 if abs(change.by_frac) > 0.1 else 1}f} %"
        new = f"{number(at)} {rule.unit}" if at else "left out"
        table.add_row(named, asked, new, by if rule.asked else "", checked)
    return table


def _worths(worths: tuple[Worth, ...]) -> Table:
    table = Table(box=None, pad_edge=True)
    for name in ("rule", "asked", "gain per 1 %", "gain per unit"):
        justify: JustifyMethod = "left" if name == "rule" else "right"
        table.add_column(name, justify=justify, overflow="fold")
    for worth in worths[:SHOWN]:
        rule = worth.rule
        asked = "" if rule.asked is None else f"{SIGN[rule.sense]} {number(rule.asked)} {rule.unit}"
        unit = "" if worth.per_unit is None else number(worth.per_unit)
        table.add_row(rule.path, asked, number(worth.per_percent), unit)
    return table


def _units(units: tuple[UnitWorth, ...]) -> Table:
    table = Table(box=None, pad_edge=True)
    for name in ("rule", "where", "period", "limit", "gain per 1 %", "gain per unit"):
        justify: JustifyMethod = "left" if name in ("rule", "where") else "right"
        table.add_column(name, justify=justify, overflow="fold")
    for unit in units[:SHOWN]:
        table.add_row(
            unit.rule.replace("_", " "),
            unit.where,
            "" if unit.period is None else str(unit.period),
            f"{SIGN[unit.sense]} {number(unit.required)} {unit.unit}",
            number(unit.per_percent),
            number(unit.per_unit),
        )
    return table


def _left(rows: tuple[Any, ...], where: str) -> list[Text]:
    """How many rows are not on screen, and where they are."""
    left = len(rows) - SHOWN
    return [Text(f" and {left} more: {where}")] if left > 0 else []


def _costs(costs: tuple["RuleCost", ...]) -> Table:
    table = Table(box=None, pad_edge=True)
    for name in ("rule", "asked", "cost", "basis"):
        justify: JustifyMethod = "left" if name in ("rule", "basis") else "right"
        table.add_column(name, justify=justify, overflow="fold")
    for cost in costs:
        rule = cost.rule
        asked = "" if rule.asked is None else f"{SIGN[rule.sense]} {number(rule.asked)} {rule.unit}"
        table.add_row(rule.path, asked, "" if cost.cost is None else number(cost.cost), cost.basis)
    return table
