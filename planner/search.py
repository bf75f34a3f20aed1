"""The search for plans: whole halls and steps with racks in groups, then whole racks at sites."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.begun import Begun
from planner.halt import HALT
from planner.in_hand import ROUNDING_FRAC, InHand, least_within
from planner.outcome import Outcome
from planner.scenario import Scenario
from planner.solve.box import Range, between, fix
from planner.solve.by_totals import Searched, by_totals
from planner.solve.compile import Compiled, compile_case
from planner.solve.dive import FAR_TIMES, Wanted
from planner.solve.highs import Solver
from planner.solve.losses import contenders
from planner.solve.narrow import among
from planner.solve.order import Limits, in_order
from planner.solve.place import FREER_SECONDS, Placement
from planner.solve.placed import Placed, at_few, opened, used
from planner.solve.ratio import Best, value_at
from planner.solve.repair import Repair
from planner.solve.sift import Relaxed
from planner.solve.split import split, with_sums
from planner.solve.sums import halls_by_kind, sites_and_steps
from planner.solve.told import Quiet
from planner.solve.totals import WholeTotals
from planner.solve.watch import Watch
from planner.solve.ways import Way, ways

PLACING_SECONDS, PLACING_FRAC = 90.0, 0.2
"""Longest search for whole racks at the sites chosen before other sites are considered: these
seconds, or this share of the time limit where that is more."""

OPEN_SECONDS = 20.0
"""The same where the plan they are placed by is not within the gap itself."""

AT_ONCE_SECONDS = 4.0
"""Longest search for all whole numbers at once before it is tried by way of totals of halls."""

MOST_SITES = 60
"""A plan of before is changed at so many sites at most: a plan of its own is found as soon."""

SMALL = 1_500
"""Rows and columns of few sites up to which a search for all whole numbers takes no longer than
dives, and proves what it finds."""

WIDE_FRAC = 0.75
"""A plan in groups further from the bound than this share of the gap leaves too little of it to
whole racks."""


class Search:
    """Plans found so far: a choice of halls and steps at some sites, then whole racks in them."""

    def __init__(
        self, case: Case, scenario: Scenario, limits: Limits, start: float, watch: Watch
    ) -> None:
        self._case, self._scenario, self._limits, self._watch = case, scenario, limits, watch
        self._names = in_turn(scenario)
        self._ratio = OBJECTIVES[self._names[0]]
        self._where: dict[str, float] = {}
        self._sites: set[str] = set()
        self._nearby: set[str] = set()
        self._start = start
        self._grouped: tuple[dict[str, float], set[str], float] | None = None
        self._searched: tuple[set[str], float] = set(), np.inf
        self._likely = -np.inf
        self.hand = InHand(self._names, scenario.solve.gap_frac, limits, watch)
        self._state = "stopped"
        self._nodes = 0

    @property
    def nothing_fits(self) -> bool:
        """No plan is known, and the last sites looked at have none with whole halls."""
        return self.hand.placed is None and self._state == "infeasible"

    @property
    def where(self) -> dict[str, float]:
        """The last plan in groups."""
        return self._where

    @property
    def target(self) -> float:
        """The bound that would be within the gap of the plan in hand, or of the one in groups."""
        return self.hand.target(self._start)

    def soon(self, seconds: float) -> float:
        """The end of so many seconds, or of the time there is."""
        return min(self._limits.deadline, time.monotonic() + seconds)

    @property
    def _over(self) -> bool:
        """Whether the end is asked for; or time is up, and there is a plan."""
        late = time.monotonic() > self._limits.deadline
        return HALT.asked or (late and self.hand.placed is not None)

    def goes_on(self, bound: float) -> bool:
        """Whether the gap is open, and there is time and nobody asks for the end."""
        in_time = time.monotonic() < self._limits.deadline and not HALT.asked
        return in_time and not self._watch.stop and not self.hand.closed(bound)

    def far(self, bound: float) -> bool:
        """Whether the plan in hand is far from the bound, or there is none."""
        return self.hand.r < least_within(bound, FAR_TIMES * self._scenario.solve.gap_frac)

    def wanting(self, bound: float, begun: Begun | None) -> bool:
        """Whether quick tries may be better than the plan in hand.

        Beside one that is said to be near they are, where it is far from the bound.
        """
        return self.far(bound) if begun and begun.near else not self.hand.closed(bound)

    def tell(self, bound: float) -> None:
        """What no plan can beat."""
        self._watch.bound(bound)

    def totals(self, compiled: Compiled, relaxed: Relaxed) -> WholeTotals:
        """The search for a tighter bound, at the ratio that would prove the plan in hand."""
        parts = split(compiled, self._case.sets["SITE"])
        sums = halls_by_kind(self._case, compiled) | sites_and_steps(self._case, compiled)
        return WholeTotals(compiled, parts, sums, self._ratio, relaxed, self.target)

    def rivals(self, compiled: Compiled, relaxed: Relaxed) -> set[str]:
        """Sites that could stand in a plan better than the one in hand."""
        sites, end = self._case.sets["SITE"], self._limits.deadline
        return contenders(compiled, sites, self._ratio, relaxed, self.hand.r, end)

    @property
    def candidates(self) -> set[str]:
        """All sites of the case."""
        return set(self._case.sets["SITE"])

    def bound_at(self, sites: set[str]) -> float:
        """What no plan at these sites can beat, where among more whole numbers were searched for to
        the end; else infinity.
        """
        among_these, bound = self._searched
        return bound if sites <= among_these else np.inf

    def again(self, begun: Begun, bound: float) -> None:
        """Take up a plan of before: its sites, steps and kinds of racks are tried first."""
        self._where, self._sites = dict(begun.where), set(begun.sites)
        self._start = self._from(bound)
        stood, then = begun.stood, begun.relaxed.bound
        if begun.placed is None and begun.objective == self._names[0] and then:
            self._likely = value_at(stood.compiled, self._ratio, stood.x) * bound / then
        for stands in begun.standing(self._case):
            self.hand.take(stands)
        if self.hand.placed is not None and begun.near:
            plan = self.hand.placed
            self._where = plan.found_in.named(plan.solution)

    def where_and_what(
        self,
        sites: set[str],
        bound: float,
        near: Sequence[Mapping[str, float]] = (),
        seconds: float = np.inf,
    ) -> float:
        """Whole halls, steps and sites with racks in groups; what no plan of these can beat.

        With `near`, solutions of the relaxation, the search is first among the whole numbers beside
        the last of them, which is the cheapest, then between all: what is found there is taken if
        it leaves enough of the gap to whole racks. The search among all begins with the best of
        these and ends after some seconds with the best it has; if that is not as good, by way of
        totals.
        """
        self._state = "stopped"
        if self._over:
            return np.inf
        start = self._from(bound)
        compiled = compile_case(among(self._case, sites))
        around = (near[-1:], near)[: len(near)]
        boxes = [between(compiled, some) for some in around]
        least = least_within(start, WIDE_FRAC * self._scenario.solve.gap_frac)
        known: np.ndarray | None = None
        for bounds in boxes:
            limits = replace(self._limits, least=least, deadline=self.soon(seconds))
            first, plan = self._within(compiled, least, bounds, limits, known)
            known = known if first.x is None else first.x
            if plan is not None or HALT.asked:
                break
        else:
            bounds = {}
            soon = self.soon(min(seconds, AT_ONCE_SECONDS) if near else seconds)
            limits = replace(self._limits, deadline=soon)
            first, plan = self._among_all(compiled, sites, start, limits, known)
        self._state = first.state
        self._nearby = self._nearby or sites
        self._sites, self._start = self._nearby, start
        if plan is not None:
            self._keep(compiled, first, plan)
        wide = bool(near) and not bounds and first.state == "stopped" and first.value < least
        if not wide or not self.goes_on(bound):
            return np.inf if bounds else first.bound
        if not self._by_totals(compiled, near, seconds) and plan is None:
            limits = replace(self._limits, deadline=self.soon(seconds))
            first, plan = self._among_all(compiled, sites, start, limits)
            if plan is not None:
                self._keep(compiled, first, plan)
        return first.bound

    def _among_all(
        self,
        compiled: Compiled,
        sites: set[str],
        start: float,
        limits: Limits,
        known: np.ndarray | None = None,
    ) -> tuple[Best, np.ndarray | None]:
        """As within bounds, without any; what is searched to its end is not searched again."""
        first, plan = self._within(compiled, start, {}, limits, known)
        if first.state == "optimal":
            self._searched = set(sites), first.bound
        return first, plan

    def _by_totals(
        self, compiled: Compiled, near: Sequence[Mapping[str, float]], seconds: float
    ) -> bool:
        """Whether a plan better than that in hand is found by way of totals, racks divisible."""
        solve = self._scenario.solve
        limits = replace(self._limits, deadline=self.soon(seconds))
        start = self.target if self.hand.placed is not None else self._start
        how = Searched(self._names, start, limits, solve.threads, solve.seed)
        known = self.hand.placed
        plan = known.found_in.named(known.solution) if known else {}
        value, where = by_totals(self._case, compiled, near, plan, how)
        if not where or value <= self.hand.r + ROUNDING_FRAC * abs(self.hand.r):
            return False
        self._grouped = (self._where, self._sites, self._start) if self._where else None
        self._where, self._start = where, value
        self._sites = opened(where) | self._nearby
        return True

    def _from(self, bound: float) -> float:
        """What a search looks down from: the bound, if one is known."""
        return bound if np.isfinite(bound) else self._start

    def better(self, sites: set[str], near: Sequence[Mapping[str, float]], seconds: float) -> bool:
        """Whether some seconds give a better plan, from the one in hand and by way of totals."""
        sites = sites | self._sites
        return self._by_totals(compile_case(among(self._case, sites)), near, seconds)

    def _keep(self, compiled: Compiled, first: Best, plan: np.ndarray) -> None:
        """Take a plan in groups as the one to place racks by."""
        self._where = compiled.named(plan)
        self._sites = used(compiled, plan) | self._nearby
        self._start = first.value

    def _within(
        self,
        compiled: Compiled,
        start: float,
        bounds: Mapping[int, Range],
        limits: Limits,
        known: np.ndarray | None = None,
    ) -> tuple[Best, np.ndarray | None]:
        """All objectives in turn, within bounds; no plan where the first is below its least.

        HiGHS is told that totals of halls are whole, too: there its bound falls, and its search
        for a plan goes. Between all whole numbers the ratio starts at the best that is known, else
        likely: near the best plan one search finds it and bounds it, where from above a second one
        has to.
        """
        if not bounds:
            found = -np.inf if known is None else value_at(compiled, self._ratio, known)
            best = self.hand.r if self.hand.placed else max(found, self._likely)
            start = min(start, best) if np.isfinite(best) else start
        sums = halls_by_kind(self._case, compiled)
        solver = Solver(
            with_sums(compiled, sums), self._scenario.solve.threads, self._scenario.solve.seed
        )
        fix(solver, bounds)
        if known is not None:
            solver.start_from(known)
        elif self._where:
            x = compiled.point(self._where)
            solver.start_from(np.append(x, [x[parts].sum() for parts in sums.values()]))
        watch = Quiet(self._watch, least=limits.least)
        first, plan = in_order(solver, self._names, start, limits, watch)
        self._nodes += first.nodes
        return first, None if plan is None else plan[: len(compiled.low)]

    def quickly(
        self, near: Sequence[Mapping[str, float]], bound: float, begun: Begun | None = None
    ) -> None:
        """Whole numbers one after the other, at the sites of solutions of the relaxation.

        Where ties count and what is found is dearer than need be, a cheaper one as good takes its
        place.
        """
        if self._over or not np.isfinite(bound):
            return
        for few, made in self._ways(near, bound, begun):
            x = None if self._over else made()
            if x is not None:
                self.hand.take(Placed(self._case, few, x))
            if not self.wanting(bound, begun):
                break
        self.hand.want_cheaper(bound)

    def _ways(
        self, near: Sequence[Mapping[str, float]], bound: float, begun: Begun | None
    ) -> Iterator[tuple[Compiled, Way]]:
        """Ways to a plan, each with the model it is sought in.

        After a change first as near the plan of before as can be, at its sites, too. Nothing
        follows in a small model where the relaxation alone bounds plans, perhaps out of their
        reach; else the same at all that the relaxation began with, and what goes on from it.
        """
        sites = set(self._case.sets["FORCED_SITE"]).union(*map(opened, near))
        limits, seed = self._limits, self._scenario.solve.seed
        wanted = Wanted(self._names, self.hand.least(bound), bound)
        beside = begun if begun and begun.objective == self._names[0] else None
        if beside is None:
            few = begun.few(self._case, sites, *near) if begun else at_few(self._case, sites, *near)
            yield from ((few, way) for way in ways(few, wanted, limits, seed))
            return
        near = [*near, beside.stood.named()]
        sites |= set(beside.sites)
        few = beside.few(self._case, sites, *near)
        repair = Repair(few, beside.stood, wanted, limits, seed)
        yield few, repair.plan
        small = sum(few.matrix.shape) <= SMALL and not beside.near
        if small and bound != beside.bound:
            return
        more = sites | beside.in_play(self._case)
        if len(sites) < len(more) <= MOST_SITES:
            wide = beside.few(self._case, more, *near)
            yield wide, Repair(wide, beside.stood, wanted, limits, seed).plan
        yield from ((few, way) for way in ways(few, wanted, limits, seed, repair.begun))

    def place(self, bound: float, seconds: float | None = None) -> None:
        """Whole racks in the halls just chosen; kept if better than the plan in hand.

        Where seconds are given, the freest search for them may take so long. None are searched for
        where the sites were, to the end, and have no better plan.
        """
        known = self.bound_at(self._sites)
        if self._over or not self._where or self.hand.settled(known):
            return
        solve = self._scenario.solve
        placement = Placement(self._case, self._sites, solve.threads, solve.seed)
        proven = least_within(bound, solve.gap_frac)
        enough = min(proven, self._start - 0.5 * solve.gap_frac * abs(self._start))
        longest, freer_s = max(PLACING_SECONDS, PLACING_FRAC * solve.time_limit_s), FREER_SECONDS
        if self._start < bound - solve.gap_frac * abs(bound):
            longest = OPEN_SECONDS
        if seconds is not None:
            longest = freer_s = seconds
        if self._grouped is not None:
            longest = min(longest, 0.5 * max(self._limits.deadline - time.monotonic(), 0.0))
        least = self.hand.least(bound)
        limits = replace(self._limits, deadline=self.soon(longest), enough=least)
        margin = self._limits.tolerance_frac * abs(bound)  # what later objectives may take
        seen = Quiet(self._watch, plans=True, enough=enough + margin)
        _, placed = placement.best(
            self._where, self._names, self._start, enough, limits, freer_s, seen
        )
        if placed is not None:
            self.hand.take(placed)
        elif self._grouped is not None and self.far(bound):
            # what stood before by way of totals
            (self._where, self._sites, self._start), self._grouped = self._grouped, None
            self.place(bound, seconds)

    def outcome(self, bound: float) -> Outcome:
        """The plan in hand, judged against the bound."""
        return self.hand.outcome(bound, self._nodes)


def in_turn(scenario: Scenario) -> list[str]:
    """The objectives in order; the last breaks ties by cost."""
    wanted = [scenario.objective.name, *scenario.objective.then, "cost"]
    return list(dict.fromkeys(wanted))
