"""Small linear programs beside the model's, by the same HiGHS: scipy's take long to load.

They are not ended by Ctrl-C: tables of what is kept are made of them.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array

from planner.halt import HALT
from planner.solve.compile import Compiled
from planner.solve.highs import Solver, State
from planner.solve.named import NOWHERE, Names


class Least(NamedTuple):
    """The state a program ended in, the least cost, and where it is; no point if there is none."""

    state: State
    cost: float
    x: np.ndarray


def linprog(
    cost: np.ndarray,
    rows: tuple[csc_array | np.ndarray, np.ndarray | float, np.ndarray | float],
    bounds: tuple[np.ndarray | float, np.ndarray | float] = (0.0, np.inf),
) -> Least:
    """The least `cost @ x` with `low <= matrix @ x <= high`, the rows, and x within bounds."""
    matrix = csc_array(rows[0])
    height, width = matrix.shape
    row_low, row_high = (np.broadcast_to(np.asarray(end, dtype=float), height) for end in rows[1:])
    low, high = (np.broadcast_to(np.asarray(end, dtype=float), width) for end in bounds)
    model = Compiled(
        matrix=matrix,
        row_low=row_low,
        row_high=row_high,
        low=low,
        high=high,
        integer=np.zeros(width, dtype=bool),
        columns=Names.of(map(str, range(width))),
        rows=Names.of(map(str, range(height))),
        place=np.full(width, NOWHERE),
    )
    solver = Solver(model, threads=1)
    solver.maximise_vector(-np.asarray(cost, dtype=float))
    with HALT.going_on():
        answer = solver.run()
    x = np.empty(0) if answer.x is None else answer.x
    return Least(answer.state, -answer.objective, x)
