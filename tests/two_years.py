"""A scenario of two years and a few Korean sites, solved in a second; tests add what they ask."""

from typing import Any

TWO_YEARS: dict[str, Any] = {
    "periods": [2027, 2028],
    "scale": {"facility_mw_min": {2027: 15, 2028: 40}},
    "demand": {"mix": {"chat": 0.6, "batch-documents": 0.4}},
    "filters": {
        "countries": ["KR"],
        "sites": {"include": ["bonghwa-*", "taebaek-*", "gumi-154kv-1", "andong-*"]},
    },
}
