"""The least by which rules must give way: rules get slack, and the sum of slacks is made least.

    A_i x - scale_i * slack[j]  <=  b_i      for each row i of a soft rule j  (>= rows likewise)
    shortfall = 1 + sum over soft rules j of cost[j] * slack[j]               made least
A slack is relative to its rule: scale_i is how far one rule's number, changed by its own amount,
moves row i. A rule of single sites has a slack for each of its rows, owned by the row's site.
Free rules give way at no cost. A shortfall of 1 means that all rules hold.
Solved by sifting, like any relaxation: the sites that matter are found by their prices. At the
optimum the duals of the rows are a certificate: the rows with a dual cannot all hold (Farkas).
Where the hard rules alone leave no plan that delivers anything, no slack helps: it is infinite.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csc_array

from models.blocks.objective import Ratio
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.named import NOWHERE
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import Split, inside, restricted

SHORTFALL = Ratio("shortfall", "one", False, 1.0, "share")
HOLDS = 1e-6
"""A shortfall over 1 by less than this is the solver's rounding."""


@dataclass(frozen=True)
class Shortfall:
    """The least sum of slacks, its solution, slack by soft rule, and the duals of the rows."""

    least: float
    x: np.ndarray
    slack: dict[int, float]
    row_dual: np.ndarray
    kept: np.ndarray

    @property
    def holds(self) -> bool:
        """Whether all soft rules hold as they are."""
        return self.least <= HOLDS

    @property
    def endless(self) -> bool:
        """Whether no slack of the soft rules is enough: what is hard leaves no plan at all."""
        return not np.isfinite(self.least)


