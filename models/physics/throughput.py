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
    """What users send: mean input and output lengths [tokens], and inputs that are off by default.

    `prefix_hit_frac` of the input is found in the prefix cache and not read again;
    `tokens_per_step` is the mean tokens a decoding step yields (above 1 with speculative
    decoding), `step_tokens_count` the tokens it computes per sequence. `synchronous` is 1 where the
    engine schedules the next step only after the last has returned, so that host time adds up.
    """

    isl_tokens: Array
    osl_tokens: Array
    prefix_hit_frac: Array = 0.0
    tokens_per_step: Array = 1.0
    step_tokens_count: Array = 1.0
    synchronous: Array = 0.0

    @property
    def read_tokens(self) -> Array:
        """Input tokens that have to be read."""
        return self.isl_tokens * (1.0 - self.prefix_hit_frac)


@dataclass(frozen=True)
class Load:
    """What a chip does while it works: shares of its time moving memory, and multiplying."""

    memory_frac: Array
    arithmetic_frac: Array


@dataclass(frozen=True)
class Serving:
    """A running instance: output tokens/s, time to first token and per output token [s], the share
    of its time that it decodes, and the load of a chip while decoding and while reading prompts.
    """

    tokens_per_s: Array
    ttft_s: Array
    tpot_s: Array
    decode_frac: Array
    decoding: Load
    prompts: Load


def speculative_tokens(draft_count: Array, acceptance_frac: Array) -> Array:
    """Mean tokens a step yields when `draft_count` tokens are drafted.

    sum of a^i for i = 0..n = (1 - a^(n+1)) / (1 - a). Source: Leviathan et al., "Fast inference
    from transformers via speculative decoding", ICML 2023, eq. 1.
    """
    a = np.minimum(np.asarray(acceptance_frac, float), 1.0 - 1e-9)
    return (1.0 - np.power(a, np.asarray(draft_count, float) + 1.0)) / (1.0 - a)


def load_of(work: Work, seconds: Array) -> Load:
    """Load of a chip that does this work in these seconds."""
    return Load(work.memory_s / seconds, work.arithmetic_s / seconds)


def decoding_work(
    llm: Llm,
    machine: tuple[Chip, Numerics, Layout],
    requests: Requests,
    batch: Array,
    c: Mapping[str, float],
) -> tuple[Work, Array]:
    """Work of one stage for one step of its micro-batch, and the seconds of a whole step."""
    chip, numerics, layout = machine
    micro = np.maximum(batch / layout.pp_count, 1.0) * requests.step_tokens_count
    length = requests.isl_tokens + requests.osl_tokens / 2.0
    step = decode_step(llm, chip, numerics, layout, (micro, length, requests.step_tokens_count), c)
    host = (c["host_step_us"] + c["host_sequence_us"] * batch) * 1e-6 * requests.synchronous
    return step, step.seconds * layout.pp_count + host


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
    chip, numerics, layout = machine
    step, step_s = decoding_work(llm, machine, requests, batch, c)
    prompt = prefill_token(llm, chip, numerics, layout, requests.isl_tokens, c)
    decode_s = step_s / requests.tokens_per_step
    prompts_s = requests.read_tokens / requests.osl_tokens * batch * prompt.seconds
    tpot_s = decode_s + prompts_s
    own_s = requests.read_tokens * prompt.seconds * layout.pp_count
    ttft_s = own_s * (1.0 + prompts_s / tpot_s / 2.0) + step_s
    stage_s = step_s / layout.pp_count
    return Serving(
        batch / tpot_s,
        ttft_s,
        tpot_s,
        decode_s / tpot_s,
        load_of(step, stage_s),
        load_of(prompt, prompt.seconds),
    )
