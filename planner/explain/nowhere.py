"""Why no site can be used by the last period: what each waits for or lacks, and what would help."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from planner.coefficients.context import Context
from planner.coefficients.hazard import too_exposed
from planner.coefficients.where import (
    Places,
    candidate_sites,
    interconnection,
    places,
    site_designs,
    whole_years,
)
from planner.scenario import Scenario
from planner.scenario.filters import Filters
from planner.tables import Region

FAR_YEARS = 50
"""A site that nothing reaches within so many years is never reached."""

HELPLESS = "no later year, and no filter left out alone, gives a site that can be used in time"

GROUPS = 6
"""Reasons that are told: those of the earliest year, then of the most sites."""

NAMED = 3
"""Sites that are named; of more, the first and how many."""


def why_no_site(region: Region, scenario: Scenario) -> list[str]:
    """Sentences: the reasons with their sites and earliest years, then what would make one usable.

    Parameters
    ----------
    region, scenario
        Those of a case without sites.
    """
    context = Context(region, scenario)
    sites = candidate_sites(context)
    if sites.empty:
        told = ["filters.countries and filters.sites together leave no site"]
        return told + (_with_other_filters(context) or [HELPLESS])
    later = _by(context, scenario.periods[-1] + FAR_YEARS)
    there = places(later)
    reasons = {**_lacking(later, sites, there), **_waiting(context, there)}
    groups: dict[str, list[str]] = {}
    for site in sites.index:
        groups.setdefault(reasons[str(site)], []).append(str(site))
    years = there.first.reindex(sites.index).fillna(float("inf"))
    ordered = sorted(groups.items(), key=lambda group: (years[group[1][0]], -len(group[1])))
    found = [f"{_names(names)}: {reason}" for reason, names in ordered[:GROUPS]]
    rest = sum(len(names) for _, names in ordered[GROUPS:])
    found += [f"{rest} more sites: later, or never"] if rest else []
    helps = _with_time(context, there) + _with_other_filters(context)
    return found + (helps or [HELPLESS])


def _by(context: Context, year: int) -> Context:
    """The same with one period that begins in that year, and no site forced."""
    filters = context.scenario.filters
    sites = filters.sites.model_copy(update={"force": []})
    update = {"periods": [year], "filters": filters.model_copy(update={"sites": sites})}
    return replace(context, scenario=context.scenario.model_copy(update=update))


def _names(sites: Sequence[str]) -> str:
    if len(sites) <= NAMED:
        return ", ".join(sites)
    return f"{len(sites)} sites ({', '.join(sites[:NAMED])}, ...)"


def _waiting(context: Context, there: Places) -> dict[str, str]:
    """By site that is usable one day: from when, and what it waits for."""
    begun, law = context.scenario.decision_year, context.scenario.policies.first_year
    steps = there.steps.sort_values(["first_year", "step_index"], kind="stable")
    first = steps.drop_duplicates("site_id")
    building = whole_years(context.by_country("hall_lead_years", first["country"]))
    years = dict(there.first)
    found = {}
    for step, hall in zip(first.to_dict("records"), building, strict=True):
        site, country = str(step["site_id"]), str(step["country"])
        lead, permit = int(step["whole_lead_years"]), float(step["extra_lead_years"])
        year = int(years[site])
        if year == law.get(country, 0) and year > begun + max(lead, hall):
            why = f"policies.first_year.{country} is {year}"
        elif hall > lead:
            why = f"a hall takes {_years(hall)} from {begun}"
        else:
            why = f"a connection at {step['voltage_kv']:g} kV takes {_years(lead)} from {begun}"
            why += f", {permit:g} of them for its permit" if permit > 0 else ""
        found[site] = f"cannot be energised before {year}: {why}"
    return found


def _years(count: int) -> str:
    return f"{count} year{'' if count == 1 else 's'}"


def _lacking(later: Context, sites: pd.DataFrame, there: Places) -> dict[str, str]:
    """By site that is never usable, what it lacks."""
    exposed = too_exposed(later.scenario, sites)
    steps = interconnection(later, sites[exposed == ""])
    powered = sites[sites.index.isin(steps["site_id"])]
    wide = powered.assign(parcel_m2=float("inf"), powered_mw=powered["usable_mw"])
    cooled = set(site_designs(later, wide)["site_id"]) if len(wide) else set()
    found = {}
    above, lost = dict(exposed), sites[~sites.index.isin(there.sites.index)]
    for site, row in zip(lost.index, lost.to_dict("records"), strict=True):
        if above[site]:
            why = f"left out by policies.hazard: {above[site]}"
        elif row["headroom_mw"] <= 0:
            why = "the grid has no headroom"
        elif row["usable_mw"] <= 0:
            why = f"permit region {row['permit_region']} allows 0 MW"
        elif site not in powered.index:
            why = f"no connection at {row['voltage_kv']:g} kV is known in {row['country']}"
        elif site in cooled:
            why = f"{row['parcel_m2']:,.0f} m2 of land have no room for a hall"
        else:
            why = "no cooling design that filters.cooling leaves can cool the racks there"
        found[str(site)] = why
    return found


def _with_time(context: Context, there: Places) -> list[str]:
    """The first year with a site, and the key that holds it back."""
    if there.first.empty:
        return []
    year, last = int(there.first.min()), context.scenario.periods[-1]
    early = there.first.index[there.first == year]
    found = [f"with a period from {year} on, {_names([str(s) for s in early])} can be used"]
    policies = context.scenario.policies
    if any(policies.first_year.get(n, 0) > last for n in context.countries):
        free = policies.model_copy(update={"first_year": {}})
        found += _could(context, {"policies": free}, "without policies.first_year")
    return found


def _with_other_filters(context: Context) -> list[str]:
    """Which filter, left out alone, leaves sites that can be used in time."""
    filters, found = context.scenario.filters, []
    for name in ("sites", "countries", "cooling", "systems"):
        stated, blank = getattr(filters, name), getattr(Filters(), name)
        if stated != blank:
            update = {"filters": filters.model_copy(update={name: blank})}
            found += _could(context, update, f"without filters.{name}")
    return found


def _could(context: Context, update: Mapping[str, object], what: str) -> list[str]:
    """How many sites can be used by the last period with a part of the scenario changed."""
    scenario = context.scenario.model_copy(update=dict(update))
    changed = Context(context.region, scenario)
    usable = places(_by(changed, context.scenario.periods[-1])).sites
    names = _names([str(s) for s in usable.index])
    return [f"{what}, {names} can be used by {scenario.periods[-1]}"] if len(usable) else []
