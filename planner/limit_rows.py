"""Other limits in a compiled model: numbers beside rows, and nothing is built or compiled.

A coefficient that stands alone on one side of a row moves that side by as much as it changes. A
limit on another objective, `N >= limit * D`, is a row of two columns that every model has: the old
one is freed, the new one added.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import BaseModel

from models.blocks.objective import OBJECTIVES, least_facility
from models.case import Case
from planner.scenario import Scenario
from planner.solve.compile import Compiled
from planner.solve.named import name_at
from planner.solve.renumbered import PRICE_FACTS
from planner.solve.split import with_row

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

OF_OBJECTIVES = "objective_limit"
SECTIONS = {"budget", "scale", "scale_by_country", "objective"}
"""Sections of a scenario that the limits are made of."""

NUMBERED = {
    "demand": {"mix", "peak_to_mean_ratio"},
    "policies": {
        "domestic_accelerator_share",
        "in_country_share",
        "in_country_share_of",
        "outage",
        "vendor_share_max",
    },
    "serving": {"measured_over_predicted"},
}
"""Keys of sections that are entries of the matrix (planner/solve/renumbered.py)."""

WORDS = {"name", "description", "variant", "solve"}
"""What a scenario says of itself, and of how exactly and how long it is solved."""


@dataclass(frozen=True)
class Changed:
    """Limits that differ, with the case they were the limits of and the case they are now of."""

    before: Case
    case: Case
    names: tuple[str, ...]

    @property
    def tightens(self) -> bool:
        """Whether no plan keeps the limits of now that did not keep those of before."""
        return all(
            _allows(name, key, value) >= _allows(name, key, self.case[name].get(key))
            for name in self.names
            for key, value in self.before[name].items()
        )


def only_limits(before: Scenario, after: Scenario) -> bool:
    """Whether nothing else differs than limits, and further sites forced in or ruled out."""
    old, new = (s.model_dump(exclude={*WORDS, *SECTIONS}) for s in (before, after))
    further = True
    for key in ("force", "exclude"):
        had, has = (values["filters"]["sites"].pop(key) for values in (old, new))
        further = further and set(had) <= set(has)
    return further and old == new


def only_numbers(before: Scenario, after: Scenario) -> bool:
    """Whether nothing else differs than limits, and what enters the matrix as other numbers there.

    With other numbers in the matrix the sites forced in or ruled out are the same.
    """
    renumbered = before.model_copy(update={"facts": after.facts})
    for section, keys in NUMBERED.items():
        old, new = (getattr(s, section) for s in (before, after))
        numbers = {key: getattr(new, key) for key in keys}
        if any(_but_numbers(getattr(old, key)) != _but_numbers(numbers[key]) for key in keys):
            return False
        renumbered = renumbered.model_copy(update={section: old.model_copy(update=numbers)})
    others = [
        {name: value for name, value in s.facts.items() if not PRICE_FACTS.fullmatch(name)}
        for s in (before, after)
    ]
    same_sites = renumbered == before or before.filters == after.filters
    return same_sites and others[0] == others[1] and only_limits(renumbered, after)


def _but_numbers(value: Any) -> Any:
    """A part of a scenario without its numbers: what it names, and in which words."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        return {key: _but_numbers(each) for key, each in value.items()}
    return None if isinstance(value, int | float) else value


def changed(before: Case, values: Mapping[str, Mapping[Any, Any]]) -> Changed | None:
    """What differs between a case and coefficients of its rules; None where not limits alone do."""
    names = [n for n, new in values.items() if new is not before[n] and new != before[n]]
    for name in names:
        same_rows = name in LIMITS and set(values[name]) == set(before[name])
        if not same_rows and name != OF_OBJECTIVES:
            return None
    new = {name: values[name] for name in names}
    return Changed(before, before.having(values={**before.values, **new}), tuple(names))


def _allows(name: str, key: Any, limit: float | None) -> float:
    """How much a limit allows, less allowing less; no limit allows everything."""
    if limit is None:
        return np.inf
    is_most = name.endswith("_max")
    if name == OF_OBJECTIVES:
        is_most = not OBJECTIVES[key].more_is_better
    return limit if is_most else -limit


def limited(compiled: Compiled, change: Changed) -> Compiled | None:
    """The model with the changed limits; None where it lacks one of their rows."""
    low, high = compiled.row_low.copy(), compiled.row_high.copy()
    for name in change.names:
        if name == OF_OBJECTIVES:
            continue
        for key, value in change.case[name].items():
            at = compiled.row.get(name_at(LIMITS[name], key))
            if at is None:
                return None
            for side in (low, high):
                side[at] += value - change.before[name][key]  # an open side stays open
    least = compiled.low.copy()
    least[compiled.column["facility_total"]] = least_facility(change.case)
    compiled = replace(compiled, row_low=low, row_high=high, low=least)
    return _objectives(compiled, change) if OF_OBJECTIVES in change.names else compiled


def _objectives(compiled: Compiled, change: Changed) -> Compiled:
    for name in change.before[OF_OBJECTIVES]:
        at = compiled.row[row_of(name)]
        compiled.row_low[at], compiled.row_high[at] = -np.inf, np.inf
    for name, limit in change.case[OF_OBJECTIVES].items():
        ratio = OBJECTIVES[name]
        sign = 1.0 if ratio.more_is_better else -1.0
        row = {ratio.over: sign, ratio.under: -sign * limit / ratio.factor}
        compiled = with_row(compiled, row, 0.0, row_of(name))
    return compiled


def row_of(objective: str) -> str:
    """The name of the row that holds another objective no worse than its limit."""
    side = "floor" if OBJECTIVES[objective].more_is_better else "ceiling"
    return name_at(f"objective_{side}", objective)
