"""The cheapest of a relaxation's equals, and its basis.

Where many solutions have the best ratio, the one that the simplex ended at may cost far more than
need be, and a budget that hardly binds is then many steps away. All of them lie where columns with
a reduced cost and rows with a price stay as they are (complementary slackness): there the cheapest
is one linear program away, and its basis is one of the relaxation, too.
"""

from dataclasses import replace

import numpy as np

from models.blocks.objective import Ratio
from planner.solve.basis import BASIC, Basis
from planner.solve.compile import Compiled
from planner.solve.ratio import costs_at
from planner.solve.sift import Relaxed, spread, where_it_ended
from planner.solve.split import Split

COST = "cost_present"
NOTHING = 1e-9
"""A reduced cost or price as small as this is none."""


def cheapest_of_equals(
    compiled: Compiled, parts: Split, ratio: Ratio, relaxed: Relaxed, deadline: float
) -> Relaxed:
    """The relaxation with the cheapest of its solutions at its sites; as it is where that fails."""
    if relaxed.basis is None or relaxed.x is None:
        return relaxed
    solver, columns, rows = where_it_ended(compiled, parts, relaxed)
    solver.unperturbed()
    solver.maximise_vector(costs_at(solver.compiled, ratio, relaxed.value))
    ended = solver.run(deadline=deadline)
    if ended.state != "optimal" or ended.x is None:
        return relaxed
    x, reached = ended.x, solver.compiled.matrix @ ended.x
    bound = np.flatnonzero(np.abs(solver.reduced_costs()) > NOTHING)
    tight = np.flatnonzero(np.abs(solver.duals()) > NOTHING)
    solver.bounds(bound, x[bound], x[bound])
    solver.row_bounds(tight, reached[tight], reached[tight])
    solver.maximise({COST: -1.0})
    found = solver.run(deadline=deadline)
    if found.state != "optimal" or found.x is None:
        return relaxed
    before, after = relaxed.basis.part(columns, rows), solver.basis()
    basis = Basis(
        _resting(before.columns, after.columns, bound), _resting(before.rows, after.rows, tight)
    )
    whole = (len(compiled.low), len(compiled.row_low))
    x = spread(whole[0], columns, found.x)
    return replace(relaxed, x=x, basis=basis.spread(columns, rows, *whole))


def _resting(before: np.ndarray, after: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Status after, where what was held rests on the side where it rested before."""
    status = after.copy()
    status[held] = np.where(after[held] == BASIC, BASIC, before[held])
    return status
