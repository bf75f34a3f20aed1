"""A case taken the whole way: built, compiled, solved, and read back by the model's own names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.environ import value

from models.blocks.objective import OBJECTIVES
from models.build import build
from models.case import Case
from planner.solve.compile import Compiled, compile_model, load
from planner.solve.highs import Solver
from planner.solve.order import Limits, in_order
from planner.solve.ratio import Best, Fraction, best_ratio

EXACT = Limits(gap_frac=1e-9, tolerance_frac=1e-9, deadline=float("inf"))


@dataclass(frozen=True)
class Solved:
    """An optimum: its ratio in the model's own columns, and every column by name."""

    best: Best
    x: np.ndarray
    model: Any
    compiled: Compiled

    @property
    def value(self) -> float:
        """The proven ratio; a cost is positive again."""
        return abs(self.best.value)

    @property
    def names(self) -> tuple[str, ...]:
        """Every column of the model."""
        return self.compiled.column_names

    def __getitem__(self, column: str) -> float:
        return float(self.x[self.compiled.column[column]])

    def ledger(self, name: str, index: Any = None) -> dict[str, float]:
        """A sum's parts by source: at one index, or over all of them."""
        parts: dict[str, float] = {}
        for at, source, term in self.model.ledger.entries(name):
            if index is None or at == index:
                parts[source] = parts.get(source, 0.0) + value(term)
        return parts


def attempt(
    case: Case,
    *names: str,
    held: Mapping[str, float] | None = None,
    threads: int = 1,
    seed: int = 0,
) -> Solved | None:
    """The best plan by the objectives in order with some columns held; None if there is no plan."""
    model = build(case)
    compiled = compile_model(model)
    solver = Solver(compiled, threads, seed)
    if held:
        columns = np.array([compiled.column[name] for name in held])
        values = np.array(list(held.values()), dtype=float)
        solver.bounds(columns, values, values)
    best, x = in_order(solver, names or ("tokens_per_mw",), 0.0, EXACT)
    if x is None:
        assert best.state == "infeasible"
        return None
    assert best.state == "optimal"
    assert best.bound >= best.value - 1e-9 * abs(best.value)
    load(model, compiled, x)
    return Solved(best, x, model, compiled)


def solve(case: Case, *names: str, **options: Any) -> Solved:
    """The best plan of a case that has one."""
    solved = attempt(case, *names, **options)
    assert solved is not None
    return solved


def refused(case: Case, *names: str, **options: Any) -> bool:
    """Whether no plan exists."""
    return attempt(case, *names, **options) is None


def breaks(rule: Case, held: Mapping[str, float], without: Case) -> bool:
    """Whether a plan with these columns is refused by the rule, and by nothing else."""
    return refused(rule, held=held) and not refused(without, held=held)


def rows(case: Case) -> set[str]:
    """Names of the rules that exist in the case's model, without their indices."""
    return {name.split("[")[0] for name in compile_model(build(case)).row_names}


def relaxed(case: Case, name: str = "tokens_per_mw") -> float:
    """The best ratio with racks, halls and sites divisible."""
    solver = Solver(compile_model(build(case)), threads=1)
    solver.whole(False)
    return abs(best_ratio(Fraction(solver, OBJECTIVES[name]), 0.0, 1e-9, float("inf")).value)
