"""The sites' own columns and rows: linear programs that share nothing, a few dozen sites in each.

One program of all sites would give the same; but each step of the simplex looks over all of it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial

import numpy as np

from planner.aside import Aside
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.split import Block, Split, blocks

NONE = 1e-9
"""Less than this of a quantity is none of it."""

TOGETHER = 50
"""Sites in one linear program: half the time of 600 in one, and no less than 25 in one."""


@dataclass(frozen=True)
class Forcing:
    """What it means that a site is in: some columns at 1, the sum of others at least `least`."""

    at_one: np.ndarray
    summed: np.ndarray
    least: np.ndarray


class OwnRows:
    """The sites' own columns and rows, a linear program for each few dozen sites."""

    def __init__(self, compiled: Compiled, parts: Split, forcing: Forcing | None = None) -> None:
        self._count = len(parts.sites)
        self._parts, self._limits = parts, _limits(compiled, parts)
        self._places = compiled.matrix.indptr, compiled.matrix.indices
        self._blocks = blocks(compiled, _batches(parts))
        self._programs = [(block.columns, _program(compiled, block)) for block in self._blocks]
        if forcing is not None:
            for columns, solver in self._programs:
                _force(solver, columns, parts.of_column[columns], forcing)

    def same(self, compiled: Compiled, parts: Split) -> bool:
        """Whether they are this model's, too: of the same sites, with the same limits."""
        if self._parts.sites != parts.sites:
            return False
        limits = zip(self._limits, _limits(compiled, parts), strict=True)
        return all(np.array_equal(mine, other) for mine, other in limits)

    def renumbered(self, compiled: Compiled, parts: Split) -> "OwnRows | None":
        """Those of a model with other numbers; None where limits or places of entries differ.

        Programs whose numbers are the same are taken over.
        """
        places = zip(self._places, (compiled.matrix.indptr, compiled.matrix.indices), strict=True)
        if not self.same(compiled, parts) or not all(np.array_equal(*pair) for pair in places):
            return None
        other = copy(self)
        other._parts, other._programs = parts, []
        for block, (columns, solver) in zip(self._blocks, self._programs, strict=True):
            same = np.array_equal(compiled.matrix.data[block.at], solver.compiled.matrix.data)
            other._programs.append((columns, solver if same else _program(compiled, block)))
        return other

    def possible(self, deadline: float) -> bool:
        """Whether every site's rows have a solution, as far as time goes."""
        return self._all(lambda _, solver: solver.run(deadline=deadline).state == "optimal")

    def most(self, costs: np.ndarray, deadline: float) -> np.ndarray | None:
        """Greatest sum of cost x column by site, given costs of all columns; None if time is up."""
        x = self.best(costs, deadline)
        return None if x is None else self.sums(costs, x)

    def sums(self, costs: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Sum of cost x column by site."""
        owned = np.flatnonzero(self._parts.of_column >= 0)
        owner = self._parts.of_column[owned]
        return np.bincount(owner, weights=costs[owned] * x[owned], minlength=self._count)

    def best(self, costs: np.ndarray, deadline: float) -> np.ndarray | None:
        """Where that is greatest: what each site has of its own columns; None if time is up."""
        x = np.zeros(len(costs))

        def solved(columns: np.ndarray, solver: Solver) -> bool:
            solver.maximise_vector(costs[columns])
            answer = solver.run(deadline=deadline)
            if answer.state != "optimal" or answer.x is None or time.monotonic() > deadline:
                return False
            x[columns] = answer.x
            return True

        return x if self._all(solved) else None

    def _all(self, succeeds: Callable[[np.ndarray, Solver], bool]) -> bool:
        """Whether something succeeds with all programs; half of them are in another thread."""

        def some(programs: Sequence[tuple[np.ndarray, Solver]]) -> bool:
            return all(succeeds(columns, solver) for columns, solver in programs)

        others = self._programs[1::2]
        beside = Aside(partial(some, others)) if others else None
        mine = some(self._programs[::2])
        return (beside is None or beside.result()) and mine


class Others:
    """What the sites that are not in play could add, at any prices of the shared rows."""

    def __init__(self, compiled: Compiled, parts: Split, own: OwnRows) -> None:
        self._own, self._shared, self._matrix = own, parts.of_row < 0, compiled.matrix

    def worth(
        self, costs: np.ndarray, prices: np.ndarray, kept: np.ndarray, deadline: float
    ) -> np.ndarray | None:
        """By site V_s >= 0 as in planner/solve/sift.py, 0 for those kept; None if time is up.

        `costs` are those of all columns, `prices` those of all rows.
        """
        most = self._own.most(self.reduced(costs, prices), deadline)
        return None if most is None else np.where(kept, 0.0, np.maximum(most, 0.0))

    def reduced(self, costs: np.ndarray, prices: np.ndarray) -> np.ndarray:
        """Costs of all columns less what their share of the shared rows is priced at."""
        return costs - self._matrix.T @ np.where(self._shared, prices, 0.0)

    def missed(
        self, reduced: np.ndarray, x: np.ndarray, deadline: float
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """By site how much more than x has it could add, and where; None if time is up."""
        best = self._own.best(reduced, deadline)
        if best is None:
            return None
        more = self._own.sums(reduced, best) - self._own.sums(reduced, x)
        return np.maximum(more, 0.0), best


def own_rows(compiled: Compiled, parts: Split, known: OwnRows | None) -> OwnRows:
    """The sites' own rows, those that are known where they are the same."""
    if known is not None and known.same(compiled, parts):
        return known
    return OwnRows(compiled, parts)


def _limits(compiled: Compiled, parts: Split) -> tuple[np.ndarray, ...]:
    columns, rows = parts.of_column >= 0, parts.of_row >= 0
    return (
        compiled.low[columns],
        compiled.high[columns],
        compiled.row_low[rows],
        compiled.row_high[rows],
    )


def _program(compiled: Compiled, block: Block) -> Solver:
    solver = Solver(block.of(compiled), threads=1)
    solver.whole(False)
    solver.unperturbed()
    solver.presolve(False)  # nothing to gain in so small a program, and a copy of it
    return solver


def _batches(parts: Split) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Columns and rows of each few dozen sites."""
    columns, rows = (np.argsort(of, kind="stable") for of in (parts.of_column, parts.of_row))
    by_column, by_row = parts.of_column[columns], parts.of_row[rows]
    for first in range(0, len(parts.sites), TOGETHER):
        edges = (first, first + TOGETHER)
        of_column = slice(*np.searchsorted(by_column, edges))
        of_row = slice(*np.searchsorted(by_row, edges))
        yield np.sort(columns[of_column]), np.sort(rows[of_row])


def _force(solver: Solver, columns: np.ndarray, owner: np.ndarray, forcing: Forcing) -> None:
    at_one = np.flatnonzero(np.isin(columns, forcing.at_one))
    high = np.maximum(solver.compiled.high[at_one], 1.0)
    solver.bounds(at_one, np.ones(len(at_one)), high)
    summed = np.flatnonzero(np.isin(columns, forcing.summed))
    for s in np.unique(owner[summed]):
        if forcing.least[s] > NONE:
            names = [solver.compiled.column_names[i] for i in summed[owner[summed] == s]]
            solver.add_row(dict.fromkeys(names, 1.0), forcing.least[s], float("inf"))
