"""Serving with prompts and decoding on separate chips."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.physics.llm import Llm
from models.physics.machine import Chip, Layout, Numerics
from models.physics.prefill import prefill_token
from models.physics.throughput import Requests, Serving, decoding_work, load_of

Array = Any


@dataclass(frozen=True)
class Pools:
    """Prompt workers beside each decode worker (`share`; nan where none), and their layout."""

    share: Array
    tp_count: Array = 1.0
    pp_count: Array = 1.0
    dp_count: Array = 1.0

    @property
    def layout(self) -> Layout:
        """Layout of a prompt worker."""
        return Layout(self.tp_count, self.pp_count, self.dp_count)


def disaggregated(
    llm: Llm,
    machine: tuple[Chip, Numerics, Layout],
    requests: Requests,
    load: tuple[Array, Pools],
    c: Mapping[str, float],
) -> Serving:
    """One decode worker with its share of prompt workers.

    load : sequences in flight per decode worker (in either pool), and the pools.
    machine : chip, numerics and layout of the decode worker.

    A request spends ISL t_prompt at a prompt worker and OSL t_step in decoding, so
    tokens/s = batch OSL / (OSL t_step + ISL t_prompt), at most what the prompt workers read.
    `decode_frac` is the share of all chips' busy time that decodes.
    """
    chip, numerics, layout = machine
    batch, pools = load
    prompt = prefill_token(llm, chip, numerics, pools.layout, requests.isl_tokens, c)
    prompt_s = requests.read_tokens * prompt.seconds
    step, step_s = decoding_work(llm, machine, requests, batch, c)
    tpot_s = step_s / requests.tokens_per_step
    alone = batch * requests.osl_tokens / (requests.osl_tokens * tpot_s + prompt_s + step_s)
    most = pools.share * requests.osl_tokens / np.maximum(prompt_s, 1e-12)
    rate = np.minimum(alone, most)
    ttft_s = batch * requests.osl_tokens / rate - requests.osl_tokens * tpot_s
    prompt_chips = rate / most * pools.share * pools.layout.chips_count
    return Serving(
        rate,
        ttft_s,
        tpot_s,
        layout.chips_count / (layout.chips_count + prompt_chips),
        load_of(step, step_s / layout.pp_count),
        load_of(prompt, prompt.seconds),
    )
