"""Public money: programmes that pay a share of an investment."""

from models.columns import Column, Table

TABLES = (Table("subsidies", "programmes that pay a share of an investment", ("programme_id",)),)

_S = "subsidies"
COLUMNS = (
    Column(_S, "programme_id", "short name of the programme", "text"),
    Column(_S, "name", "the programme in words", "text"),
    Column(_S, "country", "who pays, and where the site must be", "text", allowed=("KR", "JP")),
    Column(_S, "items", "items of capex it pays for, separated by ;", "text"),
    Column(_S, "share_frac", "most it pays of them", low=0, high=1),
    Column(_S, "cap_local", "most it pays in all; blank: no limit", low=0, default=None),
    Column(_S, "from_year", "first year of investment it pays for", "whole", low=2000, high=2100),
    Column(_S, "to_year", "last one", "whole", low=2000, high=2100),
    Column(
        _S,
        "areas",
        "provinces, grid zones or permit regions it is for, separated by ;; blank: all",
        "text",
        default="",
    ),
    Column(_S, "except_areas", "those it is not for, separated by ;", "text", default=""),
    Column(
        _S,
        "conditions",
        "what the investor must be or do, separated by ;: a scenario states that it is met",
        "text",
        default="",
    ),
)
