"""How racks are worked, and how hard to try."""

from typing import Annotated, Literal

from pydantic import Field

from planner.scenario.words import Positive, Share, Strict


class Serving(Strict):
    """How racks are worked; a blank keeps the region's parameter.

    `oversubscription_frac_max` is the most MW of racks by nameplate per MW of hall, where racks
    at work on workloads that allow it take the room of what they draw; blank: nameplate always.
    `measured_over_predicted` scales the tokens/s that the throughput core predicts, by the kind of
    LLM, or for chips without measurements: its held-out error, to be drawn from in a study.
    """

    software_gain_frac_per_year: Share | None = None
    oversubscription_frac_max: Annotated[float, Field(ge=1, le=2)] | None = None
    measured_over_predicted: dict[Literal["dense", "moe", "extrapolated"], Positive] = {}


class Solve(Strict):
    """How hard to try."""

    gap_frac: Annotated[float, Field(gt=0, le=1)] = 1e-3
    time_limit_s: Positive = 1800
    threads: Annotated[int, Field(ge=1, le=256)] = 2
    seed: Annotated[int, Field(ge=0)] = 0
