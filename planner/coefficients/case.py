"""Puts the case together, and groups sites that the fleet cannot tell apart."""

from collections.abc import Collection, Mapping

import pandas as pd

from models.case import Case
from planner.coefficients.capital import capital_values
from planner.coefficients.context import Context
from planner.coefficients.demand import demand_sets, demand_values
from planner.coefficients.forced import with_forced
from planner.coefficients.grid import grid_values
from planner.coefficients.hazard import hazard_values
from planner.coefficients.known import Known
from planner.coefficients.rules import rule_values
from planner.coefficients.senders import Senders, alike, flows, of_groups
from planner.coefficients.training import training_sets, training_systems, training_values
from planner.coefficients.what import (
    delivered_in,
    fleet_serving,
    fleet_values,
    hbm_sources,
    rack_lead_years,
    reachable,
    supply_values,
)
from planner.coefficients.where import hosted, places, where_values
from planner.scenario import Scenario
from planner.tables import Region
from planner.uncollected import uncollected

Kinds = Collection[tuple[str, ...]]
"""Racks by group, system and cooling class, and their work by state and workload beside these."""


@uncollected()  # most of what is made stays
def make_case(region: Region, scenario: Scenario, known: Known | None = None) -> Case:
    """The case of a scenario in a region, sites grouped where the fleet cannot tell them apart.

    `known` holds the heavy parts of an earlier case of the same region.

    Raises:
        InputError: where the scenario contradicts the facts of the region.
    """
    context = Context(region, scenario)
    known = Known() if known is None else known
    unpriced = context.without("systems", "price_musd")
    there = known.of(places, unpriced)
    where_sets, where, where_tables = known.of(where_values, unpriced, there)
    serving = known.of(fleet_serving, unpriced)
    markets = context.table("markets")
    markets = markets[markets["country"].isin(context.countries)]
    capital_sets, capital = capital_values(context, where_tables["sites"])
    values = {
        **where,
        **capital,
        **hazard_values(context, where_tables["sites"]),
        **fleet_values(context, serving),
        **supply_values(context),
        **known.of(grid_values, unpriced, where_tables["sites"]),
        **training_values(context),
        **demand_values(context),
        **rule_values(context, known),
        "delivered_in": delivered_in(context),
        "rack_lead_years": rack_lead_years(context),
        "decision_year": {"all": scenario.decision_year},
        "market_country": dict(zip(markets["market_id"], markets["country"], strict=True)),
        "market_share_frac": dict(zip(markets["market_id"], markets["share_frac"], strict=True)),
        "reach": known.of(reachable, unpriced, where_tables["sites"]),
        "available_from_year": _first_years(context),
        "hosts": _hosts(context, where_tables["designs"], serving),
    }
    sets = {
        **where_sets,
        **capital_sets,
        "PERIOD": tuple(scenario.periods),
        "COUNTRY": context.countries,
        "WORKLOAD": tuple(context.workloads.index),
        "MARKET": tuple(markets["market_id"]),
        "HBM_TAKE": tuple(
            (k, v, t)
            for k, v in hbm_sources(context, set(serving["system_id"]))
            for t in scenario.periods
        ),
        "HOUR": tuple(values["hour_frac"]),
        **demand_sets(context),
        **training_sets(context, where["country"]),
    }
    case = Case(sets, values, {**where_tables, "serving": serving})
    return regrouped(with_forced(case, case.sets["FORCED_SITE"]), _groups(case))


def _first_years(context: Context) -> dict[str, int]:
    """Year from which racks of a system exist."""
    systems = context.table("systems")
    years = systems["available_from_year"].astype(int)
    return dict(zip(systems["system_id"], years, strict=True))


def _hosts(context: Context, designs: pd.DataFrame, serving: pd.DataFrame) -> dict[str, list[str]]:
    """Cooling class to the rack systems it can carry and that are of any use."""
    systems = context.table("systems")
    useful = set(serving["system_id"])
    if context.scenario.training:
        useful |= set(training_systems(context).index)
    systems = systems[systems["system_id"].isin(useful)]
    classes = designs.drop_duplicates("cooling_class")
    return {str(row.cooling_class): able for row, able in hosted(systems, classes)}


def _groups(case: Case) -> dict[str, str]:
    """Site to group: the same country, users within reach, and grants for racks."""
    names: dict[tuple, str] = {}
    groups = {}
    for s in case.sets["SITE"]:
        key = (case["country"][s], case["reach"][s], _grants_for_racks(case, s))
        country = str(key[0])
        same = sum(1 for other in names if other[0] == country)
        groups[s] = names.setdefault(key, f"{country}-{same + 1}")
    return groups


