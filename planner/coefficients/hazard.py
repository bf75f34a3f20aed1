"""Coefficients of hazard: sites within the ceilings, and zones that may hold a share of the MW."""

import pandas as pd

from planner.coefficients.context import Context
from planner.scenario import Scenario
from planner.scenario.hazard import HazardZone

CEILINGS = {
    "pga_g_max": ("seismic_pga_g", "earthquake above the ceiling"),
    "typhoon_count_max": ("typhoon_count", "typhoons above the ceiling"),
}
"""By key of `policies.hazard`: the column of sites it limits, and what a site above it is told."""


def too_exposed(scenario: Scenario, sites: pd.DataFrame) -> pd.Series:
    """By site, which ceiling it is above, in words; blank where it is above none."""
    words = pd.Series("", sites.index)
    for key, (column, said) in CEILINGS.items():
        most = getattr(scenario.policies.hazard, key)
        if most is not None:
            words = words.mask((sites[column] > most) & (words == ""), said)
    return words


def in_zone(zone: HazardZone, sites: pd.DataFrame) -> pd.Series:
    """Which sites a zone holds."""
    inside = pd.Series(True, sites.index)
    if zone.country is not None:
        inside &= sites["country"] == zone.country
    if zone.admin1:
        inside &= sites["admin1"].isin(zone.admin1)
    if zone.pga_g_min is not None:
        inside &= sites["seismic_pga_g"] >= zone.pga_g_min
    if zone.typhoon_count_min is not None:
        inside &= sites["typhoon_count"] >= zone.typhoon_count_min
    return inside


def hazard_values(context: Context, sites: pd.DataFrame) -> dict[str, dict]:
    """Sites, share and base of each zone; a province is one where its share is limited."""
    stated = context.scenario.policies.hazard
    zones = {zone.name: zone for zone in stated.zones}
    if stated.province_share_max is not None:
        share = stated.province_share_max
        for admin1 in sorted(sites["admin1"].unique()):
            zones[admin1] = HazardZone(name=admin1, share_max=share, admin1=[admin1])
    return {
        "hazard_zone": {
            name: frozenset(sites.loc[in_zone(zone, sites), "site_id"])
            for name, zone in zones.items()
        },
        "hazard_share_max": {name: zone.share_max for name, zone in zones.items()},
        "hazard_of": {name: zone.country or "all" for name, zone in zones.items()},
    }