class Elastic:
    """A compiled model whose rules can be made soft or free, each by its rows."""

    def __init__(self, compiled: Compiled, parts: Split, rules: Sequence[np.ndarray]) -> None:
        low = compiled.low.copy()
        # what the floors ask for at least is no longer sure
        low[compiled.column["facility_total"]] = 0.0
        self.compiled = replace(compiled, low=low)
        self.parts = parts
        self.rules = [np.asarray(rows, dtype=int) for rows in rules]

    def least(
        self,
        costs: Mapping[int, float],
        free: Collection[int],
        scale: np.ndarray,
        first: np.ndarray,
        deadline: float,
        busy: float = 0.0,
    ) -> Shortfall | None:
        """The least shortfall; None where it is not known in time.

        Parameters
        ----------
        costs
            Soft rules by their number, with the cost of a slack of 1.
        free
            Rules that need not hold.
        scale
            By row of the model: change of the row for a slack of 1.
        first
            Marks of the sites to begin with.
        deadline
            A time.monotonic() value.
        busy
            What is taken off the shortfall for each of `tokens_total`, for a solution that does
            some work.
        """
        slacks, model, parts = self._soft(costs, free, scale)
        if busy:
            model = self._busy(model, busy)
        found: Relaxed = relaxed_ratio(model, parts, SHORTFALL, first, 0.0, deadline)
        if found.state == "infeasible":
            nothing = np.zeros(len(self.compiled.low)), np.zeros(len(self.compiled.row_low))
            return Shortfall(np.inf, nothing[0], {}, nothing[1], found.kept)
        if found.x is None or found.row_dual is None or found.bound - found.value > HOLDS:
            return None
        return self._found(slacks, -found.value, found.x, found.row_dual, found.kept)

    def least_whole(
        self, costs: Mapping[int, float], scale: np.ndarray, among: np.ndarray, deadline: float
    ) -> tuple[Shortfall, bool] | None:
        """As `least` with whole halls and steps at the marked sites; and whether it is proven."""
        slacks, model, parts = self._soft(costs, (), scale)
        columns, rows = inside(parts, among)
        solver = Solver(restricted(model, columns, rows), threads=1)
        solver.maximise({SHORTFALL.over: -1.0})
        answer = solver.run(0.1 * HOLDS, deadline)
        if answer.x is None:
            return None
        x = np.zeros(len(model.low))
        x[columns] = answer.x
        no_dual = np.zeros(len(model.row_low))
        found = self._found(slacks, -answer.objective, x, no_dual, among)
        return found, answer.state == "optimal"

    def _busy(self, model: Compiled, each: float) -> Compiled:
        """The model with tokens taken off the shortfall, which may so be less than nothing."""
        low, (height, width) = model.low.copy(), model.matrix.shape
        low[model.column["shortfall"]] = -np.inf
        at = ([height - 1], [model.column["tokens_total"]])
        tokens = csc_array(coo_array(([each], at), shape=(height, width)))
        return replace(model, matrix=csc_array(model.matrix + tokens), low=low)

    def _soft(
        self, costs: Mapping[int, float], free: Collection[int], scale: np.ndarray
    ) -> tuple[list["_Slack"], Compiled, Split]:
        """The slack columns, the model with them, and which site owns what."""
        slacks = [s for j, cost in costs.items() for s in self._slacks(j, cost, scale)]
        of_row = np.append(self.parts.of_row, -1)
        for slack in slacks:
            if slack.owner < 0:
                of_row[slack.rows] = -1
        owners = [*(slack.owner for slack in slacks), -1]
        of_column = np.append(self.parts.of_column, owners)
        parts = replace(self.parts, of_column=of_column, of_row=of_row)
        return slacks, self._model(slacks, free), parts

    def _found(
        self,
        slacks: Sequence["_Slack"],
        shortfall: float,
        x: np.ndarray,
        row_dual: np.ndarray,
        kept: np.ndarray,
    ) -> Shortfall:
        width, height = len(self.compiled.low), len(self.compiled.row_low)
        taken: dict[int, float] = {}
        for slack, amount in zip(slacks, x[width:], strict=False):
            taken[slack.rule] = taken.get(slack.rule, 0.0) + float(amount)
        return Shortfall(shortfall - 1.0, x[:width], taken, row_dual[:height], kept)

    def _slacks(self, j: int, cost: float, scale: np.ndarray) -> list["_Slack"]:
        """The slack columns of a rule, for each side on which its rows have a limit."""
        base, rows = self.compiled, self.rules[j]
        owners = self.parts.of_row[rows]
        groups = [rows[[i]] for i in range(len(rows))] if (owners >= 0).all() else [rows]
        found = []
        for group in groups:
            owner = int(self.parts.of_row[group[0]]) if len(groups) == len(rows) else -1
            for side, limit in ((1.0, base.row_low), (-1.0, base.row_high)):
                if np.isfinite(limit[group]).any():
                    found.append(_Slack(j, group, side * scale[group], cost, owner))
        return found

    def _model(self, slacks: Sequence["_Slack"], free: Collection[int]) -> Compiled:
        """The model with slack columns, the shortfall column last, and its row last."""
        base, height, width = self.compiled, len(self.compiled.row_low), len(self.compiled.low)
        low, high = base.row_low.copy(), base.row_high.copy()
        for j in free:
            low[self.rules[j]], high[self.rules[j]] = -np.inf, np.inf
        count = len(slacks) + 1
        row = np.concatenate([*(slack.rows for slack in slacks), [height] * (count + 1)])
        column = np.repeat(np.arange(len(slacks)), [len(slack.rows) for slack in slacks])
        column = np.concatenate([width + column, width + np.arange(count), [base.column["one"]]])
        value = np.concatenate(
            [*(slack.change for slack in slacks), [-slack.cost for slack in slacks], [1.0, -1.0]]
        )
        entries = base.matrix.tocoo()
        matrix = coo_array(
            (
                np.concatenate([entries.data, value]),
                (
                    np.concatenate([entries.coords[0], row.astype(int)]),
                    np.concatenate([entries.coords[1], column]),
                ),
            ),
            shape=(height + 1, width + count),
        )
        return replace(
            base,
            matrix=csc_array(matrix),
            row_low=np.append(low, 0.0),
            row_high=np.append(high, 0.0),
            low=np.append(base.low, np.zeros(count)),
            high=np.append(base.high, np.full(count, np.inf)),
            integer=np.append(base.integer, np.zeros(count, dtype=bool)),
            columns=base.columns.more([*(f"slack[{i}]" for i in range(len(slacks))), "shortfall"]),
            rows=base.rows.more(["shortfall_sum"]),
            place=np.append(base.place, np.full(count, NOWHERE)),
        )


@dataclass(frozen=True)
class _Slack:
    """One slack column: its rule, the rows it moves and how far, its cost, its site or -1."""

    rule: int
    rows: np.ndarray
    change: np.ndarray
    cost: float
    owner: int
