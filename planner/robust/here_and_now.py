"""What to decide now so that several futures are served best, with a bound over all plans.

Dinkelbach's iteration as for one plan, with the surplus of the worst share of the futures in place
of N - r * D: F(r) = max surplus is convex where plans differ and falls at least as fast as the
least D of any future, so the best rate is where it is zero, and with F(r) <= f

    best rate  <=  r + f / D_min     where f > 0;       <= r     where f <= 0

1. The relaxation of all candidate sites, by sifting on the joined model, gives f and so the bound.
2. At the sites it uses, and those that the best plans of the single futures use, whole sites, steps
   and halls are chosen with the racks of each future in groups; then the cheapest of those as good.
   Where the gap stays open, once more among all sites that could be part of a better choice, the
   others being ruled out by prices: what no choice of those beats, none does.
3. Whole racks are placed in those halls, future by future (planner/robust/recourse.py).
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.blocks.objective import Ratio
from models.case import Case
from planner.optimize import starters
from planner.robust.joined import NOW, SURPLUS, Joined, own
from planner.robust.measure import Totals, value_of
from planner.solve.compile import Compiled, compile_case
from planner.solve.highs import Solver
from planner.solve.losses import contenders
from planner.solve.narrow import among
from planner.solve.order import TIE_GAP_FRAC, TIE_SECONDS
from planner.solve.placed import opened
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import split

STEPS = 12
CLOSE_FRAC = 1e-7
RELAXATION, WHOLE = "relaxation", "whole halls"
"""What a bound rests on: divisible halls at every candidate; or whole ones, too, at all candidates
that could be part of a better choice."""

Decided = dict[str, float]
"""What is decided now: sites, steps and halls by the name of their column; absent is 0."""


@dataclass(frozen=True)
class Aim:
    """The ratio, the share of the futures that counts, how near to the best, until when."""

    ratio: Ratio
    share: float
    gap_frac: float
    deadline: float
    seed: int = 0


@dataclass(frozen=True)
class Found:
    """What is decided now, its value with racks in groups, what no plan can beat and why."""

    decided: Decided
    sites: set[str]
    value: float
    bound: float
    basis: str
    totals: tuple[Totals, ...]


def here_and_now(
    cases: Sequence[Case], known: Collection[str], start: tuple[float, float], aim: Aim
) -> Found | None:
    """The best decisions for all futures; None where none serves them all, or time is up.

    Parameters
    ----------
    cases
        One case for each future, all equally likely.
    known
        Sites that the best plan of some future uses.
    start
        A rate that nothing beats, and a usual denominator.
    aim
        What is sought.
    """
    futures = _Relaxation(cases, known, aim)
    bound, used = futures.best(start)
    basis, choice = RELAXATION, used | set(known)
    _, best = _whole(_at(cases, choice, aim), bound, start[1], aim)
    if not _near(best, bound, aim) and time.monotonic() < aim.deadline:
        rivals = futures.rivals(best.value if best else -np.inf, start[1])
        begun = best.value if best else bound
        ceiling, wider = _whole(_at(cases, rivals | choice, aim), begun, start[1], aim)
        if ceiling < bound:
            bound, basis = ceiling, WHOLE
        if wider is not None and (best is None or wider.value > best.value):
            best = wider
    if best is None:
        return None
    x = cheapest(best.joined, best.x, best.solver, best.surplus, aim)
    decided, sites = decided_of(best.joined.names, x)
    totals = best.joined.totals(x)
    value = value_of(totals, aim.share)
    return Found(decided, sites, value, max(bound, value), basis, tuple(totals))


def _at(cases: Sequence[Case], sites: set[str], aim: Aim) -> Joined:
    return joined_of([among(case, sites) for case in cases], aim.ratio)


def _near(best: "_Whole | None", bound: float, aim: Aim) -> bool:
    return best is not None and bound - best.value <= aim.gap_frac * abs(best.value)


class _Whole(NamedTuple):
    """Whole sites, steps and halls: their value, where it was found, and the surplus there."""

    value: float
    x: np.ndarray
    solver: Solver
    surplus: float
    joined: Joined


def _whole(joined: Joined, r: float, usual: float, aim: Aim) -> tuple[float, _Whole | None]:
    """What no choice of these sites can beat, and the best one, begun at rate r."""
    ceiling, best = float("inf"), None
    for _ in range(STEPS):
        solver = Solver(joined.at(r, aim.share, r * usual), 1, aim.seed)
        solver.maximise({"surplus": 1.0})
        answer = solver.run(0.1 * aim.gap_frac * abs(r) * usual, aim.deadline)
        ceiling = min(ceiling, _ceiling(joined, r, answer.bound - r * usual))
        if answer.x is None:
            break
        value = value_of(joined.totals(answer.x), aim.share)
        if best is None or value > best.value:
            best = _Whole(value, answer.x, solver, answer.objective, joined)
        if abs(value - r) <= 0.1 * aim.gap_frac * abs(r):
            break
        r = value
    return ceiling, best


def decided_of(names: Sequence[str], x: np.ndarray) -> tuple[Decided, set[str]]:
    """What is decided now in a solution by the names of its columns, and the sites it opens."""
    decided = {
        name: float(round(value))
        for name, value in zip(names, x, strict=False)
        if name.split("[")[0] in NOW and round(value)
    }
    return decided, opened(decided)


def joined_of(cases: Sequence[Case], ratio: Ratio) -> Joined:
    """The joined model of the cases of all futures."""
    return Joined([compile_case(case) for case in cases], NOW, ratio)


class _Relaxation:
    """The joined model of all candidate sites, halls divisible."""

    def __init__(self, cases: Sequence[Case], known: Collection[str], aim: Aim) -> None:
        self._aim, self._joined = aim, joined_of(cases, aim.ratio)
        self._sites = list(dict.fromkeys(s for case in cases for s in case.sets["SITE"]))
        self._kept = np.array([s in known for s in self._sites])
        number = {s: i for i, s in enumerate(self._sites)}
        for case in cases:
            begin = starters(case)
            self._kept[[number[s] for s in np.array(case.sets["SITE"], dtype=object)[begin]]] = True

    def best(self, start: tuple[float, float]) -> tuple[float, set[str]]:
        """What no plan can beat, and the sites that the relaxation uses."""
        (r, usual), bound, used = start, start[0], set[str]()
        for _ in range(STEPS):
            compiled, found = self._at(r, usual)
            if found.x is None:
                break
            bound = min(bound, _ceiling(self._joined, r, found.bound - r * usual))
            used = opened(compiled.named(found.x))
            value = value_of(self._joined.totals(found.x), self._aim.share)
            if abs(value - r) <= CLOSE_FRAC * abs(r):
                break
            r = value
        return bound, used

    def rivals(self, r: float, usual: float) -> set[str]:
        """Sites that could be part of a choice worth more than r: of surplus at that rate."""
        if not np.isfinite(r):
            return set(self._sites)
        compiled, found = self._at(r, usual)
        if found.x is None:
            return set(self._sites)
        return contenders(compiled, self._sites, SURPLUS, found, r * usual, self._aim.deadline)

    def _at(self, r: float, usual: float) -> tuple[Compiled, Relaxed]:
        compiled = self._joined.at(r, self._aim.share, r * usual)
        parts = split(compiled, self._sites)
        found = relaxed_ratio(compiled, parts, SURPLUS, self._kept, r * usual, self._aim.deadline)
        self._kept = found.kept if found.x is not None else self._kept
        return compiled, found


def _ceiling(joined: Joined, r: float, surplus: float) -> float:
    """What no rate can beat, given a bound on the surplus at rate r."""
    if surplus <= 0:
        return r
    least = min(float(part.low[part.column[joined.ratio.under]]) for part in joined.parts)
    return r + surplus / least if least > 0 else float("inf")


def cheapest(joined: Joined, x: np.ndarray, solver: Solver, surplus: float, aim: Aim) -> np.ndarray:
    """Of the plans as good, one of least cost over all futures, as far as time allows."""
    if time.monotonic() > aim.deadline:
        return x
    spare = 0.1 * aim.gap_frac * abs(surplus)
    solver.add_row({"surplus": 1.0}, surplus - spare, float("inf"))
    solver.start_from(x)
    costs = {own(k, "cost_present"): -1.0 for k in range(len(joined.parts))}
    solver.maximise(costs)
    cost = -sum(value * x[solver.compiled.column[name]] for name, value in costs.items())
    soon = min(aim.deadline, time.monotonic() + TIE_SECONDS)
    answer = solver.run(TIE_GAP_FRAC * abs(cost), soon)
    return x if answer.x is None else answer.x
