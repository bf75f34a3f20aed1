"""Which tokens are wanted, by whom."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.scenario.words import Amount, Positive, Share, SovereigntyClass, Strict, Year


class Limit(Strict):
    """A floor or a ceiling on delivered tokens/s; blank keys mean all together."""

    tokens_per_s: Amount
    workload: str | None = None
    country: str | None = None
    market: str | None = None
    period: Year | None = None


class Required(Strict):
    """Tokens/s of a country or of a market to be served, from `year` on growing by a rate a year.

    With a price, tokens may be left unserved at it; without one all must be served.
    """

    tokens_per_s: Amount
    workload: str | None = None
    country: str | None = None
    market: str | None = None
    year: Year | None = None
    growth_frac_per_year: Annotated[float, Field(gt=-1, le=10)] = 0.0
    unserved_usd_per_mtoken: Amount | None = None

    @model_validator(mode="after")
    def _at_one_place(self) -> "Required":
        if (self.country is None) == (self.market is None):
            raise ValueError("state either 'country' or 'market': demand is somebody's")
        return self


class Demand(Strict):
    """Which tokens are wanted, by whom. State `mix` (shares of tokens) or `weights`, not both.

    `daily_shape` names a shape of the day in the region's table `daily_shapes`; without it racks
    are sized for `peak_to_mean_ratio` times the mean, 1.6 where that is not stated either.
    """

    mix: dict[str, Share] = {}
    weights: dict[str, Amount] = {}
    peak_to_mean_ratio: Annotated[float, Field(ge=1, le=10)] | None = None
    daily_shape: str | None = None
    country_share: dict[str, Share] = {}
    floors: list[Limit] = []
    ceilings: list[Limit] = []
    required: list[Required] = []

    @property
    def workloads(self) -> tuple[str, ...]:
        """The workloads that there is a demand for."""
        return tuple(self.mix or self.weights)

    @model_validator(mode="after")
    def _one_peak(self) -> "Demand":
        if self.daily_shape is not None and self.peak_to_mean_ratio is not None:
            raise ValueError("state either 'daily_shape' or 'peak_to_mean_ratio', not both")
        return self

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
    demand_kind: Literal["interactive", "agent", "batch"] | None = None
    oversubscribe_flag: Literal[0, 1] | None = None
