"""Sobol indices: the share of a result's variance that each input, alone or with others, explains.

Two samples A and B of n points, and for each input i the sample A with the column i of B: n *
(inputs + 2) runs in all, which SALib draws and makes the indices of. The first order of an input is
what fixing it would take off the variance; the total is what would be left if all others were
fixed; near 0, the input does not matter. SALib is asked for here alone, and only when it is needed.
"""

import math
from typing import Any

import numpy as np

RESAMPLES = 200
ONE_ERROR_FRAC = math.erf(math.sqrt(0.5))
"""Confidence level at which half an interval of a normal distribution is one standard error."""

INSTALL = "pip install 'ai-factory-planner[indices]'"


def crossed(inputs: int, samples: int, seed: int = 0) -> np.ndarray:
    """Points between 0 and 1, a column an input: one of A, that with each column of B, that of B.

    Parameters
    ----------
    inputs
        How many inputs there are.
    samples
        How many points A and B have, a power of 2.
    seed
        The same points for the same seed.

    Raises
    ------
    ImportError
        SALib is not installed.
    """
    from SALib.sample import sobol

    return sobol.sample(_problem(inputs), samples, calc_second_order=False, seed=seed)


def indices(values: np.ndarray, inputs: int, seed: int = 0) -> np.ndarray | None:
    """First-order index, total index and their standard errors, a row an input.

    The indices are estimated as by Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018. The error
    is the standard deviation of the index over `RESAMPLES` sets of points, each drawn from all
    points with replacement, as by Archer, Saltelli and Sobol' 1997, doi:10.1080/00949659708811825:
    of many points, the true index is no further off about two times in three.

    Parameters
    ----------
    values
        Results in the order of `crossed`.
    inputs
        How many inputs there are.
    seed
        The same errors for the same seed.

    Returns
    -------
    None where a result is missing, or those of A and B are all equal.
    """
    by_point = values.reshape(-1, inputs + 2)
    if not np.isfinite(values).all() or np.ptp(by_point[:, [0, -1]]) == 0:
        return None
    from SALib.analyze import sobol

    found = sobol.analyze(
        _problem(inputs),
        values,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=ONE_ERROR_FRAC,
        seed=seed + 1,  # SALib takes a seed of 0 for none
    )
    return np.stack([found[name] for name in ("S1", "ST", "S1_conf", "ST_conf")], axis=1)


def _problem(inputs: int) -> dict[str, Any]:
    names = [str(i) for i in range(inputs)]
    return {"num_vars": inputs, "names": names, "bounds": [[0.0, 1.0]] * inputs}
