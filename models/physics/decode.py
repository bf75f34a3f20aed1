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
    """Seconds of a piece of work on each chip: in all, moving memory, and multiplying.

    The rest is waiting: launches, latencies, links.
    """

    seconds: Array
    memory_s: Array
    arithmetic_s: Array


def arithmetic_efficiency(kind: Array, c: Mapping[str, float]) -> Array:
    """Share of the dense peak that matrix products reach, by operand kind."""
    bf16, fp8, fp4 = (c[f"arithmetic_{name}_frac"] for name in ("bf16", "fp8", "fp4"))
    narrow = np.where(np.equal(kind, FP4), fp4, c["arithmetic_w4a16_frac"])
    return np.where(np.equal(kind, BF16), bf16, np.where(np.equal(kind, FP8), fp8, narrow))


def decode_step(
    llm: Llm,
    chip: Chip,
    numerics: Numerics,
    layout: Layout,
    load: tuple[Array, Array, Array],
    c: Mapping[str, float],
) -> Work:
    """Work of one pipeline stage for one step of its micro-batch.

    load : (tokens of one micro-batch over all replicas, mean context length [tokens], tokens per
    sequence: 1, more with drafts, which share one reading of the KV cache).
    c : coefficients, see the table `throughput_coefficients`.

    seconds = weights/(BW e_w) + experts hit/(BW e_x) + arithmetic/(F e) + KV/(BW e_kv)
              + fixed time of layers + activations/(BW e_a) + link bytes/(link e_l)
    Source: additive roofline; a fitted overlap exponent between max and sum came out as sum.
    """
    batch, length, per_sequence = load
    rank = np.maximum(batch / layout.dp_count, 1.0)
    bw = chip.hbm_bytes_per_s
    hit = experts_hit_frac(llm, batch, c["expert_skew_ratio"])
    read = _bytes_read(llm, numerics, layout, (rank, length, hit, per_sequence), c)
    dense_s, expert_s, mla_s = _arithmetic(llm, (chip, numerics, layout), (batch, length, hit), c)
    narrow = np.equal(numerics.dense_kind, FP4)
    weights_frac = np.where(narrow, c["weights_fp4_frac"], c["weights_frac"])
    kv_frac = np.where(llm.mla_layers_count > 0, c["mla_frac"], c["kv_frac"])
    grouped_s = (
        expert_ratio(llm, layout, c) * expert_s / arithmetic_efficiency(numerics.expert_kind, c)
    )
    memory_s = (
        read.always / (bw * weights_frac)
        + numerics.expert_slowdown * read.experts / (bw * c["experts_frac"])
        + read.kv / (bw * kv_frac)
        + read.activations / bw
    )
    arithmetic_s = numerics.arithmetic_slowdown * (
        dense_s / arithmetic_efficiency(numerics.dense_kind, c)
        + numerics.expert_slowdown * grouped_s
        + mla_s / c["mla_frac"]
    )
    waiting_s = fixed_seconds(llm, layout, rank, c) + link_seconds(llm, chip, layout, rank, c)
    return Work(memory_s + arithmetic_s + waiting_s, memory_s, arithmetic_s)


@dataclass(frozen=True)
class Read:
    """Bytes that one step moves on each chip."""

    always: Array
    experts: Array
    kv: Array
    activations: Array


def _bytes_read(
    llm: Llm,
    numerics: Numerics,
    layout: Layout,
    load: tuple[Array, Array, Array, Array],
    c: Mapping[str, float],
) -> Read:
    """Weights, hit experts, KV cache and activations.

    load : tokens per replica, context length, share of experts hit, tokens per sequence.
    """
    rank, length, hit, per_sequence = load
    shards = np.minimum(layout.tp_count, llm.kv_heads_count) * layout.pp_count
    width = rank * llm.layers_count * llm.hidden_count * 2.0 / layout.pp_count
    return Read(
        llm.always_params * numerics.dense_bytes / (layout.tp_count * layout.pp_count),
        llm.expert_params * hit * numerics.expert_bytes / layout.chips_count,
        kv_read_elements(llm, length) * numerics.kv_bytes * rank / per_sequence / shards,
        width * c["activation_passes_count"],
    )


