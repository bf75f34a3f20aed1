"""Where the power comes from besides a firm grid connection, and at which tariff."""

from typing import Annotated, Literal

from pydantic import Field

from planner.scenario.words import Amount, Positive, Strict


class Flexible(Strict):
    """A connection that may be curtailed for some hours a year until its step is firm."""

    years_earlier: Annotated[int, Field(ge=1, le=10)]
    curtailed_h_per_year: Annotated[float, Field(ge=0, le=8760)]
    event_h: Positive = 4
    lead_years_min: Annotated[int, Field(ge=0, le=10)] = 1


class Power(Strict):
    """Tariff by country, sources (globs of `supply_options`), curtailable connections, backup.

    `load_shape` is the load in each time-of-use period, relative to any base; flat by default.
    """

    tariff_class: dict[str, str] = {}
    load_shape: dict[Literal["light", "mid", "peak"], Amount] = {}
    sources: list[str] = []
    flexible: dict[str, Flexible] = {}
    backup: dict[str, Literal["N", "N+1"]] = {}
