"""Ceilings on money, and its rates."""

from typing import Annotated, Literal

from pydantic import Field

from planner.scenario.words import Amount, ByYear, Positive, Strict


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
