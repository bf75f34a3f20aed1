"""The shipped region, read once, with facts and choices of a test put over it."""

import functools
from typing import Any

from planner.coefficients.context import Context
from planner.reading import read
from planner.tables import Region, read_region


@functools.cache
def shipped() -> Region:
    """The region as it is shipped."""
    return read_region("kr-jp")


def context(facts: dict[str, float | str] | None = None, **choices: Any) -> Context:
    """A scenario of chat from 2027 to 2029 with these choices, its facts over the region's."""
    stated = {
        "name": "small",
        "periods": [2027, 2028, 2029],
        "demand": {"mix": {"chat": 1.0}},
        "facts": facts or {},
        **choices,
    }
    scenario, region = read(stated, shipped())
    return Context(region, scenario)
