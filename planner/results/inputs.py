"""Which rows of the region's tables a plan rests on, for `inputs.csv`."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from planner import catalogue
from planner.coefficients.context import Context
from planner.coefficients.where import candidate_sites
from planner.provenance import inputs, recalled_count
from planner.tables import keys

Chosen = Callable[[pd.DataFrame], pd.Series]


def plan_inputs(context: Context, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Each number behind the plan: of its sites, systems, workloads, cooling, prices and rules."""
    region = context.region
    rows = {}
    for name, chosen in _used(context, tables).items():
        frame = region.tables[name]
        rows[name] = set(keys(frame, catalogue.tables()[name])[chosen(frame)])
    numbers = inputs(region, rows)
    limits = numbers["value"].astype(float)
    return numbers[np.isfinite(limits)].reset_index(drop=True)  # no limit is no number


def recalled_of_sites(context: Context) -> dict[str, int]:
    """By candidate site, how many numbers of its own row are recalled or assumed."""
    numbers = inputs(context.region, {"sites": set(candidate_sites(context).index)})
    return {str(s): recalled_count(part) for s, part in numbers.groupby("key")}


def _used(context: Context, tables: dict[str, pd.DataFrame]) -> dict[str, Chosen]:
    sites = context.table("sites").set_index("site_id")
    sites = sites.loc[sites.index.isin(tables["power"]["site_id"])]
    zones = context.table("zones").set_index("zone_id")
    tariff_zones = set(zones.loc[zones.index.isin(sites["zone_id"]), "tariff_zone_id"])
    stations = context.table("climate_stations").set_index("station_id")
    systems = set(tables["installs"]["system_id"])
    memory = context.table("systems").set_index("system_id")["hbm_generation"]
    workloads = context.workloads
    links = set(zip(tables["flows"]["site_id"], tables["flows"]["market_id"], strict=True))
    voltages = set(zip(sites["country"], sites["voltage_kv"], strict=True))

    def among(column: str, names: object) -> Chosen:
        wanted = set(names)  # type: ignore[call-overload]
        return lambda frame: frame[column].isin(wanted)

    def pairs(left: str, right: str, wanted: set) -> Chosen:
        return lambda frame: pd.Series(
            [pair in wanted for pair in zip(frame[left], frame[right], strict=True)], frame.index
        )

    def default(zone: set) -> Chosen:
        return lambda frame: frame["zone_id"].isin(zone) & (frame["default_flag"] == 1)

    return {
        "daily_shapes": _of_shape(context),
        "sites": among("site_id", sites.index),
        "site_markets": pairs("site_id", "market_id", links),
        "systems": among("system_id", systems),
        "system_supply": lambda f: (
            f["system_id"].isin(systems) & f["country"].isin(context.countries)
        ),
        "hbm_supply": among("hbm_generation", memory[memory.index.isin(systems)]),
        "workloads": among("workload_id", workloads.index),
        "llms": among("llm_id", workloads["llm_id"]),
        "power_states": among("state_id", tables["fleet"]["state_id"]),
        "throughput_coefficients": lambda f: pd.Series(True, f.index),
        "cooling_designs": among("design_id", tables["halls"]["design_id"]),
        "climate_stations": among("station_id", sites["climate_station"]),
        "climate_bins": among("station_id", sites["climate_station"]),
        "sea_temperature": among("sea_id", stations["sea_id"].reindex(sites["climate_station"])),
        "interconnection_steps": pairs("country", "voltage_kv", voltages),
        "permit_regions": among("permit_region", sites["permit_region"]),
        "zones": among("zone_id", sites["zone_id"]),
        "tariffs": default(tariff_zones),
        "emission_factors": default(tariff_zones),
        "labour_regions": among("labour_region", sites["labour_region"]),
        "markets": among("country", context.countries),
        "cross_border": among("from_country", context.countries),
        "subsidies": among("programme_id", context.scenario.money.subsidies),
        "parameters": among("scope", ["*", *context.countries]),
    }


def _of_shape(context: Context) -> Chosen:
    """Rows of the scenario's daily shape, for its countries and kinds of demand."""
    shape, kinds = context.scenario.demand.daily_shape, set(context.workloads["demand_kind"])
    return lambda frame: (
        (frame["shape_id"] == shape)
        & frame["country"].isin(context.countries)
        & frame["demand_kind"].isin(kinds)
    )
