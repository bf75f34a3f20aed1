"""The networks of a scenario: the region's tables at the stated hours, in each period.

Assumed throughout: supply is cut by the reserve share; units may run anywhere up to what is left
(commitment is not modelled); wind and sun give what the hour has, and less if need be; run-of-river
hydro gives its yearly mean; pumped hydro is full before the hour, and as dear as the dearest unit.
Other load grows from the reference year at one rate everywhere; supply and lines stay.
"""

from typing import Any

import numpy as np
import pandas as pd

from planner.coefficients.context import Context
from planner.grid.angles import with_base_limits
from planner.grid.network import Network
from planner.scenario.grid import AREA_PEAK

PER_THOUSAND = 1e-3
G_PER_KWH_IN_T_PER_MWH = 1e-3


def networks(context: Context) -> dict[tuple[str, str, int], Network]:
    """Network by country, hour and period; periods that do not differ share one."""
    found: dict[tuple[str, str, int], Network] = {}
    for country, stated in context.scenario.grid.items():
        if country not in context.countries:
            continue
        known: dict[tuple, Network] = {}
        for hour in hours(context, country, stated.hours):
            for t in context.scenario.periods:
                same = (hour, growth(context, country, t), tuple(_link_mw(context, country, t)))
                if same not in known:
                    known[same] = with_base_limits(_network(context, country, hour, t))
                found[country, hour, t] = known[same]
    return found


def countries_with_networks(context: Context) -> list[str]:
    """Countries of the plan for which the region has buses, or areas."""
    zones = context.table("zones").set_index("zone_id")["country"]
    areas = set(context.table("jp_areas")["zone_id"].map(zones))
    return [n for n in context.countries if _has_buses(context, n) or n in areas]


def hours(context: Context, country: str, stated: list[str]) -> list[str]:
    """Hours of a country's network: those stated; areas have one, their peak."""
    return stated if _has_buses(context, country) else [AREA_PEAK]


def site_nodes(context: Context, sites: pd.DataFrame) -> dict[str, str]:
    """Site to its node, where its country's network is asked for and has one there."""
    asked = sites[sites["country"].isin(list(context.scenario.grid))]
    nodes = {}
    for s, row in asked.iterrows():
        by_bus = _has_buses(context, row["country"])
        node = row["bus_id"] if by_bus else row["zone_id"]
        if node:
            nodes[str(s)] = str(node)
    return nodes


def growth(context: Context, country: str, t: int) -> float:
    """Other load of a period over that of the reference year."""
    years = t - context.parameter("network_reference_year", country)
    rate = context.parameter("load_growth_frac_per_year", country)
    return float((1 + rate) ** max(years, 0.0))


def _has_buses(context: Context, country: str) -> bool:
    return bool((context.table("network_buses")["country"] == country).any())


def _network(context: Context, country: str, hour: str, t: int) -> Network:
    if _has_buses(context, country):
        return _of_buses(context, country, hour, t)
    return _of_areas(context, country, t)


def _of_buses(context: Context, country: str, hour: str, t: int) -> Network:
    buses = context.table("network_buses")
    buses = buses[buses["country"] == country].reset_index(drop=True)
    number = {bus: i for i, bus in enumerate(buses["bus_id"])}
    now = context.table("network_hours").set_index("hour_id").loc[hour]
    share = buses["demand_at_peak_mw"] / buses["demand_at_peak_mw"].sum()
    supply = _supply(context, country, buses, now)
    lines = context.table("network_lines")
    lines = lines[lines["from_bus_id"].isin(number)]
    ac, dc = lines[lines["kind"] == "ac"], lines[lines["kind"] == "hvdc"]
    usable = context.parameter("line_rating_frac", country)

    def ends(rows: pd.DataFrame, side: str) -> np.ndarray:
        return rows[f"{side}_bus_id"].map(number).to_numpy(dtype=int)

    return Network(
        country=country,
        hour=hour,
        nodes=tuple(buses["bus_id"].astype(str)),
        names=tuple(buses["name"]),
        demand_mw=(share * now["demand_mw"] * growth(context, country, t)).to_numpy(),
        supply_node=supply["bus_id"].map(number).to_numpy(dtype=int),
        supply_mw=supply["mw"].to_numpy(dtype=float),
        supply_cost=supply["cost"].to_numpy(dtype=float),
        supply_co2=supply["co2"].to_numpy(dtype=float),
        lines=tuple(ac["line_id"]),
        tail=ends(ac, "from"),
        head=ends(ac, "to"),
        x_pu=ac["x_pu"].to_numpy(dtype=float),
        line_mw=usable * ac["rating_mva"].to_numpy(dtype=float),
        links=tuple(dc["line_id"]),
        link_tail=ends(dc, "from"),
        link_head=ends(dc, "to"),
        link_mw=usable * dc["rating_mva"].to_numpy(dtype=float),
        unserved_mw=np.zeros(len(buses)),
    )


