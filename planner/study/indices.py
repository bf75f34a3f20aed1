"""Sobol indices: the share of a result's variance that each input, alone or with others, explains.

Two samples A and B of n points, and for each input i the sample A with the column i of B:
    first order  S_i = mean of f(B) * (f(AB_i) - f(A)) / variance
    total        T_i = mean of (f(A) - f(AB_i))^2 / (2 * variance)
n * (inputs + 2) runs in all. S_i is what fixing input i would take off the variance; T_i what would
be left of it if all but input i were fixed; T_i near 0 means that the input does not matter.
Source: Saltelli et al., Comp. Phys. Comm. 181 (2010) 259-270, doi:10.1016/j.cpc.2009.09.018.
"""

import numpy as np

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
    found = _indices(runs)
    rng = np.random.default_rng(seed)
    count = runs.shape[1]
    again = np.array([_indices(runs[:, rng.integers(0, count, count)]) for _ in range(RESAMPLES)])
    return np.concatenate([found, again.std(axis=0)], axis=1)


def _indices(runs: np.ndarray) -> np.ndarray:
    middle = runs[:2].mean()
    a, b, mixed = runs[0] - middle, runs[1] - middle, runs[2:] - middle
    variance = max(float(np.concatenate([a, b]).var()), 1e-300)
    first = (b * (mixed - a)).mean(axis=1) / variance
    total = ((a - mixed) ** 2).mean(axis=1) / (2 * variance)
    return np.stack([first, total], axis=1)
