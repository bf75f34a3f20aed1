"""Coefficients of tariffs: the price of grid energy by site, and what a battery earns on it."""

from typing import Any

import pandas as pd

from models.physics.supply import (
    arbitrage_local_per_kw_year,
    loss_mean_frac,
    mean_price_local_per_kwh,
    shifted_h,
)
from planner.coefficients.context import Context

LIGHT, PEAK = "light", "peak"


def site_tariffs(context: Context, sites: pd.DataFrame) -> pd.DataFrame:
    """Tariff and emission factor of each site: its grid zone's default, or the class chosen.

    Of a class, the row of the highest voltage that the site has; below the lowest, that one.
    Columns: those of `tariffs`, with the energy price of the scenario's load shape, gco2_per_kwh,
    and chosen: whether the scenario states the class.
    """
    zone = sites["zone_id"].map(context.table("zones").set_index("zone_id")["tariff_zone_id"])
    prices, factors = context.table("tariffs"), context.table("emission_factors")
    usual = prices[prices["default_flag"] == 1].set_index("zone_id")["tariff_id"]
    factor = factors[factors["default_flag"] == 1].set_index("zone_id")["gco2_per_kwh"]
    power = context.scenario.power
    classes = power.tariff_class if power is not None else {}
    chosen = sites["country"].isin(classes)
    names = zone.map(usual)
    for country, name in classes.items():
        offered = prices[(prices["country"] == country) & (prices["class"] == name)]
        here = sites.index[sites["country"] == country]
        names[here] = [
            _of_voltage(offered[offered["zone_id"] == zone[s]], kv)
            for s, kv in sites.loc[here, "voltage_kv"].items()
        ]
    found = prices.set_index("tariff_id", drop=False).reindex(names).set_index(sites.index)
    if power is not None and power.load_shape:
        shaped = {
            str(name): shaped_price(context, str(name)) for name in found["tariff_id"].unique()
        }
        found["energy_local_per_kwh"] = found["tariff_id"].map(shaped)
    return found.assign(gco2_per_kwh=zone.map(factor), chosen=chosen)


def _of_voltage(offered: pd.DataFrame, voltage_kv: float) -> str:
    rows = offered.sort_values("voltage_kv", kind="stable")
    fitting = rows[rows["voltage_kv"] <= voltage_kv]
    return str((fitting.iloc[-1] if len(fitting) else rows.iloc[0])["tariff_id"])


def shaped_price(context: Context, tariff_id: str) -> float:
    """Yearly mean price [local currency per kWh] that the scenario's load shape pays."""
    row: Any = context.table("tariffs").set_index("tariff_id").loc[tariff_id]
    periods = _periods(context, tariff_id)
    if periods.empty:
        return float(row["energy_local_per_kwh"])
    power = context.scenario.power
    shape: dict[str, float] = dict(power.load_shape) if power is not None else {}  # type: ignore[arg-type]
    load = periods["period"].map(lambda name: shape.get(name, 1.0))
    price = mean_price_local_per_kwh(periods["hours_h"], periods["energy_local_per_kwh"], load)
    return (price + float(row["surcharge_local_per_kwh"])) * (1 + float(row["levy_frac"]))


def _periods(context: Context, tariff_id: str) -> pd.DataFrame:
    rows = context.table("tariff_periods")
    return rows[rows["tariff_id"] == tariff_id]


def battery_cycle(
    context: Context, tariff_id: str, duration_h: float, round_trip_frac: float
) -> tuple[float, float]:
    """What a kW of battery earns on a tariff [local currency a year], and mean MW lost per MW."""
    periods = _periods(context, tariff_id)
    if periods.empty:
        return 0.0, 0.0
    levy: Any = context.table("tariffs").set_index("tariff_id").at[tariff_id, "levy_frac"]
    price = periods.pivot(index="season", columns="period", values="energy_local_per_kwh")
    hours = periods.pivot(index="season", columns="period", values="hours_h")
    used = shifted_h(hours[PEAK], hours.sum(axis=1), duration_h)
    earned = arbitrage_local_per_kw_year(used, price[PEAK], price[LIGHT])
    return earned * (1 + float(levy)), loss_mean_frac(used, round_trip_frac)
