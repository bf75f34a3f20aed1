"""The scenario: an analyst's choices, checked. Facts of a region are tables, not scenario."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from planner.origin import Origin

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Year = Annotated[int, Field(ge=2024, le=2060)]
ByYear = dict[Year, Amount]

ObjectiveName = Literal["tokens_per_mw", "tokens", "cost_per_mtoken", "npv", "carbon_per_mtoken"]
Basis = Literal["chips", "mw", "flops", "tokens"]
SovereigntyClass = Literal["open", "private", "public"]


class Strict(BaseModel):
    """Unknown keys are refused, `"2027"` is no number; a scenario never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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


class Pick(Strict):
    """Names or globs (`ulsan-*`): only these, never these, certainly these."""

    include: list[str] = ["*"]
    exclude: list[str] = []


class SitePick(Pick):
    """As Pick, and sites that must be opened."""

    force: list[str] = []


class Filters(Strict):
    """What the plan may choose from."""

    countries: list[str] = []
    sites: SitePick = SitePick()
    systems: Pick = Pick()
    cooling: Pick = Pick()
    power_states: Pick = Pick()


class AcceleratorShare(Strict):
    """Least share of domestic accelerators in a country, on a stated basis."""

    share: Share
    basis: Basis = "tokens"


class VendorShare(Strict):
    """Largest share of any one accelerator vendor, on a stated basis."""

    share: Share
    basis: Basis = "mw"


class CountryShare(Strict):
    """Least and largest share of facility MW in a country."""

    min: Share = 0.0
    max: Share = 1.0


class Outage(Strict):
    """If any one site of the country is lost, the rest serve this share of these classes."""

    share: Share = 1.0
    classes: list[SovereigntyClass] = ["public"]


class Policies(Strict):
    """Rules of law and of policy; one that is not stated does not exist."""

    first_year: dict[str, Year] = {}
    in_country_share: dict[str, Share] = {}
    cross_border_share: dict[str, dict[str, dict[SovereigntyClass, Share]]] = {}
    domestic_accelerator_share: dict[str, AcceleratorShare] = {}
    vendor_share_max: VendorShare | None = None
    country_share: dict[str, CountryShare] = {}
    outage: dict[str, Outage] = {}
    pue_max: dict[str, Annotated[float, Field(ge=1, le=3)]] = {}
    carbon_t_per_year_max: ByYear = {}


class Budget(Strict):
    """Ceilings on money, in million US dollars of the decision year."""

    capex_musd_total: Amount | None = None
    capex_musd: ByYear = {}
    capex_musd_by_country: dict[str, Amount] = {}
    opex_musd_per_year: ByYear = {}
    cost_usd_per_mtoken_max: Positive | None = None


class Money(Strict):
    """Rates; a blank keeps the region's parameter."""

    discount_frac: Annotated[float, Field(ge=0, le=0.5)] | None = None
    exchange_rates: dict[Literal["KRW", "JPY"], Positive] = {}
    revenue_usd_per_mtoken: dict[str, Amount] = {}


class Serving(Strict):
    """How racks are worked; a blank keeps the region's parameter."""

    software_gain_frac_per_year: Share | None = None


class Solve(Strict):
    """How hard to try."""

    gap_frac: Annotated[float, Field(gt=0, le=1)] = 1e-3
    time_limit_s: Positive = 1800
    threads: Annotated[int, Field(ge=1, le=256)] = 2
    seed: Annotated[int, Field(ge=0)] = 0


class Scenario(Strict):
    """One decision to be planned."""

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
    filters: Filters = Filters()
    policies: Policies = Policies()
    budget: Budget = Budget()
    money: Money = Money()
    serving: Serving = Serving()
    facts: dict[str, Finite | str] = {}
    solve: Solve = Solve()
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
