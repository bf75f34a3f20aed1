"""The sites in play as one program, loaded once: changed, solved on, all other sites priced.

What a change makes of the relaxation over all sites lies between the best ratio r of the sites in
play and  r + (sum of V_s over the others) / D_min,  V_s as in planner/solve/sift.py.
"""

from dataclasses import dataclass

import numpy as np

from models.blocks.objective import Ratio
from planner.solve.compile import Compiled
from planner.solve.highs import State
from planner.solve.own import Others, own_rows
from planner.solve.ratio import Fraction, best_ratio, costs_at
from planner.solve.sift import Relaxed, where_it_ended
from planner.solve.split import Split


@dataclass(frozen=True)
class Priced:
    """The best ratio of the sites in play, what no site can beat, and what each other may add.

    `worth` is None where there is no ratio, or time ran out; then nothing bounds it.
    """

    state: State
    value: float
    bound: float
    worth: np.ndarray | None


class InPlay:
    """A relaxation's sites in play; `solver` is changed by whoever asks, and changed back."""

    def __init__(self, compiled: Compiled, parts: Split, ratio: Ratio, relaxed: Relaxed) -> None:
        self.solver, self.columns, self.rows = where_it_ended(compiled, parts, relaxed)
        self.solver.unperturbed()
        self.part = self.solver.compiled
        self._compiled, self._ratio, self._kept = compiled, ratio, relaxed.kept
        self._others = Others(compiled, parts, own_rows(compiled, parts, relaxed.own))

    def aim(self, r: float) -> None:
        """Make `N - r * D` the objective, before anything is changed."""
        Fraction(self.solver, self._ratio).aim(r)

    def best(self, start: float, deadline: float) -> Priced:
        """The best ratio as the program stands, begun at a guess."""
        fraction = Fraction(self.solver, self._ratio)  # what it knows of D holds for one program
        best = best_ratio(fraction, start, 1e-9, deadline)
        if best.x is None:
            return Priced(best.state, -np.inf, np.inf, None)
        fraction.aim(best.value)
        answer = self.solver.run(deadline=deadline)
        if answer.state != "optimal":
            return Priced("stopped", best.value, np.inf, None)
        worth = self._worth(best.value, deadline)
        gain = np.inf if worth is None else max(answer.bound, 0.0) + float(worth.sum())
        return Priced(best.state, best.value, fraction.above(best.value, gain), worth)

    def _worth(self, r: float, deadline: float) -> np.ndarray | None:
        duals = np.zeros(len(self._compiled.row_low))
        duals[self.rows] = self.solver.duals()[: len(self.rows)]
        costs = costs_at(self._compiled, self._ratio, r)
        return self._others.worth(costs, duals, self._kept, deadline)
