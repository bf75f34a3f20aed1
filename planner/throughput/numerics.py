"""Which operand kinds, bytes and kernels a precision means on a chip, for an LLM and an engine."""

from dataclasses import dataclass

import numpy as np

from models.physics.machine import BF16, FP4, FP8, W4A16, Numerics

PRECISIONS = ("bf16", "fp8", "int8", "fp4", "int4")
NVFP4_BYTES, MXFP4_BYTES = 0.5625, 0.53125
"""4-bit weights with an 8-bit scale for every 16 or every 32 of them."""

NATIVE, VLLM_FP8 = 0, 1
"""Expert kernels: native, or vLLM's block-scaled FP8, which is slower."""


@dataclass(frozen=True)
class Ask:
    """What is asked for, arrays of one length: precision of the weights, precision the LLM was
    released in, engine (lower case), whether the chip has 4-bit arithmetic, bytes per KV element.
    """

    precision: np.ndarray
    native: np.ndarray
    engine: np.ndarray
    has_fp4: np.ndarray
    kv_bytes: np.ndarray


def numerics_of(ask: Ask) -> tuple[Numerics, np.ndarray]:
    """Operand kinds and bytes, and the code of the expert kernel.

    LLMs released in MXFP4 or INT4 keep 16 bits outside their experts. 4-bit weights on chips
    without 4-bit arithmetic are expanded to 16 bits; MXFP4 experts are multiplied in 8 bits where
    the chip has 4-bit arithmetic (activations have 8).
    """
    p, native = ask.precision, ask.native
    mx = (native == "mxfp4") & np.isin(p, ("fp4", "fp8"))
    own_int4 = (native == "int4") & (p == "int4")
    four = np.isin(p, ("fp4", "int4")) | mx
    expanded = four & ((p == "int4") | ~ask.has_fp4)
    plain = np.where(p == "fp4", FP4, np.where(np.isin(p, ("fp8", "int8")), FP8, BF16))
    expert_kind = np.where(expanded, W4A16, np.where(mx, FP8, plain))
    dense_kind = np.where(mx | own_int4, BF16, np.where(expanded, W4A16, plain))
    size = np.where(p == "bf16", 2.0, np.where(four, NVFP4_BYTES, 1.0))
    size = np.where(mx, MXFP4_BYTES, size)
    dense_size = np.where(mx | own_int4, 2.0, size)
    kernel = np.where((ask.engine == "vllm") & (p == "fp8") & ~mx, VLLM_FP8, NATIVE)
    return Numerics(dense_kind, expert_kind, dense_size, size, ask.kv_bytes), kernel
