"""The relaxation of a national case from a few dozen sites: price the others, add what pays.

Sites meet only in shared rows (IT load, budget, staff, zones, floors ...). With the dual prices y
of those rows from a model of some sites R, every other site is worth at most

    V_s = max  (c_s - A_s^T y) x_s   over the site's own rows        (V_s >= 0: x_s = 0 is allowed)

and for any R:   F(all sites)  <=  F(R) + sum over s outside R of V_s.
So the bound is valid in every round, and when no site is worth anything it is the optimum of the
full relaxation. Most V_s are 0 by the prices alone (planner/solve/idle.py); all others come from
linear programs of a few dozen sites, since the sites' own rows share no column.
(Dantzig-Wolfe bound: Dantzig and Wolfe 1960, doi:10.1287/opre.8.1.101.)
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.blocks.objective import Ratio
from planner.solve.basis import BASIC, UPPER, Basis
from planner.solve.compile import Compiled, holds
from planner.solve.farkas import Lacking
from planner.solve.highs import Solver, State
from planner.solve.own import Others, OwnRows
from planner.solve.ratio import NOTHING, Best, Fraction, best_ratio, costs_at
from planner.solve.split import Split, further, inside, needed, restricted, with_column

BROKEN = 1e-6
"""Rows and bounds broken by no more are the solver's rounding."""

ROUNDS = 60
ADDED = 30
"""Sites taken in per round at most: the worthiest."""


@dataclass(frozen=True)
class Relaxed:
    """The relaxation solved: value and bound of the ratio, a solution, the sites in the model.

    `basis` is where the simplex ended and `own` are the sites' own rows, for the next relaxation
    of this model. `moved` says that it is of one with other numbers, and its value no place to
    begin at.
    """

    state: State
    value: float
    bound: float
    x: np.ndarray | None
    row_dual: np.ndarray | None
    kept: np.ndarray
    seconds: float
    rounds: int
    basis: Basis | None = None
    own: OwnRows | None = None
    moved: bool = False

    def among(self, sites: Sequence[str], left: Sequence[str]) -> "Relaxed":
        """The same as one of those sites alone that are left: the others have nothing."""
        if tuple(sites) == tuple(left):
            return self
        return replace(self, kept=self.kept[np.isin(sites, left)], own=None)

    def in_play(self, sites: Sequence[str]) -> set[str]:
        """Those of all sites, in their order, that are in the model."""
        return {s for s, kept in zip(sites, self.kept, strict=True) if kept}


def relaxed_ratio(
    compiled: Compiled,
    parts: Split,
    ratio: Ratio,
    first: np.ndarray | Relaxed,
    start: float,
    deadline: float,
    little: bool = False,
) -> Relaxed:
    """The best ratio of the relaxation over all sites.

    Begun with the sites marked in `first`, or where an earlier relaxation left off: of this model,
    or of one that lacks some of the shared rows at the end. Its own rows are taken over, too. Where
    `little` differs from there, few steps lead on from it, if bounds are not shifted.
    """
    begun = time.monotonic()
    before = first if isinstance(first, Relaxed) else None
    kept = (before.kept if before else np.asarray(first)) | needed(compiled, parts)
    whole = (len(compiled.low), len(compiled.row_low))
    basis = before.basis.within(*whole) if before and before.basis else None
    keeps_rows = before is None or _still_holds(compiled, before.x)
    own = before.own if before and before.own else OwnRows(compiled, parts)
    others = Others(compiled, parts, own)
    r, best, duals, x, bound = start, None, None, None, float("inf")
    rounds, nobody, lacking = 0, False, Lacking(compiled, parts, own)
    for _ in range(ROUNDS):
        rounds += 1
        solver, columns, rows = relaxation_at(compiled, parts, kept)
        if little:
            solver.unperturbed()
        fraction = Fraction(solver, ratio)
        if basis is not None:
            solver.start_from_basis(basis.part(columns, rows), keeps_rows)
            r = _there(fraction, r) if before and before.moved and not keeps_rows else r
        best = best_ratio(fraction, r, 1e-9, deadline)
        if best.x is None:
            near = _nearest(compiled, parts, before, deadline) if rounds == 1 else None
            if near is not None and near.state == "infeasible":
                return near
            if near is not None and near.basis is not None:
                kept, basis, keeps_rows = kept | near.kept, near.basis, True
                continue
            if kept.all() or time.monotonic() > deadline:
                break
            failed = best.state != "infeasible"
            help_of = None if failed else lacking.others(solver, rows, kept, deadline)
            nobody = help_of is not None and not help_of.any()
            if nobody:
                break
            kept = kept | (_wider(kept) if help_of is None else worthiest(help_of))
            continue
        r, keeps_rows = best.value, True
        left = _left(fraction, best, deadline)
        duals, x = spread(whole[1], rows, solver.duals()), spread(whole[0], columns, best.x)
        basis = solver.basis().spread(columns, rows, *whole)
        worth = others.worth(costs_at(compiled, ratio, r), duals, kept, deadline)
        if worth is None:
            break
        bound = min(bound, fraction.above(r, left + worth.sum()))
        if bound - r <= 1e-7 * max(abs(r), 1e-12) or time.monotonic() > deadline:
            break
        kept = kept | worthiest(worth)
    state = _of_all(best, nobody or bool(kept.all()))
    took = time.monotonic() - begun
    return Relaxed(state, r, max(bound, r), x, duals, kept, took, rounds, basis, own)


