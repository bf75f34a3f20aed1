"""Announced AI data centres: what plans are held against, and no input of any plan."""

from models.columns import Column, Table

TABLES = (
    Table(
        "announcements",
        "AI data centres announced in both countries, for the backtest",
        ("announcement_id",),
    ),
)

_A = "announcements"
COLUMNS = (
    Column(_A, "announcement_id", "short name of the announcement", "text"),
    Column(_A, "country", "where", "text", allowed=("KR", "JP")),
    Column(_A, "name", "the project", "text"),
    Column(_A, "operator", "who builds it", "text"),
    Column(_A, "place", "where it is to stand", "text"),
    Column(_A, "lat_deg", "latitude; blank: nationwide", low=-90, high=90, default=None),
    Column(_A, "lon_deg", "longitude; blank: nationwide", low=-180, high=180, default=None),
    Column(_A, "first_mw", "load of its first phase", low=0, default=None),
    Column(_A, "full_mw", "load when complete", low=0, default=None),
    Column(_A, "chips_count", "accelerators announced", "whole", low=0, default=None),
    Column(_A, "capex_musd", "money announced; 1,450 KRW, 150 JPY to the USD", low=0, default=None),
    Column(_A, "announced_year", "year of the announcement", "whole"),
    Column(_A, "first_year", "first operation", "whole", default=None),
    Column(_A, "full_year", "complete", "whole", default=None),
    Column(_A, "status", "as of 2026", "text", default=""),
    Column(_A, "note", "what the figures mean, and where sources differ", "text", default=""),
)
