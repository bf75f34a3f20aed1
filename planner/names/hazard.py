"""Hazard zones of a scenario against its region: names, countries, provinces."""

from collections.abc import Iterator

from planner.coefficients.hazard import in_zone
from planner.names.found import Found
from planner.origin import Path
from planner.scenario import Scenario
from planner.tables import Region


def of_hazard(region: Region, scenario: Scenario) -> Iterator[Found]:
    """What is wrong with `policies.hazard.zones`."""
    sites = region.tables["sites"]
    countries, provinces = sorted(sites["country"].unique()), sorted(sites["admin1"].unique())
    zones = scenario.policies.hazard.zones
    names = [zone.name for zone in zones]
    for number, zone in enumerate(zones):
        here: Path = ("policies", "hazard", "zones", number)
        if zone.name in names[:number] or zone.name in provinces:
            yield (*here, "name"), "is there twice", zone.name, "each zone once, and no province"
        unknown = zone.country is not None and zone.country not in countries
        if unknown:
            yield (*here, "country"), "unknown country", zone.country, countries
        for place, admin1 in enumerate(zone.admin1):
            if admin1 not in provinces:
                yield (*here, "admin1", place), "unknown province", admin1, provinces
                unknown = True
        if not unknown and not in_zone(zone, sites).any():
            yield here, "holds no site", zone.name, "a zone with a candidate site"
