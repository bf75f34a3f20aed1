"""Names in the sections of law: operators, certifications, classes, makers, systems."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import get_args

from planner.names.found import Found
from planner.origin import Path
from planner.scenario import Scenario
from planner.scenario.words import SovereigntyClass
from planner.tables import Region

DOMESTIC = "domestic_operator"
"""Condition of a programme that only domestic operators meet."""


def of_law(region: Region, scenario: Scenario, names: Mapping[str, list[str]]) -> Iterator[Found]:
    """Where a section of law names what the region or the scenario does not have."""
    yield from _homes(scenario)
    yield from _tiers(scenario, names["systems"])
    yield from _makers(scenario, region)
    yield from _subsidised(scenario, region)
    for n in scenario.policies.pue_scope:
        if n not in scenario.policies.pue_max:
            where: Path = ("policies", "pue_scope", n)
            yield where, "says where a ceiling holds, and none is stated", n, "a pue_max of it"


def _homes(scenario: Scenario) -> Iterator[Found]:
    planned = scenario.demand.workloads
    known = [*get_args(SovereigntyClass), *planned]
    for n, parts in scenario.policies.in_country_share_of.items():
        for name in parts:
            if name not in known:
                where = ("policies", "in_country_share_of", n, name)
                yield where, "is no class of data, and no workload of the plan", name, known


def _tiers(scenario: Scenario, systems: list[str]) -> Iterator[Found]:
    held = sorted({c for o in scenario.operators.values() for c in o.certifications})
    for n, tiers in scenario.policies.tiers.items():
        for q, tier in tiers.items():
            here: Path = ("policies", "tiers", n, q)
            if tier.certification is not None and tier.certification not in held:
                message = "is a certification that no operator holds"
                allowed = held or "operators with certifications, under operators:"
                yield (*here, "certification"), message, tier.certification, allowed
            if tier.domestic_control and not scenario.operators:
                message = "asks who runs a site, and the scenario names no operators"
                yield (*here, "domestic_control"), message, None, "operators:"
            for i, glob in enumerate(tier.systems_exclude):
                if not any(fnmatchcase(name, glob) for name in systems):
                    yield (*here, "systems_exclude", i), "matches no rack system", glob, systems
    if scenario.policies.foreign_operated_max and not scenario.operators:
        where = ("policies", "foreign_operated_max")
        yield where, "asks who runs a site, and the scenario names no operators", None, "operators:"


def _subsidised(scenario: Scenario, region: Region) -> Iterator[Found]:
    """A programme for domestic operators needs one among those the plan chooses from."""
    rows = region.tables["subsidies"]
    country = dict(zip(rows["programme_id"], rows["country"], strict=True))
    conditions = dict(zip(rows["programme_id"], rows["conditions"].fillna(""), strict=True))
    for i, name in enumerate(scenario.money.subsidies if scenario.operators else ()):
        n = country.get(name, "")
        at_home = [
            o
            for o, operator in scenario.operators.items()
            if operator.home_country == n and operator.foreign_equity_frac <= 0.5
        ]
        if DOMESTIC in conditions.get(name, "").split(";") and not at_home:
            message = "is for domestic operators, and none of the operators is one"
            where: Path = ("money", "subsidies", i)
            yield where, message, name, f"an operator of {n}, under operators:"


def _makers(scenario: Scenario, region: Region) -> Iterator[Found]:
    policies = scenario.policies
    makers = sorted(set(region.tables["systems"]["maker_country"].astype(str)))
    stated: list[tuple[Path, str]] = [
        (("policies", "licence_loss", n, "maker"), rule.maker)
        for n, rule in policies.licence_loss.items()
    ]
    for n, by_maker in policies.import_tpp_max.items():
        stated += [(("policies", "import_tpp_max", n, maker), maker) for maker in by_maker]
    for path, maker in stated:
        if maker not in makers:
            yield path, "is no country that makes a rack system", maker, makers
    homes = sorted(set(region.tables["hbm_vendors"]["country"].astype(str)))
    for n in policies.hbm_origin_share_min:
        if n not in homes:
            where: Path = ("policies", "hbm_origin_share_min", n)
            yield where, "is no country of a memory maker", n, homes
