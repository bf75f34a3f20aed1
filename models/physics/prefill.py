"""The time to read a prompt: arithmetic of all its tokens, attention among them, links."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.physics.decode import Work, arithmetic_efficiency, expert_ratio, link_seconds
from models.physics.llm import Llm, active_expert_params, prefill_attention_flops
from models.physics.machine import BF16, Chip, Layout, Numerics

Array = Any


def prefill_token(
    llm: Llm,
    chip: Chip,
    numerics: Numerics,
    layout: Layout,
    prompt_tokens: Array,
    c: Mapping[str, float],
) -> Work:
    """Work per prompt token when an instance streams prompts of this length through.

    prompt_tokens : mean length of the prompts [tokens].
    Returns work per token of the whole instance: seconds / token = 1 / (prompt tokens/s).

    linear/(F e e_pf) + attention/(F16 e_apf) + activations + links, each over all chips
    """
    n = layout.chips_count
    dense_flops = 2.0 * (llm.always_params - llm.head_params) / n
    dense_s = dense_flops / chip.peak_flops(numerics.dense_kind)
    expert_s = 2.0 * active_expert_params(llm) / n / chip.peak_flops(numerics.expert_kind)
    attention_s = prefill_attention_flops(llm, prompt_tokens) / n / chip.peak_flops(BF16)
    act_bytes = (
        llm.layers_count
        * llm.hidden_count
        * 2.0
        * c["activation_passes_count"]
        / (layout.pp_count * layout.dp_count)
    )
    # links: one token on one replica; the replicas work side by side
    links = link_seconds(llm, chip, layout, 1.0 / layout.dp_count, c)
    dense = dense_s / arithmetic_efficiency(numerics.dense_kind, c)
    expert = (
        expert_ratio(llm, layout, c) * expert_s / arithmetic_efficiency(numerics.expert_kind, c)
    )
    linear = dense + numerics.expert_slowdown * expert
    wait = np.where(layout.dp_count > 1, c["replica_wait_ratio"], 1.0)
    arithmetic_s = (
        wait
        * numerics.arithmetic_slowdown
        * (linear / c["prefill_frac"] + attention_s / c["prefill_attention_frac"])
    )
    memory_s = act_bytes / chip.hbm_bytes_per_s
    return Work(arithmetic_s + memory_s + links, memory_s, arithmetic_s)
