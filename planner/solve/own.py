"""The sites' own columns and rows: linear programs that share nothing, a few dozen sites in each.

One program of all sites would give the same; but each step of the simplex looks over all of it.
A site of which no column is worth anything is best with nothing, and needs none.
"""

import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from planner.aside import Aside
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.idle import NONE, Idle
from planner.solve.named import NOWHERE
from planner.solve.split import Block, Split, blocks, needed, ranges

TOGETHER = 50
"""Sites in one linear program: half the time of 600 in one, and no less than 25 in one."""

SPARSE = 4
"""Where programs at hand have more than so many times the sites asked for, these get their own."""


@dataclass(frozen=True)
class Forcing:
    """What it means that a site is in: some columns at 1, the sum of others at least `least`."""

    at_one: np.ndarray
    summed: np.ndarray
    least: np.ndarray


class _Program(NamedTuple):
    """The linear program of some sites, and where in the model its columns and rows are."""

    sites: np.ndarray
    block: Block
    solver: Solver


class OwnRows:
    """The sites' own columns and rows, a linear program for each few dozen sites that ask for it.

    Programs are made when a site of theirs is first worth something, and kept.
    """

    def __init__(self, compiled: Compiled, parts: Split, forcing: Forcing | None = None) -> None:
        self._compiled, self._parts, self._forcing = compiled, parts, forcing
        self._limits = _limits(compiled, parts)
        self._owned = _Owned(parts.of_column), _Owned(parts.of_row)
        self._never_idle = _never_idle(compiled, parts, forcing)
        self._programs: list[_Program] = []
        self._idle = Idle(compiled, parts)

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
        mine, other = self._compiled.matrix, compiled.matrix
        places = (mine.indptr, other.indptr), (mine.indices, other.indices)
        if not self.same(compiled, parts) or not all(np.array_equal(*pair) for pair in places):
            return None
        own = copy(self)
        own._compiled, own._parts, own._idle = compiled, parts, self._idle.renumbered(compiled)
        own._programs = [
            program
            for program in self._programs
            if np.array_equal(other.data[program.block.at], mine.data[program.block.at])
        ]
        return own

    def most(
        self, costs: np.ndarray, deadline: float, but: np.ndarray | None = None
    ) -> np.ndarray | None:
        """Greatest sum of cost x column by site, given costs of all columns; None if time is up.

        Of the sites marked in `but` it is not looked for.
        """
        x = self.best(costs, deadline, but)
        return None if x is None else self.sums(costs, x)

    def sums(self, costs: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Sum of cost x column by site."""
        owned = np.flatnonzero(self._parts.of_column >= 0)
        owner, count = self._parts.of_column[owned], len(self._parts.sites)
        return np.bincount(owner, weights=costs[owned] * x[owned], minlength=count)

    def best(
        self, costs: np.ndarray, deadline: float, but: np.ndarray | None = None
    ) -> np.ndarray | None:
        """Where that is greatest: what each site has of its own columns; None if time is up."""
        x, wanted = np.zeros(len(costs)), self._never_idle | self._worth_something(costs)

        def solved(program: _Program) -> bool:
            solver, columns = program.solver, program.block.columns
            solver.maximise_vector(costs[columns])
            answer = solver.run(deadline=deadline)
            if answer.state != "optimal" or answer.x is None or time.monotonic() > deadline:
                return False
            x[columns] = answer.x
            return True

        programs = self._programs_of(wanted if but is None else wanted & ~but)
        in_time = _all(programs, solved) and time.monotonic() <= deadline
        return x if in_time else None

    def _worth_something(self, costs: np.ndarray) -> np.ndarray:
        """Marks of sites with a column that more, or less than nothing, of is worth something."""
        low, high = self._compiled.low, self._compiled.high
        left = self._idle.left(costs[: len(low)])
        gains = (left > NONE) & (high > 0) | (left < -NONE) & (low < 0)
        owner = self._parts.of_column[gains]
        return _marks(owner[owner >= 0], len(self._parts.sites))

    def _programs_of(self, wanted: np.ndarray) -> list[_Program]:
        """Programs that have the sites marked, each once; those that there are not are made."""
        sites = np.flatnonzero(wanted)
        of_site = np.full(len(wanted), NOWHERE)
        for number, program in enumerate(self._programs):
            of_site[program.sites] = number
        have, lacking = self._numbered(of_site[sites]), sites[of_site[sites] < 0]
        if sum(len(program.sites) for program in have) > SPARSE * len(sites) + TOGETHER:
            have, lacking = [], sites
        made = self._made(lacking)
        of_site[lacking] = NOWHERE
        self._programs = [*self._numbered(of_site), *made]  # others have no site left
        return [*have, *made]

    def _numbered(self, numbers: np.ndarray) -> list[_Program]:
        """The programs of these numbers, each once."""
        return [self._programs[number] for number in np.unique(numbers[numbers >= 0]).tolist()]

    def _made(self, sites: np.ndarray) -> list[_Program]:
        """New programs of these sites."""
        of_each = [sites[first : first + TOGETHER] for first in range(0, len(sites), TOGETHER)]
        columns, rows = ([owned.of(some) for some in of_each] for owned in self._owned)
        found = blocks(self._compiled, zip(columns, rows, strict=True))
        made = [
            _Program(some, block, _program(self._compiled, block))
            for some, block in zip(of_each, found, strict=True)
        ]
        if self._forcing is not None:
            for _, block, solver in made:
                _force(solver, block.columns, self._parts.of_column[block.columns], self._forcing)
        return made


def _all(programs: Sequence[_Program], succeeds: Callable[[_Program], bool]) -> bool:
    """Whether something succeeds with all programs; half of them are in another thread."""

    def some(programs: Sequence[_Program]) -> bool:
        return all(map(succeeds, programs))

    others = programs[1::2]
    beside = Aside(partial(some, others)) if others else None
    mine = some(programs[::2])
    return (beside is None or beside.result()) and mine


class _Owned:
    """The columns, or rows, that sites own."""

    def __init__(self, owner: np.ndarray) -> None:
        self._order = np.argsort(owner, kind="stable")
        self._owner = owner[self._order]

    def of(self, sites: np.ndarray) -> np.ndarray:
        """Those of some sites, in their order in the model."""
        first, end = (np.searchsorted(self._owner, sites, side) for side in ("left", "right"))
        return np.sort(self._order[ranges(first, end - first)])


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
        most = self._own.most(self.reduced(costs, prices), deadline, kept)
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


def _never_idle(compiled: Compiled, parts: Split, forcing: Forcing | None) -> np.ndarray:
    """Marks of sites that cannot be without anything."""
    owner = parts.of_column[(compiled.low > 0) | (compiled.high < 0)]
    marks = needed(compiled, parts) | _marks(owner[owner >= 0], len(parts.sites))
    if forcing is not None:
        owner = parts.of_column[np.append(forcing.at_one, forcing.summed)]
        marks |= _marks(owner[owner >= 0], len(parts.sites))
    return marks


def _marks(sites: np.ndarray, count: int) -> np.ndarray:
    marks = np.zeros(count, dtype=bool)
    marks[sites] = True
    return marks


def _force(solver: Solver, columns: np.ndarray, owner: np.ndarray, forcing: Forcing) -> None:
    at_one = np.flatnonzero(np.isin(columns, forcing.at_one))
    high = np.maximum(solver.compiled.high[at_one], 1.0)
    solver.bounds(at_one, np.ones(len(at_one)), high)
    summed = np.flatnonzero(np.isin(columns, forcing.summed))
    for s in np.unique(owner[summed]):
        if forcing.least[s] > NONE:
            names = [solver.compiled.column_names[i] for i in summed[owner[summed] == s]]
            solver.add_row(dict.fromkeys(names, 1.0), forcing.least[s], float("inf"))
