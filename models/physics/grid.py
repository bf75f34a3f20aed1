"""Flows in a meshed network by the linear (direct-current) approximation."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def ptdf(
    tail: Any, head: Any, x_pu: Any, buses_count: int, reference: Sequence[int] = (0,)
) -> np.ndarray:
    """Power transfer distribution factors: flow on each line per unit injected at each bus.

    What is injected at a bus is taken out at the reference bus of its island; a balanced set of
    injections gives the same flows whatever the reference.

    Parameters
    ----------
    tail, head : array of int [lines]
        Bus numbers at the two ends; a flow from tail to head is positive.
    x_pu : array [lines], per unit on any one base
        Series reactance, above 0; resistance and shunts are neglected.
    buses_count : int
        Number of buses.
    reference : sequence of int
        One bus of each island of the network.

    Returns
    -------
    array [lines, buses], dimensionless; the columns of the reference buses are 0.

    Raises
    ------
    numpy.linalg.LinAlgError
        An island without a reference bus.

    Equation
    --------
    flow = diag(1/x) A theta;  A^T diag(1/x) A theta = injection;  theta = 0 at the references
    PTDF = diag(1/x) A (A^T diag(1/x) A)^-1     (A: incidence of lines and buses)

    Source: Stott, Jardim and Alsac, "DC power flow revisited", IEEE Transactions on Power Systems
    24 (2009) 1290-1300, doi:10.1109/TPWRS.2009.2021235.
    """
    tail, head = np.asarray(tail, dtype=int), np.asarray(head, dtype=int)
    lines = np.arange(len(tail))
    incidence = np.zeros((len(tail), buses_count))
    np.add.at(incidence, (lines, tail), 1.0)
    np.add.at(incidence, (lines, head), -1.0)
    carried = incidence / np.asarray(x_pu, dtype=float)[:, None]
    free = np.setdiff1d(np.arange(buses_count), np.asarray(reference, dtype=int))
    factors = np.zeros_like(incidence)
    if len(free):
        susceptance = (incidence.T @ carried)[np.ix_(free, free)]
        factors[:, free] = np.linalg.solve(susceptance.T, carried[:, free].T).T
    return factors
