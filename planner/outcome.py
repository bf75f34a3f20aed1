"""What a solve ended with: value, bound, gap, and the models they are read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.blocks.objective import OBJECTIVES
from planner.solve.compile import Compiled
from planner.solve.placed import Placed
from planner.solve.ratio import NOTHING, value_at
from planner.solve.sift import Relaxed


@dataclass
class Outcome:
    """What a solve ended with. `value` and `bound` are in the unit of the objective.

    `placed` is the plan; `r` is its ratio in the model's own columns, more being better. `grouped`
    and `relaxed` are the where/what model of all candidate sites and its relaxation, from which the
    losses of sites are priced; `where` are the columns of the plan in groups whose halls and steps
    the placed one has.
    """

    status: str
    value: float | None = None
    bound: float | None = None
    r: float = 0.0
    placed: Placed | None = None
    grouped: Compiled | None = None
    relaxed: Relaxed | None = None
    where: Mapping[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    nodes: int = 0

    @property
    def gap_frac(self) -> float | None:
        """Distance of bound and value, relative to the value; None without a plan."""
        if self.value is None or self.bound is None:
            return None
        return gap_frac_of(self.value, self.bound)

    def reached(self) -> dict[str, float]:
        """What the plan reaches in every objective, each in its unit; empty without a plan."""
        if self.placed is None:
            return {}
        compiled, x = self.placed.found_in, self.placed.solution
        column = compiled.column
        stated = {name: ratio for name, ratio in OBJECTIVES.items() if ratio.over in column}
        under = {name: x[column[ratio.under]] for name, ratio in stated.items()}
        return {
            name: in_unit(ratio, value_at(compiled, ratio, x))
            for name, ratio in stated.items()
            if under[name] > NOTHING
        }


class Solved:
    """What holds a solve's outcome says of it."""

    outcome: Outcome

    @property
    def status(self) -> str:
        """`optimal`: within the gap; `stopped`: out of time before; `infeasible`: none exists."""
        return self.outcome.status

    @property
    def value(self) -> float | None:
        """What the plan reaches; None without a plan."""
        return self.outcome.value

    @property
    def bound(self) -> float | None:
        """What no plan can beat; None where not even that is known."""
        return self.outcome.bound

    @property
    def gap_frac(self) -> float | None:
        """Distance of bound and value relative to the value; None without a plan."""
        return self.outcome.gap_frac


def gap_frac_of(value: float, bound: float) -> float:
    """Distance of bound and value, relative to the value."""
    return abs(bound - value) / max(abs(value), 1e-12)


def in_unit(ratio: Any, value: float) -> float:
    """A ratio in the model's columns, in the unit people read."""
    return (value if ratio.more_is_better else -value) * ratio.factor + 0.0  # no -0


def of_unit(ratio: Any, value: float) -> float:
    """A ratio in the unit people read, in the model's columns."""
    return (value if ratio.more_is_better else -value) / ratio.factor
