"""Output tokens per second of one instance, and the latencies its users see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.physics.decode import Work, decode_step
from models.physics.llm import Llm
from models.physics.machine import Chip, Layout, Numerics
from models.physics.prefill import prefill_token

Array = Any


@dataclass(frozen=True)
class Requests:
    """What users send: mean input and output lengths [tokens] and two inputs, off by default.

    `prefix_hit_frac` of the input is found in the prefix cache and not read again;
    `tokens_per_step` is the mean tokens a decoding step yields (above 1 with speculative
    decoding), `step_tokens_count` the tokens it computes per sequence.
    """

    isl_tokens: Array
    osl_tokens: Array
    prefix_hit_frac: Array = 0.0
    tokens_per_step: Array = 1.0
    step_tokens_count: Array = 1.0


@dataclass(frozen=True)
class Serving:
    """A running instance: output tokens/s, time to first token and per output token [s], and the
    mean load of each chip as shares of memory bandwidth and of arithmetic peak.
    """

    tokens_per_s: Array
    ttft_s: Array
    tpot_s: Array
    memory_frac: Array
    arithmetic_frac: Array


def speculative_tokens(draft_count: Array, acceptance_frac: Array) -> Array:
    """Mean tokens a step yields when `draft_count` tokens are drafted.

    sum of a^i for i = 0..n = (1 - a^(n+1)) / (1 - a). Source: Leviathan et al., "Fast inference
    from transformers via speculative decoding", ICML 2023, eq. 1.
    """
    a = np.minimum(np.asarray(acceptance_frac, float), 1.0 - 1e-9)
    return (1.0 - np.power(a, np.asarray(draft_count, float) + 1.0)) / (1.0 - a)


def aggregated(
    llm: Llm,
    machine: tuple[Chip, Numerics, Layout],
    requests: Requests,
    batch: Array,
    c: Mapping[str, float],
) -> Serving:
    """One instance that reads prompts and decodes on the same chips.

    batch : sequences in flight on the instance (at most what memory holds).
    machine : chip, numerics and layout.

    Between two tokens of a sequence its chips also read the prompts of the others:
    tokens/s = batch / (t_step / y + ISL/OSL * batch * t_prompt)  with y tokens per step.
    """
    step, prompt = _work(llm, machine, requests, batch, c)
    pp = machine[2].pp_count
    read = requests.isl_tokens * (1.0 - requests.prefix_hit_frac)
    decode_s = step.seconds * pp / requests.tokens_per_step
    prompts_s = read / requests.osl_tokens * batch * prompt.seconds
    tpot_s = decode_s + prompts_s
    rate = batch / tpot_s
    busy = prompts_s / tpot_s
    ttft = (read * prompt.seconds * pp) * (1.0 + busy / 2.0) + step.seconds * pp
    return Serving(rate, ttft, tpot_s, *_loads(step, prompt, requests, machine, rate, batch))


def _work(
    llm: Llm,
    machine: tuple[Chip, Numerics, Layout],
    requests: Requests,
    batch: Array,
    c: Mapping[str, float],
) -> tuple[Work, Work]:
    """Work of a decoding step of one stage, and of one prompt token."""
    chip, numerics, layout = machine
    micro = np.maximum(batch / layout.pp_count, 1.0) * requests.step_tokens_count
    length = requests.isl_tokens + requests.osl_tokens / 2.0
    step = decode_step(llm, chip, numerics, layout, (micro, length), c)
    prompt = prefill_token(llm, chip, numerics, layout, requests.isl_tokens, c)
    return step, prompt


def _loads(
    step: Work,
    prompt: Work,
    requests: Requests,
    machine: tuple[Chip, Numerics, Layout],
    rate: Array,
    batch: Array,
) -> tuple[Array, Array]:
    """Mean share of memory bandwidth and of arithmetic peak that a chip uses."""
    chip, _, layout = machine
    micro = np.maximum(batch / layout.pp_count, 1.0)
    steps_per_s = rate / requests.tokens_per_step / micro
    read = requests.isl_tokens * (1.0 - requests.prefix_hit_frac)
    prompts_per_s = rate * read / requests.osl_tokens
    bytes_per_s = step.hbm_bytes * steps_per_s + prompt.hbm_bytes * prompts_per_s
    arithmetic = step.flops_frac_s * steps_per_s + prompt.flops_frac_s * prompts_per_s
    return np.minimum(bytes_per_s / chip.hbm_bytes_per_s, 1.0), np.minimum(arithmetic, 1.0)
