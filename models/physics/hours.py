"""Statistics of a year given as bins of hours, many stations at once."""

import numpy as np
import numpy.typing as npt

from models.physics.psychrometrics import Array


def annual_mean(values: npt.ArrayLike, hours_h: npt.ArrayLike, starts: npt.ArrayLike) -> Array:
    """Hours-weighted mean of each run of bins.

    Parameters
    ----------
    values
        hourly quantity by bin, shape (bins,).
    hours_h
        hours of each bin [h], shape (bins,).
    starts
        index of the first bin of each station, increasing from 0, shape (stations,).

    Returns
    -------
    sum(hours * value) / sum(hours) by station, shape (stations,).
    """
    hours = np.asarray(hours_h, dtype=float)
    first = np.asarray(starts, dtype=int)
    weighted = np.add.reduceat(hours * np.asarray(values, dtype=float), first)
    return np.asarray(weighted / np.add.reduceat(hours, first))


def design_value(
    values: npt.ArrayLike,
    hours_h: npt.ArrayLike,
    starts: npt.ArrayLike,
    exceeded_frac: float = 0.004,
) -> Array:
    """Value of the design hour: exceeded in a given share of the hours, by station.

    Parameters
    ----------
    values, hours_h, starts
        as in `annual_mean`.
    exceeded_frac
        share of the hours [-]; 0.004 (35 h a year) is ASHRAE's annual design condition, applied
        here to the load itself and not to a temperature.

    Returns
    -------
    value by station, shape (stations,).

    Equation: neighbouring bins meet at the mean of their values, which is exceeded in the hours of
    all larger values; linear between these points, so that stations do not differ by a whole bin.
    """
    first = np.asarray(starts, dtype=int)[1:]
    hours = np.split(np.asarray(hours_h, dtype=float), first)
    runs = np.split(np.asarray(values, dtype=float), first)
    return np.array([_exceeded(v, h, exceeded_frac) for v, h in zip(runs, hours, strict=True)])


def _exceeded(values: Array, hours_h: Array, exceeded_frac: float) -> float:
    distinct, which = np.unique(values, return_inverse=True)
    largest = distinct[::-1]
    held = np.cumsum(np.bincount(which, weights=hours_h)[::-1])
    meets = np.concatenate((largest[:1], (largest[:-1] + largest[1:]) / 2.0, largest[-1:]))
    return float(np.interp(exceeded_frac * held[-1], np.concatenate(([0.0], held)), meets))
