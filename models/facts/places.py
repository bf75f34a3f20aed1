"""Land, water, hazard, connectivity and markets, and the candidate sites made from them.

The grid layers are declared in `models.facts.grid` and joined here.
"""

from models.columns import Column, Table
from models.facts import grid

COUNTRIES = ("KR", "JP")
WATER_SOURCES = ("river", "industrial", "reclaimed", "sea", "city")
SITE_KINDS = ("grid_node", "substation", "estate")

TABLES = (
    *grid.TABLES,
    Table("admin1", "provinces and prefectures; outlines in admin1.geojson", ("admin1",)),
    Table(
        "land_borders",
        "course of land borders, which are no coast",
        ("border_id", "point_index"),
    ),
    Table("industrial_estates", "industrial estates open to an AI factory", ("estate_id",)),
    Table("land_prices", "land beside grid nodes", ("admin1",)),
    Table("water_supplies", "water open to one new user", ("admin1", "water_source")),
    Table("water_stress", "share of available water that is withdrawn", ("admin1",)),
    Table("reservoirs", "dams that regulate a river", ("reservoir_id",)),
    Table("hazards", "earthquake and typhoon", ("admin1",)),
    Table("exchanges", "internet exchange points", ("exchange_id",)),
    Table("cable_landings", "towns where submarine cables land", ("landing_id",)),
    Table("border_cables", "submarine cables between the countries", ("cable_id",)),
    Table("markets", "metropolises that consume tokens", ("market_id",)),
    Table("sites", "candidate sites, computed from the layers", ("site_id",), "odbl"),
    Table("site_markets", "sites to markets", ("site_id", "market_id"), "odbl"),
)


def _place(table: str) -> tuple[Column, Column]:
    return (
        Column(table, "lat_deg", "latitude", low=-90, high=90),
        Column(table, "lon_deg", "longitude", low=-180, high=180),
    )


def _country(table: str) -> Column:
    return Column(table, "country", "country", "text", allowed=COUNTRIES)


def _admin1(table: str) -> Column:
    return Column(table, "admin1", "province or prefecture", "text", refers="admin1.admin1")


_LAND = (
    Column("admin1", "admin1", "province or prefecture, ISO 3166-2", "text"),
    _country("admin1"),
    Column("admin1", "name", "name in English", "text"),
    Column("admin1", "name_local", "name in the language of the country", "text"),
    Column("admin1", "zone_id", "grid zone of most of it", "text", refers="zones.zone_id"),
    Column("admin1", "area_km2", "area", low=0),
    *_place("admin1"),
    Column("land_borders", "border_id", "short name of the border", "text"),
    Column("land_borders", "point_index", "order of the point along it", "whole", low=1),
    *_place("land_borders"),
    Column("land_borders", "width_km", "strip on either side that is no coast", low=0),
    Column("industrial_estates", "estate_id", "short name of the estate", "text"),
    Column("industrial_estates", "name", "name in words", "text"),
    _country("industrial_estates"),
    _admin1("industrial_estates"),
    *_place("industrial_estates"),
    Column("industrial_estates", "area_m2", "area of the estate", low=0, default=None),
    Column("industrial_estates", "parcel_m2", "plot one buyer can get", low=0),
    Column(
        "industrial_estates",
        "land_local_per_m2",
        "price at the level of 2026; blank: that of land_prices",
        low=0,
        default=None,
    ),
    _admin1("land_prices"),
    Column("land_prices", "land_local_per_m2", "price of industrial land, level of 2026", low=0),
    Column("land_prices", "parcel_m2", "plot one buyer can get beside a grid node", low=0),
)

_WATER = (
    _admin1("water_supplies"),
    Column("water_supplies", "water_source", "where it comes from", "text", allowed=WATER_SOURCES),
    Column("water_supplies", "limit_m3_per_day", "most in a day for one user", low=0),
    Column("water_supplies", "limit_m3_per_year", "most in a year for one user", low=0),
    Column("water_supplies", "water_local_per_m3", "price", low=0),
    Column("water_supplies", "connection_musd", "cost of a connection to it", low=0, default=0.0),
    _admin1("water_stress"),
    Column("water_stress", "stress_frac", "withdrawal over what is available", low=0),
    Column("reservoirs", "reservoir_id", "short name of the dam", "text"),
    Column("reservoirs", "name", "name in English", "text"),
    Column("reservoirs", "name_local", "name in the language of the country", "text"),
    _country("reservoirs"),
    *_place("reservoirs"),
    Column("reservoirs", "volume_m3", "gross storage", low=0),
    _admin1("hazards"),
    Column("hazards", "seismic_pga_g", "peak ground acceleration of 475 years", low=0, high=3),
    Column(
        "hazards",
        "seismic_prob_frac",
        "chance of JMA intensity 6-lower or more in 30 years, at the capital",
        low=0,
        high=1,
        default=None,
    ),
    Column("hazards", "typhoon_count", "typhoons that landed, 1951 to 2022", "whole", low=0),
)