def _arithmetic(
    llm: Llm,
    machine: tuple[Chip, Numerics, Layout],
    load: tuple[Array, Array, Array],
    c: Mapping[str, float],
) -> tuple[Array, Array, Array]:
    """Seconds at peak of dense products, expert products (tiles padded) and MLA attention."""
    chip, numerics, layout = machine
    batch, length, hit = load
    rank = np.maximum(batch / layout.dp_count, 1.0)
    stage = layout.tp_count * layout.pp_count
    dense = 2.0 * llm.always_params * rank / stage / chip.peak_flops(numerics.dense_kind)
    work = active_expert_params(llm) * batch + llm.expert_params * hit * c["expert_tile_tokens"]
    experts = 2.0 * work / layout.chips_count / chip.peak_flops(numerics.expert_kind)
    pairs = llm.mla_count * np.minimum(length, llm.sparse_tokens) * rank
    return dense, experts, 2.0 * pairs / stage / chip.peak_flops(BF16)


def expert_ratio(llm: Llm, layout: Layout, c: Mapping[str, float]) -> Array:
    """Time of grouped expert products over one dense product of the same size.

    Narrow experts fill the matrix units badly: 1 + w0 / (expert width on a chip). Experts spread
    over attention replicas keep their width, but wait for the busiest chip.
    """
    spread = layout.dp_count > 1
    width = llm.expert_ffn_count / np.where(spread, 1.0, layout.tp_count)
    wait = np.where(spread, c["expert_spread_ratio"], 1.0)
    return wait * (c["moe_arithmetic_ratio"] + c["expert_width_count"] / width)


def fixed_seconds(llm: Llm, layout: Layout, rank: Array, c: Mapping[str, float]) -> Array:
    """Launches, latencies of collectives and host time of one stage [s].

    rank : sequences per attention replica. Collectives take a time, and more per doubling of the
    group.
    """
    group = np.maximum(layout.tp_count, layout.dp_count)
    collective = np.where(group > 1, c["collective_us"], 0.0)
    collective = collective + c["collective_doubling_us"] * np.log2(group)
    layers = (
        llm.layers_count * (c["layer_us"] + collective)
        + llm.moe_layers_count * c["moe_layer_us"]
        + llm.shared_layers_count * c["shared_layer_us"]
        + llm.mla_layers_count * c["mla_layer_us"]
        + llm.linear_layers_count * c["linear_layer_us"]
    )
    return (layers / layout.pp_count + c["step_us"] + c["sequence_us"] * rank) * 1e-6


def link_seconds(
    llm: Llm, chip: Chip, layout: Layout, tokens: Array, c: Mapping[str, float]
) -> Array:
    """Time on the links for `tokens` per replica through one stage [s].

    Tensor parallel: two all-reduces a layer of 2 bytes an element, ring cost 2 (tp-1)/tp.
    Attention replicas: dispatch in 1 byte and combine in 2 bytes an element, to all replicas of a
    server (all-gather), in larger domains only to the replicas with the token's experts.
    """
    width = tokens * llm.hidden_count / layout.pp_count
    ring = 2.0 * (layout.tp_count - 1.0) / layout.tp_count
    reduce_bytes = 2.0 * llm.layers_count * width * 2.0 * ring
    others = layout.dp_count - 1.0
    copies = np.where(layout.dp_count > 8, np.minimum(llm.active_experts_count, others), others)
    exchange = llm.moe_layers_count * width * copies * 3.0
    total = reduce_bytes + exchange / layout.tp_count
    return total / (link_bytes_per_s(chip, layout) * c["link_frac"])
