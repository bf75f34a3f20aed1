"""A model with a plan of before on its bounds, and what it costs to leave it.

    least   sum over whole columns i of  avoid[i] * |x[i] - before[i]|  +  cost_present
                                         +  price * short,        N - aim * D + short >= 0
What falls short of the ratio aimed at is not ruled out: where money binds there may be no such plan
beside the one before, and yet one that is good enough.
A whole column that may fall below `before` has it as its lower bound, and a twin beside it: the
amount by which it falls, x = column - twin. So the basis of before fits still, and where a limit
moves a little, few steps of the simplex follow it.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, hstack

from planner.solve.basis import BASIC, Basis
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.named import NOWHERE
from planner.solve.split import with_row, with_slack

ROW = "as_good"
"""Name of the row that keeps the ratio."""

AVOID = {"open": 150.0, "connect": 100.0, "install": 0.5}
"""M$ that a change by one must save at least to be made."""

AVOID_ELSE = 50.0
"""The same of halls and of whatever else is whole."""


@dataclass(frozen=True)
class Stood:
    """A plan of before: its model, its columns, and a basis at which its whole numbers are held."""

    compiled: Compiled
    x: np.ndarray
    basis: Basis

    @staticmethod
    def of(compiled: Compiled, x: np.ndarray, row: dict[str, float]) -> "Stood":
        """A solution of a model and of that row, a sum of columns no less than 0."""
        compiled = with_row(compiled, row, 0.0, ROW)
        solver = Solver(compiled, threads=1)
        solver.presolve(False)
        solver.maximise({"cost_present": -1.0})
        with solver.kept(x):
            solver.run()
            return Stood(compiled, x, solver.basis())

    def named(self) -> dict[str, float]:
        """Its columns by name."""
        return self.compiled.named(self.x)

    def point(self, compiled: Compiled) -> np.ndarray:
        """It in another model, whole where that is, as far as the bounds there let it stand."""
        return np.clip(np.round(compiled.point(self.named())), compiled.low, compiled.high)

    def start(self, compiled: Compiled) -> Basis:
        """Its basis in another model."""
        return self.basis.carried(self.compiled, compiled)


def with_aim(compiled: Compiled, row: dict[str, float]) -> Compiled:
    """The model with that row, and what it falls short by as the last column."""
    aimed = with_row(compiled, row, 0.0, ROW)
    return with_slack(aimed, np.array([len(aimed.row_low) - 1]))


class Beside:
    """The linear program beside a plan, with one more row; whole numbers are held in turn.

    What the row falls short by is the last column of its model, at a price in M$.
    """

    def __init__(
        self, compiled: Compiled, stood: Stood, row: dict[str, float], price: float, seed: int
    ) -> None:
        compiled = with_aim(compiled, row)
        self._price = price
        self.compiled, self._before = compiled, stood.point(compiled)
        self.whole = np.flatnonzero(compiled.integer)
        self.kind = [name.partition("[")[0] for name in compiled.column_names]
        self._low, self._high = compiled.low.copy(), compiled.high.copy()
        below, above = self._before > compiled.low, self._before < compiled.high
        self._inner = np.flatnonzero(compiled.integer & below & above)
        self._full = np.flatnonzero(compiled.integer & below & ~above)
        model = self._with_twins()
        self.solver = Solver(model, threads=1, seed=seed)
        self.solver.whole(False)
        self.solver.unperturbed()
        self.solver.maximise_vector(-self.costs())
        start = stood.start(compiled).resting(self.whole, self._full)
        self.solver.start_from_basis(start.within(*reversed(model.matrix.shape)))

    def keep(self, row: dict[str, float]) -> None:
        """Another row in its place, which nothing falls short by."""
        short, nothing = np.array([len(self._low) - 1]), np.zeros(1)
        self.hold(short, nothing, nothing)
        self.solver.change_row(len(self.compiled.row_low) - 1, row, 0.0, float("inf"))

    def costs(self) -> np.ndarray:
        """What changes cost, and what the plan does: of the columns, then of the twins."""
        costs = np.zeros(len(self._low))
        costs[self.whole] = [AVOID.get(self.kind[i], AVOID_ELSE) for i in self.whole]
        twins = costs[self._inner]
        costs[self._full] *= -1.0
        costs[self.compiled.column["cost_present"]] += 1.0
        costs[-1] = self._price
        return np.append(costs, twins)

    def held_at(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The bounds of columns now."""
        return self._low[columns], self._high[columns]

    def hold(self, columns: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Other bounds of columns."""
        self._low[columns], self._high[columns] = low, high
        inner, count = self._inner, len(self._low)
        before = self._before[inner]
        lows, highs = self._low.copy(), self._high.copy()
        lows[inner], highs[inner] = (
            np.maximum(lows[inner], before),
            np.maximum(highs[inner], before),
        )
        falls = [np.maximum(before - side[inner], 0.0) for side in (self._high, self._low)]
        self.solver.bounds(
            np.append(columns, count + np.arange(len(inner))),
            np.append(lows[columns], falls[0]),
            np.append(highs[columns], falls[1]),
        )

    def basis(self) -> Basis:
        """Where it ended last, in the columns of the model: a column is basic if its twin is."""
        found, count = self.solver.basis(), len(self._low)
        columns = found.columns[:count].copy()
        columns[self._inner[found.columns[count:] == BASIC]] = BASIC
        return Basis(columns, found.rows)

    def folded(self, x: np.ndarray) -> np.ndarray:
        """A point in the columns of the model, the twins taken off."""
        count = len(self._low)
        folded = x[:count].copy()
        folded[self._inner] -= x[count:]
        return folded

    def _with_twins(self) -> Compiled:
        known, inner = self.compiled, self._inner
        low, more = known.low.copy(), len(inner)
        low[inner] = self._before[inner]
        return replace(
            known,
            matrix=csc_array(hstack([known.matrix, -known.matrix[:, inner]])),
            low=np.append(low, np.zeros(more)),
            high=np.append(known.high, self._before[inner] - known.low[inner]),
            integer=np.append(known.integer, np.ones(more, dtype=bool)),
            columns=known.columns.more([f"less[{i}]" for i in inner]),
            place=np.append(known.place, np.full(more, NOWHERE)),
        )
