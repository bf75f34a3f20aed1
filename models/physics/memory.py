"""How many sequences fit beside the weights in high-bandwidth memory."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.physics.llm import Llm, kv_resident_elements
from models.physics.machine import Chip, Layout, Numerics

Array = Any


def weight_bytes_per_chip(llm: Llm, numerics: Numerics, layout: Layout) -> Array:
    """Weights resident on each chip [bytes].

    Attention replicas each hold the always-read weights; routed experts are spread over all chips;
    the input embedding is kept in 16 bits.
    """
    stage = layout.tp_count * layout.pp_count
    return (
        llm.always_params * numerics.dense_bytes + llm.embedding_params * 2.0
    ) / stage + llm.expert_params * numerics.expert_bytes / layout.chips_count


def kv_bytes_per_chip(llm: Llm, numerics: Numerics, layout: Layout, length_tokens: Array) -> Array:
    """KV cache that one sequence keeps on each chip of its replica [bytes].

    Heads split over at most `kv_heads` chips; beyond that (and for MLA) they are copied.
    """
    shards = np.minimum(layout.tp_count, llm.kv_heads_count) * layout.pp_count
    return kv_resident_elements(llm, length_tokens) * numerics.kv_bytes / shards


def capacity_sequences(
    llm: Llm,
    chip: Chip,
    numerics: Numerics,
    layout: Layout,
    length_tokens: Array,
    c: Mapping[str, float],
) -> Array:
    """Sequences of this length that an instance holds at once; 0 where the weights do not fit.

    c : coefficients `memory_usable_frac` and `memory_overhead_gb` (workspace and graphs per chip).
    Returns sequences over all replicas of the instance (a real number).
    """
    free = (
        chip.hbm_bytes * c["memory_usable_frac"]
        - c["memory_overhead_gb"] * 1e9
        - weight_bytes_per_chip(llm, numerics, layout)
    )
    each = kv_bytes_per_chip(llm, numerics, layout, length_tokens)
    return np.maximum(free, 0.0) / each * layout.dp_count
