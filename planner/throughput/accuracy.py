"""Held-out error: each group of a frozen split predicted by a fit that never saw it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.throughput.calibrate import fit
from planner.throughput.measured import Catalogue, held_out
from planner.throughput.rows import tokens_per_s


@dataclass(frozen=True)
class HeldOut:
    """Predicted over measured, minus 1, of each row, nan where its group is the whole; the fits."""

    error: np.ndarray
    fits: list[dict[str, float]]


def errors_in_sample(rows: pd.DataFrame, shelf: Catalogue) -> HeldOut:
    """Errors of a fit on the same rows."""
    measured = rows["output_tokens_per_s"].to_numpy(float)
    prepared = shelf.prepare(rows)
    c = fit(prepared, measured, shelf.coefficients)
    return HeldOut(tokens_per_s(prepared, c) / measured - 1.0, [c])


def errors_held_out(rows: pd.DataFrame, shelf: Catalogue, split: str) -> HeldOut:
    """Errors of every group of a split, each predicted without it."""
    measured = rows["output_tokens_per_s"].to_numpy(float)
    error = np.full(len(rows), np.nan)
    fits = []
    for _, out in held_out(rows, split):
        c = fit(shelf.prepare(rows[~out]), measured[~out], shelf.coefficients)
        predicted = tokens_per_s(shelf.prepare(rows[out]), c)
        error[out] = predicted / measured[out] - 1.0
        fits.append(c)
    return HeldOut(error, fits)


def summary(error: np.ndarray) -> dict[str, float]:
    """Count, mean, median and 90th percentile of the absolute error, and the bias, in percent."""
    e = error[np.isfinite(error)]
    size = np.abs(e) * 100.0
    if not len(e):
        return {"n": 0} | dict.fromkeys(("mean_pct", "median_pct", "p90_pct", "bias_pct"), np.nan)
    return {
        "n": len(e),
        "mean_pct": float(size.mean()),
        "median_pct": float(np.median(size)),
        "p90_pct": float(np.quantile(size, 0.9)),
        "bias_pct": float(np.median(e) * 100.0),
    }


def summary_by(rows: pd.DataFrame, error: np.ndarray, column: str) -> pd.DataFrame:
    """The summary for each value of a column."""
    parts = {
        str(name): summary(error[index])
        for name, index in rows.reset_index(drop=True).groupby(column).indices.items()
    }
    return pd.DataFrame.from_dict(parts, orient="index").rename_axis(column)