def _supply(context: Context, country: str, buses: pd.DataFrame, now: Any) -> pd.DataFrame:
    """What each unit, and each bus's sun, wind and water, can give: bus_id, mw, cost, co2."""
    units = context.table("network_generators")
    units = units[units["bus_id"].isin(buses["bus_id"])]
    carbon = context.table("fuels").set_index("fuel")["gco2_per_kwh"]
    cost = units["marginal_krw_per_mwh"].astype(float)
    held = 1 + context.parameter("reserve_frac", country)
    thermal = pd.DataFrame(
        {
            "bus_id": units["bus_id"],
            "mw": units["capacity_mw"] / held,
            "cost": cost.fillna(cost.max()) * PER_THOUSAND,
            "co2": units["fuel"].map(carbon) * G_PER_KWH_IN_T_PER_MWH,
        }
    )
    free = buses["hydro_mw"] * buses["hydro_mean_frac"]
    for kind in ("solar", "wind"):
        capacity = buses[f"{kind}_mw"]
        free = free + capacity * (now[f"{kind}_mw"] / max(capacity.sum(), 1e-9))
    weather = pd.DataFrame({"bus_id": buses["bus_id"], "mw": free, "cost": 0.0, "co2": 0.0})
    rows = pd.concat([thermal, weather], ignore_index=True)
    return rows[rows["mw"] > 0]


def _of_areas(context: Context, country: str, t: int) -> Network:
    zones = context.table("zones").set_index("zone_id")["country"]
    areas = context.table("jp_areas")
    areas = areas[areas["zone_id"].map(zones) == country]
    number = {zone: i for i, zone in enumerate(areas["zone_id"])}
    links = _links(context, country)
    held = 1 + context.parameter("reserve_frac", country)
    supply = areas["peak_mw"] * (1 + areas["supply_margin_frac"]) / held
    nothing = np.zeros(0)
    return Network(
        country=country,
        hour=AREA_PEAK,
        nodes=tuple(areas["zone_id"]),
        names=tuple(areas["name"]),
        demand_mw=areas["peak_mw"].to_numpy(dtype=float) * growth(context, country, t),
        supply_node=np.arange(len(areas)),
        supply_mw=supply.to_numpy(dtype=float),
        supply_cost=np.full(len(areas), np.nan),
        supply_co2=np.full(len(areas), np.nan),
        lines=(),
        tail=nothing.astype(int),
        head=nothing.astype(int),
        x_pu=nothing,
        line_mw=nothing,
        links=tuple(links["interconnector_id"]),
        link_tail=links["from_zone_id"].map(number).to_numpy(dtype=int),
        link_head=links["to_zone_id"].map(number).to_numpy(dtype=int),
        link_mw=np.array(_link_mw(context, country, t), dtype=float),
        unserved_mw=np.zeros(len(areas)),
    )


def _links(context: Context, country: str) -> pd.DataFrame:
    zones = context.table("zones").set_index("zone_id")["country"]
    links = context.table("interconnectors")
    return links[links["from_zone_id"].map(zones) == country]


def _link_mw(context: Context, country: str, t: int) -> list[float]:
    """Capacity of each interconnector in a period, its expansion included once it is there."""
    if _has_buses(context, country):
        return []
    links = _links(context, country)
    expanded = links["planned_from_year"].fillna(np.inf) <= t
    return [float(mw) for mw in links["planned_mw"].where(expanded, links["capacity_mw"])]
