"""Sources of power besides the grid: agreements, plant on the site, batteries."""

from models.columns import Column, Table

COUNTRIES = ("KR", "JP")

TABLES = (
    Table(
        "supply_options", "sources of power that a site can use besides the grid", ("option_id",)
    ),
    Table(
        "supply_limits",
        "most capacity of a source in a country or grid zone",
        ("option_id", "place"),
    ),
)

_O = "supply_options"
COLUMNS = (
    Column(_O, "option_id", "short name of the source", "text"),
    Column(_O, "country", "country it can serve", "text", allowed=COUNTRIES),
    Column(
        _O,
        "kind",
        "ppa: agreement, through the grid; onsite: plant behind the meter; battery",
        "text",
        allowed=("ppa", "onsite", "battery"),
    ),
    Column(_O, "technology", "what makes the power", "text"),
    Column(
        _O,
        "energy_local_per_kwh",
        "agreement: price of what is made; plant: fuel and wear of what is used",
        low=0,
    ),
    Column(_O, "delivery_local_per_kwh", "network and ancillary charges on what is used", low=0),
    Column(_O, "output_frac", "most mean output over the year, by capacity", low=0, high=1),
    Column(_O, "running_frac", "share of the hours with any output", low=0, high=1, default=1.0),
    Column(
        _O,
        "firm_frac",
        "share of capacity that carries load in the design hour, on the site",
        low=0,
        high=1,
    ),
    Column(_O, "gco2_per_kwh", "emission of its operation", low=0, high=2000),
    Column(_O, "capex_local_per_kw", "price, installed; 0 for agreements", low=0),
    Column(_O, "upkeep_frac_per_year", "fixed upkeep a year, of capex", low=0, high=1),
    Column(_O, "life_years", "life, or term of the agreement", low=1, high=100),
    Column(_O, "lead_years", "decision to first power, permits included", low=0),
    Column(_O, "site_mw", "most capacity at one site; blank: no limit", low=0, default=None),
    Column(_O, "land_m2_per_kw", "land it takes on the site", low=0),
    Column(_O, "duration_h", "hours a full battery lasts at full power", low=0),
    Column(_O, "round_trip_frac", "energy out of a battery over energy in", low=0.01, high=1),
    Column(_O, "renewable_flag", "1: counts for the renewable share", "flag"),
    Column(_O, "allowed_flag", "1: the law allows it", "flag"),
    Column(_O, "law", "the law that says so", "text"),
    Column("supply_limits", "option_id", "the source", "text", refers="supply_options.option_id"),
    Column("supply_limits", "place", "a country, or a zone_id of zones", "text"),
    Column("supply_limits", "most_mw", "most capacity there", low=0),
)
