"""From IT power to facility power: conversion losses and PUE."""

import numpy as np
import numpy.typing as npt

from models.physics.psychrometrics import Array


def conversion_loss_frac(
    transformer_efficiency_frac: float,
    ups_efficiency_frac: float,
    distribution_efficiency_frac: float,
    auxiliary_frac: float = 0.0,
) -> float:
    """Power lost between the meter and the racks, lighting included, per kW of IT.

    Parameters
    ----------
    transformer_efficiency_frac, ups_efficiency_frac, distribution_efficiency_frac
        efficiencies in series, each above 0 and at most 1 [-].
    auxiliary_frac
        lighting and security per kW of IT [-].

    Returns
    -------
    loss [kW per kW of IT].

    Equation: 1 / (transformer * UPS * distribution) - 1 + auxiliary. The cooling plant's own
    transformer loss (below 1 % of its power) is neglected. Source: Lei & Masanet 2020,
    doi:10.1016/j.energy.2020.117556.

    Raises
    ------
    ValueError
        an efficiency outside (0, 1].
    """
    chain = (transformer_efficiency_frac, ups_efficiency_frac, distribution_efficiency_frac)
    if not all(0.0 < efficiency <= 1.0 for efficiency in chain):
        raise ValueError(f"efficiencies must be above 0 and at most 1: {chain}")
    product = transformer_efficiency_frac * ups_efficiency_frac * distribution_efficiency_frac
    return 1.0 / product - 1.0 + auxiliary_frac


def facility_kw(it_kw: npt.ArrayLike, cool_frac: npt.ArrayLike, loss_frac: npt.ArrayLike) -> Array:
    """Power at the meter [kW] = IT [kW] * (1 + cooling per IT + loss per IT)."""
    return np.asarray(np.asarray(it_kw, dtype=float) * pue(cool_frac, loss_frac))


def pue(cool_frac: npt.ArrayLike, loss_frac: npt.ArrayLike) -> Array:
    """Power usage effectiveness [-] = 1 + cooling per IT + loss per IT (ISO/IEC 30134-2)."""
    return np.asarray(1.0 + np.asarray(cool_frac, dtype=float) + np.asarray(loss_frac, dtype=float))
