"""Which rows of the region's tables a plan rests on, for `inputs.csv`."""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import pandas as pd

from planner.coefficients.context import Context
from planner.coefficients.tariffs import site_tariffs
from planner.coefficients.where import candidate_sites
from planner.provenance import inputs

Chosen = Callable[[pd.DataFrame], pd.Series]

NETWORK_PARAMETERS = (
    "reserve_frac",
    "line_rating_frac",
    "load_growth_frac_per_year",
    "network_reference_year",
)
"""Parameters that only plans with a network rest on."""


def plan_inputs(context: Context, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Each number behind the plan: of its sites, systems, workloads, cooling, prices and rules."""
    region = context.region
    used = _used(context, tables).items()
    rows = {name: chosen(region.tables[name]) for name, chosen in used}
    numbers = inputs(region, rows, _columns(context))
    limits = numbers["value"].astype(float)
    return numbers[np.isfinite(limits)].reset_index(drop=True)  # no limit is no number


def _columns(context: Context) -> dict[str, Collection[str]]:
    """Columns a plan rests on, of tables of which it uses some only."""
    if context.scenario.power is not None:
        return {}
    return {"tariffs": ("voltage_kv", "energy_local_per_kwh", "demand_local_per_kw_month")}


def recalled_of_sites(context: Context) -> dict[str, int]:
    """By candidate site, how many numbers of its own row are recalled or assumed."""
    there = context.region.tables["sites"]["site_id"].isin(candidate_sites(context).index)
    numbers = inputs(context.region, {"sites": there})
    recalled = numbers.groupby("key")["recalled_flag"].sum()
    return {str(s): int(count) for s, count in recalled.items()}


def _further_water(tables: dict[str, pd.DataFrame], sites: Any) -> set:
    """Province and source of what is drawn from beside a site's own source."""
    drawn = tables["water"]
    home = drawn["site_id"].map(sites["admin1"])
    further = drawn["water_source"] != drawn["site_id"].map(sites["water_source"])
    return set(zip(home[further], drawn.loc[further, "water_source"], strict=True))


def _used(context: Context, tables: dict[str, pd.DataFrame]) -> dict[str, Chosen]:
    """By table, which of its rows the plan rests on."""
    return {
        **_of_compute(context, tables),
        **_of_places(context, tables),
        **_of_networks(context),
        **_of_supply(context, tables),
        "markets": _among("country", context.countries),
        "cross_border": _among("from_country", context.countries),
        "subsidies": _among("programme_id", context.scenario.money.subsidies),
        "parameters": lambda f: (
            f["scope"].isin(["*", *context.countries])
            & (bool(context.scenario.grid) | ~f["parameter"].isin(NETWORK_PARAMETERS))
        ),
    }


def _of_compute(context: Context, tables: dict[str, pd.DataFrame]) -> dict[str, Chosen]:
    """Racks, memory, workloads, LLMs, and the hours of demand."""
    systems = set(tables["installs"]["system_id"])
    memory = context.table("systems").set_index("system_id")["hbm_generation"]
    workloads, countries = context.workloads, context.countries
    shape, kinds = context.scenario.demand.daily_shape, set(workloads["demand_kind"])
    return {
        "systems": _among("system_id", systems),
        "system_supply": lambda f: f["system_id"].isin(systems) & f["country"].isin(countries),
        "hbm_supply": _among("hbm_generation", memory[memory.index.isin(systems)]),
        "workloads": _among("workload_id", workloads.index),
        "daily_shapes": lambda f: (
            (f["shape_id"] == shape) & f["country"].isin(countries) & f["demand_kind"].isin(kinds)
        ),
        "llms": _among("llm_id", workloads["llm_id"]),
        "power_states": _among("state_id", tables["fleet"]["state_id"]),
        "throughput_coefficients": lambda f: pd.Series(True, f.index),
    }


def _of_networks(context: Context) -> dict[str, Chosen]:
    """Rows of the networks that the scenario states, hours and units included."""
    stated = context.scenario.grid
    buses = context.table("network_buses").set_index("bus_id")["country"]
    zones = context.table("zones").set_index("zone_id")["country"]
    hours = {hour for asked in stated.values() for hour in asked.hours}
    with_buses = bool(buses.isin(list(stated)).any())

    def at(column: str, country: pd.Series) -> Chosen:
        return lambda frame: frame[column].map(country).isin(list(stated))

    return {
        "network_buses": at("bus_id", buses),
        "network_lines": at("from_bus_id", buses),
        "network_generators": at("bus_id", buses),
        "network_hours": lambda f: f["hour_id"].isin(hours) & with_buses,
        "jp_areas": at("zone_id", zones),
        "interconnectors": at("from_zone_id", zones),
    }


def _of_places(context: Context, tables: dict[str, pd.DataFrame]) -> dict[str, Chosen]:
    """Sites with their climate, grid and labour, and the cooling that stands there."""
    sites = context.table("sites").set_index("site_id")
    sites = sites.loc[sites.index.isin(tables["power"]["site_id"])]
    zones = context.table("zones").set_index("zone_id")
    tariff_zones = set(zones.loc[zones.index.isin(sites["zone_id"]), "tariff_zone_id"])
    stations = context.table("climate_stations").set_index("station_id")
    links = set(zip(tables["flows"]["site_id"], tables["flows"]["market_id"], strict=True))
    voltages = set(zip(sites["country"], sites["voltage_kv"], strict=True))
    return {
        "sites": _among("site_id", sites.index),
        "site_markets": _pairs("site_id", "market_id", links),
        "cooling_designs": _among("design_id", tables["halls"]["design_id"]),
        "climate_stations": _among("station_id", sites["climate_station"]),
        "climate_bins": _among("station_id", sites["climate_station"]),
        "sea_temperature": _among("sea_id", stations["sea_id"].reindex(sites["climate_station"])),
        "interconnection_steps": _pairs("country", "voltage_kv", voltages),
        "permit_regions": _among("permit_region", sites["permit_region"]),
        "zones": _among("zone_id", sites["zone_id"]),
        "emission_factors": _default(tariff_zones),
        "labour_regions": _among("labour_region", sites["labour_region"]),
        "water_supplies": _pairs("admin1", "water_source", _further_water(tables, sites)),
        "water_stress": _among(
            "admin1", sites["admin1"] if context.scenario.water.stress_frac_max is not None else ()
        ),
    }


def _of_supply(context: Context, tables: dict[str, pd.DataFrame]) -> dict[str, Chosen]:
    """Tariffs of the open sites, and the sources of power beside the grid."""
    sites = context.table("sites").set_index("site_id", drop=False)
    sites = sites[sites.index.isin(tables["power"]["site_id"])]
    tariffs = set(site_tariffs(context, sites)["tariff_id"])
    sources = set(tables["supply"]["source_id"])
    by_use = tariffs if context.scenario.power is not None else set()
    return {
        "tariffs": _among("tariff_id", tariffs),
        "tariff_periods": _among("tariff_id", by_use),
        "supply_options": _among("option_id", sources),
        "supply_limits": _among("option_id", sources),
    }


def _among(column: str, names: object) -> Chosen:
    wanted = set(names)  # type: ignore[call-overload]
    return lambda frame: frame[column].isin(wanted)


def _pairs(left: str, right: str, wanted: set) -> Chosen:
    return lambda frame: pd.Series(
        [pair in wanted for pair in zip(frame[left], frame[right], strict=True)], frame.index
    )


def _default(zone: set) -> Chosen:
    return lambda frame: frame["zone_id"].isin(zone) & (frame["default_flag"] == 1)
