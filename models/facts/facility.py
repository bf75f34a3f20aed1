"""Cooling designs, climate, money, tariffs, carbon and labour: the facility facts."""

from models.columns import Column, Table

COUNTRIES = ("KR", "JP")
COOLING_METHODS = ("dry_chiller", "outside_air", "tower", "sea", "dry")

TABLES = (
    Table("cooling_designs", "ways to cool a data hall, with what they can serve", ("design_id",)),
    Table("climate_stations", "weather stations behind the climate of sites", ("station_id",)),
    Table(
        "climate_bins",
        "hours of a year by dry-bulb and wet-bulb temperature, 2 degC wide",
        ("station_id", "dry_bulb_degc", "wet_bulb_degc"),
    ),
    Table("sea_temperature", "surface temperature of coastal waters over a year", ("sea_id",)),
    Table(
        "parameters",
        "single numbers: cost, life, losses, people, exchange rates; a country's row goes before *",
        ("scope", "parameter"),
    ),
    Table("labour_regions", "operations staff a region can supply", ("labour_region",)),
    Table("tariffs", "all-in price of grid power for a flat load", ("tariff_id",)),
    Table(
        "tariff_periods",
        "time-of-use periods of a tariff, as printed: before surcharges and tax",
        ("tariff_id", "season", "period"),
    ),
    Table(
        "emission_factors",
        "carbon intensity of grid power",
        ("zone_id", "factor_year", "basis"),
    ),
    Table(
        "cooling",
        "load and water of each cooling design at each weather station, per kW of IT",
        ("station_id", "design_id"),
        provenance=False,
    ),
)

_D = "cooling_designs"
_DESIGNS = (
    Column(_D, "design_id", "short name of the cooling design", "text"),
    Column(_D, "name", "name in words", "text"),
    Column(_D, "serves", "racks it can cool", "text", allowed=("air", "liquid")),
    Column(_D, "method", "where its heat goes", "text", allowed=COOLING_METHODS),
    Column(_D, "rack_kw_max", "largest rack it can cool", low=1),
    Column(_D, "needs_sea_flag", "1: only at a coastal site", "flag"),
    Column(_D, "hall_mw", "IT power of a standard hall", low=0.1),
    Column(_D, "hall_m2_per_mw", "land of a hall with its cooling yard per MW of IT", low=1),
    Column(_D, "cooling_musd_per_mw", "capex of the cooling plant per MW of IT", low=0),
    Column(_D, "heat_frac", "heat removed per IT power: IT, UPS, distribution", low=1, high=1.3),
    Column(_D, "liquid_frac", "share of IT power taken by the liquid", low=0, high=1),
    Column(
        _D,
        "liquid_supply_degc",
        "coolant supplied to the racks; blank: no liquid loop",
        low=5,
        high=60,
        default=float("nan"),
    ),
    Column(
        _D, "air_supply_degc", "coolant, or outside air, supplied to cool the air", low=5, high=60
    ),
    Column(_D, "range_k", "warming of the coolant", low=1, high=30),
    Column(_D, "approach_k", "coolant over outside air, wet bulb or sea, free cooling", low=0),
    Column(_D, "second_law_frac", "chiller COP over the Carnot COP", low=0.05, high=0.8),
    Column(_D, "chiller_approach_k", "evaporator and condenser approaches, summed", low=0),
    Column(_D, "condenser_min_degc", "lowest condensing temperature", low=0, high=60),
    Column(_D, "hall_fan_frac", "fan power per heat taken by air in the hall", low=0, high=0.5),
    Column(_D, "sink_fan_frac", "tower or dry-cooler fan power per heat", low=0, high=0.5),
    Column(_D, "pump_frac", "pump power per heat", low=0, high=0.5),
    Column(_D, "evaporation_frac", "share of rejected heat leaving as vapour", low=0, high=1),
    Column(
        _D,
        "cycles_count",
        "cycles of concentration of the tower water; blank: none",
        low=1.1,
        default=float("nan"),
    ),
)

_S = "climate_stations"
_CLIMATE = (
    Column(_S, "station_id", "short name of the station", "text"),
    Column(_S, "name", "place", "text"),
    Column(_S, "country", "ISO 3166-1 alpha-2", "text", allowed=COUNTRIES),
    Column(_S, "admin1", "province or prefecture, ISO 3166-2", "text"),
    Column(_S, "lat_deg", "latitude", low=20, high=50),
    Column(_S, "lon_deg", "longitude", low=120, high=155),
    Column(_S, "elevation_m", "height above sea", low=-10, high=3000),
    Column(_S, "sea_id", "nearest coastal water", "text", refers="sea_temperature.sea_id"),
    Column(_S, "hours_from", "what the hours rest on", "text"),
    Column("climate_bins", "station_id", "station", "text", refers="climate_stations.station_id"),
    Column("climate_bins", "dry_bulb_degc", "centre of the bin", low=-40, high=50),
    Column("climate_bins", "wet_bulb_degc", "centre of the bin", low=-40, high=40),
    Column("climate_bins", "hours_h", "hours a year; 8,760 per station", low=0, high=8760),
    Column("sea_temperature", "sea_id", "short name of the coastal water", "text"),
    Column("sea_temperature", "country", "ISO 3166-1 alpha-2", "text", allowed=COUNTRIES),
    Column("sea_temperature", "name", "stretch of coast", "text"),
    Column("sea_temperature", "mean_degc", "mean over the year", low=-2, high=32),
    Column("sea_temperature", "amplitude_k", "warmest month over the mean", low=0, high=15),
    Column("sea_temperature", "warmest_month", "1 to 12", "whole", low=1, high=12),
)

