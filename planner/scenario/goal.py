"""What a plan is best at, and how much must be built."""

from typing import Annotated

from pydantic import Field, model_validator

from planner.scenario.words import Amount, ByYear, Finite, ObjectiveName, Strict


class Objective(Strict):
    """What the plan is best at; `then` breaks ties in order, each within `tolerance_frac`.

    `no_worse_than` holds other objectives: a floor where more is better, else a ceiling.
    `apart_from` gives sites of earlier plans their weight, for the objective `apart`.
    """

    name: ObjectiveName = "tokens_per_mw"
    then: list[ObjectiveName] = []
    no_worse_than: dict[ObjectiveName, Finite] = {}
    apart_from: dict[str, Amount] = {}
    tolerance_frac: Annotated[float, Field(ge=0, le=0.1)] = 1e-4

    @model_validator(mode="after")
    def _apart_from_something(self) -> "Objective":
        named = {self.name, *self.then, *self.no_worse_than}
        if "apart" in named and not any(self.apart_from.values()):
            raise ValueError("'apart' needs 'apart_from': sites of earlier plans with their weight")
        return self


class Scale(Strict):
    """How much must, or may, be built by a period: facility MW at the meter, delivered tokens/s."""

    facility_mw_min: ByYear = {}
    facility_mw_max: ByYear = {}
    tokens_per_s_min: ByYear = {}
