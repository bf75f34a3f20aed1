"""The time of one decoding step: weights, arithmetic, KV cache and links, added up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.physics.llm import Llm, active_expert_params, experts_hit_frac, kv_read_elements
from models.physics.machine import BF16, FP4, FP8, Chip, Layout, Numerics, link_bytes_per_s

Array = Any


@dataclass(frozen=True)
class Work:
    """Seconds of a piece of work on each chip, with the bytes and arithmetic it moves there.

    `flops_frac_s` is arithmetic in seconds at the chip's peak for its operand kind, so that work
    in several kinds can be added.
    """

    seconds: Array
    hbm_bytes: Array
    flops_frac_s: Array


def arithmetic_efficiency(kind: Array, c: Mapping[str, float]) -> Array:
    """Share of the dense peak that matrix products reach, by operand kind."""
    return np.where(
        np.equal(kind, FP4),
        c["arithmetic_fp4_frac"],
        np.where(np.equal(kind, FP8), c["arithmetic_fp8_frac"], c["arithmetic_bf16_frac"]),
    )


def decode_step(
    llm: Llm,
    chip: Chip,
    numerics: Numerics,
    layout: Layout,
    load: tuple[Array, Array],
    c: Mapping[str, float],
) -> Work:
    """Work of one pipeline stage for one token of every sequence of its micro-batch.

    load : (sequences in one micro-batch over all replicas, mean context length [tokens]).
    c : coefficients, see the table `throughput_coefficients`.

    seconds = weights/(BW e_w) + experts hit/(BW e_x) + arithmetic/(F e) + KV/(BW e_kv)
              + fixed time of layers + activations/(BW e_a) + link bytes/(link e_l)
    Source: additive roofline; a fitted overlap exponent between max and sum came out as sum.
    """
    batch, length = load
    rank = np.maximum(batch / layout.dp_count, 1.0)
    stage = layout.tp_count * layout.pp_count
    n = layout.chips_count
    bw = chip.hbm_bytes_per_s

    always_bytes = llm.always_params * numerics.dense_bytes / stage
    hit = experts_hit_frac(llm, batch)
    expert_bytes = llm.expert_params * hit * numerics.expert_bytes / n
    kv = kv_read_elements(llm, length) * numerics.kv_bytes * rank
    kv_bytes = kv / (np.minimum(layout.tp_count, llm.kv_heads_count) * layout.pp_count)
    act_bytes = rank * llm.layers_count * llm.hidden_count * 2.0 / layout.pp_count

    dense_s = 2.0 * llm.always_params * rank / stage / chip.peak_flops(numerics.dense_kind)
    expert_s = 2.0 * active_expert_params(llm) * batch / n / chip.peak_flops(numerics.expert_kind)
    mla_s = 2.0 * llm.mla_count * np.minimum(length, llm.sparse_tokens) * rank
    mla_s = mla_s / stage / chip.peak_flops(BF16)

    seconds = (
        always_bytes / (bw * c["weights_frac"])
        + dense_s / arithmetic_efficiency(numerics.dense_kind, c)
        + numerics.expert_slowdown
        * (
            expert_bytes / (bw * c["experts_frac"])
            + c["moe_arithmetic_ratio"] * expert_s / arithmetic_efficiency(numerics.expert_kind, c)
        )
        + kv_bytes / (bw * np.where(llm.mla_layers_count > 0, c["mla_frac"], c["kv_frac"]))
        + mla_s / c["mla_frac"]
        + fixed_seconds(llm, layout, rank, c)
        + act_bytes * c["activation_passes_count"] / bw
        + link_seconds(llm, chip, layout, rank, c)
    )
    return Work(
        seconds,
        always_bytes + expert_bytes + kv_bytes + act_bytes * c["activation_passes_count"],
        dense_s + expert_s + mla_s,
    )


def fixed_seconds(llm: Llm, layout: Layout, rank: Array, c: Mapping[str, float]) -> Array:
    """Launches, latencies of collectives and host time of one stage [s].

    rank : sequences per attention replica. Collectives take a time per doubling of the group.
    """
    group = np.log2(np.maximum(layout.tp_count, layout.dp_count))
    layers = (
        llm.layers_count * (c["layer_us"] + c["collective_us"] * group)
        + llm.moe_layers_count * c["moe_layer_us"]
        + llm.mla_layers_count * c["mla_layer_us"]
        + llm.linear_layers_count * c["linear_layer_us"]
    )
    return (layers / layout.pp_count + c["step_us"] + c["sequence_us"] * rank) * 1e-6


def link_seconds(
    llm: Llm, chip: Chip, layout: Layout, tokens: Array, c: Mapping[str, float]
) -> Array:
    """Time on the links for `tokens` per replica through one stage [s].

    Tensor parallel: two all-reduces a layer of 2 bytes an element, ring cost 2 (tp-1)/tp.
    Attention replicas: dispatch in 1 byte and combine in 2 bytes to the experts of each token.
    """
    width = tokens * llm.hidden_count / layout.pp_count
    ring = 2.0 * (layout.tp_count - 1.0) / layout.tp_count
    reduce_bytes = 2.0 * llm.layers_count * width * 2.0 * ring
    away = (layout.dp_count - 1.0) / layout.dp_count
    exchange = llm.moe_layers_count * width * llm.active_experts_count * 3.0 * away
    total = reduce_bytes + exchange / layout.tp_count
    return total / (link_bytes_per_s(chip, layout) * c["link_frac"])
