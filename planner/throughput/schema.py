"""The schema of measurements: what a row says, how a file of them is read and refused."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from planner.errors import Problem, listed, nearest, refuse
from planner.throughput.names import chip_of, llm_id_of, precision_of

REQUIRED = ("llm", "accelerator", "precision", "osl_tokens", "num_accelerators")
OPTIONAL_NUMBERS = (
    "isl_tokens",
    "output_tokens_per_s",
    "concurrency_reqs",
    "num_requests",
    "tp",
    "pp",
    "ep",
    "attention_dp",
    "prefill_workers",
    "prefill_tp",
    "prefill_attention_dp",
    "decode_workers",
    "ttft_limit_ms",
    "tpot_limit_ms",
    "ttft_ms",
    "tpot_ms",
    "accelerator_power_w",
    "prefix_hit_frac",
    "draft_tokens_count",
    "draft_acceptance_frac",
    "kv_bytes",
    "synchronous",
)
OPTIONAL_TEXTS = ("source_id", "engine", "mode", "engine_version", "left_out", "source")
NUMBERS = ("osl_tokens", "num_accelerators")
UNKNOWN_PROMPT_TOKENS = 250.0
"""Assumed where a benchmark does not publish its prompt lengths (ML.ENERGY: chat, questions)."""
SCHEMA = (*REQUIRED, *OPTIONAL_NUMBERS, *OPTIONAL_TEXTS)
POSITIVE = ("isl_tokens", "output_tokens_per_s")

SHIPPED_NAMES = {
    "concurrency_count": "concurrency_reqs",
    "requests_count": "num_requests",
    "tp_count": "tp",
    "pp_count": "pp",
    "ep_count": "ep",
    "attention_dp_count": "attention_dp",
    "accelerators_count": "num_accelerators",
    "prefill_workers_count": "prefill_workers",
    "prefill_tp_count": "prefill_tp",
    "prefill_attention_dp_count": "prefill_attention_dp",
    "decode_workers_count": "decode_workers",
    "synchronous_flag": "synchronous",
}
"""Column names of the shipped table, which carry their unit, and of the schema."""

HOPPER = ("H100", "H200", "GH200", "H20", "H800")
MLENERGY_WORDS = ("ml-energy", "mlenergy", "ml.energy")


def read_measurements(path: str | Path) -> pd.DataFrame:
    """A CSV of measurements as it stands, under the names of the schema."""
    file = Path(path)
    if not file.is_file():
        refuse([Problem(str(path), "", "no such file")])
    try:
        frame = pd.read_csv(file, low_memory=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        refuse([Problem(str(path), "", f"not a CSV file in UTF-8: {error}")])
    return frame.rename(columns=SHIPPED_NAMES)


def resolved(
    frame: pd.DataFrame, llm_ids: Iterable[str], accelerators: Iterable[str], file: str = ""
) -> pd.DataFrame:
    """Rows with catalogue names, numbers as numbers and absent columns blank.

    Raises
    ------
    InputError
        Every missing column, unknown name and bad number at once.
    """
    absent = [name for name in REQUIRED if name not in frame]
    refuse([Problem(file, "", f"no column {name!r}", allowed=listed(REQUIRED)) for name in absent])
    out = frame.reset_index(drop=True).copy()
    problems = _numbers(out, file)
    llm_ids, accelerators = list(llm_ids), list(accelerators)
    lookups = {
        "llm": (lambda name: llm_id_of(name, llm_ids), llm_ids),
        "accelerator": (lambda name: chip_of(name, accelerators), accelerators),
        "precision": (precision_of, ("bf16", "fp8", "int8", "fp4", "int4")),
    }
    for column, (find, names) in lookups.items():
        texts = _texts(out[column])
        known = {text: find(text) for text in texts.unique()}
        for text, value in known.items():
            if value is None:
                line = int(np.flatnonzero(texts == text)[0]) + 2
                near = nearest(text, names)
                problems.append(
                    Problem(file, f"line {line}, {column}", "unknown name", text, nearest=near)
                )
        out[column] = texts.map(known)
    refuse(problems)
    for name in OPTIONAL_TEXTS:
        out[name] = _texts(out[name]) if name in out else ""
    return _defaults(out)


def _texts(column: pd.Series) -> pd.Series:
    """A column as texts, blanks empty."""
    return column.astype(object).where(column.notna(), "").astype(str)


def _numbers(out: pd.DataFrame, file: str) -> list[Problem]:
    """Turns the numeric columns into numbers, in place; names what is not one."""
    problems = []
    for name in (*NUMBERS, *OPTIONAL_NUMBERS):
        if name not in out:
            out[name] = np.nan
            continue
        number = pd.to_numeric(out[name], errors="coerce")
        needed = name in NUMBERS
        bad = number.isna() & (out[name].notna() | needed) | (number < 0) | np.isinf(number)
        bad |= (needed or name in POSITIVE) & (number == 0)
        for i in np.flatnonzero(bad)[:20]:
            allowed = (
                "a number above 0"
                if needed or name in POSITIVE
                else "a number of at least 0, or blank"
            )
            place = f"line {i + 2}, {name}"
            problems.append(Problem(file, place, "not usable", out[name].iloc[i], allowed=allowed))
        out[name] = number.astype(float)
    return problems


def _defaults(out: pd.DataFrame) -> pd.DataFrame:
    """Fills what engines and harnesses do where a row does not say it.

    KV elements have 1 byte with narrow weights, 2 with 16-bit weights and with vLLM or SGLang on
    Hopper. ML.ENERGY's engine schedules synchronously, with 16-bit KV elements.
    """
    out["engine"] = (
        out["engine"].str.lower().replace({"tensorrt-llm": "trtllm", "trt-llm": "trtllm"})
    )
    told = out["source_id"] + " " + out["source"]
    energy = told.str.lower().apply(lambda text: any(word in text for word in MLENERGY_WORDS))
    hopper = out["accelerator"].str.startswith(HOPPER) & out["engine"].isin(["vllm", "sglang"])
    wide = (out["precision"] == "bf16") | hopper | energy
    out["kv_bytes"] = out["kv_bytes"].fillna(pd.Series(np.where(wide, 2.0, 1.0), out.index))
    out["synchronous"] = out["synchronous"].fillna(energy.astype(float))
    out["isl_tokens"] = out["isl_tokens"].fillna(UNKNOWN_PROMPT_TOKENS)
    for name in ("prefix_hit_frac", "draft_tokens_count", "draft_acceptance_frac"):
        out[name] = out[name].fillna(0.0)
    return out


def schema_rows(frame: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """Rows of the schema; columns not given stay blank."""
    out = pd.DataFrame(columns, index=frame.index)
    return out.reindex(columns=list(SCHEMA))
