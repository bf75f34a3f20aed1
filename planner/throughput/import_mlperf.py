"""Importer of MLPerf inference results."""

import numpy as np
import pandas as pd

from planner.throughput.schema import schema_rows

MLPERF_LENGTHS = {
    "llama2-70b": (294, 300),
    "mixtral-8x7b": (290, 146),
    "llama3.1-405b": (9428, 684),
    "llama3.1-8b": (778, 73),
    "deepseek-r1": (800, 3880),
}
"""Mean lengths of the MLPerf data sets (general knowledge, from reference code)."""

MLPERF_LIMITS = {
    ("llama2-70b", "Server"): (2000, 200),
    ("llama2-70b", "Interactive"): (450, 40),
    ("mixtral-8x7b", "Server"): (2000, 200),
    ("llama3.1-405b", "Server"): (6000, 175),
    ("llama3.1-405b", "Interactive"): (4500, 80),
    ("llama3.1-8b", "Server"): (2000, 100),
    ("llama3.1-8b", "Interactive"): (500, 30),
    ("deepseek-r1", "Server"): (2000, 80),
}
"""TTFT and TPOT limits [ms] at the 99th percentile, by MLPerf scenario."""


def mlperf(raw: pd.DataFrame) -> pd.DataFrame:
    """MLPerf inference results of the closed division, on one kind of accelerator.

    Rows that do not state the precision of their weights ran the narrowest the chip has.
    Offline is maximum load; Server and Interactive carry their latency limits.
    """
    closed = raw["division"].eq("closed") & ~raw["accelerator"].str.contains(r"\(x")
    r = raw[closed & raw["throughput_output_tok_per_s"].notna()]
    model = r["model"].str.replace(r"-99(\.9)?$|-edge$", "", regex=True)
    r = r[model.isin(MLPERF_LENGTHS)]
    model = model[r.index]
    lengths = [MLPERF_LENGTHS[m] for m in model]
    nothing = (np.nan, np.nan)
    limits = [MLPERF_LIMITS.get(k, nothing) for k in zip(model, r["scenario"], strict=True)]
    four = r["accelerator"].str.contains("B200|B300|RTX PRO|MI355")
    narrowest = np.where(four, "fp4", "fp8")
    return schema_rows(
        r,
        source_id="mlperf",
        llm=model,
        accelerator=r["accelerator"],
        precision=r["weight_data_types"].fillna(pd.Series(narrowest, r.index)),
        engine=np.where(r["accelerator"].str.contains("NVIDIA"), "trtllm", "vllm"),
        mode="agg",
        isl_tokens=[x[0] for x in lengths],
        osl_tokens=[x[1] for x in lengths],
        num_accelerators=r["num_accelerators"],
        ttft_limit_ms=[x[0] for x in limits],
        tpot_limit_ms=[x[1] for x in limits],
        output_tokens_per_s=r["throughput_output_tok_per_s"],
        engine_version=r["mlperf_version"] + " " + r["scenario"],
        source=r["source"],
    )