def _nearest(
    compiled: Compiled, parts: Split, before: Relaxed | None, deadline: float
) -> Relaxed | None:
    """The point that breaks the least of what the one of before breaks, of all sites.

    Nothing, which is a place to go on from; or something, and there is no plan.

    min t,  0 <= t <= 1,  each row that it breaks eased by t times as much as it is broken
    So it is a point to begin at, t = 1. Bounds of columns of no site that it breaks are left out,
    as rows imply them. None where it breaks what is a site's own, or where the end is not known.
    """
    if before is None or before.x is None or before.basis is None:
        return None
    x = _here(compiled, before.x)
    rows = compiled.matrix @ x
    ease = np.maximum(compiled.row_low - rows, 0.0) - np.maximum(rows - compiled.row_high, 0.0)
    ease[np.abs(ease) <= BROKEN * np.maximum(np.abs(rows), 1.0)] = 0.0
    within = (x >= compiled.low - BROKEN) & (x <= compiled.high + BROKEN)
    if not ease.any() or ease[parts.of_row >= 0].any() or not within[parts.of_column >= 0].all():
        return None
    low, high = np.minimum(compiled.low, x), np.maximum(compiled.high, x)
    model = with_column(replace(compiled, low=low, high=high), ease, "broken")
    known = before.basis.within(len(compiled.low), len(compiled.row_low))
    eased = Basis(np.append(known.columns, UPPER), known.rows)
    begun = replace(before, x=np.append(x, 1.0), basis=eased, moved=False)
    ratio = Ratio("broken", "one", False, 1.0, "")
    found = relaxed_ratio(model, further(parts, model), ratio, begun, -1.0, deadline, True)
    if found.bound < -BROKEN:
        return replace(found, state="infeasible", bound=np.inf, x=None, row_dual=None, basis=None)
    if found.value < -BROKEN or found.basis is None or found.basis.columns[-1] == BASIC:
        return None
    return replace(found, basis=Basis(found.basis.columns[:-1], found.basis.rows))


def best_in_play(
    compiled: Compiled,
    parts: Split,
    ratio: Ratio,
    kept: np.ndarray,
    start: float,
    gap_frac: float,
    deadline: float,
) -> float:
    """The best ratio of the relaxation at some sites alone, about: no bound of any other's."""
    solver = relaxation_at(compiled, parts, kept)[0]
    return max(best_ratio(Fraction(solver, ratio), start, gap_frac, deadline).value, start)


def relaxation_at(
    compiled: Compiled, parts: Split, kept: np.ndarray
) -> tuple[Solver, np.ndarray, np.ndarray]:
    """The relaxation at some sites, and which columns and rows it has."""
    columns, rows = inside(parts, kept)
    solver = Solver(restricted(compiled, columns, rows), threads=1)
    solver.whole(False)
    return solver, columns, rows


def where_it_ended(
    compiled: Compiled, parts: Split, relaxed: Relaxed
) -> tuple[Solver, np.ndarray, np.ndarray]:
    """The same at the sites of a relaxation, which is gone on from where it ended."""
    solver, columns, rows = relaxation_at(compiled, parts, relaxed.kept)
    if relaxed.basis is not None:
        solver.start_from_basis(relaxed.basis.part(columns, rows))
    return solver, columns, rows


def _there(fraction: Fraction, start: float) -> float:
    """The ratio where the solver stands before its first step; `start` where there is none.

    After other numbers the old ratio may be far from any there is, and the way there long.
    """
    fraction.aim(start)
    x = fraction.solver.standing()
    stands = len(x) == len(fraction.solver.compiled.low) and fraction.under(x) > NOTHING
    return fraction.value(x) if stands else start


def _left(fraction: Fraction, best: Best, deadline: float) -> float:
    """What is left to gain at the ratio found among the sites in hand; the duals are those there.

    Something where the search for it was cut short.
    """
    if best.state == "optimal" and fraction.aims_at(best.value):
        return 0.0
    fraction.aim(best.value)
    answer = fraction.solver.run(deadline=deadline)
    return 0.0 if best.state == answer.state == "optimal" else max(answer.bound, 0.0)


def _of_all(best: Best | None, is_all: bool) -> State:
    """The state of the last solve, as one of all sites."""
    if best is None:
        return "failed"
    return "stopped" if best.state == "infeasible" and not is_all else best.state


def _still_holds(compiled: Compiled, x: np.ndarray | None) -> bool:
    """Whether the point of before, of the first of these columns, satisfies what is asked now."""
    return x is not None and holds(compiled, _here(compiled, x))


def _here(compiled: Compiled, x: np.ndarray) -> np.ndarray:
    """The point of before, of the first of these columns, with nothing of the others."""
    return np.append(x, np.zeros(len(compiled.low) - len(x)))


def worthiest(worth: np.ndarray, most: int = ADDED) -> np.ndarray:
    """Marks of the sites that are worth most, if anything: so many at most."""
    best_first = np.argsort(-worth)[:most]
    marks = np.zeros(len(worth), dtype=bool)
    marks[best_first[worth[best_first] > 0]] = True
    return marks


def spread(count: int, at: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values at these of so many places, 0 at the others."""
    whole = np.zeros(count)
    whole[at] = values
    return whole


def _wider(kept: np.ndarray) -> np.ndarray:
    """As many sites again as are kept, spread over the list."""
    outside = np.flatnonzero(~kept)
    step = max(1, len(outside) // max(int(kept.sum()), 1))
    marks = np.zeros_like(kept)
    marks[outside[::step]] = True
    return marks
