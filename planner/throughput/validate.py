"""Predictions for a file of measurements, and how far off they are."""

from pathlib import Path

import numpy as np
import pandas as pd

from planner.errors import Problem, refuse
from planner.throughput.accuracy import summary_by
from planner.throughput.catalogue import coefficient_values
from planner.throughput.measured import Catalogue, catalogue, shipped_folder, shipped_measurements
from planner.throughput.refit import kinds
from planner.throughput.rows import predict
from planner.throughput.schema import read_measurements

BY = ("llm", "accelerator", "precision", "engine", "source_id")
ARCHITECTURE_NAMES = {
    "llm": "name",
    "layers": "layers_count",
    "layers_moe": "moe_layers_count",
    "layers_full_attention": "full_attention_layers_count",
    "layers_sliding": "window_layers_count",
    "linear_layers": "linear_layers_count",
    "sliding_window_tokens": "window_tokens",
    "hidden_size": "hidden_count",
    "layers_dense_ffn": "dense_ffn_layers_count",
    "ffn_size": "ffn_count",
    "ffn_matrices": "ffn_matrices_count",
    "moe_latent_size": "expert_input_count",
    "moe_ffn_size": "expert_ffn_count",
    "experts_total": "experts_count",
    "experts_active": "active_experts_count",
    "heads": "heads_count",
    "kv_heads": "kv_heads_count",
    "head_dim": "head_width_count",
    "mla_kv_rank": "mla_rank_count",
    "mla_rope_dim": "mla_rope_count",
    "linear_state_elements_per_sequence": "linear_state_count",
    "indexer_key_dim": "indexer_key_count",
    "vocab_size": "vocabulary_count",
    "tied_embeddings": "tied_embeddings_flag",
}
"""Names that configuration files of LLMs use, and columns of the table `llms`."""

NEEDED = ("params_total_b", "layers_count", "hidden_count", "heads_count", "vocabulary_count")


def read_architectures(path: str | Path) -> pd.DataFrame:
    """Architecture rows for LLMs that the catalogue lacks, as rows of the table `llms`.

    Columns of the table `llms`, or their common names in configuration files.
    """
    frame = read_measurements(path)
    if "params_check_b" in frame:  # recounted from the geometry, unlike a headline figure
        frame["params_total_b"] = frame["params_check_b"].fillna(frame.get("params_total_b"))
    given = {a: b for a, b in ARCHITECTURE_NAMES.items() if a in frame and b not in frame}
    table = frame.rename(columns=given).copy()
    absent = [name for name in NEEDED if name not in table]
    refuse([Problem(str(path), "", f"no column {name!r}") for name in absent])
    if {"shared_ffn_size", "experts_shared"} <= set(table) and "shared_ffn_count" not in table:
        table["shared_ffn_count"] = table["shared_ffn_size"] * table["experts_shared"]
    return _completed(table.reset_index(drop=True))


def _completed(table: pd.DataFrame) -> pd.DataFrame:
    """All columns of the table `llms`: numbers, 0 where blank, and what follows from others."""
    columns = catalogue().llms.columns
    blank = pd.Series(np.nan, table.index)
    out = pd.DataFrame(index=table.index)
    for name in columns:
        given = table.get(name, blank)
        numeric = name.endswith(("_count", "_tokens", "_b"))
        out[name] = pd.to_numeric(given, errors="coerce") if numeric else given.astype(object)
    flag = out["tied_embeddings_flag"].astype(str).str.lower()
    out["tied_embeddings_flag"] = flag.isin(["1", "1.0", "true"]).astype(float)
    full = "full_attention_layers_count"
    out[full] = out[full].fillna(out["layers_count"])
    out["kv_heads_count"] = out["kv_heads_count"].fillna(out["heads_count"])
    width = out["hidden_count"] / out["heads_count"]
    out["head_width_count"] = out["head_width_count"].fillna(width)
    out["ffn_matrices_count"] = out["ffn_matrices_count"].fillna(3)
    out["expert_input_count"] = out["expert_input_count"].fillna(out["hidden_count"])
    dense = out["layers_count"] - out["moe_layers_count"].fillna(0.0)
    out["dense_ffn_layers_count"] = out["dense_ffn_layers_count"].fillna(dense)
    native = out["native_precision"]
    out["native_precision"] = native.where(native.notna(), "bf16").astype(str)
    ids = out["llm_id"].where(out["llm_id"].notna(), out["name"])
    out["llm_id"] = [_slug(name) for name in ids]
    return out


def _slug(name: object) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in str(name).lower()).split())


def validated(
    file: str | Path, llms: str | Path | None = None, shelf: Catalogue | None = None
) -> pd.DataFrame:
    """The rows of a file with predictions, intervals, errors and whether they lie inside.

    Adds predicted_tokens_per_s, low80 and high80 tokens/s, error_frac, covered, extrapolated and,
    where the file has TTFT, TPOT or watts, their predictions.
    """
    extra = read_architectures(llms) if llms else None
    shelf = shelf or catalogue(extra_llms=extra)
    rows = shelf.resolve(read_measurements(file), str(file))
    return with_predictions(rows, shelf)


def with_predictions(rows: pd.DataFrame, shelf: Catalogue) -> pd.DataFrame:
    """Resolved rows with what the calibrated core predicts for them."""
    p = predict(shelf.prepare(rows), coefficient_values(shelf.coefficients))
    out = rows.copy()
    known = shipped_measurements()
    out["extrapolated"] = ~rows["accelerator"].isin(known["accelerator"].unique())
    kind = np.where(out["extrapolated"], "extrapolated", kinds(rows, shelf))
    out["predicted_tokens_per_s"] = p.tokens_per_s
    out["predicted_ttft_ms"] = p.ttft_s * 1e3
    out["predicted_tpot_ms"] = p.tpot_s * 1e3
    out["predicted_power_w"] = p.power_w
    out["predicted_batch"] = p.batch
    spread = pd.read_csv(shipped_folder() / "throughput_intervals.csv")
    spread = spread[spread["quantity"] == "tokens_per_s"].set_index("kind").loc[kind]
    out["low80_tokens_per_s"] = p.tokens_per_s * spread["low_frac"].to_numpy()
    out["high80_tokens_per_s"] = p.tokens_per_s * spread["high_frac"].to_numpy()
    measured = out["output_tokens_per_s"]
    out["error_frac"] = p.tokens_per_s / measured - 1.0
    out["covered"] = measured.between(out["low80_tokens_per_s"], out["high80_tokens_per_s"])
    return out


def report(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Error tables of validated rows: all together, and by each column in `BY`."""
    tables = {}
    for column in ("all", *BY):
        by = rows.assign(all="all rows") if column == "all" else rows
        table = summary_by(by, rows["error_frac"].to_numpy(float), column)
        told = by[by["output_tokens_per_s"].notna()]
        table["coverage_pct"] = told.groupby(column)["covered"].mean().reindex(table.index) * 100.0
        tables[column] = table
    power = rows[rows["accelerator_power_w"].notna()]
    if len(power):
        error = (power["predicted_power_w"] / power["accelerator_power_w"] - 1.0).to_numpy(float)
        tables["watts"] = summary_by(power, error, "accelerator")
    return tables
