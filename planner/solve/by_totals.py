"""Whole halls, steps and sites by way of totals: how many halls of a kind first, then where.

Where halls bind, a search for all whole numbers at once is long: it halves a hall at one site and
has the other half at the next. And racks in groups use the room at one site and the power at
another, so halls that they fit may be of no use to racks at sites. In turn it is short:
    1  totals of halls by country, kind and period whole (planner/solve/totals.py), sites as parts,
       racks in groups
    2  all but racks whole at sites, racks there but divisible, of the kinds used so far: with
       these totals, then with as many or one hall more of each kind
So whole racks are found next to what this ends with. Where a plan is known, the second begins with
it, and totals may be any between its own and those of the first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.solve.box import columns_of
from planner.solve.compile import Compiled, compile_case
from planner.solve.highs import Solver
from planner.solve.order import Limits, in_order
from planner.solve.place import SOME, at_sites, narrowed
from planner.solve.ratio import Fraction, best_ratio
from planner.solve.split import with_sums
from planner.solve.sums import halls_by_kind

TOTALS_FRAC, KEPT_FRAC = 0.25, 0.6
"""Of the time there is, when totals are to be known, and a plan with just these."""


class Searched(NamedTuple):
    """A search: objectives in order, where to begin, how exactly and how long, threads and seed."""

    names: Sequence[str]
    start: float
    limits: Limits
    threads: int
    seed: int


def by_totals(
    case: Case,
    sites: Collection[str],
    compiled: Compiled,
    near: Sequence[Mapping[str, float]],
    plan: Mapping[str, float],
    how: Searched,
) -> tuple[float, dict[str, float]]:
    """A plan with whole halls at sites, its ratio and its columns by name; none where not found.

    Parameters
    ----------
    case, sites
        A case, and the sites of it that are looked at.
    compiled
        The where/what model of these sites.
    near
        Solutions of the relaxation: the kinds of racks and work in them are used, too.
    plan
        A plan known so far, its columns by name; none if there is none.
    how
        The search; its deadline is that of all steps together.
    """
    begun, end, ratio = monotonic(), how.limits.deadline, OBJECTIVES[how.names[0]]
    width = len(compiled.low)
    model = with_sums(compiled, halls_by_kind(case, compiled))
    only_totals = model.integer & (np.arange(len(model.low)) >= width)
    solver = Solver(replace(model, integer=only_totals), how.threads, how.seed)
    soon = begun + TOTALS_FRAC * (end - begun)
    first = best_ratio(Fraction(solver, ratio), how.start, how.limits.gap_frac, soon)
    if first.x is None:
        return -np.inf, {}
    known = dict(zip(model.column_names[width:], np.round(first.x[width:]), strict=True))
    points = [*near, plan, compiled.named(first.x[:width])]
    kinds = {name: value for point in points for name, value in point.items() if value > SOME}
    few = compile_case(narrowed(at_sites(case, sites), case["group"], kinds))
    sums = halls_by_kind(case, few)
    whole = few.integer.copy()
    whole[columns_of(few, "install")] = False
    solver = Solver(with_sums(replace(few, integer=whole), sums), how.threads, how.seed)
    at = len(few.low) + np.arange(len(sums))
    least = np.array([known[name] for name in sums])
    most = least + 1.0
    if plan:
        x = few.point(plan)
        own = np.array([x[halls].sum() for halls in sums.values()])
        solver.start_from(np.append(x, own))
        least, most = np.minimum(least, own), np.maximum(most, own)
    else:
        solver.bounds(at, least, least)
        soon = begun + KEPT_FRAC * (end - begun)
        best_ratio(Fraction(solver, ratio), how.start, how.limits.gap_frac, soon)
    solver.bounds(at, least, most)
    limits = replace(how.limits, ties=False)
    found, better = in_order(solver, how.names, how.start, limits)
    return found.value, {} if better is None else few.named(better[: len(few.low)])
