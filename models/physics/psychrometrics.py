"""Moist air from dry-bulb and wet-bulb temperature.

Source: ASHRAE Handbook Fundamentals 2017 (SI), chapter 1, equations 5, 6, 22, 33 and 35.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SEA_LEVEL_KPA = 101.325
_ICE = (-5.6745359e3, 6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13, 4.1635019)
_WATER = (-5.8002206e3, 1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8, 0.0, 6.5459673)


def saturation_pressure_kpa(temperature_degc: npt.ArrayLike) -> Array:
    """Pressure of water vapour in equilibrium with ice (below 0 degC) or water.

    Parameters
    ----------
    temperature_degc
        temperature [degC], any shape, -100 to 200.

    Returns
    -------
    saturation pressure [kPa], same shape.

    Equation: ln p = c0/T + c1 + c2 T + c3 T^2 + c4 T^3 + c5 T^4 + c6 ln T  (p in Pa, T in K);
    equations 5 and 6.
    """
    celsius = np.asarray(temperature_degc, dtype=float)
    kelvin = celsius + 273.15

    def log_pressure(c: tuple[float, ...]) -> Array:
        series = c[1] + kelvin * (c[2] + kelvin * (c[3] + kelvin * (c[4] + kelvin * c[5])))
        return np.asarray(c[0] / kelvin + series + c[6] * np.log(kelvin))

    logarithm = np.where(celsius < 0.0, log_pressure(_ICE), log_pressure(_WATER))
    return np.asarray(np.exp(logarithm) / 1000.0)


def saturation_humidity_ratio(temperature_degc: npt.ArrayLike) -> Array:
    """Water per dry air in saturated air at sea level [kg/kg], by temperature [degC].

    Equation: w = 0.621945 p / (101.325 - p); equation 22.
    """
    pressure = saturation_pressure_kpa(temperature_degc)
    return np.asarray(0.621945 * pressure / (SEA_LEVEL_KPA - pressure))


def humidity_ratio(dry_bulb_degc: npt.ArrayLike, wet_bulb_degc: npt.ArrayLike) -> Array:
    """Water per dry air [kg/kg] at sea level.

    Parameters
    ----------
    dry_bulb_degc
        air temperature [degC], any shape.
    wet_bulb_degc
        wet-bulb temperature [degC], not above the dry bulb, same shape.

    Returns
    -------
    humidity ratio [kg water per kg dry air], never below zero.

    Equation: w = ((2501 - 2.326 Tw) ws(Tw) - 1.006 (T - Tw)) / (2501 + 1.86 T - 4.186 Tw), and
    with the enthalpies of ice below a wet bulb of 0 degC; equations 33 and 35.
    """
    dry = np.asarray(dry_bulb_degc, dtype=float)
    wet = np.asarray(wet_bulb_degc, dtype=float)
    saturated = saturation_humidity_ratio(wet)
    sensible = 1.006 * (dry - wet)
    over_water = ((2501.0 - 2.326 * wet) * saturated - sensible) / (
        2501.0 + 1.86 * dry - 4.186 * wet
    )
    over_ice = ((2830.0 - 0.24 * wet) * saturated - sensible) / (2830.0 + 1.86 * dry - 2.1 * wet)
    return np.asarray(np.maximum(np.where(wet < 0.0, over_ice, over_water), 0.0))
