"""Hours at which the transmission network must carry the load that a plan adds."""

from typing import Annotated

from pydantic import Field

from planner.scenario.words import Strict

AREA_PEAK = "area-peak"
"""The hour of a network of areas: each at its own peak, as if all came together."""


class NetworkHours(Strict):
    """Hours of a country's network, by their names in the region; areas have their peak alone."""

    hours: Annotated[list[str], Field(min_length=1)] = [
        "winter-peak",
        "summer-evening",
        "spring-noon",
    ]
