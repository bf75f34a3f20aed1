"""Ceilings on money, its sources, and its rates."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.scenario.words import Amount, ByYear, Positive, Share, Strict, Year

Name = Annotated[str, Field(min_length=1, pattern=r"^[\w\-]+$")]
Rate = Annotated[float, Field(ge=0, le=0.5)]


class Fund(Strict):
    """Money that pays for investment: how much, at which cost of capital, when, for what.

    `share_max` is of the country's capex, grants taken off; no `use` means every item.
    """

    name: Name
    rate_frac: Rate
    musd: Amount | None = None
    share_max: Share | None = None
    first_year: Year | None = None
    last_year: Year | None = None
    use: list[str] = []


class FundShare(Strict):
    """Least and largest share of some funds among others; all of the country's by default."""

    name: Name
    funds: Annotated[list[str], Field(min_length=1)]
    among: list[str] = []
    min: Share | None = None
    max: Share | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "FundShare":
        if self.min is None and self.max is None:
            raise ValueError("state 'min', 'max' or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"'min' ({self.min:g}) is above 'max' ({self.max:g})")
        return self


class Budget(Strict):
    """Ceilings on money, in million US dollars of the decision year, and where it comes from."""

    capex_musd_total: Amount | None = None
    capex_musd: ByYear = {}
    capex_musd_by_country: dict[str, Amount] = {}
    opex_musd_per_year: ByYear = {}
    cost_usd_per_mtoken_max: Positive | None = None
    funds: dict[str, Annotated[list[Fund], Field(min_length=1)]] = {}
    fund_shares: dict[str, list[FundShare]] = {}


class Money(Strict):
    """Rates, prices and programmes; a blank rate keeps the region's parameter.

    `subsidies` are programmes of the region's table that the plan may count on; `conditions_met`
    are those of their conditions that the investor meets.
    """

    discount_frac: Rate | None = None
    exchange_rates: dict[Literal["KRW", "JPY"], Positive] = {}
    revenue_usd_per_mtoken: dict[str, Amount] = {}
    subsidies: list[str] = []
    conditions_met: list[str] = []
