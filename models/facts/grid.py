"""Grid nodes, a test network, areas, and what a connection and its permit take: grid facts."""

from models.columns import Column, Table

COUNTRIES = ("KR", "JP")
ODBL = "odbl"

TABLES = (
    Table("grid_nodes", "mapped high-voltage nodes, no railway ones", ("node_id",), ODBL),
    Table("network_buses", "buses of a test network (Korea: KPG193)", ("bus_id",), ODBL),
    Table("network_lines", "branches of that network", ("line_id",), ODBL),
    Table(
        "network_generators", "thermal, nuclear and storage units on it", ("generator_id",), ODBL
    ),
    Table("network_hours", "hours of a year that stand for the load on it", ("hour_id",), ODBL),
    Table("fuels", "carbon of the fuels of its units", ("fuel",)),
    Table("jp_areas", "Japanese utility areas", ("zone_id",)),
    Table("interconnectors", "links between Japanese areas", ("interconnector_id",)),
    Table("zones", "grid zones and the AI load each can still take", ("zone_id",)),
    Table("grid_classes", "most load a node of a voltage class takes", ("country", "voltage_kv")),
    Table(
        "interconnection_steps",
        "lumps of grid capacity at a node, each needing the one before",
        ("country", "voltage_kv", "step_index"),
    ),
    Table("permit_regions", "how long and how likely a grid permit is", ("permit_region",)),
    Table(
        "permit_areas",
        "where a permit region holds: a whole admin1 unit, or a circle that goes before it",
        ("area_id",),
    ),
)


def _place(table: str) -> tuple[Column, Column]:
    return (
        Column(table, "lat_deg", "latitude", low=-90, high=90),
        Column(table, "lon_deg", "longitude", low=-180, high=180),
    )


_GN = "grid_nodes"
_NODES = (
    Column(_GN, "node_id", "node of the mapped network", "text"),
    Column(_GN, "name", "station, or municipality where the map has no name; romanised", "text"),
    Column(_GN, "name_local", "the same as mapped", "text"),
    Column(
        _GN,
        "kind",
        "what stands there; node: the map does not say",
        "text",
        allowed=("node", "substation", "switching", "converter", "power_station", "cable_head"),
    ),
    Column(_GN, "country", "country", "text", allowed=COUNTRIES),
    Column(_GN, "voltage_kv", "highest voltage mapped at the node", low=1),
    *_place(_GN),
    Column(_GN, "admin1", "province or prefecture", "text", refers="admin1.admin1"),
    Column(_GN, "zone_id", "grid zone it serves", "text", refers="zones.zone_id"),
    Column(_GN, "links_count", "other nodes a mapped line leads to", "whole", low=0),
)

_NETWORK = (
    Column("network_buses", "bus_id", "bus of the test network", "text"),
    Column("network_buses", "name", "municipality of the bus", "text"),
    Column("network_buses", "country", "country", "text", allowed=COUNTRIES),
    Column("network_buses", "admin1", "province", "text", refers="admin1.admin1"),
    *_place("network_buses"),
    Column("network_buses", "base_kv", "nominal voltage", low=1),
    Column("network_buses", "demand_at_peak_mw", "demand in the hour of the system peak", low=0),
    Column("network_buses", "demand_mean_mw", "mean demand of the year", low=0),
    Column("network_buses", "solar_mw", "solar capacity", low=0),
    Column("network_buses", "wind_mw", "wind capacity", low=0),
    Column("network_buses", "hydro_mw", "hydro capacity, without pumped storage", low=0),
    Column("network_buses", "hydro_mean_frac", "mean output of hydro by capacity", low=0, high=1),
    Column("network_lines", "line_id", "branch", "text"),
    Column("network_lines", "from_bus_id", "bus at one end", "text", refers="network_buses.bus_id"),
    Column(
        "network_lines", "to_bus_id", "bus at the other end", "text", refers="network_buses.bus_id"
    ),
    Column("network_lines", "kind", "ac or hvdc", "text", allowed=("ac", "hvdc")),
    Column("network_lines", "x_pu", "series reactance", low=0, default=None),
    Column("network_lines", "rating_mva", "thermal rating", low=0),
    Column("network_lines", "length_km", "straight distance between its ends", low=0),
    Column("network_generators", "generator_id", "unit", "text"),
    Column("network_generators", "bus_id", "bus it feeds", "text", refers="network_buses.bus_id"),
    Column("network_generators", "name", "plant and unit, local name", "text"),
    Column("network_generators", "fuel", "fuel, or psh: pumped hydro", "text", refers="fuels.fuel"),
    Column("network_generators", "capacity_mw", "largest output", low=0),
    Column("network_generators", "minimum_mw", "smallest output while running", default=0.0),
    Column(
        "network_generators",
        "marginal_krw_per_mwh",
        "linear cost of output; blank for pumped hydro",
        low=0,
        default=None,
    ),
    Column("fuels", "fuel", "fuel of a unit", "text"),
    Column("fuels", "gco2_per_kwh", "carbon emitted where it is burnt", low=0),
    Column("network_hours", "hour_id", "short name of the hour", "text"),
    Column("network_hours", "meaning", "how the hour was chosen", "text"),
    Column("network_hours", "month", "month of the year", "whole", low=1, high=12),
    Column("network_hours", "hour_h", "hour of the day", "whole", low=0, high=23),
    Column("network_hours", "demand_mw", "system demand", low=0),
    Column("network_hours", "solar_mw", "solar output available", low=0),
    Column("network_hours", "wind_mw", "wind output available", low=0),
)