_MONEY = (
    Column("parameters", "scope", "country, or * for all", "text", allowed=(*COUNTRIES, "*")),
    Column("parameters", "parameter", "name, ending in its unit", "text"),
    Column("parameters", "meaning", "what it is", "text"),
    Column("parameters", "value", "in the unit of the name"),
    Column("parameters", "low", "lowest plausible value"),
    Column("parameters", "high", "highest plausible value"),
    Column("labour_regions", "labour_region", "province or prefecture, ISO 3166-2", "text"),
    Column("labour_regions", "country", "ISO 3166-1 alpha-2", "text", allowed=COUNTRIES),
    Column("labour_regions", "population_count", "inhabitants", "whole", low=0),
    Column("labour_regions", "ict_share_frac", "share of the ICT workforce", low=0, high=1),
    Column("labour_regions", "staff_count", "operations staff open to new sites", "whole", low=0),
)

_T = "tariffs"
_ENERGY = (
    Column(_T, "tariff_id", "short name of the tariff", "text"),
    Column(_T, "country", "ISO 3166-1 alpha-2", "text", allowed=COUNTRIES),
    Column(_T, "zone_id", "KR, or the Japanese utility area", "text"),
    Column(_T, "class", "tariff class", "text"),
    Column(_T, "currency", "ISO 4217", "text", allowed=("KRW", "JPY")),
    Column(_T, "voltage_kv", "lowest voltage of the class", low=6),
    Column(_T, "energy_local_per_kwh", "energy, surcharges and wheeling, flat load", low=0),
    Column(_T, "demand_local_per_kw_month", "charge on the contracted demand", low=0),
    Column(
        _T,
        "surcharge_local_per_kwh",
        "climate and fuel charges on top of its time-of-use prices",
        low=0,
        default=0.0,
    ),
    Column(_T, "levy_frac", "levy on the bill, of its time-of-use prices", low=0, default=0.0),
    Column(
        _T,
        "billed_floor_frac",
        "least demand billed, of the contract",
        low=0,
        high=1,
        default=0.0,
    ),
    Column(_T, "default_flag", "1: used unless the scenario says otherwise", "flag"),
    Column("tariff_periods", "tariff_id", "short name of the tariff", "text"),
    Column(
        "tariff_periods",
        "season",
        "season of the tariff",
        "text",
        allowed=("summer", "winter", "spring_autumn"),
    ),
    Column("tariff_periods", "period", "load period", "text", allowed=("light", "mid", "peak")),
    Column("tariff_periods", "hours_h", "hours of the period in a year", low=0, high=8760),
    Column("tariff_periods", "energy_local_per_kwh", "energy charge", low=0),
    Column("tariff_periods", "demand_local_per_kw_month", "demand charge", low=0),
    Column("emission_factors", "zone_id", "KR, or the Japanese utility area", "text"),
    Column("emission_factors", "factor_year", "year of the factor", "whole", low=2000, high=2100),
    Column(
        "emission_factors",
        "basis",
        "how it was made",
        "text",
        allowed=("official", "production_mix", "retailer"),
    ),
    Column("emission_factors", "gco2_per_kwh", "emission per kWh", low=0, high=2000),
    Column(
        "emission_factors", "default_flag", "1: used unless the scenario says otherwise", "flag"
    ),
)

_RESULT = (
    Column("cooling", "station_id", "station", "text", refers="climate_stations.station_id"),
    Column("cooling", "design_id", "cooling design", "text", refers="cooling_designs.design_id"),
    Column("cooling", "cool_peak_frac", "cooling kW per IT kW, exceeded 0.4 % of the year", low=0),
    Column("cooling", "cool_mean_frac", "cooling kW per IT kW, mean of the year", low=0),
    Column("cooling", "wue_peak_l_per_kwh", "water per IT kWh, exceeded 0.4 % of the year", low=0),
    Column("cooling", "wue_mean_l_per_kwh", "water per IT kWh, mean of the year", low=0),
)

COLUMNS = (*_DESIGNS, *_CLIMATE, *_MONEY, *_ENERGY, *_RESULT)