_CONNECTIVITY = (
    Column("exchanges", "exchange_id", "short name of the exchange point", "text"),
    Column("exchanges", "name", "exchanges present", "text"),
    _country("exchanges"),
    _admin1("exchanges"),
    *_place("exchanges"),
    Column("exchanges", "facility", "building", "text"),
    Column("cable_landings", "landing_id", "short name of the landing", "text"),
    Column("cable_landings", "name", "town", "text"),
    _country("cable_landings"),
    _admin1("cable_landings"),
    *_place("cable_landings"),
    Column("border_cables", "cable_id", "short name of the cable", "text"),
    Column(
        "border_cables", "from_landing_id", "one end", "text", refers="cable_landings.landing_id"
    ),
    Column(
        "border_cables", "to_landing_id", "other end", "text", refers="cable_landings.landing_id"
    ),
    Column("border_cables", "length_km", "length of the cable", low=0),
    Column("border_cables", "border_ms", "round trip spent in stations and border routers", low=0),
    Column("markets", "market_id", "short name of the market", "text"),
    Column("markets", "name", "metropolis", "text"),
    _country("markets"),
    *_place("markets"),
    Column("markets", "population_count", "people in its larger cities", "whole", low=0),
    Column("markets", "share_frac", "share of its country's demand", low=0, high=1),
)

_SITES = (
    Column("sites", "site_id", "short name of the site", "text"),
    Column("sites", "name", "name in words", "text"),
    Column("sites", "kind", "what the candidate is", "text", allowed=SITE_KINDS),
    _country("sites"),
    _admin1("sites"),
    Column("sites", "admin1_name", "its name in English", "text"),
    *_place("sites"),
    Column("sites", "zone_id", "grid zone", "text", refers="zones.zone_id"),
    Column("sites", "voltage_kv", "voltage class of its grid node", low=1),
    Column(
        "sites",
        "bus_id",
        "nearest bus of the test network; blank where there is none",
        "text",
        default="",
        refers="network_buses.bus_id",
    ),
    Column("sites", "bus_km", "distance to that bus", low=0, default=None),
    Column("sites", "headroom_mw", "most load its grid node could ever take", low=0),
    Column(
        "sites", "permit_region", "permit region", "text", refers="permit_regions.permit_region"
    ),
    Column(
        "sites",
        "climate_station",
        "nearest weather station of the country",
        "text",
        refers="climate_stations.station_id",
    ),
    Column("sites", "parcel_m2", "land one buyer can get", low=0),
    Column("sites", "land_local_per_m2", "price of that land", low=0),
    Column("sites", "water_source", "fresh water it would use", "text", allowed=WATER_SOURCES),
    Column("sites", "water_limit_m3_per_day", "most water in a day", low=0),
    Column("sites", "water_limit_m3_per_year", "most water in a year", low=0),
    Column("sites", "water_local_per_m3", "price of that water", low=0),
    Column("sites", "coast_km", "distance to the coast", low=0),
    Column("sites", "seawater_flag", "1 where sea water can be drawn for cooling", "flag"),
    Column("sites", "seismic_pga_g", "peak ground acceleration of 475 years", low=0, high=3),
    Column(
        "sites",
        "seismic_prob_frac",
        "chance of JMA intensity 6-lower or more in 30 years",
        low=0,
        high=1,
        default=None,
    ),
    Column("sites", "typhoon_count", "typhoons that landed, 1951 to 2022", "whole", low=0),
    Column(
        "sites", "exchange_id", "nearest exchange point", "text", refers="exchanges.exchange_id"
    ),
    Column("sites", "exchange_km", "distance to it", low=0),
    Column(
        "sites",
        "landing_id",
        "nearest cable landing",
        "text",
        refers="cable_landings.landing_id",
    ),
    Column("sites", "landing_km", "distance to it", low=0),
    Column("sites", "labour_region", "labour market", "text"),
    Column("site_markets", "site_id", "site", "text", refers="sites.site_id"),
    Column("site_markets", "market_id", "market", "text", refers="markets.market_id"),
    Column("site_markets", "distance_km", "straight distance, by way of landings abroad", low=0),
    Column("site_markets", "rtt_ms", "fibre round trip", low=0),
)

COLUMNS = (*grid.COLUMNS, *_LAND, *_WATER, *_CONNECTIVITY, *_SITES)