_AREAS = (
    Column("jp_areas", "zone_id", "area", "text", refers="zones.zone_id"),
    Column("jp_areas", "name", "name of the area", "text"),
    Column("jp_areas", "operator", "transmission and distribution company", "text"),
    Column("jp_areas", "peak_mw", "peak demand of a year", low=0),
    Column("jp_areas", "supply_margin_frac", "firm supply over peak demand, less 1", low=0),
    Column(
        "jp_areas",
        "curtailment_frac",
        "share of solar and wind energy curtailed",
        low=0,
        high=1,
        default=None,
    ),
    Column("jp_areas", "queue_mw", "demand that waits for a connection", low=0, default=None),
    Column("interconnectors", "interconnector_id", "link", "text"),
    Column("interconnectors", "from_zone_id", "area at one end", "text", refers="zones.zone_id"),
    Column(
        "interconnectors", "to_zone_id", "area at the other end", "text", refers="zones.zone_id"
    ),
    Column(
        "interconnectors",
        "kind",
        "technology",
        "text",
        allowed=("ac", "hvdc", "frequency_converter", "back_to_back"),
    ),
    Column("interconnectors", "capacity_mw", "capacity today", low=0),
    Column("interconnectors", "planned_mw", "capacity after expansion", low=0, default=None),
    Column("interconnectors", "planned_from_year", "first year of it", "whole", default=None),
    Column("zones", "zone_id", "grid zone", "text"),
    Column("zones", "country", "country", "text", allowed=COUNTRIES),
    Column("zones", "name", "name in words", "text"),
    Column("zones", "tariff_zone_id", "zone that sets tariff and carbon intensity", "text"),
    Column("zones", "headroom_mw", "AI load it can take by about 2030", low=0, default=None),
)

_STEPS = "interconnection_steps"
_CONNECTION = (
    Column("grid_classes", "country", "country", "text", allowed=COUNTRIES),
    Column("grid_classes", "voltage_kv", "voltage class of a node", low=1),
    Column("grid_classes", "link_mw", "load a node can take per mapped link", low=0),
    Column("grid_classes", "largest_mw", "most load a node can take", low=0),
    Column(_STEPS, "country", "country", "text", allowed=COUNTRIES),
    Column(_STEPS, "voltage_kv", "voltage class of the node", low=1),
    Column(_STEPS, "step_index", "order of the step, from 1", "whole", low=1),
    Column(_STEPS, "step_mw", "capacity the step adds", low=0),
    Column(_STEPS, "step_musd", "capex of the step", low=0),
    Column(_STEPS, "lead_years", "decision to energisation, without permit delay", low=0),
    Column("permit_regions", "permit_region", "region with one permit practice", "text"),
    Column("permit_regions", "country", "country", "text", allowed=COUNTRIES),
    Column("permit_regions", "name", "name in words", "text"),
    Column("permit_regions", "extra_lead_years", "delay on top of the step's lead time", low=0),
    Column(
        "permit_regions",
        "pass_frac",
        "share of applications granted; blank where unknown",
        low=0,
        high=1,
        default=None,
    ),
    Column(
        "permit_regions", "max_mw", "largest load granted at one site", low=0, default=float("inf")
    ),
    Column("permit_regions", "free_mw", "largest load that needs no permit", low=0, default=0.0),
    Column(
        "permit_regions",
        "exempt_from_year",
        "first year in which no load needs one; blank: none is known",
        "whole",
        default=None,
    ),
    Column("permit_regions", "rule", "the law or practice the row stands for", "text", default=""),
    Column("permit_areas", "area_id", "short name of the area", "text"),
    Column(
        "permit_areas",
        "permit_region",
        "permit region that holds",
        "text",
        refers="permit_regions.permit_region",
    ),
    Column("permit_areas", "admin1", "province or prefecture", "text", refers="admin1.admin1"),
    Column("permit_areas", "lat_deg", "centre of a circle", low=-90, high=90, default=None),
    Column("permit_areas", "lon_deg", "centre of a circle", low=-180, high=180, default=None),
    Column(
        "permit_areas",
        "radius_km",
        "radius of the circle; blank for the whole unit",
        low=0,
        default=None,
    ),
)

COLUMNS = (*_NODES, *_NETWORK, *_AREAS, *_CONNECTION)
