"""What one more unit of a limit is worth: duals of the plan's model, buildings as they stand.

Openings, connections and halls are fixed as the plan has them; racks and their work are free and
need not be whole. At the best ratio r of this linear program the dual of a row says how N - r * D
grows with its right-hand side; divided by D it says how the ratio grows.
"""

import time

import numpy as np

from models.blocks.objective import Ratio
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.ratio import Fraction, best_ratio

EXACT = 1e-10
FREE = "install["


def as_built(compiled: Compiled, x: np.ndarray) -> Solver:
    """The linear program of a plan: openings, connections and halls fixed, racks free."""
    solver = Solver(compiled, threads=1)
    racks = np.array([name.startswith(FREE) for name in compiled.column_names])
    fixed = np.flatnonzero(compiled.integer & ~racks)
    built = np.round(x[fixed])
    solver.bounds(fixed, built, built)
    solver.whole(False)
    return solver


def shadow_prices(
    compiled: Compiled, x: np.ndarray, ratio: Ratio, time_limit_s: float = 60.0
) -> dict[str, float]:
    """Objective gained, in its shown unit, by loosening each row by one; by row name.

    Empty where the linear program cannot be solved in time. Where a limit binds only through whole
    numbers of halls or steps its price is 0.
    """
    fraction = Fraction(as_built(compiled, x), ratio)
    deadline = time.monotonic() + time_limit_s
    best = best_ratio(fraction, fraction.value(x), EXACT, deadline)
    if best.state != "optimal" or best.x is None:
        return {}
    worth = np.abs(fraction.solver.duals()) * ratio.factor / max(fraction.under(best.x), 1e-12)
    return dict(zip(compiled.row_names, worth.tolist(), strict=True))
