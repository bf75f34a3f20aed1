"""The words of the data dictionary: a table, its columns, and the closed list of unit suffixes."""

from dataclasses import dataclass
from typing import Any

REQUIRED: Any = object()
"""Marks a column without a default: a blank cell there is an error."""

UNITS = {
    "mw": "megawatt",
    "mwh": "megawatt hour",
    "kw": "kilowatt",
    "w": "watt",
    "kv": "kilovolt",
    "mva": "megavolt ampere",
    "pu": "per unit on 100 MVA",
    "m": "metre",
    "m2": "square metre",
    "m3": "cubic metre",
    "km2": "square kilometre",
    "km": "kilometre",
    "deg": "degree of latitude or longitude, WGS 84",
    "degc": "degree Celsius",
    "k": "kelvin (a difference of temperatures)",
    "g": "standard gravity (peak ground acceleration)",
    "gb": "gigabyte, 1e9 bytes",
    "tb": "terabyte, 1e12 bytes",
    "tflops": "1e12 floating-point operations per second, dense",
    "flop": "floating-point operation",
    "tokens": "token",
    "t": "tonne",
    "gco2": "gram of CO2",
    "l": "litre",
    "usd": "US dollar",
    "musd": "million US dollars",
    "krw": "Korean won",
    "jpy": "Japanese yen",
    "local": "the currency of the row's country",
    "mtoken": "million tokens",
    "years": "year",
    "year": "calendar year",
    "months": "month",
    "month": "month",
    "day": "day",
    "h": "hour",
    "s": "second",
    "ms": "millisecond",
    "us": "microsecond",
    "kwh": "kilowatt hour",
    "count": "number of things",
    "frac": "fraction of one",
    "b": "1e9 (parameters)",
    "bytes": "byte",
    "bits": "bit",
    "index": "ordinal number",
    "period": "planning period, named by its first year",
}
"""Closed list: the unit words a numeric name may end in, alone or joined by `_per_`."""


@dataclass(frozen=True)
class Table:
    """A CSV file of facts, or of results."""

    name: str
    meaning: str
    key: tuple[str, ...]
    folder: str = ""
    provenance: bool = True


@dataclass(frozen=True)
class Column:
    """One column of a table: `kind` is number, whole, text or flag (0/1)."""

    table: str
    name: str
    meaning: str
    kind: str = "number"
    low: float | None = None
    high: float | None = None
    default: Any = REQUIRED
    allowed: tuple[str, ...] = ()
    refers: str = ""


PROVENANCE = ("source", "year", "licence", "confidence")
CONFIDENCE = ("verified", "secondary", "derived", "low", "recalled", "assumed")
"""verified: read in the source; secondary: a third party citing it; derived: our arithmetic on
sourced values; low: conflicting or weak sources; recalled: general knowledge, not confirmed;
assumed: our choice."""
UNCERTAIN = ("recalled", "assumed")


def unit_of(name: str) -> str | None:
    """Unit words a column name ends in, e.g. `usd_per_mwh`; None where there is none.

    A last word `min` or `max` is set aside: `rack_kw_max` is in kilowatts.
    """
    words = name.removesuffix("_min").removesuffix("_max").split("_")
    tail = [words.pop()]
    if tail[0] not in UNITS:
        return None
    while len(words) >= 2 and words[-1] == "per" and words[-2] in UNITS:
        tail = [words[-2], "per", *tail]
        words = words[:-2]
    return "_".join(tail)
