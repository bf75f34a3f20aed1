"""What an LLM's geometry asks for: weights to read, arithmetic per token, bytes of KV cache."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
"""A number or a numpy array; all arguments of one call broadcast together."""


@dataclass(frozen=True)
class Llm:
    """Counts that the serving equations need, one entry for each LLM or row.

    Parameters are numbers of elements: `always_params` are read for every token (attention, dense
    and shared FFN, output head), `expert_params` are all routed experts, `head_params` the output
    head alone, `embedding_params` the input table, looked up but not multiplied. `kv_*_elements`
    are KV elements per token over all layers of that kind; `state_elements` is the constant state
    of linear layers per sequence. `score_*_count` is the multiply-adds per pair of tokens over all
    layers of that kind; `mla_count` the same for MLA decoding in the latent space.
    """

    always_params: Array
    expert_params: Array
    head_params: Array
    embedding_params: Array
    experts_count: Array
    active_experts_count: Array
    expert_ffn_count: Array
    layers_count: Array
    moe_layers_count: Array
    shared_layers_count: Array
    mla_layers_count: Array
    linear_layers_count: Array
    hidden_count: Array
    kv_heads_count: Array
    kv_full_elements: Array
    kv_window_elements: Array
    window_tokens: Array
    sparse_tokens: Array
    indexer_elements: Array
    state_elements: Array
    score_full_count: Array
    score_window_count: Array
    mla_count: Array

    def take(self, index: Array) -> "Llm":
        """The entries at these positions."""
        return Llm(**{k: np.asarray(v)[index] for k, v in vars(self).items()})


def from_geometry(table: Mapping[str, Array]) -> Llm:
    """Counts of LLMs from their published geometry.

    table : columns of the table `llms`, arrays of one length; blanks as 0.
    Returns an `Llm` of arrays.

    experts = MoE layers * experts * matrices * input width * inner width
    always  = total - experts - input embedding (unless it is also the output head)
    """
    g = {k: np.asarray(v, float) for k, v in table.items() if k.endswith(_NUMERIC)}
    mla = g["mla_rank_count"] > 0
    expert = (
        g["moe_layers_count"]
        * g["experts_count"]
        * g["ffn_matrices_count"]
        * g["expert_input_count"]
        * g["expert_ffn_count"]
    )
    table_params = g["vocabulary_count"] * g["hidden_count"]
    untied = np.where(g["tied_embeddings_flag"] > 0, 0.0, table_params)
    per_head = g["heads_count"] * g["head_width_count"]
    value_width = np.where(
        mla, g["heads_count"] * (g["head_width_count"] - g["mla_rope_count"]), per_head
    )
    latent = g["mla_rank_count"] + g["mla_rope_count"]
    kv_layer = np.where(mla, latent, 2 * g["kv_heads_count"] * g["head_width_count"])
    full, window = g["full_attention_layers_count"], g["window_layers_count"]
    return Llm(
        always_params=g["params_total_b"] * 1e9 - expert - untied,
        expert_params=expert,
        head_params=table_params,
        embedding_params=untied,
        experts_count=np.maximum(g["experts_count"], 1.0),
        active_experts_count=np.maximum(g["active_experts_count"], 1.0),
        expert_ffn_count=np.maximum(g["expert_ffn_count"], 1.0),
        layers_count=_whole_layers(g),
        moe_layers_count=g["moe_layers_count"],
        shared_layers_count=np.where(g["shared_ffn_count"] > 0, g["moe_layers_count"], 0.0),
        mla_layers_count=np.where(mla, full, 0.0),
        linear_layers_count=g["linear_layers_count"],
        hidden_count=g["hidden_count"],
        kv_heads_count=np.where(mla, 1.0, g["kv_heads_count"]),
        kv_full_elements=full * kv_layer,
        kv_window_elements=window * kv_layer,
        window_tokens=g["window_tokens"],
        sparse_tokens=np.where(g["sparse_topk_tokens"] > 0, g["sparse_topk_tokens"], np.inf),
        indexer_elements=full * g["indexer_key_count"],
        state_elements=g["linear_state_count"],
        score_full_count=full * (per_head + value_width),
        score_window_count=window * (per_head + value_width),
        mla_count=np.where(mla, full * g["heads_count"] * (latent + g["mla_rank_count"]), 0.0),
    )


def _whole_layers(g: Mapping[str, Array]) -> Array:
    """Layers of one attention and one FFN block each; hybrids list every block as a layer."""
    attention = (
        g["full_attention_layers_count"] + g["window_layers_count"] + g["linear_layers_count"]
    )
    return (attention + g["moe_layers_count"] + g["dense_ffn_layers_count"]) / 2.0


_NUMERIC = ("_count", "_tokens", "_b", "_flag")


def experts_hit_frac(llm: Llm, tokens_count: Array, skew: Array = 1e-6) -> Array:
    """Share of the routed experts that a batch of tokens touches.

    tokens_count : tokens in the batch (at least 1).
    skew : how unevenly experts are liked, the squared coefficient of variation of their load.
    The first token touches k of E; the others n-1 add, with popularity spread as a gamma law,
    h = k/E + (1 - k/E) (1 - (1 + s x)^(-1/s)),  x = -(n-1) ln(1 - k/E);
    for s -> 0 this is 1 - (1 - k/E)^n.
    """
    share = llm.active_experts_count / llm.experts_count
    rest = -np.log1p(-np.minimum(share, 1.0 - 1e-12)) * np.maximum(tokens_count - 1.0, 0.0)
    return share + (1.0 - share) * (1.0 - np.power(1.0 + skew * rest, -1.0 / skew))


def active_expert_params(llm: Llm) -> Array:
    """Routed-expert parameters that one token is multiplied with."""
    return llm.expert_params * llm.active_experts_count / llm.experts_count


def kv_resident_elements(llm: Llm, length_tokens: Array) -> Array:
    """KV and state elements that a sequence of this length keeps in memory.

    length_tokens : tokens so far. Window layers keep at most the window; linear layers a state.
    """
    held = np.minimum(length_tokens, llm.window_tokens)
    return (
        (llm.kv_full_elements + llm.indexer_elements / 2.0) * length_tokens
        + llm.kv_window_elements * held
        + llm.state_elements
    )


def kv_read_elements(llm: Llm, length_tokens: Array) -> Array:
    """KV elements that decoding one token reads at this context length.

    Sparse attention reads its top tokens and all (8-bit, hence half) indexer keys; the state of
    linear layers is read and written.
    """
    seen = np.minimum(length_tokens, llm.sparse_tokens)
    held = np.minimum(length_tokens, llm.window_tokens)
    return (
        llm.kv_full_elements * seen
        + llm.indexer_elements / 2.0 * length_tokens
        + llm.kv_window_elements * held
        + 2.0 * llm.state_elements
    )


def prefill_attention_flops(llm: Llm, length_tokens: Array) -> Array:
    """Attention arithmetic per input token of a prompt of this length, averaged over it.

    2 flops a multiply-add; causal attention sees half the prompt on average.
    """
    window = np.minimum(llm.window_tokens, length_tokens / 2.0)
    full = np.minimum(length_tokens / 2.0, llm.sparse_tokens)
    return 2.0 * (llm.score_full_count * full + llm.score_window_count * window)
