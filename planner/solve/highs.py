"""The only door to HiGHS: one instance, solved again and again with other vectors."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np

from planner.halt import HALT
from planner.solve.basis import BASIC, Basis, at_bounds
from planner.solve.compile import Compiled
from planner.solve.listening import Listening
from planner.solve.threads import schedule
from planner.solve.unshifted import run_unshifted
from planner.solve.watch import Watch

State = Literal["optimal", "infeasible", "stopped", "failed"]
_OPTIMAL = highspy.HighsModelStatus.kOptimal
_INFEASIBLE = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
_STOPPED = (
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kInterrupt,
    highspy.HighsModelStatus.kObjectiveBound,
    highspy.HighsModelStatus.kObjectiveTarget,
    highspy.HighsModelStatus.kSolutionLimit,
)

_GIVEN_UP = (
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kUnknown,
)
"""A linear program left before its end: after many or long steps, or where the point that is best
with rows and columns scaled is a hair outside without. A second run goes on from there."""


_STATUS = np.array(sorted(highspy.HighsBasisStatus.__members__.values(), key=int), dtype=object)
_DUAL_SIMPLEX, _PRIMAL_SIMPLEX = 1, 4
_BY_LARGEST = 4
"""Rows and columns scaled by their largest entry: money in rows beside MW misleads the default."""

_LEFT_OUT = "mip_heuristic_run_root_reduced_cost", "mip_heuristic_run_rins", "mip_allow_restart"
"""Of a search for whole numbers: half of the time of small ones. Of long ones restarts are a tenth;
RINS takes as much of some as it saves of others."""

SMALL = 30_000
"""Rows and columns of a program that the primal simplex solves soon: at 7,000 in half the time of
the interior point, at 24,000 in a fifth more, but never in vain, as that may be (after 30 s)."""


@dataclass(frozen=True)
class Answer:
    """A solve's end: its state, the best solution, and what nothing can beat."""

    state: State
    objective: float
    bound: float
    x: np.ndarray | None
    seconds: float
    nodes: int

    def __bool__(self) -> bool:
        return self.x is not None


class _Silent(highspy.Highs):
    """HiGHS that writes nothing to the screen: its banner comes with its callbacks."""

    def enableCallbacks(self) -> None:  # noqa: N802, HiGHS's name
        """As HiGHS does, once it is told to keep quiet."""
        self.setOptionValue("log_to_console", False)
        super().enableCallbacks()


