"""The tables of a plan, from the solved model; and how they are written."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.results.columns import ORDER, dictionary, shaped

if TYPE_CHECKING:
    from models.case import Case
    from planner.coefficients.context import Context
    from planner.outcome import Outcome
    from planner.worth import Worth

__all__ = ["plan_tables"]


def plan_tables(
    context: "Context",
    case: "Case",
    outcome: "Outcome",
    worth: "Worth | None" = None,
) -> dict[str, pd.DataFrame]:
    """Every result table by name, in the order written.

    Parameters
    ----------
    context
        Region and scenario.
    case
        The case of all candidate sites.
    outcome
        The solve; without a plan only the candidates, the serving table and the dictionary are
        filled.
    worth
        What sites and rules are worth, which takes a model of all kinds of racks; blank without.
    """
    from planner.coefficients.where import candidate_sites
    from planner.limits import Book, limits
    from planner.results.inputs import plan_inputs, recalled_of_sites
    from planner.results.policies import policies
    from planner.results.sites import sites

    tables: dict[str, pd.DataFrame] = {name: shaped(name, pd.DataFrame()) for name in ORDER}
    tables["serving"] = shaped("serving", case.tables["serving"])
    tables["columns"] = dictionary()
    placed = outcome.placed
    if placed is not None:
        model = placed.model if worth else placed.stated
        tables.update(_decided(context, placed.case, model))
    book = Book(case, context.scenario, tables)
    found = limits(book) if placed is not None else []
    if placed is not None:
        tables["inputs"] = plan_inputs(context, tables)
        prices = worth.of_rules(limit.rows for limit in found) if worth else {}
        tables["policies"] = policies(found, prices)
    recalled, lost = recalled_of_sites(context), worth.of_sites() if worth else None
    tables["sites"] = sites(candidate_sites(context), book, found, recalled, lost)
    return tables


def _decided(context: "Context", case: Any, m: Any) -> dict[str, pd.DataFrame]:
    from planner.results.capital import funds, grants
    from planner.results.choice import dated
    from planner.results.day import hour_flows, hours
    from planner.results.demand import demand
    from planner.results.fleet import fleet, flows, installs
    from planner.results.law import operators, tier_halls
    from planner.results.money import budget
    from planner.results.sent import sent
    from planner.results.supply import supply
    from planner.results.training import training
    from planner.results.where import halls, opened, power, water

    standing, racks = halls(case, m), installs(case, m)
    money = budget(case, m)
    links = context.table("site_markets")
    by_market = sent(case, m, links)
    flow = flows(by_market, links)
    supplied = supply(case, m, opened(m))
    grid = power(case, m, supplied)
    working, by_block = fleet(case, m, racks, standing, flow), hour_flows(case, by_market)
    decided = {
        "fleet": working,
        "hours": hours(case, m, by_block),
        "training": training(case, working),
        "installs": racks,
        "halls": standing,
        "power": grid,
        "supply": supplied if context.scenario.power is not None else supplied[:0],
        "water": water(case, m, standing, grid),
        "flows": flow,
        "hour_flows": by_block,
        "demand": demand(case, m, flow),
        "budget": money,
        "grants": grants(case, m, money),
        "funds": funds(case, m),
        "operators": operators(case, m, grid, standing),
        "tier_halls": tier_halls(case, m),
    }
    return dated(case, decided)
