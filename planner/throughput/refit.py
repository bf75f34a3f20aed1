"""The whole calibration: fit, held-out spread, tables to write."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from planner.throughput import accuracy, watts
from planner.throughput.calibrate import free_names, jackknife
from planner.throughput.intervals import interval_table
from planner.throughput.measured import Catalogue

NORMAL_80 = 1.2816
"""Half-width of an 80 % interval in standard errors."""


@dataclass(frozen=True)
class Calibration:
    """Tables to write, and the held-out errors that the accuracy table shows."""

    coefficients: pd.DataFrame
    fit: pd.DataFrame
    intervals: pd.DataFrame
    by_llm: accuracy.HeldOut
    by_chip: accuracy.HeldOut


def kinds(rows: pd.DataFrame, shelf: Catalogue) -> np.ndarray:
    """Kind of the LLM of each row: dense or moe."""
    layers = shelf.llms.set_index("llm_id")["moe_layers_count"].reindex(rows["llm"])
    return np.where(layers.fillna(0).to_numpy(float) > 0, "moe", "dense")


def calibrate(rows: pd.DataFrame, powered: pd.DataFrame, shelf: Catalogue) -> Calibration:
    """Fits throughput on `rows` and power on `powered`, and measures both with LLMs left out."""
    values = accuracy.errors_in_sample(rows, shelf).fits[0]
    by_llm = accuracy.errors_held_out(rows, shelf, "llm")
    by_chip = accuracy.errors_held_out(rows, shelf, "accelerator")
    values |= watts.fit_power(powered, shelf, values)
    spread = jackknife(values, by_llm.fits) if len(by_llm.fits) > 1 else {}
    intervals = [
        interval_table(
            ratios(rows, shelf, by_llm.error, "llm"),
            ratios(rows, shelf, by_chip.error, "accelerator"),
            "tokens_per_s",
        ),
        _power_intervals(powered, shelf, values),
    ]
    return Calibration(
        _coefficients(shelf, values, rows),
        _fit_table(shelf, values, spread),
        pd.concat(intervals, ignore_index=True).round(4),
        by_llm,
        by_chip,
    )


def ratios(rows: pd.DataFrame, shelf: Catalogue, error: np.ndarray, group: str) -> pd.DataFrame:
    """Measured over predicted of held-out rows, with their group and kind of LLM."""
    return pd.DataFrame(
        {"group": rows[group], "kind": kinds(rows, shelf), "ratio": 1.0 / (1.0 + error)}
    )


def _power_intervals(
    powered: pd.DataFrame, shelf: Catalogue, values: dict[str, float]
) -> pd.DataFrame:
    """Spread of watts at the predicted pace, on rows whose pace the fit can know."""
    known = (powered["left_out"] == "").to_numpy()
    llm_error, _ = watts.errors_held_out(powered, shelf, values, "llm")
    chip_error, _ = watts.errors_held_out(powered, shelf, values, "accelerator")
    rows = powered[known]
    return interval_table(
        ratios(rows, shelf, llm_error[known], "llm"),
        ratios(rows, shelf, chip_error[known], "accelerator"),
        "accelerator_power_w",
    )


def _coefficients(shelf: Catalogue, values: dict[str, float], rows: pd.DataFrame) -> pd.DataFrame:
    """The coefficient table with fitted values, and where they come from."""
    out = shelf.coefficients.drop(columns="prior").copy()
    fitted = out["coefficient"].isin([*free_names(out), *watts.NAMES])
    out["value"] = [float(f"{values[name]:.5g}") for name in out["coefficient"]]
    sources = ", ".join(sorted(rows["source_id"].unique()))
    told = f"fit to {len(rows)} published configurations ({sources}), {date.today().isoformat()}"
    out.loc[fitted, "source"] = told
    return out


def _fit_table(
    shelf: Catalogue, values: dict[str, float], spread: dict[str, float]
) -> pd.DataFrame:
    """Prior and 80 % interval of each coefficient, held within its bounds."""
    rows = []
    numbers = shelf.coefficients.set_index("coefficient")[["prior", "low", "high"]].astype(float)
    for name, (prior, low, high) in zip(numbers.index, numbers.to_numpy(), strict=True):
        rows.append((str(name), "prior", float(prior)))
        if name in free_names(shelf.coefficients) and spread:
            half = NORMAL_80 * spread[name]
            rows.append((name, "low80", max(values[name] - half, low)))
            rows.append((name, "high80", min(values[name] + half, high)))
    table = pd.DataFrame(rows, columns=["coefficient", "statistic", "value"])
    return table.assign(value=[float(f"{float(v):.5g}") for v in table["value"]])
