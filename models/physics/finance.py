"""Money over time: discounting and annuities.

Source: Short, Packey, Holt 1995, A manual for the economic evaluation of energy efficiency and
renewable energy technologies, NREL/TP-462-5173.
"""

import numpy as np
import numpy.typing as npt

from models.physics.psychrometrics import Array


def capital_recovery_factor(discount_frac: npt.ArrayLike, life_years: npt.ArrayLike) -> Array:
    """Yearly payment, at the end of each year, that repays one unit of capex over its life.

    Parameters
    ----------
    discount_frac
        rate of discount a year [-], above -1.
    life_years
        life [years], above 0, same shape.

    Returns
    -------
    payment per unit of capex and year [1/year].

    Equation: r / (1 - (1 + r)^-n); 1 / n where r = 0.

    Raises
    ------
    ValueError
        a life not above 0, or a rate not above -1.
    """
    rate, life = np.broadcast_arrays(
        np.asarray(discount_frac, dtype=float), np.asarray(life_years, dtype=float)
    )
    if np.any(life <= 0.0) or np.any(rate <= -1.0):
        raise ValueError("life must be above 0 years and the rate above -1")
    repaid = -np.expm1(-life * np.log1p(rate))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(rate == 0.0, 1.0 / life, rate / repaid))


def discount_factor(discount_frac: npt.ArrayLike, delay_years: npt.ArrayLike) -> Array:
    """Worth today of one unit paid after a delay [years]: (1 + r)^-delay."""
    rate = np.asarray(discount_frac, dtype=float)
    return np.asarray((1.0 + rate) ** -np.asarray(delay_years, dtype=float))


def present_value(
    amounts: npt.ArrayLike, delay_years: npt.ArrayLike, discount_frac: float
) -> float:
    """Worth today of payments: sum of amount * (1 + r)^-delay, in the unit of the amounts.

    Parameters
    ----------
    amounts
        payments, shape (n,).
    delay_years
        years from today to each payment, shape (n,).
    discount_frac
        rate of discount a year [-].
    """
    return float(np.sum(np.asarray(amounts) * discount_factor(discount_frac, delay_years)))
