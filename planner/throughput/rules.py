"""Cleaning rules: which published rows are left out of the fit and of its score, and why.

A rule looks at the row and its neighbours, never at a prediction. Rows stay in the shipped table
with the name of the rule; the accuracy table is also given with all of them in.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

CONFIGURATION = (
    "source_id",
    "llm",
    "accelerator",
    "precision",
    "engine",
    "mode",
    "isl_tokens",
    "osl_tokens",
    "concurrency_reqs",
    "num_requests",
    "tp",
    "pp",
    "ep",
    "attention_dp",
    "num_accelerators",
    "prefill_workers",
    "prefill_tp",
    "prefill_attention_dp",
    "decode_workers",
    "ttft_limit_ms",
    "tpot_limit_ms",
    "kv_bytes",
    "synchronous",
)
"""Columns that tell one configuration from another; rows alike in all are repeats."""

HOST_BOUND = ("qwen3-8b", "qwen3-14b", "qwen3-30b-a3b", "nemotron-nano")


@dataclass(frozen=True)
class Rule:
    """A reason to leave rows out, and the rows it means (catalogue names, true where left out)."""

    name: str
    reason: str
    rows: Callable[[pd.DataFrame], pd.Series]


def _inferencex(r: pd.DataFrame) -> pd.Series:
    return (r["source_id"] == "inferencex") & (r["mode"] == "agg")


def _version(r: pd.DataFrame, text: str) -> pd.Series:
    return r["engine_version"].str.contains(text, regex=False)


def _impossible(r: pd.DataFrame) -> pd.Series:
    """Tensor parallel sizes that are totals over a cluster, or weights beyond the memory."""
    beyond = (r["llm"] == "qwen3-235b-a22b") & r["accelerator"].str.startswith("H100")
    beyond &= r["num_accelerators"] == 2
    return _inferencex(r) & (~r["tp"].isin([1, 2, 4, 8, 16]) | beyond)


def _saturated(r: pd.DataFrame) -> pd.Series:
    decode_ms = r["tpot_ms"] * r["osl_tokens"]
    return _inferencex(r) & (r["ttft_ms"] > 5000) & (r["ttft_ms"] > 0.5 * decode_ms)


def _cold(r: pd.DataFrame) -> pd.Series:
    decode_ms = r["tpot_ms"] * r["osl_tokens"]
    late = (r["ttft_ms"] > 2500) & (r["ttft_ms"] > 0.25 * decode_ms)
    return _inferencex(r) & (r["concurrency_reqs"] <= 128) & late


def _speculative(r: pd.DataFrame) -> pd.Series:
    """DeepSeek releases and days whose runs are 1.3-2.3 times faster than their twins."""
    deepseek = _inferencex(r) & (r["llm"] == "deepseek-r1")
    told = _version(r, "1.2.0rc6.post3") | _version(r, "2026-01-14")
    alike = [*CONFIGURATION, "engine_version"]
    slow = r["tpot_ms"].groupby([r[k].fillna(-1) for k in alike]).transform("max")
    return deepseek & (told | (slow / r["tpot_ms"] > 1.3))


def _superseded(r: pd.DataFrame) -> pd.Series:
    """Runs repeated more than two weeks later with a newer release."""
    mine = _inferencex(r) & (r["left_out"] == "")
    day = pd.to_datetime(r["engine_version"].str[-10:], format="%Y-%m-%d", errors="coerce").where(
        mine
    )
    last = day.groupby([r[k].fillna(-1) for k in CONFIGURATION]).transform("max")
    return mine & ((last - day).dt.days > 14)


def _host_bound(r: pd.DataFrame) -> pd.Series:
    task = (r["source_id"] == "mlenergy-v3") & _version(r, "gpqa")
    return task & (r["accelerator"] == "B200 SXM") & r["llm"].str.startswith(HOST_BOUND)


RULES = (
    Rule(
        "impossible layout",
        "tensor-parallel sizes that are totals over a cluster; weights beyond the memory",
        _impossible,
    ),
    Rule(
        "replicas",
        "release 1.3.0rc: TPOT is flat or jumps with load, so several replicas must have run",
        lambda r: _inferencex(r) & _version(r, "1.3.0rc"),
    ),
    Rule(
        "lone release",
        "vLLM 0.11.2: six rows of a release that is otherwise absent, 4x apart",
        lambda r: _inferencex(r) & _version(r, "0.11.2 "),
    ),
    Rule("saturated", "TTFT above 5 s and above half the decoding time: a queue", _saturated),
    Rule(
        "cold start",
        "at most 128 requests in flight, yet TTFT above 2.5 s and a quarter of decoding",
        _cold,
    ),
    Rule(
        "suspected prefix cache",
        "Llama 3.1 8B on H200 with vLLM reads prompts faster than the chip's peak allows",
        lambda r: (
            _inferencex(r)
            & (r["llm"] == "llama-3-1-8b")
            & (r["engine"] == "vllm")
            & (r["accelerator"] == "H200 SXM")
        ),
    ),
    Rule(
        "inconsistent repeats",
        "Kimi on H200 at 16 requests: repeats spread four-fold",
        lambda r: (
            _inferencex(r)
            & (r["llm"] == "kimi-k2-5")
            & (r["accelerator"] == "H200 SXM")
            & (r["concurrency_reqs"] == 16)
        ),
    ),
    Rule("suspected speculative decoding", "faster twins of one configuration", _speculative),
    Rule("superseded", "the same configuration ran later with a newer release", _superseded),
    Rule(
        "unknown prompts",
        "prompt lengths are not published and dominate (code completion)",
        lambda r: (
            r["source_id"].str.startswith("mlenergy") & (_version(r, "fim") | _version(r, "code"))
        ),
    ),
    Rule(
        "host-bound",
        "B200 runs of small LLMs with a TPOT above that of H100: the host is measured",
        _host_bound,
    ),
    Rule(
        "old engine",
        "ML.ENERGY v2 ran vLLM of 2024, whose scheduler dominates; kept for watts",
        lambda r: r["source_id"] == "mlenergy-v2",
    ),
    Rule(
        "unknown lengths",
        "MLPerf data sets whose mean lengths, or tails, are not stated",
        lambda r: (r["source_id"] == "mlperf") & r["llm"].isin(["mixtral-8x7b", "deepseek-r1"]),
    ),
    Rule(
        "latency scenario",
        "MLPerf Server and Interactive: bound by tail latency under random arrivals",
        lambda r: (r["source_id"] == "mlperf") & ~_version(r, "Offline"),
    ),
)


def marked(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the first rule that leaves each out in `left_out`, blank where kept."""
    out = rows.copy()
    for rule in RULES:
        hit = rule.rows(out) & (out["left_out"] == "")
        out.loc[hit, "left_out"] = rule.name
    return out


def merged(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a configuration: medians of repeats, kept apart from rows that are left out.

    MLPerf and ML.ENERGY rows of different scenarios or tasks stay apart.
    """
    scenario = np.where(rows["source_id"] == "inferencex", "", rows["engine_version"])
    keyed = rows.assign(scenario=scenario)
    key = [*CONFIGURATION, "scenario", "left_out"]
    measured = ["output_tokens_per_s", "ttft_ms", "tpot_ms", "accelerator_power_w"]
    groups = keyed.groupby(key, dropna=False, sort=True)
    out = groups[measured].median()
    out["repeats_count"] = groups.size()
    for name in ("engine_version", "source"):
        out[name] = groups[name].last()
    return out.reset_index().drop(columns="scenario")
