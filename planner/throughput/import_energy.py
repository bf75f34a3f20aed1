"""Importers of ML.ENERGY: batch sweeps with GPU watts."""

import pandas as pd

from planner.throughput.schema import schema_rows

MLENERGY_PROMPTS = {
    "lm-arena-chat": 200,
    "gpqa": 250,
    "sourcegraph-fim": 800,
    "chat": 200,
    "code": 200,
}
"""Mean prompt lengths of ML.ENERGY tasks: not published, assumed."""


def mlenergy_v3(raw: pd.DataFrame) -> pd.DataFrame:
    """ML.ENERGY leaderboard v3, text tasks: batch sweeps with GPU watts (vLLM).

    Prompt lengths are not published. Rows with `ep` ran attention data-parallel.
    """
    r = raw[raw["task"].isin(MLENERGY_PROMPTS)]
    ep = r["ep"].astype(float)
    return schema_rows(
        r,
        source_id="mlenergy-v3",
        llm=r["model"],
        accelerator=r["gpu"],
        precision=r["weight_precision"],
        engine="vllm",
        mode="agg",
        isl_tokens=r["task"].map(MLENERGY_PROMPTS),
        osl_tokens=r["avg_output_len_tokens"],
        concurrency_reqs=r["avg_batch_size_reqs"],
        tp=r["tp"].astype(float),
        pp=1.0,
        ep=ep,
        attention_dp=ep,
        num_accelerators=r["num_gpus"],
        output_tokens_per_s=r["output_throughput_tok_per_s"],
        tpot_ms=r["median_itl_ms"],
        synchronous=1.0,
        kv_bytes=2.0,
        accelerator_power_w=r["avg_gpu_power_W_per_gpu"],
        engine_version="v3 " + r["task"],
        source=r["source"],
    )


def mlenergy_v2(raw: pd.DataFrame) -> pd.DataFrame:
    """ML.ENERGY leaderboard v2: older LLMs on A100 40GB and H100 with GPU watts (vLLM)."""
    r = raw
    return schema_rows(
        r,
        source_id="mlenergy-v2",
        llm=r["model"],
        accelerator=r["gpu"].replace("NVIDIA H100 80GB HBM3", "H100 SXM"),
        precision="bf16",
        engine="vllm",
        mode="agg",
        isl_tokens=r["task"].map(MLENERGY_PROMPTS),
        osl_tokens=r["avg_output_len_tokens"],
        concurrency_reqs=r["avg_batch_size_reqs"],
        tp=r["tp"].astype(float),
        pp=r["pp"].astype(float),
        ep=1.0,
        attention_dp=1.0,
        num_accelerators=r["num_gpus"],
        output_tokens_per_s=r["token_throughput_tok_per_s"],
        tpot_ms=r["avg_tpot_s"] * 1e3,
        synchronous=1.0,
        kv_bytes=2.0,
        accelerator_power_w=r["derived_gpu_power_W_per_gpu"],
        engine_version="v2 " + r["task"],
        source=r["source"],
    )
