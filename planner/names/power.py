"""The power section of a scenario against its region: sources, tariffs, shares of renewables."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from planner.names.found import Found
from planner.origin import Path
from planner.scenario import Scenario
from planner.tables import Region


def of_power(region: Region, scenario: Scenario) -> Iterator[Found]:
    """Where, what is wrong, the value, and the valid names (or one sentence of what is allowed)."""
    yield from _sources(scenario, region)
    yield from _classes(scenario, region)
    yield from _countries(scenario, region)
    yield from _renewables(scenario, region)


def _sources(scenario: Scenario, region: Region) -> Iterator:
    rows = region.tables["supply_options"].set_index("option_id")
    names = [str(name) for name in rows.index]
    barred = rows.loc[rows["allowed_flag"] == 0, "law"].to_dict()
    for n, glob in enumerate(scenario.power.sources if scenario.power is not None else ()):
        path = ("power", "sources", n)
        if not any(fnmatchcase(name, glob) for name in names):
            yield path, "matches no source", glob, names
        elif glob in barred and not _freed(scenario, glob):
            fact = f"facts: supply_options[{glob}].allowed_flag: 1"
            law = f"{barred[glob]}; to see what the law costs, state {fact}"
            yield path, "is not allowed", glob, law


def _freed(scenario: Scenario, name: str) -> bool:
    """Whether the scenario's facts say of a source whether it is allowed."""
    head, tail = "supply_options[", "].allowed_flag"
    keys = (key for key in scenario.facts if key.startswith(head) and key.endswith(tail))
    return any(fnmatchcase(name, key.removeprefix(head).removesuffix(tail)) for key in keys)


def _classes(scenario: Scenario, region: Region) -> Iterator:
    if scenario.power is None:
        return
    rows = region.tables["tariffs"]
    for country, name in scenario.power.tariff_class.items():
        offered = list(dict.fromkeys(rows.loc[rows["country"] == country, "class"]))
        if offered and name not in offered:
            yield ("power", "tariff_class", country), "unknown tariff class", name, offered
    if scenario.power.load_shape and not any(scenario.power.load_shape.values()):
        yield ("power", "load_shape"), "is no load: every value is 0", None, "one above 0"


def _countries(scenario: Scenario, region: Region) -> Iterator:
    known = list(dict.fromkeys(region.tables["sites"]["country"].astype(str)))
    stated: list[tuple[Path, str]] = [
        (("policies", "renewable_share_min", name), name)
        for name in scenario.policies.renewable_share_min
    ]
    if scenario.power is not None:
        for part in ("tariff_class", "flexible", "backup"):
            stated += [(("power", part, name), name) for name in getattr(scenario.power, part)]
    for path, name in stated:
        if name not in known:
            yield path, "unknown country", name, known


def _renewables(scenario: Scenario, region: Region) -> Iterator:
    """A share of renewables needs a year of the plan, and a source that counts."""
    rows = region.tables["supply_options"]
    globs = scenario.power.sources if scenario.power is not None else []
    named = rows["option_id"].map(lambda name: any(fnmatchcase(name, g) for g in globs))
    usable = rows[named.astype(bool) & (rows["renewable_flag"] == 1) & (rows["allowed_flag"] == 1)]
    for country, by_year in scenario.policies.renewable_share_min.items():
        path: Path = ("policies", "renewable_share_min", country)
        if any(by_year.values()) and country not in set(usable["country"]):
            yield path, "has no renewable source in power.sources", country, "a source that counts"
        for year in by_year:
            if year not in scenario.periods:
                periods = [str(t) for t in scenario.periods]
                yield (*path, year), "is no period of the plan", year, periods
