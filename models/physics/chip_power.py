"""Watts of a chip at its operating point, and what a power cap costs in speed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.physics.machine import Chip
from models.physics.throughput import Load, Serving

Array = Any
H100_BYTES_PER_J = 3.35e12 / 700.0
H100_FLOPS_PER_J = 989e12 / 700.0


@dataclass(frozen=True)
class Demand:
    """Power that a chip would draw, as a share of TDP, while decoding and while reading prompts.

    Above 1 it is held at TDP; the phases alternate within milliseconds, so that their mean is.
    """

    decoding: Array
    prompts: Array
    decode_frac: Array

    @property
    def mean(self) -> Array:
        """Mean over the time of both, at most 1."""
        mean = self.decoding * self.decode_frac + self.prompts * (1.0 - self.decode_frac)
        return np.minimum(mean, 1.0)


def demand_frac(load: Load, chip: Chip, c: Mapping[str, float]) -> Array:
    """Power that a busy chip would draw without a limit, as a share of its TDP.

    load : shares of its time moving memory, and multiplying; it waits for the rest.
    chip : a chip with more bandwidth or arithmetic per watt of TDP draws a larger share of it.

    p_wait + p_memory * memory * (B/B0)^x + p_arithmetic * arithmetic * (F/F0)^x
    with B, F bandwidth and 16-bit peak per watt of TDP, B0, F0 those of an H100.
    """
    exponent = c["power_intensity_exponent"]
    bandwidth = np.power(chip.hbm_bytes_per_s / chip.tdp_w / H100_BYTES_PER_J, exponent)
    arithmetic = np.power(chip.bf16_flops / chip.tdp_w / H100_FLOPS_PER_J, exponent)
    return (
        c["power_waiting_frac"]
        + c["power_memory_frac"] * load.memory_frac * bandwidth
        + c["power_arithmetic_frac"] * load.arithmetic_frac * arithmetic
    )


def demand_of(run: Serving, chip: Chip, c: Mapping[str, float]) -> Demand:
    """Power demand of a chip of a running instance."""
    return Demand(
        demand_frac(run.decoding, chip, c), demand_frac(run.prompts, chip, c), run.decode_frac
    )


def capped(demand: Array, cap_frac: Array, c: Mapping[str, float]) -> tuple[Array, Array]:
    """Power under a cap, and the share of speed that is kept.

    demand, cap_frac : power without the cap, and the cap, as shares of TDP.
    Returns (power share of TDP, speed share). A cap above the demand changes neither.

    speed = (cap/demand)^s. Source: MLPerf inference pairs at 500 of 700 W (H200) and 1000 of
    1400 W (MI355X) keep 79-84 % of the tokens/s near saturation, so s is about 0.6.
    """
    held = np.minimum(demand, 1.0)
    ratio = np.minimum(cap_frac / held, 1.0)
    return held * ratio, np.power(ratio, c["power_speed_exponent"])


def under_cap(
    demand: Demand, cap_frac: Array, c: Mapping[str, float]
) -> tuple[Array, Array, Array]:
    """Mean power share of TDP, and the speed kept while decoding and while reading prompts.

    Each phase meets the cap by itself; the slowed phase takes a larger share of the time.
    """
    decode_power, decode_speed = capped(demand.decoding, cap_frac, c)
    prompt_power, prompt_speed = capped(demand.prompts, cap_frac, c)
    decode_s = demand.decode_frac / decode_speed
    prompt_s = (1.0 - demand.decode_frac) / prompt_speed
    clipped = (decode_power * decode_s + prompt_power * prompt_s) / (decode_s + prompt_s)
    binds = (decode_speed < 1.0) | (prompt_speed < 1.0)
    return np.where(binds, clipped, demand.mean), decode_speed, prompt_speed
