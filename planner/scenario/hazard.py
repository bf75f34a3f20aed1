"""Earthquake and typhoon: where not to build, and how much to put in one place."""

from typing import Annotated

from pydantic import Field, model_validator

from planner.scenario.words import Amount, Share, Strict


class HazardZone(Strict):
    """Sites that one event can strike together, and the largest share of MW they may have.

    A site is in the zone where all that is stated holds; the share is of its `country`, or of all.
    """

    name: Annotated[str, Field(min_length=1, pattern=r"^[\w\-]+$")]
    share_max: Share
    country: str | None = None
    admin1: list[str] = []
    pga_g_min: Amount | None = None
    typhoon_count_min: Amount | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> "HazardZone":
        if not self.admin1 and self.pga_g_min is None and self.typhoon_count_min is None:
            raise ValueError("state 'admin1', 'pga_g_min' or 'typhoon_count_min'")
        return self


class Hazard(Strict):
    """Ceilings on a site's hazard, and on the MW in one zone, or in any one province."""

    pga_g_max: Amount | None = None
    typhoon_count_max: Amount | None = None
    province_share_max: Share | None = None
    zones: list[HazardZone] = []
