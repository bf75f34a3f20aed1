"""Training throughput from model FLOP utilisation."""

from collections.abc import Mapping
from typing import Any

from models.physics.llm import Llm, active_expert_params, prefill_attention_flops
from models.physics.machine import Chip

Array = Any


def training_tokens_per_s(
    llm: Llm, chip: Chip, kind: Array, sequence_tokens: Array, c: Mapping[str, float]
) -> Array:
    """Tokens trained per second and chip.

    kind : operand kind of the matrix products; sequence_tokens : tokens per training sequence.
    tokens/s = MFU * peak / (6 * active parameters + 3 * forward attention)
    Source: Chowdhery et al., "PaLM", 2022, appendix B (model FLOP utilisation).
    """
    params = llm.always_params + active_expert_params(llm)
    flops = 6.0 * params + 3.0 * prefill_attention_flops(llm, sequence_tokens)
    return c["training_mfu_frac"] * chip.peak_flops(kind) / flops
