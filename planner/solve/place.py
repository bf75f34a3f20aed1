"""Whole racks at sites: the site-indexed model on the few sites that the where/what model uses.

The where/what model is a relaxation of the site-indexed one (racks of a group are not told apart
by site, and need not be whole), so its bound holds for the full problem. Placing whole racks at the
sites it uses gives a plan; the distance of the two is the proven gap.

Sites and steps are kept as they are, and halls where that has a plan; else halls are made whole
next to what the racks, placed at sites but divisible, want; then racks next to their fractional
number. Over ten years the halls of the where/what plan would not do: in groups racks may move
between sites, at sites they stay.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from time import monotonic
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.halt import HALT
from planner.solve.box import Range, columns_of, fix, next_to, with_divisible_racks, with_spare
from planner.solve.compile import Compiled, compile_case
from planner.solve.highs import Solver
from planner.solve.narrow import at_sites
from planner.solve.order import Limits, in_order
from planner.solve.placed import Placed, at_few, in_columns
from planner.solve.ratio import value_at
from planner.solve.told import Quiet
from planner.solve.watch import Watch

WHERE = ("open", "connect", "operate", "host", "water_link")
WIDER_SECONDS = 10.0
"""Longest search for more or fewer racks with a hall to spare, where those next to the fractional
ones do not fit the halls chosen, and then for any halls with these."""

FREER_SECONDS = 20.0
"""Longest search for better whole racks by freer tries once there are some."""


class _Aim(NamedTuple):
    """The objectives in order, where to begin, how exactly and how long; what is good enough."""

    names: Sequence[str]
    start: float
    limits: Limits
    enough: float


_Near = Callable[[Compiled, _Aim], dict[int, Range]]


class Placement:
    """Whole racks put at sites: first near where a where/what plan has them, else freely."""

    def __init__(self, case: Case, sites: Collection[str], threads: int, seed: int) -> None:
        self._whole, self._sites = case, sites
        self.case = at_sites(case, sites)
        self._threads, self._seed = threads, seed

    @cached_property
    def _full(self) -> Compiled:
        return compile_case(self.case)

    def of_kinds(self, where: Mapping[str, float]) -> Compiled:
        """The model of those kinds of racks alone that a plan in groups has."""
        return at_few(self._whole, self._sites, where)

    def best(
        self,
        where: Mapping[str, float],
        names: Sequence[str],
        start: float,
        enough: float,
        limits: Limits,
        freer_s: float = FREER_SECONDS,
        watch: Watch | None = None,
    ) -> tuple[float, Placed | None]:
        """The best ratio of a plan with whole racks, and the plan after all objectives in turn.

        `where` holds the plan in groups: its sites and steps, its kinds of racks and their work are
        kept at first. Tries, each freer, until a ratio is `enough`: its halls, and whole racks next
        to their fractional numbers, or a few more or fewer where that has no plan, and then in any
        halls; halls next to what divisible racks at sites want, or between that and its own; the
        same with a hall to spare of each kind; any number of anything, of these kinds and then of
        all, begun from the best so far. Its halls are left for later where not even divisible racks
        in them are enough: whole ones, searched for long, would not be.
        """
        aim = _Aim(names, start, limits, enough)
        value, plan = -np.inf, None
        for compiled, near in self._tries(self.of_kinds(where), where):
            solver = Solver(compiled, self._threads, self._seed)
            bounds: dict[int, Range] = {}
            if near is not None:
                bounds = near(compiled, aim)
                if not bounds:
                    if monotonic() > limits.deadline:
                        break
                    continue
                fix(solver, bounds)
            elif plan is not None:
                solver.start_from(in_columns(compiled, plan.found_in, plan.solution))
            _, x = in_order(solver, names, start, aim.limits, watch)
            for wide in self._wider(compiled, bounds) if x is None else ():
                fix(solver, wide)
                end = min(aim.limits.deadline, monotonic() + WIDER_SECONDS)
                soon = replace(limits, deadline=end)
                _, x = in_order(solver, names, start, soon, watch)
                if x is not None:
                    break
            found = -np.inf if x is None else value_at(compiled, OBJECTIVES[names[0]], x)
            if x is not None and plan is None:
                end = min(limits.deadline, monotonic() + freer_s)
                aim = aim._replace(limits=replace(limits, deadline=end))
            if x is not None and found > value:
                value, plan = found, Placed(self.case, compiled, x)
            over = HALT.asked or (watch is not None and watch.stop)
            if value >= enough or over or monotonic() > limits.deadline:
                break
        return value, plan

    def _wider(self, compiled: Compiled, bounds: Mapping[int, Range]) -> Iterator[dict[int, Range]]:
        """Bounds to try next: a few racks more or fewer with a hall to spare, then any halls.

        Racks of whole numbers may have no room, or money, left in halls that divisible ones fill.
        """
        if not bounds:
            return
        racks, halls = (columns_of(compiled, kind) for kind in ("install", "halls"))
        spare, of_racks = with_spare(compiled, bounds, racks, halls), set(racks)
        yield spare
        free = {i: (compiled.low[i], compiled.high[i]) for i in bounds if i not in of_racks}
        yield spare | free

    def _tries(
        self, few: Compiled, where: Mapping[str, float]
    ) -> Iterator[tuple[Compiled, _Near | None]]:
        """Models to try, each freer, and what bounds halls and racks; None is any number."""
        yield few, partial(self._in_its_halls, where, True)
        yield few, partial(self._near, where, 0.0)
        yield few, partial(self._near, where, 1.0)
        yield few, partial(self._in_its_halls, where, False)
        yield few, None
        yield self._full, None

    def _in_its_halls(
        self, where: Mapping[str, float], enough: bool, compiled: Compiled, aim: _Aim
    ) -> dict[int, Range]:
        """Bounds that hold the plan's halls, and racks next to their fractional numbers there.

        None where divisible racks are good enough there and ought not to be, or the other way.
        """
        bounds = self._kept(compiled, where, (*WHERE, "halls"))
        x = self._relaxed(compiled, bounds, aim)
        if x is None or (value_at(compiled, OBJECTIVES[aim.names[0]], x) >= aim.enough) != enough:
            return {}
        return {**bounds, **dict(next_to(x, columns_of(compiled, "install")))}

    def _near(
        self, where: Mapping[str, float], spare: float, compiled: Compiled, aim: _Aim
    ) -> dict[int, Range]:
        """Bounds for whole halls and, within these, for racks; none where that has no plan."""
        bounds = self._kept(compiled, where, WHERE)
        halls, racks = (columns_of(compiled, kind) for kind in ("halls", "install"))
        x = self._relaxed(compiled, bounds, aim)
        if x is None:
            return {}
        own = self._kept(compiled, where, ("halls",))
        near = {
            i: (min(low, own[i][0]), max(min(high + spare, compiled.high[i]), own[i][1]))
            for i, (low, high) in next_to(x, halls)
        }
        solver = Solver(with_divisible_racks(compiled), self._threads, self._seed)
        fix(solver, {**bounds, **near})
        _, x = in_order(solver, *aim[:3], Quiet(Watch(), enough=aim.enough))
        if x is None:
            return {}
        stand = {i: (float(round(x[i])), float(round(x[i]))) for i in halls}
        return {**bounds, **stand, **dict(next_to(x, racks))}

    def _relaxed(
        self, compiled: Compiled, bounds: dict[int, Range], aim: _Aim
    ) -> np.ndarray | None:
        """The best plan within bounds with everything divisible."""
        solver = Solver(compiled, self._threads, self._seed)
        fix(solver, bounds)
        solver.whole(False)
        return in_order(solver, *aim[:3])[1]

    def _kept(
        self, compiled: Compiled, where: Mapping[str, float], kinds: Sequence[str]
    ) -> dict[int, Range]:
        """Bounds that hold some kinds of whole numbers as given."""
        given = {
            i: float(round(where.get(compiled.column_names[i], 0.0)))
            for kind in kinds
            for i in columns_of(compiled, kind)
        }
        return {i: (value, value) for i, value in given.items()}
