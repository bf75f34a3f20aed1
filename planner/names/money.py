"""Programmes and funds of a scenario against its region: names, conditions, sums of shares."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from planner.coefficients.capital import ITEMS, eligible_sites, listed
from planner.names.found import Found
from planner.scenario import Scenario
from planner.tables import Region


def of_money(region: Region, scenario: Scenario) -> Iterator[Found]:
    """What is wrong with `money.subsidies`, `budget.funds` and `budget.fund_shares`."""
    yield from _programmes(region, scenario)
    yield from _funds(region, scenario)


def _programmes(region: Region, scenario: Scenario) -> Iterator[Found]:
    rows: Any = region.tables["subsidies"].set_index("programme_id")
    stated, met = scenario.money.subsidies, scenario.money.conditions_met
    every = sorted({c for cell in rows["conditions"] for c in listed(cell)})
    for number, condition in enumerate(met):
        if condition not in every:
            here = ("money", "conditions_met", number)
            yield here, "is no condition of a programme", condition, every
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for number, name in enumerate(stated):
        here = ("money", "subsidies", number)
        if name not in rows.index:
            yield here, "unknown programme", name, list(rows.index)
            continue
        if name in stated[:number]:
            yield here, "is there twice", name, "each programme once"
            continue
        lacking = [c for c in listed(rows.at[name, "conditions"]) if c not in met]
        if lacking:
            allowed = "its conditions in money.conditions_met, where the investor meets them"
            yield here, f"asks for {' and '.join(lacking)}", name, allowed
        for site in eligible_sites(region.tables["sites"], rows.loc[name]):
            for item in listed(rows.at[name, "items"]):
                sums[site, item] += float(rows.at[name, "share_frac"])
    above = {at: share for at, share in sums.items() if share > 1 + 1e-9}
    if above:
        (site, item), share = max(above.items(), key=lambda pair: (pair[1], pair[0]))
        message = f"together pay more than all of {item} at {site}"
        yield ("money", "subsidies"), message, round(share, 6), "shares that sum to at most 1"


def _funds(region: Region, scenario: Scenario) -> Iterator[Found]:
    budget = scenario.budget
    countries = list(dict.fromkeys(region.tables["sites"]["country"].astype(str)))
    for part in ("funds", "fund_shares"):
        for n in getattr(budget, part):
            if n not in countries:
                yield ("budget", part, n), "unknown country", n, countries
    for n, funds in budget.funds.items():
        names = [fund.name for fund in funds]
        for number, fund in enumerate(funds):
            here = ("budget", "funds", n, number)
            if fund.name in names[:number]:
                yield (*here, "name"), "is there twice", fund.name, "each fund once"
            for place, item in enumerate(fund.use):
                if item not in ITEMS:
                    yield (*here, "use", place), "is no item of capex", item, list(ITEMS)
            if fund.first_year and fund.last_year and fund.first_year > fund.last_year:
                allowed = f"at most {fund.last_year}"
                yield (*here, "first_year"), "is after last_year", fund.first_year, allowed
    for n, groups in budget.fund_shares.items():
        names = [fund.name for fund in budget.funds.get(n, [])]
        for number, group in enumerate(groups):
            for part in ("funds", "among"):
                for place, name in enumerate(getattr(group, part)):
                    if name not in names:
                        at = ("budget", "fund_shares", n, number, part, place)
                        yield at, f"is no fund of {n}", name, names
