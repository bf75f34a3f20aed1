"""Other numbers in a compiled model: entries of its matrix, and nothing of the whole is built anew.

What racks cost, do and are limited to enters columns of the fleet, which are by group, rows that
all share, and rows of sites alike. So a case of a few sites, one at least for each group, cooling
design and period, has every kind of entry that these enter. It is compiled before and after, and
where the two differ the whole has the same entries by name, or, of rows and columns that are more
than the few sites', those with the same number in the same components: `survivors_it_load` over
`served` is one number for every site that may be lost. Where the few differ in more than entries,
or the whole has a number or a kind of entry that they have not, it has to be compiled anew.

Models of a few sites one by one (planner/solve/at_hand.py) have other names, and the same numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from models.case import Case
from planner.solve.compile import Compiled, compile_case
from planner.solve.named import NOWHERE, Names
from planner.solve.narrow import among

WORK = frozenset(("RUN", "FLOW", "SERVED", "TRAIN", "GANG"))
"""What racks do: most of the fleet's columns."""

OF_RACKS = WORK - {"FLOW", "SERVED"}
"""The same without what is sent and served."""

NOTHING: frozenset[str] = frozenset()

NUMBERS = {
    **dict.fromkeys(
        ("maintenance_it_frac", "network_frac", "rack_crf_per_year", "rack_musd"), WORK
    ),
    **dict.fromkeys(("in_country_frac", "in_country_of_frac", "mix_frac"), OF_RACKS),
    **dict.fromkeys(
        (
            "availability_frac",
            "chips_kilo_count",
            "domestic_frac",
            "flops_exa",
            "hbm_tb",
            "idle_frac",
            "kappa_mw",
            "least_mw_per_mtoken_per_s",
            "mean_load_frac",
            "outage_frac",
            "peak_to_mean_ratio",
            "software_gain",
            "theta_mtokens_per_s",
            "vendor_frac",
            "work_frac",
        ),
        NOTHING,
    ),
}
"""Coefficients that no site has of its own, each with the sets whose columns it does not enter."""

PRICE_FACTS = re.compile(r"systems\[.*\]\.price_musd|parameters\[.*network_frac\]\.value")
"""Names of the facts that prices of racks are made of."""

OF_ALL_KINDS = {"hall_load", "load_of_full_halls"}
"""Rows with numbers made of all kinds of racks there are, of which few sites have some."""

RESCUED = frozenset(("rescue_racks", "rescue_power", "outage"))
"""Rows that there are only where sites are told one by one: about one that is lost."""

OF_RESCUED = frozenset(
    (
        "availability_frac",
        "kappa_mw",
        "outage_frac",
        "peak_to_mean_ratio",
        "software_gain",
        "theta_mtokens_per_s",
    )
)
"""Coefficients in these."""

HELD_AT_0 = "nothing"
"""The column whose entries say nothing: a sum of no terms."""

ROUNDING = 1e-12
"""Relative difference of the same sum made up in another order."""


class Renumbering:
    """A case and its compiled model, to be had with other such numbers."""

    def __init__(self, case: Case, compiled: Compiled) -> None:
        self._case, self._compiled = case, compiled
        self._sites = _of_each(case)
        self._parts: dict[frozenset[str], _Entries] = {}

    def make_ready(self) -> None:
        """Make now what the first other numbers of what racks do would wait for."""
        _ = self._entries.kinds
        for out in (NOTHING, OF_RACKS):
            _ = self._part(out).kinds

    @staticmethod
    def serves(before: Case, after: Case) -> bool:
        """Whether the two differ in such coefficients alone, if in anything."""
        same_names = before.sets == after.sets and set(before.values) == set(after.values)
        return same_names and all(
            name in NUMBERS and set(after[name]) == set(before[name])
            for name in before.values
            if after[name] is not before[name] and after[name] != before[name]
        )

    def at(self, case: Case) -> "Renumbered | None":
        """The compiled model of another case that this serves; None where it is no such change."""
        names = frozenset(name for name in NUMBERS if case[name] != self._case[name])
        out = WORK.intersection(*(NUMBERS[name] for name in names))
        part, after = self._part(out), compile_case(self._few(case, out))
        shows_all = bool(out) or self._entries.kinds <= part.kinds
        told = shows_all and part.serves(after)
        numbers = after.matrix.data
        new = self._entries.renumbered(part, numbers) if told else None
        if new is None:
            return None
        return Renumbered(_with(self._compiled, new), names, self._entries, part, numbers)

    @cached_property
    def _entries(self) -> "_Entries":
        return _Entries(self._compiled)

    def _part(self, out: frozenset[str]) -> "_Entries":
        if out not in self._parts:
            self._parts[out] = _Entries(compile_case(self._few(self._case, out)))
        return self._parts[out]

    def _few(self, case: Case, out: frozenset[str]) -> Case:
        few = among(case, self._sites)
        return few.having(sets={**few.sets, **dict.fromkeys(out, ())})


