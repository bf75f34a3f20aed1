"""What a ratio loses at least if a site is left out or forced in, for every site at once.

With the dual prices y of the shared rows (any y is valid), the sites' own rows fall apart and

    F(r)  = max N - r * D  <=  L(y) = y * shared limits + what no site owns + sum over s of V_s
    without s:   F_s(r)    <=  L(y) - V_s
    with s:      F_s(r)    <=  L(y) - V_s + W_s
      V_s = max (c_s - A_s^T y) x_s over the own rows of s;   W_s the same with s forced, <= V_s

F_s(r) is convex and falls as r grows, and the best ratio is where it is zero. So between a level r'
where the right-hand side is above zero and a level r" where it is not, the chord through the two
crosses zero at a ratio that no plan with (or without) s exceeds. Levels descend from the best ratio
of the relaxation in small steps; each costs one linear program of the sites in play and two of all
sites' own rows, which share no column. The first begins at the basis where sifting ended: of many
prices that are as good for the sites in play, these are known to leave the others worth nothing.
Source: Lagrangian bounds, Geoffrion 1974, doi:10.1007/BFb0120690; ratios, Dinkelbach 1967,
doi:10.1287/mnsc.13.7.492. All to the solver's tolerance.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from models.blocks.objective import Ratio
from planner.solve.compile import Compiled
from planner.solve.idle import NONE
from planner.solve.own import Forcing, OwnRows, own_rows
from planner.solve.ratio import Fraction, costs_at
from planner.solve.sift import Relaxed, where_it_ended
from planner.solve.split import Split, split

LEVELS_FRAC = (0.0, 0.001, 0.004, 0.015, 0.06, 0.2, 0.5)
"""How far below the best ratio the chords end, relative to it."""

ROUNDING = 1e-9
"""A bound of F_s below this share of what it is the sum of is the solver's rounding."""


@dataclass(frozen=True)
class Ceilings:
    """What no ratio can exceed without each site, and with it; more is better. By site."""

    without: np.ndarray
    having: np.ndarray
    seconds: float


def ceilings(
    compiled: Compiled,
    parts: Split,
    ratio: Ratio,
    relaxed: Relaxed,
    forced: Callable[[np.ndarray, float], np.ndarray | None],
    deadline: float,
) -> Ceilings:
    """The ratio that no plan exceeds without each site, and with each site forced in.

    Parameters
    ----------
    compiled, parts
        The where/what model, and which site owns each column and row.
    ratio
        The objective.
    relaxed
        The relaxation, solved: its best ratio and the sites in play there.
    forced
        By site the most of its own columns with each site forced in, given costs of all columns
        and a deadline; None if time is up.
    deadline
        A time.monotonic() value; the ceilings known by then are returned.

    Returns
    -------
    Ceilings
        In the model's own columns, more being better; the relaxation's own bound where nothing
        better is known.
    """
    begun = time.monotonic()
    prices = _Prices(compiled, parts, ratio, relaxed)
    free = own_rows(compiled, parts, relaxed.own)
    without, having = (_Chord(relaxed.bound, len(parts.sites)) for _ in range(2))
    for step in LEVELS_FRAC:
        r = relaxed.value - step * max(abs(relaxed.value), NONE)
        found = prices.at(r, deadline)
        if found is None:
            break
        constant, reduced = found
        worth, bound_in = free.most(reduced, deadline), forced(reduced, deadline)
        if worth is None or bound_in is None:
            break
        total = constant + worth.sum()
        least = ROUNDING * (abs(constant) + np.abs(worth).sum())
        without.add(r, total - worth, least)
        having.add(r, total - worth + bound_in, least)
        if without.closed and having.closed:
            break
    return Ceilings(without.ratio, having.ratio, time.monotonic() - begun)


def contenders(
    compiled: Compiled,
    sites: Sequence[str],
    ratio: Ratio,
    relaxed: Relaxed,
    r: float,
    deadline: float,
) -> set[str]:
    """Sites that could be part of a plan better than ratio r: the others are ruled out by prices.

    A site that carries load is open and has its first connection step in the last period, and one
    without load can be left out of any plan; so a site whose ceiling with both is not above r
    stands in no better plan.
    """
    parts = split(compiled, sites)
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for name, index in compiled.column.items():
        kind, _, rest = name.partition("[")
        s, *more = rest[:-1].split(",")
        if kind == "open" or (kind == "connect" and more[0] == "1"):
            last[kind, s] = max(last.get((kind, s), (0, 0)), (int(more[-1]), index))
    at_one = np.array([index for _, index in last.values()], dtype=int)
    force = Forcing(at_one, np.empty(0, dtype=int), np.zeros(len(sites)))
    forced = OwnRows(compiled, parts, force)
    having = ceilings(compiled, parts, ratio, relaxed, forced.most, deadline).having
    return {s for s, most in zip(sites, having, strict=True) if most > r}


class _Prices:
    """Dual prices of the shared rows at any level of the ratio, from the sites in play."""

    def __init__(self, compiled: Compiled, parts: Split, ratio: Ratio, relaxed: Relaxed) -> None:
        solver, _, self._rows = where_it_ended(compiled, parts, relaxed)
        self._compiled = compiled
        self._fraction = Fraction(solver, ratio)
        self._shared = np.flatnonzero(parts.of_row < 0)
        self._rows_shared = csr_array(compiled.matrix)[self._shared]
        self._nobody = np.flatnonzero(parts.of_column < 0)

    def at(self, r: float, deadline: float) -> tuple[float, np.ndarray] | None:
        """The part of L(y) that no site owns, and c - A^T y for every column."""
        self._fraction.aim(r)
        answer = self._fraction.solver.run(deadline=deadline)
        if answer.state != "optimal":
            return None
        model = self._compiled
        duals = np.zeros(len(model.row_low))
        duals[self._rows] = self._fraction.solver.duals()
        y = duals[self._shared]
        limit = np.where(y > 0, model.row_high[self._shared], model.row_low[self._shared])
        y = np.where(np.isfinite(limit), y, 0.0)  # the wrong sign is the solver's rounding
        reduced = costs_at(model, self._fraction.ratio, r) - self._rows_shared.T @ y
        own = reduced[self._nobody]
        at = np.where(own > 0, model.high[self._nobody], model.low[self._nobody])
        paid = (own * np.where(np.isfinite(at), at, 0.0)).sum()
        return float((y * np.where(np.isfinite(limit), limit, 0.0)).sum() + paid), reduced


class _Chord:
    """By site, the least ratio that F_s, bounded at falling levels, proves to be out of reach."""

    def __init__(self, highest: float, count: int) -> None:
        self.ratio = np.full(count, highest)
        self._open = np.ones(count, dtype=bool)
        self._level = highest
        self._at_level = np.zeros(count)

    @property
    def closed(self) -> bool:
        """Whether every site has its chord."""
        return not self._open.any()

    def add(self, r: float, ceiling: np.ndarray, least: float) -> None:
        """Bounds of F_s at the next lower level; up to `least` they are nothing."""
        crossed = self._open & (ceiling > least)
        fall = np.maximum(ceiling - self._at_level, 1e-300)
        share = ceiling[crossed] / fall[crossed]
        root = r + share * (self._level - r)
        self.ratio[crossed] = np.minimum(self.ratio[crossed], root)
        self._open &= ~crossed
        self.ratio[self._open] = np.minimum(self.ratio[self._open], r)
        self._level, self._at_level = r, np.minimum(ceiling, 0.0)
