"""Watts of a chip at its operating point, and what a power cap costs in speed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = Any


def demand_frac(memory_frac: Array, arithmetic_frac: Array, c: Mapping[str, float]) -> Array:
    """Power of a busy chip without a cap, as a share of its TDP (at most 1).

    memory_frac, arithmetic_frac : mean shares of memory bandwidth and of arithmetic peak in use.
    p0 + a * memory^p + b * arithmetic^q
    """
    return np.minimum(
        c["power_idle_frac"]
        + c["power_memory_frac"] * np.power(memory_frac, c["power_memory_exponent"])
        + c["power_arithmetic_frac"] * np.power(arithmetic_frac, c["power_arithmetic_exponent"]),
        1.0,
    )


def capped(demand: Array, cap_frac: Array, c: Mapping[str, float]) -> tuple[Array, Array]:
    """Power under a cap, and the share of speed that is kept.

    demand, cap_frac : power without the cap, and the cap, as shares of TDP.
    Returns (power share of TDP, speed share). A cap above the demand changes neither.

    speed = (cap/demand)^s. Source: MLPerf inference pairs at 500 of 700 W (H200) and 1000 of
    1400 W (MI355X) keep 79-84 % of the tokens/s near saturation, so s is about 0.6.
    """
    ratio = np.minimum(cap_frac / demand, 1.0)
    return demand * ratio, np.power(ratio, c["power_speed_exponent"])
