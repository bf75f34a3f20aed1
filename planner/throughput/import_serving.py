"""Importers of serving benchmarks: InferenceX, TensorRT-LLM's pages, AMD's vLLM page."""

import numpy as np
import pandas as pd

from planner.throughput.schema import schema_rows

OFFLINE_REQUESTS = {
    (128, 128): 30000,
    (128, 2048): 3000,
    (128, 4096): 1500,
    (500, 2000): 3000,
    (1000, 1000): 3000,
    (1000, 2000): 1500,
    (2048, 128): 3000,
    (2048, 2048): 1500,
    (5000, 500): 1500,
    (20000, 2000): 1000,
}
"""Requests of a TensorRT-LLM run by input and output length (its performance page, "Preparing a
dataset"); other lengths are taken as 1500."""


def inferencex(raw: pd.DataFrame) -> pd.DataFrame:
    """InferenceX runs: concurrency sweeps of serving engines, aggregated and disaggregated.

    Lengths are drawn between 0.8 and 1 of the nominal ones; tokens/s is concurrency * OSL /
    (TTFT + (OSL - 1) TPOT). Where tensor and expert parallel sizes were multiplied into one
    column, the layout is repaired. Runs of Qwen3-32B and Llama-3.1-8B kept 16-bit KV elements.
    """
    r = raw[raw["concurrency_reqs"].notna() & raw["derived_output_throughput_tok_per_s"].notna()]
    together = r["mode"] == "agg"
    tp = r["tp_size"].where(together, r["decode_tp_size"])
    dp = r["attention_dp_size"].where(together, r["decode_attention_dp_size"])
    ep = r["moe_ep_size"].where(together, r["decode_moe_ep_size"])
    dp = dp.where(dp > 0, 1.0)
    squared = together & (r["moe_tp_size"] == ep) & (r["moe_tp_size"] > 1) & (tp * dp == ep**2)
    by_four = together & (tp == 4) & (dp == 4) & (ep == 16)
    n = r["derived_num_gpus"].where(~(squared | by_four), np.minimum(ep, 8.0))
    n = n.where(~by_four, 4.0)
    tp = tp.where(~squared, np.where(tp > 1, ep, 1.0)).where(~by_four, 1.0)
    dp = dp.where(~squared, np.where(dp > 1, ep, 1.0))
    ep = ep.where(~by_four, 4.0)
    precision = r["precision"].fillna("bf16")
    odd = together & ~(squared | by_four) & (r["moe_tp_size"] > 0)
    odd &= (r["moe_tp_size"] * ep != tp * dp) & r["model"].str.contains("A22B")
    return schema_rows(
        r,
        source_id="inferencex",
        llm=r["model"],
        accelerator=r["system"],
        precision=precision,
        engine=r["backend"],
        mode=r["mode"],
        isl_tokens=r["isl_tokens"],
        osl_tokens=r["osl_tokens"],
        concurrency_reqs=r["concurrency_reqs"],
        num_requests=r["concurrency_reqs"] * 10,
        tp=tp,
        pp=r["pp_size"].where(together, r["decode_pp_size"]).fillna(1.0),
        ep=ep,
        attention_dp=dp,
        num_accelerators=n,
        prefill_workers=r["prefill_num_workers"].where(~together),
        prefill_tp=r["prefill_tp_size"].where(~together),
        prefill_attention_dp=r["prefill_attention_dp_size"].where(~together),
        decode_workers=r["decode_num_workers"].where(~together),
        output_tokens_per_s=r["derived_output_throughput_tok_per_s"],
        ttft_ms=r["measured_ttft_ms"],
        tpot_ms=r["measured_tpot_ms"],
        engine_version=r["backend_version"].astype(str) + " " + r["measured_date"].astype(str),
        kv_bytes=np.where(r["model"].str.contains("Qwen3-32B|Llama-3.1-8B"), 2.0, np.nan),
        left_out=np.where(odd, "expert layout unlike attention layout", ""),
        source=r["source"],
    )


def trtllm(raw: pd.DataFrame) -> pd.DataFrame:
    """TensorRT-LLM performance pages: offline runs at maximum load.

    On the v1.0 page mixture-of-experts rows headed TPn ran attention data-parallel.
    """
    r = raw.copy()
    n = r["num_gpus"].astype(float)
    pp = r["pp"].fillna(1.0).astype(float)
    moe = r["model"].str.contains("Scout|Maverick|A22B|A3B|DeepSeek|GPT-OSS|Mixtral")
    page = r["trtllm_doc_version"].str[:5]
    parallel = r["dep_attention_dp_expert_parallel"].notna() | ((page == "v1.0 ") & moe)
    width = n / pp
    requests = [
        OFFLINE_REQUESTS.get((int(i), int(o)), 1500)
        for i, o in zip(r["isl_tokens"], r["osl_tokens"], strict=True)
    ]
    return schema_rows(
        r,
        source_id="trtllm-pages",
        llm=r["model"],
        accelerator=r["gpu"],
        precision=r["precision"],
        engine="trtllm",
        mode="agg",
        isl_tokens=r["isl_tokens"],
        osl_tokens=r["osl_tokens"],
        num_requests=requests,
        tp=width.where(~parallel, 1.0),
        pp=pp,
        ep=width.where(parallel, 1.0),
        attention_dp=width.where(parallel, 1.0),
        num_accelerators=n,
        output_tokens_per_s=r["output_throughput_tok_per_s_total"],
        engine_version=r["trtllm_doc_version"],
        source=r["source"],
    )


def amd(raw: pd.DataFrame) -> pd.DataFrame:
    """AMD's vLLM page: batch latency rows only (its throughput rows do not say what they count).

    tokens/s = batch * OSL / end-to-end latency
    """
    r = raw[raw["kind"] == "batch latency"]
    return schema_rows(
        r,
        source_id="amd",
        llm=r["model"],
        accelerator=r["gpu"],
        precision=r["precision"],
        engine="vllm",
        mode="agg",
        isl_tokens=r["isl_tokens"],
        osl_tokens=r["osl_tokens"],
        concurrency_reqs=r["batch_size"],
        num_requests=r["batch_size"],
        tp=r["tp"].astype(float),
        pp=1.0,
        ep=1.0,
        attention_dp=1.0,
        num_accelerators=r["num_gpus"],
        output_tokens_per_s=r["batch_size"] * r["osl_tokens"] / r["e2e_latency_s"],
        engine_version="0.10.0",
        source=r["source"],
    )
