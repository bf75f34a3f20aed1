"""A scenario against its region: every name exists, every year is planned, no limits contradict."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from planner.errors import Problem, listed, nearest, refuse
from planner.names.found import Found
from planner.names.hazard import of_hazard
from planner.names.law import of_law
from planner.names.money import of_money
from planner.names.network import of_network
from planner.names.power import of_power
from planner.names.work import of_work
from planner.origin import Origin, Path
from planner.scenario import Scenario
from planner.scenario.demand import Demand, Limit
from planner.scenario.filters import Pick
from planner.scenario.goal import Scale
from planner.tables import Region


def check_names(region: Region, scenario: Scenario) -> None:
    """Refuse a scenario that names what the region does not have, or contradicts itself.

    Raises
    ------
    InputError
        Every such problem, at once, each with the nearest valid name.
    """
    names = _region_names(scenario, region)
    found = [
        *_filters(scenario, names),
        *_earlier(scenario, names["sites"]),
        *_demand(scenario, names),
        *_workloads(scenario, names),
        *_countries(scenario, names["country"]),
        *of_network(region, scenario),
        *_years(scenario),
        *_contradictions(scenario),
        *of_money(region, scenario),
        *of_hazard(region, scenario),
        *_builders(region, scenario),
        *of_law(region, scenario, names),
        *of_work(region, scenario, names),
        *of_power(region, scenario),
    ]
    origin = scenario.origin
    refuse([_problem(origin, *one) for one in found])


def _problem(origin: Origin, path: Path, message: str, value: Any, allowed: Any) -> Problem:
    if isinstance(allowed, str):
        return origin.problem(path, message, value=value, allowed=allowed)
    near = nearest(value, allowed)
    return origin.problem(path, message, value=value, allowed=listed(allowed), nearest=near)


def _region_names(scenario: Scenario, region: Region) -> dict[str, list[str]]:
    columns = {
        "country": ("sites", "country"),
        "sites": ("sites", "site_id"),
        "systems": ("systems", "system_id"),
        "cooling": ("cooling_designs", "design_id"),
        "power_states": ("power_states", "state_id"),
        "llm": ("llms", "llm_id"),
        "market": ("markets", "market_id"),
        "workload": ("workloads", "workload_id"),
    }
    names = {
        name: list(dict.fromkeys(region.tables[table][column].astype(str)))
        for name, (table, column) in columns.items()
    }
    names["listed_workload"] = names["workload"]
    names["workload"] = list(dict.fromkeys([*names["workload"], *scenario.workloads]))
    return names


def _unknown(values: Iterable[tuple[Path, str | None]], what: str, names: list[str]) -> Iterator:
    for path, value in values:
        if value is not None and value not in names:
            yield path, f"unknown {what}", value, names


def _filters(scenario: Scenario, names: Mapping[str, list[str]]) -> Iterator[Found]:
    filters = scenario.filters
    at = enumerate(filters.countries)
    countries = [(("filters", "countries", n), value) for n, value in at]
    yield from _unknown(countries, "country", names["country"])
    for kind in ("sites", "systems", "cooling", "power_states"):
        pick: Pick = getattr(filters, kind)
        what = {"sites": "site", "systems": "rack system", "cooling": "cooling design"}
        word = what.get(kind, "power state")
        for part in type(pick).model_fields:
            for n, glob in enumerate(getattr(pick, part)):
                if not any(fnmatchcase(name, glob) for name in names[kind]):
                    yield ("filters", kind, part, n), f"matches no {word}", glob, names[kind]
        if not any(picked(pick, name) for name in names[kind]):
            yield ("filters", kind), f"leaves no {word}", None, f"at least one {word}"
    for n, glob in enumerate(filters.sites.force):
        forced = [name for name in names["sites"] if fnmatchcase(name, glob)]
        lost = [name for name in forced if not picked(filters.sites, name)]
        if lost:
            message = f"forces {lost[0]}, which include or exclude leaves out"
            yield ("filters", "sites", "force", n), message, glob, "a site that may be chosen"


def picked(pick: Pick, name: str) -> bool:
    """Whether a name is included and not excluded."""
    included = any(fnmatchcase(name, glob) for glob in pick.include)
    return included and not any(fnmatchcase(name, glob) for glob in pick.exclude)


def _earlier(scenario: Scenario, sites: list[str]) -> Iterator[Found]:
    at = [(("objective", "apart_from", name), name) for name in scenario.objective.apart_from]
    yield from _unknown(at, "site", sites)


def _demand(scenario: Scenario, names: Mapping[str, list[str]]) -> Iterator[Found]:
    demand = scenario.demand
    for part in ("mix", "weights"):
        stated: dict[str, float] = getattr(demand, part)
        yield from _unknown(
            [(("demand", part, name), name) for name in stated], "workload", names["workload"]
        )
        if stated and not any(stated.values()):
            yield ("demand", part), "asks for nothing: every value is 0", None, "one above 0"
    at_country = [(("demand", "country_share", name), name) for name in demand.country_share]
    yield from _unknown(at_country, "country", names["country"])
    periods = [str(year) for year in scenario.periods]
    for part in ("floors", "ceilings"):
        for n, limit in enumerate(getattr(demand, part)):
            here: Path = ("demand", part, n)
            for what in ("workload", "country", "market"):
                value = getattr(limit, what)
                yield from _unknown([((*here, what), value)], what, names[what])
            if limit.period is not None and str(limit.period) not in periods:
                yield (*here, "period"), "is no period of the plan", limit.period, periods
    yield from _crossed(demand)


def _crossed(demand: Demand) -> Iterator[Found]:
    def scope(limit: Limit) -> tuple:
        return limit.workload, limit.country, limit.market, limit.period

    ceilings = {scope(limit): limit.tokens_per_s for limit in demand.ceilings}
    for n, floor in enumerate(demand.floors):
        ceiling = ceilings.get(scope(floor))
        if ceiling is not None and floor.tokens_per_s > ceiling:
            path = ("demand", "floors", n, "tokens_per_s")
            yield path, "is above its ceiling", floor.tokens_per_s, f"at most {ceiling:g}"


def _workloads(scenario: Scenario, names: Mapping[str, list[str]]) -> Iterator[Found]:
    for name, workload in scenario.workloads.items():
        here: Path = ("workloads", name)
        yield from _unknown([((*here, "llm_id"), workload.llm_id)], "LLM", names["llm"])
        if name not in names["listed_workload"]:
            for key in ("llm_id", "isl_tokens", "osl_tokens"):
                if getattr(workload, key) is None:
                    message = f"is a new workload and states no {key}"
                    yield here, message, None, "llm_id, isl_tokens and osl_tokens at least"
    money = scenario.money.revenue_usd_per_mtoken
    at = [(("money", "revenue_usd_per_mtoken", name), name) for name in money]
    yield from _unknown(at, "workload", names["workload"])


def _countries(scenario: Scenario, names: list[str]) -> Iterator[Found]:
    policies = scenario.policies
    stated: list[tuple[Path, str | None]] = []
    for part in (
        "first_year",
        "in_country_share",
        "in_country_share_of",
        "cross_border_share",
        "domestic_accelerator_share",
        "country_share",
        "outage",
        "licence_loss",
        "late_delivery",
        "tiers",
        "foreign_operated_max",
        "import_tpp_max",
        "pue_max",
        "pue_scope",
    ):
        stated += [(("policies", part, name), name) for name in getattr(policies, part)]
    for origin, shares in policies.cross_border_share.items():
        stated += [(("policies", "cross_border_share", origin, name), name) for name in shares]
    stated += [(("scale_by_country", name), name) for name in scenario.scale_by_country]
    budget = scenario.budget.capex_musd_by_country
    stated += [(("budget", "capex_musd_by_country", name), name) for name in budget]
    yield from _unknown(stated, "country", names)


def _years(scenario: Scenario) -> Iterator[Found]:
    periods = [str(year) for year in scenario.periods]
    maps: list[tuple[Path, Mapping[int, float]]] = [
        (("budget", "capex_musd"), scenario.budget.capex_musd),
        (("budget", "opex_musd_per_year"), scenario.budget.opex_musd_per_year),
        (("policies", "carbon_t_per_year_max"), scenario.policies.carbon_t_per_year_max),
    ]
    for n, rule in scenario.policies.domestic_accelerator_share.items():
        maps.append((("policies", "domestic_accelerator_share", n, "by_year"), rule.by_year))
    for n, makers in scenario.policies.import_tpp_max.items():
        maps += [(("policies", "import_tpp_max", n, m), years) for m, years in makers.items()]
    for path, scale in _scales(scenario):
        maps += [((*path, part), getattr(scale, part)) for part in type(scale).model_fields]
    for path, by_year in maps:
        for year in by_year:
            if str(year) not in periods:
                yield (*path, year), "is no period of the plan", year, periods


def _scales(scenario: Scenario) -> list[tuple[Path, Scale]]:
    by_country = scenario.scale_by_country.items()
    countries: list[tuple[Path, Scale]] = [(("scale_by_country", k), v) for k, v in by_country]
    return [(("scale",), scenario.scale), *countries]


def _builders(region: Region, scenario: Scenario) -> Iterator[Found]:
    regions = list(region.tables["labour_regions"]["labour_region"])
    stated = scenario.people.builders_max
    at = [(("people", "builders_max", name), name) for name in stated]
    yield from _unknown(at, "labour region", regions)


def _contradictions(scenario: Scenario) -> Iterator[Found]:
    for path, scale in _scales(scenario):
        for year, least in scale.facility_mw_min.items():
            most = scale.facility_mw_max.get(year)
            if most is not None and least > most:
                at = (*path, "facility_mw_min", year)
                yield at, "is above facility_mw_max", least, f"at most {most:g}"
    for country, share in scenario.policies.country_share.items():
        if share.min > share.max:
            here = ("policies", "country_share", country, "min")
            yield here, "is above max", share.min, f"at most {share.max:g}"
    least_shares = sum(share.min for share in scenario.policies.country_share.values())
    if least_shares > 1:
        where = ("policies", "country_share")
        yield where, "has least shares that sum to more than 1", round(least_shares, 6), "at most 1"
    kept = scenario.filters.countries
    for country, scale in scenario.scale_by_country.items():
        if kept and country not in kept and any(scale.facility_mw_min.values()):
            message = "asks for a country that filters.countries leaves out"
            yield ("scale_by_country", country, "facility_mw_min"), message, country, kept
