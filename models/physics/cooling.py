"""Power and water of a cooling plant, per kW of IT, hour by hour.

A hall has up to two loops, liquid and air. Each gives its heat to a sink (outside air, wet bulb of
a tower, sea); what the sink is too warm for is left to a chiller:

    source = sink + approach
    free   = (supply + range - source) / range, within 0 and 1
    COP    = second_law * T_supply / lift;  lift = condensing temperature - supply
    power  = heat * ((1 - free) / COP + fans + pumps)
    water  = rejected heat * evaporation share / latent heat * cycles / (cycles - 1)

Every function takes numbers or arrays of one shape.
Source of the balances: Lei & Masanet 2020, doi:10.1016/j.energy.2020.117556 (economizer rule,
fans, pumps); ASHRAE Handbook HVAC Systems and Equipment 2020, chapter 40 (tower make-up water).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.physics.psychrometrics import Array, humidity_ratio, saturation_humidity_ratio

LATENT_KWH_PER_L = 2430.0 / 3600.0
"""Evaporating a litre of water near 30 degC takes 2,430 kJ."""
LIFT_MIN_K = 8.0
"""Expansion valves need a pressure difference: a chiller gains nothing below this lift."""
FAN_SPEED_MIN_FRAC = 0.3
DEW_POINT_MAX_DEGC = 17.0
"""Upper dew point of air into class A1 racks, allowable range (ASHRAE TC 9.9, 2021)."""
AIR_KJ_PER_KG_K = 1.006


@dataclass(frozen=True)
class Plant:
    """Parameters of a cooling design: the columns of `cooling_designs` of the same names."""

    heat_frac: float
    liquid_frac: float
    liquid_supply_degc: float
    air_supply_degc: float
    range_k: float
    approach_k: float
    second_law_frac: float
    chiller_approach_k: float
    condenser_min_degc: float
    hall_fan_frac: float
    sink_fan_frac: float
    pump_frac: float
    evaporation_frac: float
    cycles_count: float


@dataclass(frozen=True)
class Weather:
    """Outside conditions: dry bulb, wet bulb, sea surface [degC], arrays of one shape."""

    dry_bulb_degc: npt.ArrayLike
    wet_bulb_degc: npt.ArrayLike
    sea_degc: npt.ArrayLike


@dataclass(frozen=True)
class Load:
    """Cooling power [kW per kW of IT] and water [l per kWh of IT], arrays of one shape."""

    cool_frac: Array
    wue_l_per_kwh: Array


def chiller_cop(plant: Plant, supply_degc: npt.ArrayLike, source_degc: npt.ArrayLike) -> Array:
    """Coefficient of performance from lift and second-law efficiency.

    Parameters
    ----------
    plant
        second-law efficiency, approaches and lowest condensing temperature.
    supply_degc
        coolant leaving the evaporator [degC].
    source_degc
        coolant or air that takes the condenser's heat [degC].

    Returns
    -------
    heat removed per compressor power [-].

    Equation: COP = second_law * (supply + 273.15) / lift,
    lift = max(source + chiller approach, lowest condensing temperature) - supply, at least 8 K.
    """
    supply = np.asarray(supply_degc, dtype=float)
    condensing = np.maximum(
        np.asarray(source_degc, dtype=float) + plant.chiller_approach_k, plant.condenser_min_degc
    )
    lift = np.maximum(condensing - supply, LIFT_MIN_K)
    return np.asarray(plant.second_law_frac * (supply + 273.15) / lift)


def free_frac(plant: Plant, supply_degc: float, source_degc: npt.ArrayLike) -> Array:
    """Share of a loop's heat that its sink takes without a chiller, 0 to 1 (arrays of a shape).

    Equation: (supply + range - source) / range: all where the source is as cold as the supply,
    nothing where it is as warm as the return. Source: Lei & Masanet 2020.
    """
    spare = supply_degc + plant.range_k - np.asarray(source_degc, dtype=float)
    return np.asarray(np.clip(spare / plant.range_k, 0.0, 1.0))


def make_up_l_per_kwh(plant: Plant) -> float:
    """Water per heat rejected by evaporation [l/kWh]: vapour and blow-down.

    Equation: evaporation share / latent heat * cycles / (cycles - 1).
    """
    if not plant.evaporation_frac:
        return 0.0
    blow_down = plant.cycles_count / (plant.cycles_count - 1.0)
    return plant.evaporation_frac / LATENT_KWH_PER_L * blow_down


def _loops(plant: Plant) -> tuple[tuple[float, float], ...]:
    """Heat [per IT] and supply [degC] of the liquid loop, if any, and of the air loop."""
    air = (plant.heat_frac - plant.liquid_frac, plant.air_supply_degc)
    return ((plant.liquid_frac, plant.liquid_supply_degc), air) if plant.liquid_frac else (air,)


def _steady(plant: Plant) -> float:
    """Power that runs whatever the weather [per IT]: hall fans and pumps."""
    air_heat = plant.heat_frac - plant.liquid_frac
    return air_heat * plant.hall_fan_frac + plant.heat_frac * plant.pump_frac


def _sink_fans(plant: Plant, supply_degc: float, sink_degc: Array) -> Array:
    """Fan power per heat: airflow falls as the sink gets colder, power with its cube."""
    room = np.maximum(supply_degc - sink_degc, 1e-9)
    speed = np.clip(plant.approach_k / room, FAN_SPEED_MIN_FRAC, 1.0)
    return np.asarray(plant.sink_fan_frac * speed**3)


def _economized(plant: Plant, sink_degc: npt.ArrayLike, *, economizer: bool = True) -> Load:
    """Load of a plant whose loops share one sink [degC]."""
    sink = np.asarray(sink_degc, dtype=float)
    source = sink + plant.approach_k
    power = np.full_like(sink, _steady(plant))
    rejected = np.zeros_like(sink)
    for heat, supply in _loops(plant):
        free = free_frac(plant, supply, source) if economizer else np.zeros_like(sink)
        compressor = heat * (1.0 - free) / chiller_cop(plant, supply, source)
        power += compressor + heat * _sink_fans(plant, supply, sink)
        rejected += heat + compressor
    return Load(power, rejected * make_up_l_per_kwh(plant))


def dry_chiller(plant: Plant, weather: Weather) -> Load:
    """Air-cooled chillers all year, no economizer; sink: dry bulb."""
    return _economized(plant, weather.dry_bulb_degc, economizer=False)


def dry(plant: Plant, weather: Weather) -> Load:
    """Dry coolers, chillers for what they cannot do; sink: dry bulb."""
    return _economized(plant, weather.dry_bulb_degc)


def tower(plant: Plant, weather: Weather) -> Load:
    """Cooling towers, chillers for what they cannot do; sink: wet bulb."""
    return _economized(plant, weather.wet_bulb_degc)


def sea(plant: Plant, weather: Weather) -> Load:
    """Sea-water heat exchangers, chillers for what they cannot do; sink: sea surface."""
    return _economized(plant, weather.sea_degc)


def outside_air(plant: Plant, weather: Weather) -> Load:
    """Outside air through the hall, evaporatively cooled when hot; else closed, chillers on towers.

    Dampers are open while the air supplied is no moister than a dew point of 17 degC; they shut
    in a humid summer. Air above the supply temperature is first cooled along its wet bulb, using
    (w_supply - w_outside) * range heat capacity of water per heat.
    """
    dry_bulb = np.asarray(weather.dry_bulb_degc, dtype=float)
    wet_bulb = np.asarray(weather.wet_bulb_degc, dtype=float)
    supply = plant.air_supply_degc
    outside = humidity_ratio(dry_bulb, wet_bulb)
    cooled = humidity_ratio(np.maximum(supply, wet_bulb), wet_bulb)
    hot = dry_bulb > supply
    supplied = np.where(hot, cooled, outside)
    pads_suffice = ~hot | (wet_bulb + plant.approach_k <= supply)
    is_open = pads_suffice & (supplied <= saturation_humidity_ratio(DEW_POINT_MAX_DEGC))
    air_kg_per_kwh = 3600.0 / (AIR_KJ_PER_KG_K * plant.range_k)
    pads = np.where(hot, plant.heat_frac * air_kg_per_kwh * (cooled - outside), 0.0)
    closed = _economized(plant, wet_bulb, economizer=False)
    return Load(
        np.where(is_open, _steady(plant), closed.cool_frac),
        np.where(is_open, pads, closed.wue_l_per_kwh),
    )


METHODS: dict[str, Callable[[Plant, Weather], Load]] = {
    "dry_chiller": dry_chiller,
    "dry": dry,
    "tower": tower,
    "sea": sea,
    "outside_air": outside_air,
}
"""The physics a row of `cooling_designs` chooses by its `method`."""