@dataclass(frozen=True)
class Renumbered:
    """A compiled model with other numbers, and what tells them: a part of it, and its new ones.

    `_names` are the coefficients that differ.
    """

    compiled: Compiled
    _names: frozenset[str]
    _before: "_Entries"
    _part: "_Entries"
    _numbers: np.ndarray

    def few(self, compiled: Compiled) -> Compiled | None:
        """A model of a few sites one by one with the same other numbers; None where untold."""
        entries = _Entries(compiled)
        others = {kind for kind in entries.kinds - self._before.kinds if kind[1] != HELD_AT_0}
        same = RESCUED if self._names.isdisjoint(OF_RESCUED) else NOTHING
        if not {row for row, _ in others} <= same:
            return None
        new = entries.renumbered(self._part, self._numbers, one_by_one=True)
        return None if new is None else _with(compiled, new)


class _Entries:
    """The entries of a model, by the components of their row and column."""

    def __init__(self, compiled: Compiled) -> None:
        matrix = compiled.matrix
        self._compiled, self._numbers = compiled, matrix.data
        self._rows = matrix.indices
        self._columns = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
        (rows, of_row), (columns, of_column) = compiled.rows.components, compiled.columns.components
        self._pairs = list(product(rows, columns))
        self._pair = of_row[self._rows] * len(columns) + of_column[self._columns]

    @cached_property
    def kinds(self) -> set[tuple[str, str]]:
        """The components that have entries, of rows and of columns."""
        return {self._pairs[number] for number in np.flatnonzero(np.bincount(self._pair)).tolist()}

    def serves(self, after: Compiled) -> bool:
        """Whether another model differs in numbers of entries alone."""
        before = self._compiled
        ends = ("row_low", "row_high", "low", "high", "integer")
        return (
            _same_names(before.columns, after.columns)
            and _same_names(before.rows, after.rows)
            and np.array_equal(before.matrix.indptr, after.matrix.indptr)
            and np.array_equal(before.matrix.indices, after.matrix.indices)
            and all(np.array_equal(getattr(before, end), getattr(after, end)) for end in ends)
        )

    def renumbered(
        self, part: "_Entries", new: np.ndarray, one_by_one: bool = False
    ) -> np.ndarray | None:
        """The numbers of all entries, where those of a part of the model become new ones.

        None where that does not tell them. Sites one by one have rows and columns of other names.
        """
        numbers = self._numbers.copy()
        for number in np.unique(part._pair[part._numbers != new]).tolist():
            pair, few = part._pairs[number], np.flatnonzero(part._pair == number)
            here, old = self._of(pair), part._numbers[few]
            if not len(here):
                continue
            if one_by_one and pair[0] in OF_ALL_KINDS:
                return None
            if one_by_one or len(few) < len(here):
                found = _by_number(numbers[here], old, new[few])
            else:
                order = self._by_name(part, few, here)
                same = len(order) == len(here) and _alike(numbers[here], old[order]).all()
                found = new[few][order] if same else None
            if found is None:
                return None
            numbers[here] = found
        return numbers

    def _of(self, pair: tuple[str, str]) -> np.ndarray:
        """The entries of these components of rows and columns."""
        number = self._pairs.index(pair) if pair in self._pairs else NOWHERE
        return np.flatnonzero(self._pair == number)

    def _by_name(self, part: "_Entries", few: np.ndarray, here: np.ndarray) -> np.ndarray:
        """Which of some entries of a part each of these is; nothing where they are not the same."""
        known, mine = self._compiled, part._compiled
        rows = mine.rows.part(part._rows[few]).places_in(known.rows)
        columns = mine.columns.part(part._columns[few]).places_in(known.columns)
        order = np.lexsort((rows, columns))
        same = np.array_equal(rows[order], self._rows[here])
        same = same and np.array_equal(columns[order], self._columns[here])
        return order if same else order[:0]


def _with(compiled: Compiled, numbers: np.ndarray) -> Compiled:
    matrix = compiled.matrix.copy()
    matrix.data = numbers
    return replace(compiled, matrix=matrix)


def _by_number(numbers: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray | None:
    """Numbers that are among the old ones as the new ones; None where that is not one and all."""
    order = np.argsort(old, kind="stable")
    old, new = old[order], new[order]
    if not _alike(new[1:], new[:-1])[_alike(old[1:], old[:-1])].all():
        return None
    above = np.searchsorted(old, numbers).clip(max=len(old) - 1)
    below = (above - 1).clip(min=0)
    nearest = np.where(numbers - old[below] < old[above] - numbers, below, above)
    return new[nearest] if _alike(numbers, old[nearest]).all() else None


def _alike(numbers: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.abs(numbers - others) <= ROUNDING * np.abs(others)


def _of_each(case: Case) -> set[str]:
    """Sites of which one at least is of each group, cooling design and period."""
    designs: dict[str, list[str]] = {}
    for s, d in case.sets["SITE_DESIGN"]:
        designs.setdefault(s, []).append(d)
    group: Mapping[Any, Any] = case["group"]
    of_each: dict[tuple, str] = {}
    for s, t in case.sets["SITE_PERIOD"]:
        for d in designs.get(s, ()):
            of_each.setdefault((group[s], d, t), s)
    return set(of_each.values())


def _same_names(before: Names, after: Names) -> bool:
    places = after.places_in(before)
    return len(places) == len(before) and np.array_equal(places, np.arange(len(before)))
