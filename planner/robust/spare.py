"""Halls with room for whole racks: in halls that racks fill to the last fraction none may fit.

The joined model of all futures at the sites chosen, every rack at its site and whole: sites and
steps as decided, a hall more of each design in use, racks next to their fractional numbers; freely
where that does not fit. Of the choices as good, one of least cost.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.case import Case
from planner.robust.here_and_now import Aim, Found, cheapest, decided_of, joined_of
from planner.robust.joined import NOW, Joined
from planner.solve.highs import Solver
from planner.solve.narrow import at_sites


def with_spare(cases: Sequence[Case], found: Found, aim: Aim) -> Found | None:
    """The choice with further halls where whole racks need them; None where none serves all."""
    own = [found.sites & set(case.sets["SITE"]) for case in cases]
    pairs = zip(cases, own, strict=True)
    joined = joined_of([at_sites(case, sites) for case, sites in pairs], aim.ratio)
    rate = found.value
    usual = float(np.mean([under for _, under in found.totals]))
    held = _held(joined, found)
    divided = _solver(joined, rate, usual, held, aim)
    divided.whole(False)
    relaxed = divided.run(deadline=aim.deadline)
    if relaxed.x is None:
        return None
    near = {
        i: (float(np.floor(relaxed.x[i] + 1e-6)), float(np.ceil(relaxed.x[i] - 1e-6)))
        for i, name in enumerate(joined.names)
        if ":install[" in name
    }
    gap = 0.25 * aim.gap_frac * abs(rate) * usual
    for bounds in ({**held, **near}, held):
        solver = _solver(joined, rate, usual, bounds, aim)
        answer = solver.run(gap, aim.deadline)
        if answer.x is not None:
            x = cheapest(joined, answer.x, solver, answer.objective, aim)
            decided, sites = decided_of(joined.names, x)
            totals = tuple(joined.totals(x))
            return replace(found, decided=decided, sites=sites, totals=totals)
    return None


def _held(joined: Joined, found: Found) -> dict[int, tuple[float, float]]:
    """Sites and steps as they were decided; a hall more of each design in use, where it fits."""
    bounds = {}
    for i, name in enumerate(joined.names):
        kind = name.split("[")[0]
        if kind in NOW:
            value = found.decided.get(name, 0.0)
            more = 1.0 if kind == "halls" and value > 0 else 0.0
            bounds[i] = (value, min(value + more, float(joined.high[i])))
    return bounds


def _solver(
    joined: Joined, rate: float, usual: float, bounds: dict[int, tuple[float, float]], aim: Aim
) -> Solver:
    solver = Solver(joined.at(rate, aim.share, rate * usual), 1, aim.seed)
    low, high = zip(*bounds.values(), strict=True)
    solver.bounds(np.fromiter(bounds, dtype=np.int32), np.array(low), np.array(high))
    solver.maximise({"surplus": 1.0})
    return solver
