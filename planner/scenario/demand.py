"""Which tokens are wanted, by whom."""

from typing import Annotated

from pydantic import Field, model_validator

from planner.scenario.words import Amount, Positive, Share, SovereigntyClass, Strict, Year


class Limit(Strict):
    """A floor or a ceiling on delivered tokens/s; blank keys mean all together."""

    tokens_per_s: Amount
    workload: str | None = None
    country: str | None = None
    market: str | None = None
    period: Year | None = None


class Demand(Strict):
    """Which tokens are wanted, by whom. State `mix` (shares of tokens) or `weights`, not both."""

    mix: dict[str, Share] = {}
    weights: dict[str, Amount] = {}
    peak_to_mean_ratio: Annotated[float, Field(ge=1, le=10)] = 1.6
    country_share: dict[str, Share] = {}
    floors: list[Limit] = []
    ceilings: list[Limit] = []

    @model_validator(mode="after")
    def _mix_or_weights(self) -> "Demand":
        if bool(self.mix) == bool(self.weights):
            raise ValueError("state either 'mix' (shares that sum to 1) or 'weights', not both")
        if self.mix and abs(sum(self.mix.values()) - 1) > 1e-6:
            raise ValueError(f"'mix' must sum to 1, not {sum(self.mix.values()):g}")
        if self.country_share and abs(sum(self.country_share.values()) - 1) > 1e-6:
            total = sum(self.country_share.values())
            raise ValueError(f"'country_share' must sum to 1, not {total:g}")
        return self


class Workload(Strict):
    """Changes to a workload of the region's table, or a new one."""

    llm_id: str | None = None
    isl_tokens: Positive | None = None
    osl_tokens: Positive | None = None
    ttft_s: Positive | None = None
    tpot_ms: Positive | None = None
    network_rtt_ms: Positive | None = None
    sovereignty_class: SovereigntyClass | None = None
    peak_to_mean_ratio: Annotated[float, Field(ge=1, le=10)] | None = None
