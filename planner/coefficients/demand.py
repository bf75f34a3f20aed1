"""Coefficients of demand: floors, ceilings, and what is required to be served."""

from planner.coefficients.context import Context
from planner.scenario.demand import Limit


def demand_sets(context: Context) -> dict[str, tuple]:
    """FLOOR, CEILING and REQUIRED: (number, workload, country, market, period); blank: all."""
    demand = context.scenario.demand
    return {
        "FLOOR": tuple(demand_limits(context, demand.floors)),
        "CEILING": tuple(demand_limits(context, demand.ceilings)),
        "REQUIRED": tuple(required_demand(context)),
    }


def demand_values(context: Context) -> dict[str, dict]:
    """1e6 tokens/s of floors and ceilings by number, of required demand by number and period."""
    demand = context.scenario.demand
    floors, ceilings = (demand_limits(context, part) for part in (demand.floors, demand.ceilings))
    return {
        "floor_mtokens_per_s": {i: value for (i, *_), value in floors.items()},
        "ceiling_mtokens_per_s": {i: value for (i, *_), value in ceilings.items()},
        "required_mtokens_per_s": {
            (i, t): value for (i, _, _, _, t), value in required_demand(context).items()
        },
        "unserved_usd_per_mtoken": {
            i: ask.unserved_usd_per_mtoken
            for i, ask in enumerate(demand.required)
            if ask.unserved_usd_per_mtoken is not None
        },
    }


def demand_limits(context: Context, limits: list[Limit]) -> dict[tuple, float]:
    """(number, workload, country, market, period) -> 1e6 tokens/s; blank parts mean all.

    Nothing is sent to a market of a country that is not planned: a limit on it says nothing.
    """
    markets = context.table("markets")
    planned = set(markets["market_id"][markets["country"].isin(context.countries)])
    return {
        (i, limit.workload or "", limit.country or "", limit.market or "", t): limit.tokens_per_s
        / 1e6
        for i, limit in enumerate(limits)
        if limit.market is None or limit.market in planned
        for t in ([limit.period] if limit.period else context.scenario.periods)
    }


def required_demand(context: Context) -> dict[tuple, float]:
    """(number, workload, country, market, period) -> 1e6 tokens/s to be served, grown to it."""
    first = context.scenario.periods[0]
    return {
        (i, ask.workload or "", ask.country or "", ask.market or "", t): ask.tokens_per_s
        / 1e6
        * (1 + ask.growth_frac_per_year) ** (t - (ask.year or first))
        for i, ask in enumerate(context.scenario.demand.required)
        for t in context.scenario.periods
    }
