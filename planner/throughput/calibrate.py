"""Fits the coefficients of the throughput equations to measurements.

Least squares of ln(predicted/measured) with a soft loss; each coefficient stays within its physical
bounds (logistic map) and is drawn to its prior by a ridge.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from planner.throughput.rows import Prepared, tokens_per_s

FIXED = ("memory_", "power_", "host_power_", "training_")
"""Prefixes of coefficients that throughput rows do not inform."""

RIDGE = 0.6
"""Pull to the priors: one unit of the logistic scale weighs like 1 % of the rows at this error."""

STEP = 1e-4
SOFT = 0.15
"""Errors beyond this (in ln) count linearly."""


def free_names(coefficients: pd.DataFrame) -> list[str]:
    """Coefficients that throughput measurements can inform."""
    return [n for n in coefficients["coefficient"] if not n.startswith(FIXED)]


def fit(
    prepared: Prepared,
    measured_tokens_per_s: np.ndarray,
    coefficients: pd.DataFrame,
    names: Sequence[str] | None = None,
) -> dict[str, float]:
    """Values of all coefficients, the named ones fitted.

    prepared : arrays of the rows.
    measured_tokens_per_s : what each row measured.
    coefficients : table with coefficient, prior, low, high; the rest keep `value`.
    """
    names = free_names(coefficients) if names is None else list(names)
    table = coefficients.set_index("coefficient").astype(
        {"value": float, "prior": float, "low": float, "high": float}
    )
    low = table.loc[names, "low"].to_numpy()
    span = table.loc[names, "high"].to_numpy() - low
    prior = _logit((table.loc[names, "prior"].to_numpy() - low) / span)
    keep: dict[str, Any] = {str(k): float(v) for k, v in table["value"].items()}
    log_measured = np.log(measured_tokens_per_s)
    pull = RIDGE * np.sqrt(len(log_measured)) / 30.0

    def values(u: np.ndarray) -> dict[str, Any]:
        fitted = low + span / (1.0 + np.exp(-u))
        return keep | dict(zip(names, fitted.tolist(), strict=True))

    def residuals(u: np.ndarray) -> np.ndarray:
        error = np.log(tokens_per_s(prepared, values(u))) - log_measured
        return np.concatenate([_soft(error), pull * (u - prior)])

    def slopes(u: np.ndarray) -> np.ndarray:
        """All derivatives at once, by small steps of every coefficient side by side."""
        points = np.vstack([u, u + STEP * np.eye(len(u))])
        fitted = low + span / (1.0 + np.exp(-points))
        sets = keep | {name: fitted[:, [i]] for i, name in enumerate(names)}
        soft = _soft(np.log(tokens_per_s(prepared, sets)) - log_measured)
        return np.vstack([(soft[1:] - soft[0]).T / STEP, pull * np.eye(len(u))])

    found = least_squares(residuals, prior, jac=slopes, max_nfev=40, xtol=1e-4, ftol=1e-5)
    return values(found.x)


def _logit(share: np.ndarray) -> np.ndarray:
    inside = np.clip(share, 1e-3, 1.0 - 1e-3)
    return np.log(inside / (1.0 - inside))


def _soft(error: np.ndarray) -> np.ndarray:
    """Residuals whose square grows like the square of small errors and linearly of large ones."""
    return np.sign(error) * SOFT * np.sqrt(2.0 * (np.sqrt(1.0 + (error / SOFT) ** 2) - 1.0))


def jackknife(
    full: Mapping[str, float], left_out: Sequence[Mapping[str, float]]
) -> dict[str, float]:
    """Standard error of each coefficient from fits that each leave out one LLM.

    sqrt((n-1)/n * sum (value_i - mean)^2). Source: Efron and Tibshirani, "An introduction to the
    bootstrap", 1993, chapter 11.
    """
    n = len(left_out)
    out = {}
    for name in full:
        values = np.array([fit_[name] for fit_ in left_out])
        out[name] = float(np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum()))
    return out
