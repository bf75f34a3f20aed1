"""Cooling load and water of every design at every weather station."""

from dataclasses import fields

import numpy as np
import pandas as pd

from models.physics.cooling import METHODS, Load, Plant, Weather
from models.physics.hours import annual_mean, design_value
from planner.errors import Problem, refuse

YEAR_H = 8760
YEAR_TOLERANCE_H = 24.5
"""A leap year passes."""
SEA_PHASES = 24
"""Steps in which the yearly cosine of the sea is walked, each with the same hours."""

STATISTICS = ("cool_peak_frac", "cool_mean_frac", "wue_peak_l_per_kwh", "wue_mean_l_per_kwh")
"""Of the load and of the water: in the design hour, and over the year."""


def cooling_table(
    designs: pd.DataFrame, stations: pd.DataFrame, bins: pd.DataFrame, sea: pd.DataFrame
) -> pd.DataFrame:
    """Design-hour and yearly cooling of each design at each station.

    Parameters
    ----------
    designs
        the table `cooling_designs`.
    stations
        the table `climate_stations`.
    bins
        the table `climate_bins`: hours by dry bulb and wet bulb.
    sea
        the table `sea_temperature`.

    Returns
    -------
    The table `cooling`: a row per station and design, stations in their order, with
    cool_peak_frac, cool_mean_frac [kW per kW of IT] and wue_peak_l_per_kwh,
    wue_mean_l_per_kwh. The design hour is exceeded in 0.4 % of the year; load and water have
    each their own. Sea-cooled designs follow the sea alone.

    Raises
    ------
    InputError
        a station without a year of hours, or a design with a parameter missing.
    """
    station, names = pd.factorize(bins["station_id"], sort=True)
    order = np.argsort(station, kind="stable")
    starts = np.searchsorted(station[order], np.arange(len(names)))
    hours, dry_degc, wet_degc = (
        bins[name].to_numpy(dtype=float)[order]
        for name in ("hours_h", "dry_bulb_degc", "wet_bulb_degc")
    )
    weather = Weather(dry_degc, wet_degc, np.full(len(order), np.nan))
    place = pd.Index(names).get_indexer(pd.Index(stations["station_id"]))
    hours_of = np.append(np.bincount(station[order], weights=hours), 0.0)[place]
    refuse(_incomplete(stations["station_id"], hours_of))
    coast = sea["sea_id"].tolist()
    shore = np.array([coast.index(name) for name in stations["sea_id"]], dtype=int)
    sea_weather, sea_starts = _sea_year(sea)

    found = []
    for _, design in designs.iterrows():
        plant, method = plant_of(design), METHODS[design["method"]]
        if design["method"] == "sea":
            same_hours = np.ones(SEA_PHASES * len(sea))
            columns = _columns(method(plant, sea_weather), same_hours, sea_starts, shore)
        else:
            columns = _columns(method(plant, weather), hours, starts, place)
        if any(np.isnan(column).any() for column in columns.values()):
            gaps = ", ".join(str(name) for name in design.index[design.isna()])
            message = f"has no cooling load, for lack of {gaps}"
            refuse([Problem("cooling_designs.csv", f"design {design['design_id']}", message)])
        found.append(columns)
    return pd.DataFrame(
        {
            "station_id": np.repeat(stations["station_id"].to_numpy(), len(designs)),
            "design_id": np.tile(designs["design_id"].to_numpy(), len(stations)),
            **{name: np.array([one[name] for one in found]).T.ravel() for name in STATISTICS},
        }
    )


def plant_of(design: pd.Series) -> Plant:
    """The physics' parameters of a row of `cooling_designs`."""
    return Plant(**{field.name: float(design[field.name]) for field in fields(Plant)})


def _incomplete(stations: pd.Series, hours: np.ndarray) -> list[Problem]:
    """Stations whose bins are no year, given the hours of all bins of each."""
    wrong = np.abs(hours - YEAR_H) > YEAR_TOLERANCE_H
    return [
        Problem("climate_bins.csv", f"station {name}", "has not a year of hours", h, f"{YEAR_H}")
        for name, h in zip(stations[wrong], hours[wrong].tolist(), strict=True)
    ]


def _sea_year(sea: pd.DataFrame) -> tuple[Weather, np.ndarray]:
    """Sea temperatures through a year, phase by phase for each sea, and where each sea starts."""
    angle = 2.0 * np.pi * np.arange(SEA_PHASES) / SEA_PHASES
    swing = sea["amplitude_k"].to_numpy(float)[:, None] * np.cos(angle)
    degc = (sea["mean_degc"].to_numpy(float)[:, None] + swing).ravel()
    unknown = np.full(degc.size, np.nan)
    return Weather(unknown, unknown, degc), np.arange(len(sea)) * SEA_PHASES


def _columns(
    load: Load, hours: np.ndarray, starts: np.ndarray, place: np.ndarray
) -> dict[str, np.ndarray]:
    """Yearly statistics of a load, taken at the wanted places."""
    yearly = (
        statistic(amount, hours, starts)[place]
        for amount in (load.cool_frac, load.wue_l_per_kwh)
        for statistic in (design_value, annual_mean)
    )
    return dict(zip(STATISTICS, yearly, strict=True))
