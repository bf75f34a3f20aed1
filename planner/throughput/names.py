"""Which catalogue entry a benchmark's own name for an LLM or a chip means."""

import re
from collections.abc import Iterable

ALIASES = {
    "llama3370b": "llama-3-1-70b",
    "llama4scout": "llama-4-scout-17b-16e",
    "llama4maverick": "llama-4-maverick-17b-128e",
    "qwen3coder30ba3b": "qwen3-30b-a3b",
    "mistral7b": "mistral-7b-v0-3",
    "deepseekr1": "deepseek-r1",
    "deepseekv3": "deepseek-r1",
    "deepseekv31": "deepseek-r1",
}
"""Names that share the geometry of a catalogue entry. DeepSeek V3, V3.1 and R1 are one network."""


def _collapsed(name: str) -> str:
    """Letters and digits only, without words that say nothing of the geometry."""
    plain = re.sub(r"[^a-z0-9]+", "", name.lower().split("/")[-1])
    return plain.replace("instruct", "").replace("meta", "").replace("nvidia", "")


def llm_id_of(name: str, llm_ids: Iterable[str]) -> str | None:
    """The catalogue LLM that a name means: the longest entry whose letters it contains.

    None where nothing matches. Any spelling with publisher, precision or date is fine.
    """
    wanted = _collapsed(name)
    known = {re.sub(r"[^a-z0-9]+", "", i): i for i in llm_ids}
    have = set(known.values())
    known.update({a: i for a, i in ALIASES.items() if i in have})
    found = [key for key in known if key in wanted]
    return known[max(found, key=len)] if found else None


def chip_of(name: str, accelerators: Iterable[str]) -> str | None:
    """The catalogue chip that a name means: the one with most of its words in the name.

    "NVIDIA H100-SXM-80GB" is H100 SXM; "GB200" is not B200. None where nothing matches.
    """
    wanted = re.sub(r"[^a-z0-9]+", "", name.lower())
    tokens = set(re.split(r"[^a-z0-9]+", name.lower()))
    best, score = None, 0
    for accelerator in accelerators:
        words = [w for w in re.split(r"[^a-z0-9]+", accelerator.lower()) if w and w != "sxm"]
        length = sum(len(w) for w in words)
        short = len(words) == 1 and length < SHORT
        found = words[0] in tokens if short else all(w in wanted for w in words)
        if found and length > score:
            best, score = accelerator, length
    return best


SHORT = 4
"""Names with fewer letters (L4) must stand alone, not within a longer word."""

PRECISION_WORDS = (
    ("nvfp4", "fp4"),
    ("mxfp4", "fp4"),
    ("fp4", "fp4"),
    ("int4", "int4"),
    ("uint4", "int4"),
    ("int8", "int8"),
    ("fp8", "fp8"),
    ("bf16", "bf16"),
    ("bfloat16", "bf16"),
    ("fp16", "bf16"),
    ("float16", "bf16"),
)


def precision_of(name: str) -> str | None:
    """bf16, fp8, int8, fp4 or int4 from a benchmark's word for its weights."""
    plain = re.sub(r"[^a-z0-9]+", "", name.lower())
    return next((kind for word, kind in PRECISION_WORDS if word in plain), None)
