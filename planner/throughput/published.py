"""Published tokens per megawatt beside what the calibrated core predicts for the same point."""

import numpy as np
import pandas as pd

from planner.throughput.catalogue import coefficient_values
from planner.throughput.measured import Catalogue, shipped_folder
from planner.throughput.rows import predict

SWEEP_TP = (1, 2, 4, 8)
SWEEP_REQUESTS = np.unique(np.round(np.geomspace(4, 64, 25)))


def compared(shelf: Catalogue) -> pd.DataFrame:
    """The shipped points with predicted tokens/s per MW and its ratio to the published value.

    tokens/s per MW = tokens/s / (chips * kW per chip / 1000); where the basis is measured chip
    power, the predicted power of the chip. Where input counts, tokens = output * (1 + ISL/OSL).
    Points with a limit on TPOT and on concurrency are the best of their publisher's sweep.
    """
    points = pd.read_csv(shipped_folder() / "tokens_per_mw.csv")
    rows = points.assign(output_tokens_per_s=1.0)
    swept = points["tpot_limit_ms"].notna() & points["concurrency_reqs"].notna()
    c = coefficient_values(shelf.coefficients)
    p = predict(shelf.prepare(shelf.resolve(rows)), c)
    per_chip = p.tokens_per_s / points["num_accelerators"].to_numpy(float)
    for i in np.flatnonzero(swept).tolist():
        per_chip[i] = _best_of_sweep(rows.iloc[[i]], shelf, c)
    kw = points["kw_per_chip"].fillna(pd.Series(p.power_w / 1e3, points.index))
    counted = 1.0 + points["input_counted_flag"] * points["isl_tokens"] / points["osl_tokens"]
    per_mw = per_chip * counted / (kw / 1e3)
    out = points[["point_id", "publisher", "llm", "accelerator", "clear_flag", "note"]].copy()
    out["published_tokens_per_s_per_mw"] = points["published_tokens_per_s_per_mw"]
    out["predicted_tokens_per_s_per_mw"] = per_mw.round(-3)
    out["ratio"] = np.round(per_mw / points["published_tokens_per_s_per_mw"], 2)
    return out


def _best_of_sweep(point: pd.DataFrame, shelf: Catalogue, c: dict[str, float]) -> float:
    """Most tokens/s per chip within the TPOT limit, over tensor-parallel sizes and requests."""
    tries = pd.DataFrame({"tp": SWEEP_TP}).merge(
        pd.DataFrame({"concurrency_reqs": SWEEP_REQUESTS}), how="cross"
    )
    tries["num_accelerators"] = tries["tp"]
    rest = point.drop(columns=["num_accelerators", "concurrency_reqs"])
    rows = shelf.resolve(tries.merge(rest, how="cross"))
    p = predict(shelf.prepare(rows), c)
    late = p.tpot_s * 1e3 > rows["tpot_limit_ms"].to_numpy(float)
    rate = p.tokens_per_s / rows["num_accelerators"].to_numpy(float)
    return float(np.where(late, 0.0, rate).max())
