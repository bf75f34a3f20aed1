"""What a plan is best at, and how much must be built."""

from typing import Annotated

from pydantic import Field

from planner.scenario.words import ByYear, Finite, ObjectiveName, Strict


class Objective(Strict):
    """What the plan is best at; `then` breaks ties in order, each within `tolerance_frac`.

    `no_worse_than` holds other objectives: a floor where more is better, else a ceiling.
    """

    name: ObjectiveName = "tokens_per_mw"
    then: list[ObjectiveName] = []
    no_worse_than: dict[ObjectiveName, Finite] = {}
    tolerance_frac: Annotated[float, Field(ge=0, le=0.1)] = 1e-4


class Scale(Strict):
    """How much must, or may, be built by a period: facility MW at the meter, delivered tokens/s."""

    facility_mw_min: ByYear = {}
    facility_mw_max: ByYear = {}
    tokens_per_s_min: ByYear = {}
