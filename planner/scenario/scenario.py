"""The scenario: an analyst's choices, checked. Facts of a region are tables, not scenario."""

from typing import Annotated, Any

from pydantic import Field, PrivateAttr, model_validator

from planner.origin import Origin
from planner.scenario.demand import Demand, Workload
from planner.scenario.filters import Filters
from planner.scenario.goal import Objective, Scale
from planner.scenario.grid import NetworkHours
from planner.scenario.money import Budget, Money
from planner.scenario.operators import Operator
from planner.scenario.people import People
from planner.scenario.policies import Policies
from planner.scenario.power import Power
from planner.scenario.solve import Serving, Solve
from planner.scenario.training import Training
from planner.scenario.water import Water
from planner.scenario.words import Finite, Positive, Strict, Year


class Scenario(Strict):
    """One decision to be planned.

    `variants` names changes to it, each by the paths that `--set` takes; `variant` is the one that
    is made, or was: a scenario with its variant made names no others.
    """

    name: Annotated[str, Field(min_length=1, pattern=r"^[\w.\- ]+$")]
    description: str = ""
    region: str = "kr-jp"
    decision_year: Year = 2026
    periods: Annotated[list[Year], Field(min_length=1)]
    last_period_years: Positive = 1
    objective: Objective = Objective()
    scale: Scale = Scale()
    scale_by_country: dict[str, Scale] = {}
    demand: Demand
    workloads: dict[str, Workload] = {}
    training: list[Training] = []
    filters: Filters = Filters()
    policies: Policies = Policies()
    operators: dict[str, Operator] = {}
    power: Power | None = None
    budget: Budget = Budget()
    money: Money = Money()
    people: People = People()
    water: Water = Water()
    grid: dict[str, NetworkHours] = {}
    serving: Serving = Serving()
    facts: dict[str, Finite | str] = {}
    solve: Solve = Solve()
    variant: str | None = None
    variants: dict[Annotated[str, Field(pattern=r"^[\w.\- ]+$")], dict[str, Any]] = Field(
        default={}, exclude=True
    )
    _origin: Origin = PrivateAttr(default_factory=Origin)

    @model_validator(mode="after")
    def _periods_rise(self) -> "Scenario":
        if self.periods != sorted(set(self.periods)):
            raise ValueError(f"'periods' must be years in rising order, not {self.periods}")
        if self.periods[0] < self.decision_year:
            raise ValueError(
                f"'periods' starts in {self.periods[0]}, before decision_year {self.decision_year}"
            )
        return self

    @property
    def origin(self) -> Origin:
        """Where each value was written, for messages about it."""
        return self._origin

    def keep_origin(self, origin: Origin) -> None:
        """Remember where each value was written; the scenario itself is unchanged."""
        self._origin = origin

    @property
    def period_years(self) -> dict[int, float]:
        """Length of each period in years: up to the next one, the last as stated."""
        later = self.periods[1:]
        lengths = [float(b - a) for a, b in zip(self.periods, later, strict=False)]
        return dict(zip(self.periods, [*lengths, self.last_period_years], strict=True))
