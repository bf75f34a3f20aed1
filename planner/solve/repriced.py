"""Other entries in a compiled model: numbers in its matrix, and nothing of the whole is built anew.

Prices of racks and shares of tokens enter columns of the fleet, which are by group, and rows that
all share. So a case of a few sites, one at least for each group, cooling class and period, has
every entry that they enter. It is compiled before and after; where the two differ in anything but
such entries, or where the whole does not have the same entry, the whole has to be compiled anew.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from models.case import Case
from planner.solve.compile import Compiled, compile_case
from planner.solve.named import NOWHERE
from planner.solve.narrow import among

PRICES = {"rack_musd", "network_frac"}
"""Coefficients that enter columns of the fleet and shared rows only, linearly: what racks cost."""

OF_WORK = {"in_country_frac", "in_country_of_frac"}
"""The same of the work that racks do."""

PRICE_FACTS = re.compile(r"systems\[.*\]\.price_musd|parameters\[.*network_frac\]\.value")
"""Names of the facts that those coefficients are made of."""

WORK = ("RUN", "FLOW", "SERVED", "TRAIN", "GANG")
"""What racks do: most of the fleet's columns, and none that a price of racks enters."""

ROUNDING = 1e-12
"""Relative difference of the same sum made up in another order."""

NONE = -1
"""The place of an entry that is not there."""


class Repricing:
    """A case and its compiled model, to be had with other prices."""

    def __init__(self, case: Case, compiled: Compiled) -> None:
        self._case, self._compiled = case, compiled
        self._sites = _of_each(case)

    @staticmethod
    def serves(before: Case, after: Case) -> bool:
        """Whether the two differ in such coefficients alone, if in anything."""
        same_names = before.sets == after.sets and set(before.values) == set(after.values)
        return same_names and all(
            name in PRICES | OF_WORK and set(after[name]) == set(before[name])
            for name in before.values
            if after[name] != before[name]
        )

    def at(self, case: Case) -> Compiled | None:
        """The compiled model of another case that this serves; None where it is no such change."""
        works = any(case[name] != self._case[name] for name in OF_WORK)
        before, whole = self._with_work if works else self._without, self._compiled
        after = compile_case(self._few(case, works))
        if not _same_but_entries(before, after):
            return None
        entries = before.matrix.tocoo()
        differ = np.flatnonzero(before.matrix.data != after.matrix.data)
        rows, columns = (axis[differ] for axis in entries.coords)
        places = before.place[columns]
        owners = {before.places[i] for i in places[places != NOWHERE].tolist()}
        if not owners.isdisjoint(case.sets["SITE"]):
            return None
        names = (before.row_names, before.column_names)
        at = [
            _entry(whole, names[0][i], names[1][j])
            for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        if NONE in at:
            return None
        known = before.matrix.data[differ]
        if not np.allclose(whole.matrix.data[at], known, rtol=ROUNDING, atol=0):
            return None
        matrix = whole.matrix.copy()
        matrix.data[at] = after.matrix.data[differ]
        return replace(whole, matrix=matrix)

    @cached_property
    def _with_work(self) -> Compiled:
        return compile_case(self._few(self._case, True))

    @cached_property
    def _without(self) -> Compiled:
        return compile_case(self._few(self._case, False))

    def _few(self, case: Case, works: bool) -> Case:
        few = among(case, self._sites)
        return few if works else few.having(sets={**few.sets, **dict.fromkeys(WORK, ())})


def _of_each(case: Case) -> set[str]:
    """Sites of which one at least is of each group, cooling class and period."""
    classes: dict[str, set[str]] = {}
    for s, d in case.sets["SITE_DESIGN"]:
        classes.setdefault(s, set()).add(case["cooling_class"][d])
    group: Mapping[Any, Any] = case["group"]
    of_each: dict[tuple, str] = {}
    for s, t in case.sets["SITE_PERIOD"]:
        for c in classes.get(s, ()):
            of_each.setdefault((group[s], c, t), s)
    return set(of_each.values())


def _same_but_entries(before: Compiled, after: Compiled) -> bool:
    return (
        before.column_names == after.column_names
        and before.row_names == after.row_names
        and np.array_equal(before.matrix.indptr, after.matrix.indptr)
        and np.array_equal(before.matrix.indices, after.matrix.indices)
        and all(
            np.array_equal(getattr(before, side), getattr(after, side))
            for side in ("row_low", "row_high", "low", "high", "integer")
        )
    )


def _entry(compiled: Compiled, row: str, column: str) -> int:
    """The place of an entry in the data of the matrix."""
    i, j = compiled.row.get(row), compiled.column.get(column)
    if i is None or j is None:
        return NONE
    matrix = compiled.matrix
    first, last = matrix.indptr[j], matrix.indptr[j + 1]
    found = np.flatnonzero(matrix.indices[first:last] == i)
    return int(first + found[0]) if len(found) else NONE
