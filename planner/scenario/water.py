"""Which water a plan may draw."""

from typing import Literal

from planner.scenario.words import Share, Strict

Source = Literal["river", "industrial", "reclaimed", "sea", "city"]


class Water(Strict):
    """Further sources a site may be connected to, beside its own, where its province offers them.

    `stress_frac_max`: no river water where the province withdraws a larger share of what it has.
    """

    sources: list[Source] = []
    stress_frac_max: Share | None = None
