"""The relaxation of a national case from a few dozen sites: price the others, add what pays.

Sites meet only in shared rows (IT load, budget, staff, zones, floors ...). With the dual prices y of
those rows from a model of some sites R, every other site is worth at most

    V_s = max  (c_s - A_s^T y) x_s   over the site's own rows          (V_s >= 0, since x_s = 0 is allowed)

and for any R:   F(all sites)  <=  F(R) + sum over s outside R of V_s.
So the bound is valid in every round, and when no site is worth anything it is the optimum of the
full relaxation. All V_s come from one linear program, since the sites' own rows share no column.
(Dantzig-Wolfe bound: Dantzig and Wolfe 1960, doi:10.1287/opre.8.1.101.)
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, csr_array, vstack

from models.blocks.objective import Ratio
from planner.solve.compile import Compiled
from planner.solve.highs import Solver, State
from planner.solve.ratio import Best, Fraction, best_ratio

ROUNDS = 60
ADDED = 40
"""Sites taken in per round at most: the worthiest."""


@dataclass(frozen=True)
class Split:
    """Which site owns each column and each row; -1 is shared."""

    sites: tuple[str, ...]
    of_column: np.ndarray
    of_row: np.ndarray


@dataclass(frozen=True)
class Relaxed:
    """The relaxation solved: value and bound of the ratio, a solution, the sites in the model."""

    state: State
    value: float
    bound: float
    x: np.ndarray | None
    row_dual: np.ndarray | None
    kept: np.ndarray
    seconds: float
    rounds: int


def split(compiled: Compiled, sites: Sequence[str]) -> Split:
    """Columns whose first index is a site belong to it; rows over one site's columns only, too."""
    number = {s: i for i, s in enumerate(sites)}
    of_column = np.full(len(compiled.variables), -1)
    for i, variable in enumerate(compiled.variables):
        index = variable.index()
        first = index[0] if isinstance(index, tuple) else index
        of_column[i] = number.get(first, -1)
    entries = compiled.matrix.tocoo()
    owner = of_column[entries.coords[1]]
    count = compiled.matrix.shape[0]
    low, high = np.full(count, len(sites)), np.full(count, -2)
    np.minimum.at(low, entries.coords[0], owner)
    np.maximum.at(high, entries.coords[0], owner)
    of_row = np.where((low == high) & (low >= 0), low, -1)
    return Split(tuple(sites), of_column, of_row)


def relaxed_ratio(
    compiled: Compiled, parts: Split, ratio: Ratio, first: np.ndarray, start: float, deadline: float
) -> Relaxed:
    """The best ratio of the relaxation over all sites, begun with the sites marked in `first`."""
    begun = time.monotonic()
    kept = first | _needed(compiled, parts)
    pricing = _Pricing(compiled, parts)
    r, best, duals, x, bound = start, None, None, None, float("inf")
    rounds = 0
    for rounds in range(1, ROUNDS + 1):
        columns, rows = inside(parts, kept)
        part = restricted(compiled, columns, rows)
        solver = Solver(part, threads=1)
        solver.whole(False)
        fraction = Fraction(solver, ratio)
        best = best_ratio(fraction, r, 1e-9, deadline)
        if best.x is None:
            if kept.all() or time.monotonic() > deadline:
                break
            kept = kept | _wider(kept)
            continue
        r = best.value
        fraction.aim(r)
        # a ratio cut short by the deadline leaves something to gain among the sites in hand, too
        answer = solver.run(deadline=deadline)
        left = 0.0 if best.state == "optimal" else max(answer.bound, 0.0)
        duals = np.zeros(len(compiled.row_low))
        duals[rows] = solver.duals()
        x = np.zeros(len(compiled.low))
        x[columns] = best.x
        worth = pricing.worth(_costs(compiled, ratio, fraction.sign, r), duals, kept, deadline)
        least = max(fraction.under(best.x) * 1e-6, float(part.low[fraction.under_index]))
        bound = min(bound, r + (left + worth.sum()) / least)
        if bound - r <= 1e-7 * max(abs(r), 1e-12) or time.monotonic() > deadline:
            break
        best_first = np.argsort(-worth)[:ADDED]
        kept = kept.copy()
        kept[best_first[worth[best_first] > 0]] = True
    state: State = best.state if best is not None else "failed"
    seconds = time.monotonic() - begun
    return Relaxed(state, r, max(bound, r), x, duals, kept, seconds, rounds)


