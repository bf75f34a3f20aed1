"""One model of several futures: what is decided now is the same in all, the rest each its own.

    now[i]     columns of sites, steps and halls: one column for all futures that have it
    later[k]   every other column, for each future k; all rows of each future
    surplus  = base + worst share of  s * N_k - r * D_k    (planner/robust/measure.py; s = 1 or -1)
             = base + eta - sum over k of short_k / (share * K)
      short_k >= eta - (s * N_k - r * D_k),  short_k >= 0
A future that lacks a column of what is decided now (a permit that fails there) goes without it.
Only the coefficients of r change between solves. A column of a site still belongs to that site, so
sifting (planner/solve/sift.py) bounds the joined model over all candidate sites, too.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csc_array

from models.blocks.objective import Ratio
from planner.robust.measure import Totals
from planner.solve.compile import Compiled
from planner.solve.named import NOWHERE, Names
from planner.solve.place import WHERE

INFINITY = float("inf")
NOW = (*WHERE, "halls")
"""Variables that are decided now, the same for all futures; all others wait."""

SURPLUS = Ratio("surplus", "one", True, 1.0, "")


def own(k: int, name: str) -> str:
    """The name of a column or row of future k in the joined model."""
    return f"{k}:{name}"


class Joined:
    """The joined model of compiled futures; `at` is it with the surplus at r.

    `base` is added to the surplus, which is near 0 at the best rate, so that tolerances relative to
    it mean something.
    """

    def __init__(self, parts: Sequence[Compiled], now: Collection[str], ratio: Ratio) -> None:
        self.parts, self.ratio = parts, ratio
        names: dict[str, int] = {}
        places = []
        for k, part in enumerate(parts):
            at = np.empty(len(part.low), dtype=int)
            for i, name in enumerate(part.column_names):
                kind = name.split("[")[0]
                at[i] = names.setdefault(name if kind in now else own(k, name), len(names))
            places.append(at)
        self._places, self.names = places, tuple(names)
        self._base = self._stacked()

    @property
    def high(self) -> np.ndarray:
        """Upper limits of the columns in `names`."""
        return self._base.high

    def at(self, r: float, share: float, base_surplus: float) -> Compiled:
        """The model with the surplus at rate r of the worst share of the futures."""
        base, count = self._base, len(self.parts)
        width, height = len(base.low), len(base.row_low)
        sign = 1.0 if self.ratio.more_is_better else -1.0
        surplus, eta = width, width + 2
        # surplus - eta + sum of short / (share * K) = base
        row, column, value = [height, height], [surplus, eta], [1.0, -1.0]
        for k, part in enumerate(self.parts):
            over, under = (self._places[k][part.column[c]] for c in self.ratio[:2])
            short = eta + 1 + k
            row += [height, *[height + 1 + k] * 4]
            column += [short, over, under, eta, short]
            value += [1.0 / (share * count), sign, -r, -1.0, 1.0]
        names = ("surplus", "one", "eta", *(f"short[{k}]" for k in range(count)))
        rows = ("surplus_sum", *(f"short_of[{k}]" for k in range(count)))
        whole = _extended(base, (row, column, value), names, rows)
        whole.row_low[height] = whole.row_high[height] = base_surplus
        return whole

    def totals(self, x: np.ndarray) -> list[Totals]:
        """Numerator and denominator of each future at a solution."""
        sign = 1.0 if self.ratio.more_is_better else -1.0
        found = []
        for at, part in zip(self._places, self.parts, strict=True):
            over, under = (float(x[at[part.column[name]]]) for name in self.ratio[:2])
            found.append((sign * over, under))
        return found

    def _stacked(self) -> Compiled:
        """Rows of all futures over the joined columns; a shared column within all its limits."""
        width = len(self.names)
        low, high = np.full(width, -INFINITY), np.full(width, INFINITY)
        integer = np.zeros(width, dtype=bool)
        place = np.full(width, NOWHERE, dtype=np.int32)
        label: dict[Any, int] = {}
        rows, columns, values, height = [], [], [], 0
        row_names: list[str] = []
        for k, (part, at) in enumerate(zip(self.parts, self._places, strict=True)):
            entries = part.matrix.tocoo()
            rows.append(entries.coords[0] + height)
            columns.append(at[entries.coords[1]])
            values.append(entries.data)
            height += part.matrix.shape[0]
            row_names += [own(k, name) for name in part.row_names]
            low[at], high[at] = np.maximum(low[at], part.low), np.minimum(high[at], part.high)
            integer[at] |= part.integer
            own_label = [label.setdefault(name, len(label)) for name in part.places]
            place[at] = np.array([*own_label, NOWHERE])[part.place]
        matrix = coo_array(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
            shape=(height, width),
        )
        return Compiled(
            matrix=csc_array(matrix),
            row_low=np.concatenate([part.row_low for part in self.parts]),
            row_high=np.concatenate([part.row_high for part in self.parts]),
            low=low,
            high=high,
            integer=integer,
            columns=Names.of(self.names),
            rows=Names.of(row_names),
            place=place,
            places=tuple(label),
        )


def _extended(
    base: Compiled, entries: tuple[list, list, list], names: tuple[str, ...], rows: tuple[str, ...]
) -> Compiled:
    """The model with the columns surplus, one, eta, short, and the rows that define them."""
    before, (row, column, value) = base.matrix.tocoo(), entries
    count = len(names) - 3
    matrix = coo_array(
        (
            np.concatenate([before.data, value]),
            (
                np.concatenate([before.coords[0], row]),
                np.concatenate([before.coords[1], column]),
            ),
        ),
        shape=(len(base.row_low) + len(rows), len(base.low) + len(names)),
    )
    return replace(
        base,
        matrix=csc_array(matrix),
        row_low=np.append(base.row_low, np.zeros(len(rows))),
        row_high=np.append(base.row_high, [0.0, *[INFINITY] * count]),
        low=np.append(base.low, [-INFINITY, 1.0, -INFINITY, *[0.0] * count]),
        high=np.append(base.high, [INFINITY, 1.0, *[INFINITY] * (count + 1)]),
        integer=np.append(base.integer, np.zeros(len(names), dtype=bool)),
        columns=base.columns.more(names),
        rows=base.rows.more(rows),
        place=np.append(base.place, np.full(len(names), NOWHERE)),
    )
