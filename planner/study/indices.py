"""Sobol indices: the share of a result's variance that each input, alone or with others, explains.

Two samples A and B of n points, and for each input i the sample A with the column i of B: n *
(inputs + 2) runs in all, of which `scipy.stats.sobol_indices` makes the indices. The first order of
an input is what fixing it would take off the variance; the total is what would be left if all
others were fixed; near 0, the input does not matter.
"""

from typing import Literal

import numpy as np
from scipy.stats import bootstrap, sobol_indices

RESAMPLES = 200


def crossed(points: np.ndarray) -> np.ndarray:
    """The points of A, then of B, then of A with each column of B in turn.

    points : n points in twice as many dimensions as there are inputs.
    """
    inputs = points.shape[1] // 2
    a, b = points[:, :inputs], points[:, inputs:]
    parts = [a, b]
    for i in range(inputs):
        mixed = a.copy()
        mixed[:, i] = b[:, i]
        parts.append(mixed)
    return np.concatenate(parts)


def indices(values: np.ndarray, inputs: int, seed: int = 0) -> np.ndarray | None:
    """First-order index, total index and their standard errors, a row an input.

    values : results in the order of `crossed`. None where a result is missing, or all are equal.
    The errors are those of points drawn again with replacement.
    """
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        return None
    runs = values.reshape(inputs + 2, -1)

    def of(drawn: np.ndarray, axis: int) -> np.ndarray:
        points = drawn.reshape(-1, runs.shape[1])  # a row a resample
        found = np.stack([_indices(runs[:, row]) for row in points], axis=-1)
        return found.reshape(*found.shape[:-1], *drawn.shape[:-1])

    again = bootstrap(
        [np.arange(runs.shape[1])], of, n_resamples=RESAMPLES, method="percentile", rng=seed
    )
    return np.concatenate([_indices(runs), again.standard_error], axis=1)


def _indices(runs: np.ndarray) -> np.ndarray:
    if np.ptp(runs[:2]) == 0:  # points drawn again may all be equal
        return np.zeros((len(runs) - 2, 2))
    known: dict[Literal["f_A", "f_B", "f_AB"], np.ndarray] = {
        "f_A": runs[[0]],
        "f_B": runs[[1]],
        "f_AB": runs[2:, None],
    }
    found = sobol_indices(func=known, n=runs.shape[1])
    return np.stack([found.first_order, found.total_order], axis=1)
