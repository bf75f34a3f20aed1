"""A scenario's networks against the region: countries that have one, hours that are listed."""

from collections.abc import Iterator

from planner.names.found import Found
from planner.scenario import Scenario
from planner.scenario.grid import AREA_PEAK
from planner.tables import Region


def of_network(region: Region, scenario: Scenario) -> Iterator[Found]:
    """Where, what is wrong, the value, what is allowed: for every country and hour stated."""
    if not scenario.grid:
        return
    buses = set(region.tables["network_buses"]["country"])
    zones = region.tables["zones"].set_index("zone_id")["country"]
    areas = set(region.tables["jp_areas"]["zone_id"].map(zones))
    known = list(region.tables["network_hours"]["hour_id"])
    for country, stated in scenario.grid.items():
        if country not in buses | areas:
            yield ("grid", country), "has no network", country, sorted(buses | areas)
        elif country in buses:
            for n, hour in enumerate(stated.hours):
                if hour not in known:
                    yield ("grid", country, "hours", n), "unknown hour", hour, known
        elif "hours" in stated.model_fields_set:
            message = f"is a network of areas, which has one hour, {AREA_PEAK}"
            yield ("grid", country, "hours"), message, None, "no hours"
