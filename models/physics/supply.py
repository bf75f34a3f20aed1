"""Prices by time of use, what a battery earns on them, and the use of a variable source."""

import numpy as np
import numpy.typing as npt


def mean_price_local_per_kwh(
    hours_h: npt.ArrayLike, price_local_per_kwh: npt.ArrayLike, load_frac: npt.ArrayLike = 1.0
) -> float:
    """Mean price that a load pays over a year of time-of-use periods.

    Parameters
    ----------
    hours_h
        hours of each period in a year [h], shape (periods,).
    price_local_per_kwh
        price of energy in it [local currency per kWh], shape (periods,).
    load_frac
        load in each period, relative to any base [-], shape (periods,) or one number for all.

    Returns
    -------
    sum(hours * load * price) / sum(hours * load) [local currency per kWh].

    Raises
    ------
    ValueError
        no load at all, or a negative one.
    """
    hours = np.asarray(hours_h, dtype=float)
    energy = hours * np.asarray(load_frac, dtype=float)
    if np.any(energy < 0.0) or energy.sum() <= 0.0:
        raise ValueError("a load shape must not be negative, and not 0 all the year")
    return float((energy * np.asarray(price_local_per_kwh, dtype=float)).sum() / energy.sum())


def billed_mw(peak_mw: float, contract_mw: float, floor_frac: float) -> float:
    """Demand that is billed [MW]: the peak of the year, or a share of the contract if that is more.

    Equation: max(peak, floor * contract). Source: KEPCO electric service terms, basic charge.
    """
    return max(peak_mw, floor_frac * contract_mw)


def shifted_h(peak_h: npt.ArrayLike, season_h: npt.ArrayLike, duration_h: float) -> npt.NDArray:
    """Hours a year that a battery discharges at full power in the peak periods, by season.

    Parameters
    ----------
    peak_h, season_h
        hours of the peak period and of the whole season in a year [h], shape (seasons,).
    duration_h
        hours a full battery lasts at full power [h].

    Returns
    -------
    min(peak hours, duration * weekdays of the season), one cycle a weekday, shape (seasons,).
    """
    weekdays = np.asarray(season_h, dtype=float) / 24.0 * 5.0 / 7.0
    return np.minimum(np.asarray(peak_h, dtype=float), duration_h * weekdays)


def arbitrage_local_per_kw_year(
    discharged_h: npt.ArrayLike, peak_price: npt.ArrayLike, light_price: npt.ArrayLike
) -> float:
    """What a kW of battery earns in a year by buying in the light and using in the peak period.

    Parameters
    ----------
    discharged_h
        hours a year at full power, shape (seasons,), see `shifted_h`.
    peak_price, light_price
        price of energy in these periods [local currency per kWh], shape (seasons,).

    Returns
    -------
    sum(hours * (peak - light)), never negative [local currency per kW and year]. What the round
    trip loses is bought besides, see `loss_mean_frac`.
    """
    spread = np.asarray(peak_price, dtype=float) - np.asarray(light_price, dtype=float)
    return float((np.asarray(discharged_h, dtype=float) * np.maximum(spread, 0.0)).sum())


def loss_mean_frac(discharged_h: npt.ArrayLike, round_trip_frac: float) -> float:
    """Mean MW of a year that a MW of battery loses: sum(hours) / 8760 * (1 / efficiency - 1)."""
    return float(np.sum(discharged_h)) / 8760.0 * (1.0 / round_trip_frac - 1.0)


def used_mean_frac(size_frac: float, output_frac: float, running_frac: float) -> float:
    """Mean use of a variable source by a flat load, per MW of that load; the surplus is lost.

    Parameters
    ----------
    size_frac
        capacity of the source over the load [-].
    output_frac
        mean output over capacity [-].
    running_frac
        share of the hours with any output [-], at least output_frac.

    Returns
    -------
    mean over the year of min(output, load) / load [-].

    Equation: outputs in falling order are taken as (1 - u / H)^n of capacity, u the share of hours
    with more, H the running share, n = H / output - 1 so that the mean is right. Up to a size of 1
    nothing is lost; beyond it, u* = H * (1 - size^(-1/n)) of the hours are cut to the load, and
        used = u* + output * size^(-1/n).
    """
    if size_frac <= 1.0:
        return output_frac * size_frac
    power = running_frac / output_frac - 1.0
    if power <= 0.0:
        return running_frac
    rest = size_frac ** (-1.0 / power)
    return running_frac * (1.0 - rest) + output_frac * rest


def use_tangents(
    output_frac: float, running_frac: float, sizes: tuple[float, ...] = (1.0, 2.0, 4.0, 12.0)
) -> list[tuple[float, float]]:
    """Lines that bound the use of a variable source from above: used <= a * capacity + b * load.

    `used_mean_frac` is concave in size, and its tangent at a size y is
        a = output * y^(-1 - 1/n),   b = H * (1 - y^(-1/n)),
    exact at these sizes and at most 3 % of the load too high between them (solar: output 0.15,
    running 0.5; wind: 0.3, 0.92). A source that runs evenly (output = running) is bound by its
    output alone.

    Returns
    -------
    pairs (a, b) [-], the first of them (output, 0).
    """
    power = running_frac / output_frac - 1.0
    if power <= 1e-9:
        return [(output_frac, 0.0)]
    lines = []
    for size in sizes:
        rest = size ** (-1.0 / power)
        lines.append((output_frac * rest / size, running_frac * (1.0 - rest)))
    return lines