class Solver:
    """A compiled model inside HiGHS. Costs, bounds and integrality change; the matrix stays."""

    def __init__(self, compiled: Compiled, threads: int = 2, seed: int = 0) -> None:
        self.compiled = compiled
        self._threads, self._seed = threads, seed
        self.highs = self._begun()
        self._integers = np.flatnonzero(compiled.integer).astype(np.int32)
        self._costs = np.zeros(len(compiled.low))
        self._low, self._high = compiled.low.copy(), compiled.high.copy()
        self._row_low, self._row_high = compiled.row_low.copy(), compiled.row_high.copy()
        self._solved = False
        self._perturbed, self._anew = True, False
        self._start: np.ndarray | None = None
        self.whole(True)

    def _begun(self) -> Any:
        """HiGHS with the model, but for what was changed since."""
        highs = _Silent()
        for name, value in {
            "output_flag": True,
            "random_seed": self._seed,
            "simplex_scale_strategy": _BY_LARGEST,
            "mip_min_logging_interval": 0.5,
            **dict.fromkeys(_LEFT_OUT, False),
        }.items():
            highs.setOptionValue(name, value)
        _pass(highs, self.compiled)
        return highs

    def maximise(self, costs: Mapping[str, float]) -> None:
        """Set the objective: the greatest sum of cost x column, named columns only."""
        new = np.zeros_like(self._costs)
        for name, cost in costs.items():
            new[self.compiled.column[name]] = cost
        self.maximise_vector(new)

    def maximise_vector(self, new: np.ndarray) -> None:
        """As `maximise`, a cost for every column.

        Raises
        ------
        ValueError
            A cost is not finite: HiGHS would look for the next step for ever.
        """
        if not np.isfinite(new).all():
            raise ValueError("costs must be finite")
        changed = np.flatnonzero(new != self._costs).astype(np.int32)
        if changed.size:
            self.highs.changeColsCost(len(changed), changed, new[changed])
            if self._solved:  # the last point still satisfies every row: the primal goes on from it
                self.highs.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        self._costs = new.copy()
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def presolve(self, wanted: bool) -> None:
        """Whether HiGHS makes the model smaller before it solves it."""
        self.highs.setOptionValue("presolve", "choose" if wanted else "off")

    def whole(self, wanted: bool) -> None:
        """Integers as integers, or relaxed."""
        kind = highspy.HighsVarType.kInteger if wanted else highspy.HighsVarType.kContinuous
        kinds = np.full(len(self._integers), kind.value, dtype=np.uint8)
        self.highs.changeColsIntegrality(len(self._integers), self._integers, kinds)
        self._whole = wanted

    def bounds(self, columns: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """New bounds of some columns."""
        self.highs.setOptionValue("simplex_strategy", _DUAL_SIMPLEX)
        self._low[columns], self._high[columns] = low, high
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

    def column_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and most of each column as they are now."""
        return self._low, self._high

    def row_limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and most of each row as they are now."""
        return self._row_low, self._row_high

    def row_bounds(self, rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """New bounds of some rows."""
        self._row_low[rows], self._row_high[rows] = low, high
        self.highs.changeRowsBounds(len(rows), rows.astype(np.int32), low, high)

    @contextmanager
    def kept(self, x: np.ndarray) -> Iterator[None]:
        """For a while, whole numbers as they are in x and all else free: a linear program."""
        held, whole = self._integers, self._whole
        low, high = self._low[held].copy(), self._high[held].copy()
        self.whole(False)
        self.bounds(held, np.round(x[held]), np.round(x[held]))
        try:
            yield
        finally:
            self.bounds(held, low, high)
            self.whole(whole)

    def add_row(self, coefficients: Mapping[str, float], low: float, high: float) -> int:
        """A further row over named columns; returns its index."""
        self.highs.setOptionValue("simplex_strategy", _DUAL_SIMPLEX)
        index = np.array([self.compiled.column[n] for n in coefficients], dtype=np.int32)
        value = np.array(list(coefficients.values()))
        self.highs.addRow(low, high, len(index), index, value)
        self._row_low, self._row_high = (
            np.append(self._row_low, low),
            np.append(self._row_high, high),
        )
        return len(self._row_low) - 1

    def change_row(
        self, row: int, coefficients: Mapping[str, float], low: float, high: float
    ) -> None:
        """Other coefficients and bounds of a row that was added."""
        self.highs.setOptionValue("simplex_strategy", _DUAL_SIMPLEX)
        for name, value in coefficients.items():
            self.highs.changeCoeff(row, self.compiled.column[name], value)
        self.row_bounds(np.array([row]), np.array([low]), np.array([high]))

    def start_from(self, x: np.ndarray) -> None:
        """Offer whole numbers to start from, this time and again: HiGHS takes them where they fit.

        So does the best plan found before. HiGHS forgets both when costs or bounds change.
        """
        self._start = x

    def basis(self) -> Basis:
        """Where the last continuous solve ended.

        HiGHS says in a tenth of the time what is basic, where it has that factored.
        """
        status, basic = self.highs.getBasicVariables()
        if status != highspy.HighsStatus.kOk:
            found = self.highs.getBasis()
            every = (found.col_status, found.row_status)
            return Basis(*(np.array([int(one) for one in some]) for some in every))
        at = self.highs.getSolution()
        columns = at_bounds(np.array(at.col_value), self._low, self._high)
        rows = at_bounds(np.array(at.row_value), self._row_low, self._row_high)
        columns[basic[basic >= 0]] = rows[-1 - basic[basic < 0]] = BASIC
        return Basis(columns, rows)

    def start_from_basis(self, basis: Basis, keeps_rows: bool = True) -> None:
        """Begin the next continuous solve there; its point satisfies every row, or it does not."""
        start = highspy.HighsBasis()
        start.col_status, start.row_status = (
            _STATUS[status].tolist() for status in (basis.columns, basis.rows)
        )
        start.valid = True
        self.highs.setBasis(start)
        strategy = _PRIMAL_SIMPLEX if keeps_rows else _DUAL_SIMPLEX
        self.highs.setOptionValue("simplex_strategy", strategy)
        self._anew = False

    def standing(self) -> np.ndarray:
        """The point of the basis to begin from, within rows and bounds or not: no step is made."""
        self.highs.setOptionValue("simplex_iteration_limit", 0)
        schedule(self.highs, self._threads, False)
        self.highs.run()
        self.highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        return np.array(self.highs.getSolution().col_value)

    def unperturbed(self) -> None:
        """Begin each continuous solve without shifting bounds or costs.

        Where little changes of a program that has many optima, the shifts are what most steps are
        spent on undoing. They also keep the simplex from going round in circles, so a solve
        that takes many steps goes on with them.
        """
        self._perturbed = False

    def from_nothing(self) -> None:
        """Solve the next linear program from no basis, the way that is fast.

        By the primal simplex where it is small, else by the interior point, to a vertex: the steps
        of the one grow with the size of the program, and the work of each. Those after it go on
        from there by the simplex.
        """
        self._anew = True

    def run(
        self, absolute_gap: float = 0.0, deadline: float = float("inf"), watch: Watch | None = None
    ) -> Answer:
        """Solve to the gap, to the deadline (a time.monotonic() value), or until Ctrl-C."""
        begun = time.monotonic()
        HALT.check()
        if HALT.asked:
            return Answer("stopped", -np.inf, np.inf, None, 0.0, 0)
        left = max(deadline - begun, 0.1)
        if not self.is_mip():  # a linear program's clock goes on from the runs before
            left += self.highs.getRunTime()
        self.highs.setOptionValue("time_limit", min(left, 1e9))
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.setOptionValue("mip_abs_gap", max(absolute_gap, 1e-9))
        if self.is_mip() and self._start is not None:
            start = highspy.HighsSolution()
            start.col_value = list(self._start)
            self.highs.setSolution(start)
        with HALT.held(), Listening(self.highs, watch) as heard:
            ended = True
            if self.is_mip() and HALT.wakes:
                ended = heard.ended(self._solve)
            else:
                self._solve()
        if not ended:  # all solves end now: nobody goes on with this one
            self.highs = self._begun()
            seconds = time.monotonic() - begun
            return Answer("stopped", heard.objective, np.inf, heard.x, seconds, 0)
        self._solved = True
        status, info = self.highs.getModelStatus(), self.highs.getInfo()
        x = np.array(self.highs.getSolution().col_value)
        feasible = info.primal_solution_status == 2 and x.size == len(self.compiled.low)
        whole = self.is_mip()
        if whole and feasible:
            self._start = x
        bound = info.mip_dual_bound if whole else info.objective_function_value
        if status == _OPTIMAL:
            state: State = "optimal"
        elif status in _INFEASIBLE:
            state = "infeasible"
        else:
            state = "stopped" if status in _STOPPED else "failed"
        if not whole and state != "optimal":
            bound = float("inf")
        return Answer(
            state=state,
            objective=info.objective_function_value if feasible else float("-inf"),
            bound=float(bound),
            x=x if feasible else None,
            seconds=time.monotonic() - begun,
            nodes=max(int(info.mip_node_count), 0),
        )

    def first(self, deadline: float = float("inf")) -> np.ndarray | None:
        """Any solution in whole numbers: the first that is found.

        Not by feasibility jump, which takes longer than all else where that is easy.
        """
        self.highs.setOptionValue("mip_max_improving_sols", 1)
        self.highs.setOptionValue("mip_heuristic_run_feasibility_jump", False)
        found = self.run(deadline=deadline)
        self.highs.setOptionValue("mip_heuristic_run_feasibility_jump", True)
        self.highs.setOptionValue("mip_max_improving_sols", highspy.kHighsIInf)
        return found.x

    def _solve(self) -> None:
        schedule(self.highs, self._threads, self.is_mip())
        if self.is_mip():
            self.highs.run()
            return
        if self._anew:
            small = sum(self.compiled.matrix.shape) <= SMALL
            self.highs.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
            self.highs.setOptionValue("solver", "choose" if small else "ipm")
            self._anew = False
        if self._perturbed:
            self.highs.run()
        else:
            run_unshifted(self.highs, sum(self.compiled.matrix.shape))
        self.highs.setOptionValue("solver", "choose")
        _, until = self.highs.getOptionValue("time_limit")
        if self.highs.getModelStatus() in _GIVEN_UP and self.highs.getRunTime() < until:
            self.highs.run()

    def duals(self) -> np.ndarray:
        """Row duals of the last continuous solve."""
        return np.array(self.highs.getSolution().row_dual)

    def reduced_costs(self) -> np.ndarray:
        """Reduced costs of the last continuous solve."""
        return np.array(self.highs.getSolution().col_dual)

    def ray(self) -> np.ndarray | None:
        """Why the last continuous solve has no solution: y with y A x out of reach of y's rows.

        The greatest y A x within the columns' bounds is below the least that the rows allow
        (Farkas). None where HiGHS has no such y.
        """
        _, there, values = self.highs.getDualRay()
        if not there:
            return None
        y = np.array(values)
        y[np.abs(y) <= 1e-9 * np.abs(y).max()] = 0.0
        at = np.where(y > 0, self.compiled.row_low, self.compiled.row_high)
        return y if np.isfinite(at[y != 0]).all() else -y

    def is_mip(self) -> bool:
        """Whether integrality is asked for now."""
        return self._whole and self._integers.size > 0


def _pass(highs: Any, compiled: Compiled) -> None:
    """Give HiGHS a model, its arrays as they are: columns without costs, none of them whole."""
    rows, columns = compiled.matrix.shape
    matrix = compiled.matrix
    highs.passModel(
        columns,
        rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        np.zeros(columns),
        compiled.low,
        compiled.high,
        compiled.row_low,
        compiled.row_high,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        np.zeros(columns, dtype=np.int32),
    )
