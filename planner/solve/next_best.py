"""The sites that questions begin with: those that a relaxation uses, and those next in line.

A relaxation over all sites ends with many in play that came in on the way and stand empty. A
question begins with fewer: its program is half as large, and who stands at the sites in use, and
who would take their place, is in it. Others are priced as ever (planner/solve/sift.py).
"""

from dataclasses import replace

import numpy as np

from models.blocks.objective import Ratio
from planner.solve.basis import BASIC
from planner.solve.compile import Compiled
from planner.solve.narrow import SOME
from planner.solve.ratio import costs_at
from planner.solve.sift import Relaxed, spread, where_it_ended
from planner.solve.split import Split, needed


def with_next_best(
    compiled: Compiled, parts: Split, ratio: Ratio, relaxed: Relaxed, deadline: float
) -> Relaxed:
    """The relaxation with no other sites in play than its own and the next best.

    As it is where nothing takes the place of its own. Sites that its basis could not do without
    stay, too: those of which other than as many columns and rows are basic as it has rows.
    """
    if relaxed.basis is None or relaxed.x is None:
        return relaxed
    solver, columns, _ = where_it_ended(compiled, parts, relaxed)
    solver.unperturbed()
    solver.maximise_vector(costs_at(solver.compiled, ratio, relaxed.value))
    used, must = _in_use(parts, relaxed.x), needed(compiled, parts)
    out = np.flatnonzero(np.append(used & ~must, False)[parts.of_column[columns]])
    solver.bounds(out, np.zeros(len(out)), np.zeros(len(out)))
    found = solver.run(deadline=deadline)
    if found.state != "optimal" or found.x is None:
        return relaxed
    after = _in_use(parts, spread(len(compiled.low), columns, found.x))
    bound_to_stay = relaxed.kept & ~_apart(parts, relaxed)
    return replace(relaxed, kept=used | after | must | bound_to_stay)


def _in_use(parts: Split, x: np.ndarray) -> np.ndarray:
    """Marks of the sites that have something."""
    return _counted(parts.of_column, np.abs(x) > SOME, parts) > 0


def _apart(parts: Split, relaxed: Relaxed) -> np.ndarray:
    """Marks of the sites without which the basis is one still."""
    assert relaxed.basis is not None
    basic = (relaxed.basis.columns == BASIC, relaxed.basis.rows == BASIC)
    of = (parts.of_column, parts.of_row)
    count = sum(_counted(*one, parts) for one in zip(of, basic, strict=True))
    return np.asarray(count == _counted(parts.of_row, parts.of_row >= 0, parts))


def _counted(owner: np.ndarray, some: np.ndarray, parts: Split) -> np.ndarray:
    """How many of these each site owns."""
    return np.bincount(owner[some & (owner >= 0)], minlength=len(parts.sites))
