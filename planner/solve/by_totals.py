"""Whole halls, steps and sites by way of totals: how many halls of a kind first, then where.

Where halls bind, a search for all whole numbers at once is long: it halves a hall at one site and
has the other half at the next. And racks in groups may use the room at one site and the power at
another, so halls that they fit may be of no use to racks at sites. In turn it is short:
    1  totals of halls by country, kind and period whole (planner/solve/sums.py), sites as parts,
       racks in groups; nothing is left to do where the relaxation given has them so
    2  sites, steps and halls whole for these totals, racks still in groups
    3  at these sites, one hall more or fewer of each design and in total, of designs and kinds of
       racks used so far, racks at sites but divisible; and again beside what that gives, until
       it gives no more. So whole racks are found next to what this ends with.
Where a plan is known, 3 is done beside it, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES, Ratio
from models.case import Case
from planner.solve.box import columns_of, fix, next_to, wider, with_divisible_racks
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.narrow import SOME
from planner.solve.order import Limits, in_order
from planner.solve.placed import at_few, opened
from planner.solve.ratio import Fraction, best_ratio, value_at
from planner.solve.split import with_sums
from planner.solve.sums import halls_by_kind
from planner.solve.totals import NEARLY

TOTALS_FRAC, GROUPED_FRAC = 0.3, 0.7
"""Of the time there is, when totals are to be known, and sites, steps and halls for them."""

FAR_FRAC = 0.005
"""A plan this share below the relaxation is not what a good one is beside."""

BESIDE = 1.0
"""So many halls of a design more or fewer at a site, and of a kind in all."""

NOTHING: tuple[float, dict[str, float]] = (-np.inf, {})
"""No plan found."""


class Searched(NamedTuple):
    """A search: objectives in order, where to begin, how exactly and how long, threads and seed."""

    names: Sequence[str]
    start: float
    limits: Limits
    threads: int
    seed: int

    def until(self, deadline: float) -> "Searched":
        """The same, to end sooner."""
        return self._replace(limits=replace(self.limits, deadline=deadline))

    def first(self, solver: Solver) -> tuple[Fraction, float, float, float]:
        """The first objective alone, as it is asked for by `best_ratio`."""
        fraction = Fraction(solver, OBJECTIVES[self.names[0]])
        return fraction, self.start, self.limits.gap_frac, self.limits.deadline


def by_totals(
    case: Case,
    compiled: Compiled,
    near: Sequence[Mapping[str, float]],
    plan: Mapping[str, float],
    how: Searched,
) -> tuple[float, dict[str, float]]:
    """A plan with whole halls at sites, its ratio and its columns by name; none where not found.

    Parameters
    ----------
    case, compiled
        A case, and the where/what model of those of its sites that are looked at.
    near
        Solutions of the relaxation, the last with totals that may be whole: the kinds of racks and
        work in them are used, too.
    plan
        A plan known so far, its columns by name; none if there is none.
    how
        The search; its deadline is that of all steps together.
    """
    best = NOTHING
    if plan and not (near and _far(compiled, OBJECTIVES[how.names[0]], plan, near[-1])):
        best = _further(case, plan, [*near, plan], how)
    begun, end = monotonic(), how.limits.deadline
    known = _whole(case, compiled, near[-1]) if near else None
    if known is None:
        known = _totals(case, compiled, how.until(begun + TOTALS_FRAC * (end - begun)))
    if known is None:
        return best
    where = _in_groups(case, compiled, known, how.until(begun + GROUPED_FRAC * (end - begun)))
    points = [*near, plan, best[1], where]
    found = _further(case, where, points, how) if where else NOTHING
    return max(best, found, key=lambda known: known[0])


def _far(
    compiled: Compiled, ratio: Ratio, plan: Mapping[str, float], near: Mapping[str, float]
) -> bool:
    """Whether a plan is so far from the relaxation that nothing beside it will do."""
    value, most = (value_at(compiled, ratio, compiled.point(point)) for point in (plan, near))
    return value < most - FAR_FRAC * abs(most)


def _further(
    case: Case, plan: Mapping[str, float], points: Sequence[Mapping[str, float]], how: Searched
) -> tuple[float, dict[str, float]]:
    """The best beside a plan, then the best beside that, until it gives no more."""
    best, beside = NOTHING, plan
    while beside and monotonic() < how.limits.deadline:
        every = [*points, beside]
        used = {name: value for point in every for name, value in point.items() if value > SOME}
        found = _beside(case, beside, used, how)
        more = found[0] - best[0] > how.limits.gap_frac * abs(found[0])
        best = max(best, found, key=lambda known: known[0])
        beside = found[1] if more else {}
    return best


def _whole(case: Case, compiled: Compiled, near: Mapping[str, float]) -> dict[str, float] | None:
    """Totals of a point, where all of them are whole."""
    x = compiled.point(near)
    sums = {name: x[halls].sum() for name, halls in halls_by_kind(case, compiled).items()}
    if any(abs(total - round(total)) > NEARLY for total in sums.values()):
        return None
    return {name: float(round(total)) for name, total in sums.items()}


def _totals(case: Case, compiled: Compiled, how: Searched) -> dict[str, float] | None:
    """Whole totals of halls, all else divisible; None where none are found."""
    width = len(compiled.low)
    model = with_sums(compiled, halls_by_kind(case, compiled))
    only_totals = model.integer & (np.arange(len(model.low)) >= width)
    solver = Solver(replace(model, integer=only_totals), how.threads, how.seed)
    first = best_ratio(*how.first(solver))
    if first.x is None:
        return None
    return dict(zip(model.column_names[width:], np.round(first.x[width:]), strict=True))


def _in_groups(
    case: Case, compiled: Compiled, totals: Mapping[str, float], how: Searched
) -> dict[str, float]:
    """Sites, steps and halls of these totals, racks in groups; none where not found."""
    sums = halls_by_kind(case, compiled)
    solver = Solver(with_sums(compiled, sums), how.threads, how.seed)
    known = np.array([totals[name] for name in sums])
    solver.bounds(len(compiled.low) + np.arange(len(sums)), known, known)
    found = best_ratio(*how.first(solver))
    return {} if found.x is None else compiled.named(found.x[: len(compiled.low)])


def _beside(
    case: Case, plan: Mapping[str, float], used: Mapping[str, float], how: Searched
) -> tuple[float, dict[str, float]]:
    """The best plan beside one, at its sites, racks divisible; and its ratio."""
    few = at_few(case, opened(plan), used)
    sums = halls_by_kind(case, few)
    solver = Solver(with_sums(with_divisible_racks(few), sums), how.threads, how.seed)
    x, halls = few.point(plan), columns_of(few, "halls")
    designs = {_site_and_design(name) for name in used if name.startswith("halls[")}
    bounds = wider(few, dict(next_to(np.round(x), halls)), halls, BESIDE)
    unused = [i for i in halls if _site_and_design(few.column_names[i]) not in designs]
    fix(solver, bounds | dict.fromkeys(unused, (0.0, 0.0)))
    totals = np.round([x[parts].sum() for parts in sums.values()])
    at = len(x) + np.arange(len(sums))
    solver.bounds(at, np.maximum(totals - BESIDE, 0.0), totals + BESIDE)
    solver.start_from(np.append(x, totals))
    found, better = in_order(solver, how.names, how.start, replace(how.limits, ties=False))
    return found.value, {} if better is None else few.named(better[: len(x)])


def _site_and_design(column: str) -> str:
    """Of the name of a column of halls."""
    return column.rpartition(",")[0]
