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
    load, hours = np.asarray(values, dtype=float), np.asarray(hours_h, dtype=float)
    first = np.asarray(starts, dtype=int)
    if not load.any():
        return np.zeros(first.size)
    station = np.repeat(np.arange(first.size), np.diff(np.append(first, load.size)))
    order = np.lexsort((-load, station))
    load, station = load[order], station[order]
    new = np.append(True, (np.diff(load) != 0) | (np.diff(station) != 0))
    held = np.add.reduceat(hours[order], np.flatnonzero(new))  # hours of each value of a station
    load, station = load[new], station[new]
    begins = np.searchsorted(station, np.arange(first.size))
    ends = np.append(begins[1:], load.size) - 1
    until = np.cumsum(held)
    before = until - held
    wanted = before[begins] + exceeded_frac * (until[ends] - before[begins])
    at = np.clip(np.searchsorted(until, wanted), begins, ends)
    upper = np.where(at == begins, load[at], (load[at - 1] + load[at]) / 2.0)
    lower = np.where(at == ends, load[at], (load[at] + load[np.minimum(at + 1, ends)]) / 2.0)
    return np.asarray(upper + (lower - upper) * (wanted - before[at]) / held[at])