def with_row(compiled: Compiled, coefficients: dict[str, float], low: float, name: str) -> Compiled:
    """The same model with one more row, `sum of coefficient x column >= low`."""
    index = [compiled.column[column] for column in coefficients]
    extra = csr_array(
        (list(coefficients.values()), ([0] * len(index), index)), shape=(1, len(compiled.low))
    )
    return replace(
        compiled,
        matrix=csc_array(vstack([compiled.matrix, extra])),
        row_low=np.append(compiled.row_low, low),
        row_high=np.append(compiled.row_high, float("inf")),
        row_names=(*compiled.row_names, name),
        row={**compiled.row, name: len(compiled.row_names)},
    )


def _needed(compiled: Compiled, parts: Split) -> np.ndarray:
    """Sites that cannot stay at zero, such as forced ones: some row of theirs forbids it."""
    broken = (compiled.row_low > 0) | (compiled.row_high < 0)
    marks = np.zeros(len(parts.sites), dtype=bool)
    marks[parts.of_row[broken & (parts.of_row >= 0)]] = True
    return marks


def inside(parts: Split, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns and rows of the kept sites and of what all share."""
    taken = np.append(kept, True)
    return np.flatnonzero(taken[parts.of_column]), np.flatnonzero(taken[parts.of_row])


def restricted(compiled: Compiled, columns: np.ndarray, rows: np.ndarray) -> Compiled:
    """The model of these columns and rows alone; a row keeps its limits."""
    names = tuple(compiled.column_names[i] for i in columns)
    row_names = tuple(compiled.row_names[i] for i in rows)
    return Compiled(
        matrix=csc_array(csr_array(compiled.matrix[:, columns])[rows]),
        row_low=compiled.row_low[rows],
        row_high=compiled.row_high[rows],
        low=compiled.low[columns],
        high=compiled.high[columns],
        integer=compiled.integer[columns],
        column_names=names,
        row_names=row_names,
        column={name: i for i, name in enumerate(names)},
        row={name: i for i, name in enumerate(row_names)},
        variables=tuple(compiled.variables[i] for i in columns) if compiled.variables else (),
    )


def _wider(kept: np.ndarray) -> np.ndarray:
    """As many sites again as are kept, spread over the list."""
    outside = np.flatnonzero(~kept)
    step = max(1, len(outside) // max(int(kept.sum()), 1))
    marks = np.zeros_like(kept)
    marks[outside[::step]] = True
    return marks


def _costs(compiled: Compiled, ratio: Ratio, sign: float, r: float) -> np.ndarray:
    costs = np.zeros(len(compiled.low))
    costs[compiled.column[ratio.over]] += sign
    costs[compiled.column[ratio.under]] -= r
    return costs


class _Pricing:
    """What each site outside the model is worth at given prices: one LP of the sites' own rows."""

    def __init__(self, compiled: Compiled, parts: Split) -> None:
        self._compiled, self._parts = compiled, parts
        self.columns = np.flatnonzero(parts.of_column >= 0)
        rows = np.flatnonzero(parts.of_row >= 0)
        self._shared = np.flatnonzero(parts.of_row < 0)
        by_row = csr_array(compiled.matrix)
        self._shared_rows = by_row[self._shared]
        self._solver = Solver(restricted(compiled, self.columns, rows), threads=1)
        self._solver.whole(False)

    def worth(
        self, costs: np.ndarray, duals: np.ndarray, kept: np.ndarray, deadline: float
    ) -> np.ndarray:
        """V_s by site; 0 for sites in the model."""
        reduced = costs - self._shared_rows.T @ duals[self._shared]
        reduced = reduced[self.columns]
        owner = self._parts.of_column[self.columns]
        reduced[kept[owner]] = 0.0
        self._solver.maximise_vector(reduced)
        answer = self._solver.run(deadline=deadline)
        if answer.state != "optimal" or answer.x is None:
            return np.full(len(kept), float("inf"))
        worth = np.bincount(owner, weights=reduced * answer.x, minlength=len(kept))
        return np.maximum(worth, 0.0)
