"""Cooling of the shipped designs against published responses, and laws that always hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.physics.cooling import (
    LATENT_KWH_PER_L,
    METHODS,
    Plant,
    Weather,
    chiller_cop,
    free_frac,
    make_up_l_per_kwh,
)

DATA = Path(__file__).parents[2] / "data" / "kr-jp"
DESIGNS = pd.read_csv(DATA / "cooling_designs.csv").set_index("design_id")
PLANTS = {
    name: Plant(**{field: float(row[field]) for field in Plant.__dataclass_fields__})
    for name, row in DESIGNS.iterrows()
}


def load(design_id, dry_degc=20.0, wet_degc=15.0, sea_degc=15.0):
    method = METHODS[DESIGNS.loc[design_id, "method"]]
    return method(PLANTS[design_id], Weather(dry_degc, wet_degc, sea_degc))


# 5th and 95th percentile of cooling kW per IT kW over the parameter ranges published by Lei &
# Masanet 2020 (doi:10.1016/j.energy.2020.117556), 300 draws of their balances at each point.
BY_WET_BULB = [  # (dry bulb, wet bulb, p5, p95) water-side economizer with tower
    (-10, -11.6, 0.054, 0.082),
    (0, -2.9, 0.052, 0.080),
    (10, 9.2, 0.054, 0.081),
    (20, 13.7, 0.054, 0.081),
    (25, 17.8, 0.055, 0.122),
    (20, 18.9, 0.055, 0.162),
    (30, 21.9, 0.061, 0.236),
    (25, 23.7, 0.068, 0.281),
    (35, 26.1, 0.110, 0.328),
    (30, 28.6, 0.171, 0.352),
    (40, 30.2, 0.213, 0.361),
    (35, 33.4, 0.252, 0.418),
]
BY_AIR = [  # (dry bulb, wet bulb, p5, p95) outside-air economizer
    (-10, -12.3, 0.034, 0.072),
    (10, 3.6, 0.034, 0.071),
    (20, 13.7, 0.033, 0.072),
    (20, 18.9, 0.199, 0.275),
    (25, 17.8, 0.033, 0.076),
    (25, 23.7, 0.224, 0.312),
    (30, 17.9, 0.034, 0.075),
    (30, 28.6, 0.248, 0.384),
    (35, 30.0, 0.250, 0.408),
    (40, 38.3, 0.257, 0.438),
]
BY_SEA = [  # (sea, p5, p95) sea-water economizer
    (0, 0.058, 0.132),
    (12, 0.057, 0.134),
    (20, 0.056, 0.131),
    (24, 0.063, 0.186),
    (28, 0.081, 0.296),
    (32, 0.171, 0.374),
]


@pytest.mark.parametrize(("dry", "wet", "p5", "p95"), BY_WET_BULB)
def test_tower_plant_answers_weather_as_published(dry, wet, p5, p95):
    assert p5 <= load("water-economizer-tower", dry, wet).cool_frac <= p95


@pytest.mark.parametrize(("dry", "wet", "p5", "p95"), BY_AIR)
def test_outside_air_plant_answers_weather_as_published(dry, wet, p5, p95):
    assert p5 <= load("air-economizer", dry, wet).cool_frac <= p95


@pytest.mark.parametrize(("sea", "p5", "p95"), BY_SEA)
def test_sea_plant_answers_the_sea_as_published(sea, p5, p95):
    assert p5 <= load("seawater-economizer", sea_degc=sea).cool_frac <= p95


def test_chiller_cop_by_hand():
    plant = replace(
        PLANTS["air-chiller"],
        second_law_frac=0.4,
        chiller_approach_k=10.0,
        condenser_min_degc=30.0,
    )
    # 0.4 * (7 + 273.15) / (45 - 7) = 2.949; at 10 degC the condenser stays at 30: lift 23
    assert chiller_cop(plant, 7.0, 35.0) == pytest.approx(0.4 * 280.15 / 38.0)
    assert chiller_cop(plant, 7.0, 10.0) == pytest.approx(0.4 * 280.15 / 23.0)


def test_free_cooling_fades_over_the_range():
    plant = replace(PLANTS["dtc-dry"], range_k=8.0)
    assert free_frac(plant, 40.0, [39.0, 40.0, 44.0, 48.0, 49.0]) == pytest.approx(
        [1.0, 1.0, 0.5, 0.0, 0.0]
    )


def test_make_up_water_by_hand():
    plant = replace(PLANTS["dtc-tower"], evaporation_frac=1.0, cycles_count=4.0)
    # 1 kWh / 0.675 kWh per litre = 1.481 l evaporated, a third more with blow-down at 4 cycles
    assert make_up_l_per_kwh(plant) == pytest.approx(1.481 * 4 / 3, rel=1e-3)
    assert make_up_l_per_kwh(replace(plant, evaporation_frac=0.0)) == 0.0
    assert pytest.approx(0.675) == LATENT_KWH_PER_L


def test_cold_water_plant_is_balanced():
    """Without chiller and at slowest fans: hall fans + pumps + fans; water from the heat alone."""
    plant = PLANTS["water-economizer-tower"]
    got = load("water-economizer-tower", -20.0, -20.0)
    fans = plant.hall_fan_frac + plant.pump_frac + plant.sink_fan_frac * 0.3**3
    assert got.cool_frac == pytest.approx(plant.heat_frac * fans)
    assert got.wue_l_per_kwh == pytest.approx(plant.heat_frac * make_up_l_per_kwh(plant))


def test_dry_designs_use_no_water():
    for name in ("air-chiller", "rear-door", "dtc-dry", "immersion", "seawater-economizer"):
        assert load(name, 35.0, 26.0, 28.0).wue_l_per_kwh == 0.0


def test_pads_are_used_only_in_hot_dry_air():
    assert load("air-economizer", 20.0, 12.0).wue_l_per_kwh == 0.0
    hot_dry = load("air-economizer", 32.0, 19.0)
    humid = load("air-economizer", 32.0, 26.0)
    assert 0.0 < hot_dry.wue_l_per_kwh < humid.wue_l_per_kwh
    assert hot_dry.cool_frac < humid.cool_frac


def test_a_humid_korean_afternoon_needs_chillers():
    """At 34/27 degC no air-cooled design escapes its chillers: several times its winter load."""
    for name in ("air-economizer", "water-economizer-tower", "rear-door"):
        assert load(name, 34.0, 27.0).cool_frac > 2.5 * load(name, 0.0, -2.0).cool_frac


degc = st.floats(-25.0, 42.0)


@given(name=st.sampled_from(sorted(PLANTS)), dry=degc, depression=st.floats(0, 12), sea=degc)
def test_a_colder_sink_never_needs_more_power(name, dry, depression, sea):
    """All temperatures 1 K up at the same wet-bulb depression: never less power."""
    cooler = load(name, dry, dry - depression, sea)
    warmer = load(name, dry + 1.0, dry + 1.0 - depression, sea + 1.0)
    assert warmer.cool_frac >= cooler.cool_frac - 1e-12
    assert cooler.cool_frac > 0.0


@given(name=st.sampled_from(sorted(PLANTS)), dry=degc, depression=st.floats(1.0, 12.0), sea=degc)
def test_moister_air_never_needs_less_power(name, dry, depression, sea):
    drier = load(name, dry, dry - depression, sea)
    moister = load(name, dry, dry - depression + 1.0, sea)
    assert moister.cool_frac >= drier.cool_frac - 1e-12


@given(name=st.sampled_from(sorted(PLANTS)), dry=degc, sea=degc)
def test_a_better_chiller_never_needs_more(name, dry, sea):
    method = METHODS[DESIGNS.loc[name, "method"]]
    weather = Weather(dry, dry - 2.0, sea)
    better = replace(PLANTS[name], second_law_frac=PLANTS[name].second_law_frac + 0.05)
    assert method(better, weather).cool_frac <= method(PLANTS[name], weather).cool_frac
    assert method(better, weather).wue_l_per_kwh <= method(PLANTS[name], weather).wue_l_per_kwh


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_arrays_equal_scalars(name):
    dry = np.array([[-5.0, 20.0, 28.0], [31.0, 36.0, 20.0]])
    wet = dry - np.array([[1.0, 9.0, 3.0], [12.0, 8.0, 1.0]])
    sea = dry - 5.0
    together = load(name, dry, wet, sea)
    for at in np.ndindex(dry.shape):
        alone = load(name, dry[at], wet[at], sea[at])
        assert alone.cool_frac == pytest.approx(together.cool_frac[at], rel=1e-14)
        assert alone.wue_l_per_kwh == pytest.approx(together.wue_l_per_kwh[at], rel=1e-14)
