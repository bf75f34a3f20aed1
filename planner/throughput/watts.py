"""Calibration of chip power on measured watts, and its held-out error."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from models.physics.chip_power import demand_frac, demand_of
from models.physics.machine import Chip
from models.physics.throughput import Load, Serving
from planner.throughput.calibrate import SOFT
from planner.throughput.measured import Catalogue, held_out
from planner.throughput.rows import best_points, serve, take

NAMES = (
    "power_waiting_frac",
    "power_memory_frac",
    "power_arithmetic_frac",
    "power_intensity_exponent",
)


def operating_points(
    rows: pd.DataFrame, shelf: Catalogue, c: Mapping[str, float]
) -> tuple[Serving, Chip, np.ndarray]:
    """Predicted serving and chip of each row, and its pace: 1, or measured over predicted tokens/s
    for rows that a rule leaves out of the throughput fit.
    """
    prepared = shelf.prepare(rows)
    run, rate, _ = serve(prepared, c)
    best = best_points(prepared, rate)
    measured = rows["output_tokens_per_s"].to_numpy(float) / rate[best]
    pace = np.where(rows["left_out"] == "", 1.0, measured)
    return take(run, best), take(prepared.chip, best), pace


def mean_load(run: Serving, pace: np.ndarray) -> Load:
    """Load over prompts and decoding at this pace: a slower run waits more."""
    share = run.decode_frac
    memory = share * run.decoding.memory_frac + (1.0 - share) * run.prompts.memory_frac
    arithmetic = share * run.decoding.arithmetic_frac + (1.0 - share) * run.prompts.arithmetic_frac
    return Load(np.minimum(memory * pace, 1.0), np.minimum(arithmetic * pace, 1.0))


def fit_power(rows: pd.DataFrame, shelf: Catalogue, c: Mapping[str, float]) -> dict[str, float]:
    """Power coefficients fitted to `accelerator_power_w`."""
    run, chip, pace = operating_points(rows, shelf, c)
    load = mean_load(run, pace)
    share = rows["accelerator_power_w"].to_numpy(float) / chip.tdp_w
    table = shelf.coefficients.set_index("coefficient").loc[list(NAMES)]
    low, high = table["low"].to_numpy(float), table["high"].to_numpy(float)

    def residuals(x: np.ndarray) -> np.ndarray:
        values = dict(zip(NAMES, x.tolist(), strict=True))
        return np.minimum(demand_frac(load, chip, values), 1.0) / share - 1.0

    start = np.clip(table["prior"].to_numpy(float), low + 1e-6, high - 1e-6)
    found = least_squares(residuals, start, bounds=(low, high), loss="soft_l1", f_scale=SOFT)
    return dict(zip(NAMES, found.x.tolist(), strict=True))


def errors_held_out(
    rows: pd.DataFrame, shelf: Catalogue, c: Mapping[str, float], split: str
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted over measured watts, minus 1, each group left out of the power fit.

    Returns errors at the predicted pace (all that a plan knows) and at the pace of the fit.
    """
    run, chip, pace = operating_points(rows, shelf, c)
    watts = rows["accelerator_power_w"].to_numpy(float)
    blind, paced = np.full((2, len(rows)), np.nan)
    for _, out in held_out(rows, split):
        values = fit_power(rows[~out], shelf, c)
        there = take(chip, out)
        demand = demand_of(take(run, out), there, values).mean
        blind[out] = demand * there.tdp_w / watts[out] - 1.0
        load = mean_load(take(run, out), pace[out])
        power = np.minimum(demand_frac(load, there, values), 1.0)
        paced[out] = power * there.tdp_w / watts[out] - 1.0
    return blind, paced