def _grants_for_racks(case: Case, site: str) -> tuple[str, ...]:
    of_racks = {p for p, item in case["subsidy_share_frac"] if item in ("racks", "network")}
    return tuple(sorted(p for p in of_racks if site in case["subsidy_sites"][p]))


def regrouped(
    case: Case,
    group: Mapping[str, str],
    sender: Senders | None = None,
    kinds: Kinds | None = None,
) -> Case:
    """The case with other groups of sites; each site its own gives the site-indexed form.

    Sites of one group must share country, reach and grants for racks. `sender` says by site and
    workload who sends what is made there; else groups do, as one where they reach the same markets.
    With `kinds` there are no other racks, and they do no other work.
    """
    members: dict[str, list[str]] = {}
    for s in case.sets["SITE"]:
        members.setdefault(group[s], []).append(s)
    one = {g: sites[0] for g, sites in members.items()}
    times: dict[str, set] = {g: set() for g in members}
    for s, t in case.sets["SITE_PERIOD"]:
        times[group[s]].add(t)
    classes: dict[str, set] = {g: set() for g in members}
    for s, d in case.sets["SITE_DESIGN"]:
        classes[group[s]].add(case["cooling_class"][d])
    install, run = _racks(case, one, times, classes, kinds)
    transit = _least_by_group(case["site_transit_usd_per_mtoken"], group)
    sender = alike(case, group) if sender is None else sender
    of_group = of_groups(case, one, sender, {g for g, _ in transit})
    flow = list(flows(case, one, times, of_group))
    nation = case["market_country"]
    served = sorted({(w, nation[market], t) for _, w, market, t in flow})
    train = _trainable(case, install, {g: case["country"][s] for g, s in one.items()})
    sets = {
        **case.sets,
        "GROUP": tuple(members),
        "INSTALL": tuple(install),
        "RUN": tuple(run),
        "FLOW": tuple(flow),
        "SERVED": tuple(served),
        "TRAIN": tuple(train),
        "GANG": tuple(dict.fromkeys((g, j, k) for g, j, k, _, _ in train)),
    }
    values = {
        **case.values,
        "group": dict(group),
        "group_country": {g: case["country"][s] for g, s in one.items()},
        "site_sender": sender,
        "sender": of_group,
        "sender_country": {f: case["country"][one[g]] for (g, _), f in of_group.items()},
        "transit_usd_per_mtoken": transit,
    }
    return case.having(sets=sets, values=values)


def _racks(
    case: Case,
    one: Mapping[str, str],
    times: Mapping[str, set[int]],
    classes: Mapping[str, set[str]],
    kinds: Kinds | None,
) -> tuple[list[tuple], list[tuple]]:
    """INSTALL and RUN: what racks each group can have and from when, and what work they can do."""
    modes: dict[str, list[tuple[str, str]]] = {}
    for k, p, w in case["theta_mtokens_per_s"]:
        modes.setdefault(k, []).append((p, w))
    install, run = [], []
    for g, s in one.items():
        near, before = {w for w, _ in case["reach"][s]}, case["group"].get(s, g)
        for c in sorted(classes[g]):
            for k in case["hosts"][c]:
                if kinds is not None and (before, k, c) not in kinds:
                    continue
                works = [
                    (p, w)
                    for p, w in modes.get(k, ())
                    if w in near and (kinds is None or (before, k, c, p, w) in kinds)
                ]
                first = first_delivery(case, case["country"][s], k)
                for t in sorted(t for t in times[g] if t >= first):
                    install.append((g, k, c, t))
                    run += [(g, k, c, p, w, t) for p, w in works]
    return install, run


def first_delivery(case: Case, country: str, system: str) -> int:
    """First year in which racks can arrive: when they exist, and when they could be ordered."""
    ordered = case["decision_year"].get("all", 0) + case["rack_lead_years"].get(country, 0)
    return max(int(case["available_from_year"][system]), ordered)


def _trainable(case: Case, install: list[tuple], country: Mapping[str, str]) -> list[tuple]:
    """(group, job, system, cooling class, period) in which such racks may train."""
    return [
        (g, j, k, c, t)
        for j in case.sets["JOB"]
        for g, k, c, t in install
        if (j, k, t) in case["training_rack_zettaflop"]
        and (j, country[g]) in case["training_where"]
    ]


def _least_by_group(prices: Mapping[tuple, float], group: Mapping[str, str]) -> dict[tuple, float]:
    """Price by group and market: the cheapest site's, so that the groups' cost stays a bound."""
    least: dict[tuple, float] = {}
    for (s, market), price in prices.items():
        if s in group:
            at = (group[s], market)
            least[at] = min(price, least.get(at, price))
    return least
