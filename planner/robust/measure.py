"""What a plan is worth over several futures: the ratio of its worst share of them.

    surplus of future k at a rate r:   v_k(r) = N_k - r * D_k      (-N_k - r * D_k: less is better)
    worst(v) = mean of v over the worst share of the futures, all equally likely
    value    = the rate r at which worst(v(r)) = 0
A share of 1 takes all futures: the value is the tokens of all over the megawatts of all. A share of
one future takes the worst alone: the value is its ratio. worst(v) is the least of sum q_k v_k over
weights q of sum 1 with q_k <= 1 / (share * K); each D_k > 0, so worst(v(r)) falls as r grows, has
one zero, and the value is the least of  sum q_k N_k / sum q_k D_k  over those weights.
Source: conditional value at risk, Rockafellar and Uryasev 2000, doi:10.21314/JOR.2000.038.
"""

from collections.abc import Sequence

import numpy as np

STEPS = 100
Totals = tuple[float, float]
"""Numerator (more is better) and denominator (above 0) of a plan."""


def tail(values: np.ndarray, share: float) -> np.ndarray:
    """Weights of the worst share of equally likely values: they sum to 1, the least first."""
    count = len(values)
    most = 1.0 / (share * count)
    left = 1.0
    weights = np.zeros(count)
    for k in np.argsort(values, kind="stable"):
        weights[k] = min(most, left)
        left = max(left - weights[k], 0.0)
    return weights


def worst(values: Sequence[float] | np.ndarray, share: float) -> float:
    """Mean of the worst share of equally likely values."""
    known = np.asarray(values, dtype=float)
    return float(tail(known, share) @ known)


def value_of(totals: Sequence[Totals], share: float) -> float:
    """The rate at which the worst share of the surpluses has a mean of zero.

    Parameters
    ----------
    totals
        By future.
    share
        Share of the futures that counts, 0 < share <= 1.
    """
    n, d = (np.array(part, dtype=float) for part in zip(*totals, strict=True))
    r = float(n.sum() / d.sum())
    for _ in range(STEPS):  # Newton on a concave, falling function: it falls to the zero
        weights = tail(n - r * d, share)
        lower = float(weights @ n / (weights @ d))
        if abs(lower - r) <= 1e-12 * max(abs(r), 1e-12):
            break
        r = lower
    return r
