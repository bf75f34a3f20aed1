"""Moist air against an independent implementation of the same handbook, and against tables."""

import numpy as np
import psychrolib
import pytest

from models.physics.psychrometrics import (
    humidity_ratio,
    saturation_humidity_ratio,
    saturation_pressure_kpa,
)

psychrolib.SetUnitSystem(psychrolib.SI)
SEA_LEVEL_PA = 101325.0


@pytest.mark.parametrize(
    ("temperature_degc", "kpa"),
    # ASHRAE Handbook Fundamentals 2017, chapter 1, table 3
    [(-20.0, 0.10326), (0.0, 0.6112), (20.0, 2.3393), (40.0, 7.3849)],
)
def test_saturation_pressure_is_the_handbooks(temperature_degc, kpa):
    assert saturation_pressure_kpa(temperature_degc) == pytest.approx(kpa, rel=1e-3)


def test_saturation_pressure_is_continuous_where_ice_melts():
    below, above = saturation_pressure_kpa([-1e-6, 1e-6])
    assert above == pytest.approx(below, rel=1e-4)


@pytest.mark.parametrize(
    ("dry_degc", "wet_degc"), [(40, 38), (34, 26), (30, 18), (10, 10), (1, -1), (-10, -12)]
)
def test_humidity_ratio_equals_psychrolib(dry_degc, wet_degc):
    theirs = psychrolib.GetHumRatioFromTWetBulb(dry_degc, wet_degc, SEA_LEVEL_PA)
    assert humidity_ratio(dry_degc, wet_degc) == pytest.approx(theirs, rel=2e-3, abs=2e-6)


def test_saturated_air_holds_what_it_can():
    degc = np.array([-5.0, 5.0, 25.0])
    assert humidity_ratio(degc, degc) == pytest.approx(saturation_humidity_ratio(degc))


def test_air_is_never_drier_than_dry():
    assert humidity_ratio(40.0, 5.0) == 0.0


def test_arrays_equal_scalars():
    dry, wet = np.array([[30.0, 10.0], [-3.0, 25.0]]), np.array([[20.0, 8.0], [-4.0, 24.0]])
    scalars = [[float(humidity_ratio(dry[i, j], wet[i, j])) for j in range(2)] for i in range(2)]
    assert np.array_equal(humidity_ratio(dry, wet), np.array(scalars))
