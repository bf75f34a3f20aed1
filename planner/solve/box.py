"""Bounds around a point, within which a search for whole numbers is short."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.sift import Relaxed

Range = tuple[float, float]
ROUNDING = 1e-6
"""A number this near to a whole one is taken as whole."""

RACKS_MORE = 2.0
"""Racks of a kind more or fewer at a site where those next to the fractional number do not do."""


def columns_of(compiled: Compiled, kind: str) -> list[int]:
    """The columns of one variable."""
    return [i for i, name in enumerate(compiled.column_names) if name.partition("[")[0] == kind]


def with_divisible_racks(compiled: Compiled) -> Compiled:
    """The same model with any number of racks."""
    whole = compiled.integer.copy()
    whole[columns_of(compiled, "install")] = False
    return replace(compiled, integer=whole)


def next_to(x: np.ndarray, columns: Sequence[int]) -> Iterator[tuple[int, Range]]:
    """The whole numbers on both sides of each fractional one."""
    return ((i, (np.floor(x[i] + ROUNDING), np.ceil(x[i] - ROUNDING))) for i in columns)


def points(compiled: Compiled, relaxed: Sequence[Relaxed]) -> list[dict[str, float]]:
    """Solutions of the relaxation by the names of their columns."""
    return [compiled.named(one.x) for one in relaxed if one.x is not None]


def between(compiled: Compiled, near: Sequence[Mapping[str, float]]) -> dict[int, Range]:
    """Bounds of the whole columns that hold all points, each rounded to both sides.

    A point holds columns by name; one that it does not have is 0 there. What no point uses stays
    out: of the equals among sites, those that the points name are left. What is found within is a
    plan, but its bound says nothing about plans outside.
    """
    columns = np.flatnonzero(compiled.integer)
    names = [compiled.column_names[i] for i in columns]
    x = np.array([[point.get(name, 0.0) for name in names] for point in near])
    low, high = np.floor(x + ROUNDING).min(axis=0), np.ceil(x - ROUNDING).max(axis=0)
    low, high = np.maximum(low, compiled.low[columns]), np.minimum(high, compiled.high[columns])
    return {int(i): (a, b) for i, a, b in zip(columns, low, high, strict=True)}


def wider(
    compiled: Compiled, bounds: Mapping[int, Range], columns: Sequence[int], more: float
) -> dict[int, Range]:
    """Bounds of some columns moved out by so much on both sides, within the model's own."""
    return {
        i: (
            max(bounds[i][0] - more, compiled.low[i]),
            min(bounds[i][1] + more, compiled.high[i]),
        )
        for i in columns
    }


def with_spare(
    compiled: Compiled, bounds: Mapping[int, Range], racks: Sequence[int], halls: Sequence[int]
) -> dict[int, Range]:
    """Bounds of these racks a few more or fewer, and of these halls with one more of each."""
    more = {i: (bounds[i][0], min(bounds[i][1] + 1.0, compiled.high[i])) for i in halls}
    return wider(compiled, bounds, racks, RACKS_MORE) | more


def with_more(
    compiled: Compiled, x: np.ndarray, further: float = 0.0
) -> Iterator[dict[int, Range]]:
    """Bounds of whole numbers next to those of a point, racks that are not whole so much further.

    Then racks a few more or fewer of each kind that it has somewhere, then a hall to spare of each
    such kind, too.
    """
    bounds = dict(next_to(x, np.flatnonzero(compiled.integer).tolist()))
    racks, halls = (
        [i for i in columns_of(compiled, kind) if x[i] > ROUNDING] for kind in ("install", "halls")
    )
    broken = [i for i in racks if abs(x[i] - round(x[i])) > ROUNDING]
    yield bounds | wider(compiled, bounds, broken, further)
    yield bounds | wider(compiled, bounds, racks, RACKS_MORE)
    yield bounds | with_spare(compiled, bounds, racks, halls)


def fix(solver: Solver, bounds: Mapping[int, Range]) -> None:
    """Hold columns within bounds."""
    if bounds:
        low, high = np.array(list(bounds.values())).T
        solver.bounds(np.fromiter(bounds, dtype=np.int32), low, high)
