"""What serves an LLM: the chip, the numbers it computes with, and the parallel layout."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
BF16, FP8, FP4, W4A16 = 0, 1, 2, 3
"""Operand kinds; W4A16 is 4-bit weights expanded on the way to 16-bit arithmetic."""

GIB_PER_GB = 2.0**30 / 1e9
"""Memory is sold in powers of two: "80 GB" holds 80 * 2^30 bytes."""


@dataclass(frozen=True)
class Chip:
    """An accelerator: dense peaks [flop/s] by operand kind, memory [bytes, bytes/s], links
    [bytes/s per direction], chips in the scale-up domain, thermal design power [W].
    """

    bf16_flops: Array
    fp8_flops: Array
    fp4_flops: Array
    hbm_bytes: Array
    hbm_bytes_per_s: Array
    scaleup_bytes_per_s: Array
    scaleout_bytes_per_s: Array
    scaleup_chips_count: Array
    tdp_w: Array

    def peak_flops(self, kind: Array) -> Array:
        """Dense peak for an operand kind; kinds the chip lacks run at the next wider peak."""
        fp8 = np.where(np.asarray(self.fp8_flops) > 0, self.fp8_flops, self.bf16_flops)
        fp4 = np.where(np.asarray(self.fp4_flops) > 0, self.fp4_flops, fp8)
        return np.where(
            np.equal(kind, FP4), fp4, np.where(np.equal(kind, FP8), fp8, self.bf16_flops)
        )


@dataclass(frozen=True)
class Numerics:
    """Operand kinds and bytes per element: `dense_*` for attention and shared weights,
    `expert_*` for routed experts. Where kernels are not native, `expert_slowdown` multiplies
    expert time, `arithmetic_slowdown` all arithmetic (1 otherwise).
    """

    dense_kind: Array
    expert_kind: Array
    dense_bytes: Array
    expert_bytes: Array
    kv_bytes: Array
    expert_slowdown: Array = 1.0
    arithmetic_slowdown: Array = 1.0


@dataclass(frozen=True)
class Layout:
    """One instance: `tp` chips share each attention head set, `pp` pipeline stages, `dp`
    attention replicas that share the routed experts. It uses tp * pp * dp chips.
    """

    tp_count: Array
    pp_count: Array
    dp_count: Array

    @property
    def chips_count(self) -> Array:
        """Chips of the instance."""
        return self.tp_count * self.pp_count * self.dp_count


def link_bytes_per_s(chip: Chip, layout: Layout) -> Array:
    """Bandwidth between the chips of a stage: scale-up links in their domain, else the network."""
    inside = layout.tp_count * layout.dp_count <= chip.scaleup_chips_count
    return np.where(inside, chip.scaleup_bytes_per_s, chip.scaleout_bytes_per_s)
