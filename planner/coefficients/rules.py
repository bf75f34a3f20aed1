"""Coefficients of choices: policies, budget, scale and demand limits of the scenario."""

from math import ceil

from models.blocks.objective import SECONDS_PER_YEAR, WHERE_ASKED
from planner.coefficients.context import Context
from planner.coefficients.known import Known
from planner.coefficients.law import law_values
from planner.coefficients.what import cross_border
from planner.scenario.goal import Scale


def rule_values(context: Context, known: Known | None = None) -> dict[str, dict]:
    """Everything the scenario limits, by the name the blocks read.

    `known` holds what was made before, of the same region.
    """
    known = Known() if known is None else known
    return {
        **_time(context),
        **known.of(_lasting, context),
        **_budget(context),
        **_scale(context),
        **_objectives(context),
        **_people(context),
    }


def _lasting(context: Context) -> dict[str, dict]:
    """What seldom changes from one question to the next, and takes longest."""
    return {**_mix(context), **_policies(context), **law_values(context)}


def _time(context: Context) -> dict[str, dict]:
    scenario = context.scenario
    periods = scenario.periods
    rates = [context.discount_frac(n) for n in context.countries]
    rate = sum(rates) / len(rates)
    return {
        "previous": dict(zip(periods[1:], periods[:-1], strict=True)),
        "years": scenario.period_years,
        "discount_factor": {
            t: _mean_discount(rate, t - scenario.decision_year, scenario.period_years[t])
            for t in periods
        },
        "seconds_per_year": {"s": SECONDS_PER_YEAR},
        "revenue_usd_per_mtoken": dict(scenario.money.revenue_usd_per_mtoken),
    }


def _mean_discount(rate: float, start: int, years: float) -> float:
    """Present worth of 1 a year over a period, a year: its years discounted one by one.

    Parameters
    ----------
    rate
        Rate of discount a year.
    start
        Years from the decision to the period's first year.
    years
        Length of the period; a part of a year counts as such.
    """
    lengths = [min(1.0, years - i) for i in range(ceil(years))]
    worth = sum(part * (1 + rate) ** -(start + i) for i, part in enumerate(lengths))
    return float(worth / years)


def _mix(context: Context) -> dict[str, dict]:
    demand = context.scenario.demand
    homes = context.workloads["home_country"].to_dict()
    shares: dict[tuple[str, str], float] = {}
    for n in context.countries:
        here = {w: s for w, s in demand.mix.items() if w in homes and homes[w] in ("", n)}
        total = sum(here.values())
        if total > 0:
            shares.update({(w, n): share / total for w, share in here.items()})
    return {
        "mix_frac": shares,
        "token_weight": dict(demand.weights),
        "country_share_frac": {
            n: share for n, share in demand.country_share.items() if n in context.countries
        },
    }


def _policies(context: Context) -> dict[str, dict]:
    policies, countries = context.scenario.policies, context.countries
    systems = context.table("systems")
    vendor = policies.vendor_share_max
    classes = context.workloads["sovereignty_class"]
    shares = {n: c for n, c in policies.country_share.items() if n in countries}
    return {
        "in_country_frac": {n: v for n, v in policies.in_country_share.items() if n in countries},
        "cross_border_frac": {
            key: share
            for key, share in cross_border(context).items()
            if key[0] in countries and key[1] in countries
        },
        "vendor_frac": {(f, vendor.basis): vendor.share for f in sorted(set(systems["vendor"]))}
        if vendor
        else {},
        "country_min_frac": {n: c.min for n, c in shares.items() if c.min > 0},
        "country_max_frac": {n: c.max for n, c in shares.items() if c.max < 1},
        "outage_frac": {n: r.share for n, r in policies.outage.items() if n in countries},
        "outage_workload": {
            (n, w): 1
            for n, rule in policies.outage.items()
            for w, q in classes.items()
            if q in rule.classes
        },
        "carbon_kt_max": {t: v / 1e3 for t, v in policies.carbon_t_per_year_max.items()},
    }


def _budget(context: Context) -> dict[str, dict]:
    budget = context.scenario.budget

    def stated(value: float | None) -> dict[str, float]:
        return {} if value is None else {"all": value}

    return {
        "capex_musd_max": dict(budget.capex_musd),
        "capex_total_musd_max": stated(budget.capex_musd_total),
        "capex_country_musd_max": dict(budget.capex_musd_by_country),
        "opex_musd_max": dict(budget.opex_musd_per_year),
        "cost_usd_per_mtoken_max": stated(budget.cost_usd_per_mtoken_max),
    }


def _people(context: Context) -> dict[str, dict]:
    stated = context.scenario.people.builders_max
    years = {t: float(len(years)) for t, years in context.years_drawn.items()}
    return {"builders_max_count": dict(stated), "years_before": years} if stated else {}


def _objectives(context: Context) -> dict[str, dict]:
    stated = context.scenario.objective
    named = (stated.name, *stated.then, *stated.no_worse_than)
    return {
        "objective_limit": dict(stated.no_worse_than),
        "objective_asked": {name: 1.0 for name in named if name in WHERE_ASKED},
        "apart_weight": {s: weight for s, weight in stated.apart_from.items() if weight > 0},
    }


def _scale(context: Context) -> dict[str, dict]:
    scenario = context.scenario
    places: dict[str, Scale] = {"all": scenario.scale, **scenario.scale_by_country}

    def by_place(field: str, factor: float = 1.0) -> dict[tuple[str, int], float]:
        return {
            (n, t): limit * factor
            for n, scale in places.items()
            for t, limit in getattr(scale, field).items()
        }

    return {
        "facility_mw_min": by_place("facility_mw_min"),
        "facility_mw_max": by_place("facility_mw_max"),
        "mtokens_per_s_min": by_place("tokens_per_s_min", 1e-6),
    }
