"""Cooling of every design at every station: published ranges, design weather, sea, speed."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.columns import Column
from models.facts.facility import COLUMNS
from models.physics.cooling import METHODS, Weather
from models.physics.hours import design_value
from models.physics.power import conversion_loss_frac, pue
from planner.climate import cooling_table, plant_of
from planner.errors import InputError

DATA = Path(__file__).parents[2] / "data" / "kr-jp"
TABLES = ("cooling_designs", "climate_stations", "climate_bins", "sea_temperature")
SEOUL, BUSAN = "KOR_471080_Seoul_WS", "KOR_471590_Busan_Daecheongdong_WS"


@pytest.fixture(scope="module")
def facts():
    return [pd.read_csv(DATA / f"{name}.csv") for name in TABLES]


@pytest.fixture(scope="module")
def cooling(facts):
    return cooling_table(*facts).set_index(["station_id", "design_id"])


@pytest.fixture(scope="module")
def loss_frac():
    values = pd.read_csv(DATA / "parameters.csv").set_index("parameter")["value"]
    names = ("transformer", "ups", "distribution")
    return conversion_loss_frac(
        *(values[f"{name}_efficiency_frac"] for name in names), values["auxiliary_frac"]
    )


def test_table_has_the_declared_columns_and_every_pair(facts, cooling):
    designs, stations, *_ = facts
    declared: list[Column] = [column for column in COLUMNS if column.table == "cooling"]
    assert list(cooling.reset_index().columns) == [column.name for column in declared]
    assert len(cooling) == len(designs) * len(stations)
    assert cooling.index.is_unique
    assert np.isfinite(cooling).all(axis=None)


# PUE and WUE, 5th to 95th percentile by ASHRAE climate zone: Lei & Masanet 2022,
# doi:10.1016/j.resconrec.2022.106323. Zones of the cities are recalled (ASHRAE 169).
PUBLISHED_PUE = {
    "air-chiller": {"5A": (1.51, 1.92), "4A": (1.541, 1.988), "3A": (1.59, 2.096)},
    "air-economizer": {"5A": (1.1, 1.213), "4A": (1.109, 1.223), "3A": (1.132, 1.251)},
    "water-economizer-tower": {"5A": (1.083, 1.196), "4A": (1.084, 1.202), "3A": (1.087, 1.215)},
}
PUBLISHED_WUE = {
    "air-economizer": {"5A": (0.203, 0.712), "4A": (0.272, 0.833), "3A": (0.408, 1.147)},
    "water-economizer-tower": {"5A": (1.74, 2.608), "4A": (1.743, 2.612), "3A": (1.748, 2.616)},
}
CITIES = {
    "JMA_SAPPORO": "5A",
    SEOUL: "4A",
    "JMA_SENDAI": "4A",
    BUSAN: "3A",
    "JMA_TOKYO": "3A",
    "JMA_OSAKA": "3A",
    "JMA_FUKUOKA": "3A",
}


@pytest.mark.parametrize("station", CITIES)
@pytest.mark.parametrize("design", PUBLISHED_PUE)
def test_yearly_pue_is_in_the_published_range(cooling, loss_frac, station, design):
    low, high = PUBLISHED_PUE[design][CITIES[station]]
    assert low <= pue(cooling.loc[(station, design), "cool_mean_frac"], loss_frac) <= high


@pytest.mark.parametrize("station", CITIES)
@pytest.mark.parametrize("design", PUBLISHED_WUE)
def test_yearly_water_is_in_the_published_range(cooling, station, design):
    low, high = PUBLISHED_WUE[design][CITIES[station]]
    assert low <= cooling.loc[(station, design), "wue_mean_l_per_kwh"] <= high


def test_liquid_designs_are_in_their_published_ranges(cooling, loss_frac):
    """Direct-to-chip: PUE 1.06-1.28 (aiinframap.com), WUE 1.12-1.8 with towers; Korea, Japan."""
    means = cooling[["cool_mean_frac", "wue_mean_l_per_kwh"]]
    dry, tower, tank = (means.xs(d, level=1) for d in ("dtc-dry", "dtc-tower", "immersion"))
    assert pue(dry["cool_mean_frac"], loss_frac).min() > 1.06
    assert pue(dry["cool_mean_frac"], loss_frac).max() < 1.28
    assert tower["wue_mean_l_per_kwh"].between(1.12, 1.8).all()
    assert tank.loc["JMA_UTSUNOMIYA", "cool_mean_frac"] < 0.05  # KDDI, nearby Oyama: PUE 1.05


def test_design_hour_is_harder_than_the_year(cooling):
    assert (cooling["cool_peak_frac"] >= cooling["cool_mean_frac"] - 1e-12).all()
    assert (cooling["wue_peak_l_per_kwh"] >= cooling["wue_mean_l_per_kwh"] - 1e-12).all()


def test_a_korean_summer_costs_dry_cooling_dearly(cooling):
    """At Seoul's 34 degC dry coolers cannot reach 40 degC: chillers run, and take real power."""
    dry = cooling.loc[(SEOUL, "dtc-dry")]
    assert dry["cool_peak_frac"] > 2 * dry["cool_mean_frac"]
    assert 0.10 < dry["cool_peak_frac"] < 0.25


def test_hokkaido_is_easier_than_okinawa(cooling):
    for design in cooling.index.unique(level=1):
        north, south = cooling.loc[("JMA_SAPPORO", design)], cooling.loc[("JMA_NAHA", design)]
        assert north["cool_mean_frac"] < south["cool_mean_frac"]


# Summer design weather, exceeded 2.5 % of June to September (73 h): MLIT building services design
# standard 2021, via akisho-workshop.com; wet bulb from its humidity. The fitted humidity is up to
# 0.7 K off (Nagoya), bins of 2 degC add up to 0.4 K.
DESIGN_WEATHER = {
    "JMA_SAPPORO": (30.7, 24.3),
    "JMA_SENDAI": (32.9, 26.2),
    "JMA_TOKYO": (34.8, 27.6),
    "JMA_NAGOYA": (35.4, 26.6),
    "JMA_OSAKA": (34.9, 26.7),
    "JMA_FUKUOKA": (35.1, 27.7),
    "JMA_NAHA": (32.9, 28.3),
}


@pytest.mark.parametrize("station", DESIGN_WEATHER)
def test_bins_meet_the_national_design_weather(facts, station):
    bins = facts[2]
    own = bins[bins["station_id"] == station]
    share = 0.025 * (30 + 31 + 31 + 30) / 365
    for column, expected in zip(
        ("dry_bulb_degc", "wet_bulb_degc"), DESIGN_WEATHER[station], strict=True
    ):
        got = design_value(own[column], own["hours_h"], [0], share)[0]
        assert got == pytest.approx(expected, abs=1.1)


def test_sea_design_follows_the_sea_alone(facts, cooling):
    designs, stations, bins, sea = facts
    hotter = bins.assign(dry_bulb_degc=bins["dry_bulb_degc"] + 5)
    again = cooling_table(designs, stations, hotter, sea).set_index(["station_id", "design_id"])
    own = "seawater-economizer"
    pd.testing.assert_frame_equal(again.xs(own, level=1), cooling.xs(own, level=1))
    warmer = sea.assign(mean_degc=sea["mean_degc"] + 3)
    again = cooling_table(designs, stations, bins, warmer).set_index(["station_id", "design_id"])
    rise = again["cool_mean_frac"] - cooling["cool_mean_frac"]
    assert (rise.xs(own, level=1) >= 0).all()
    assert rise.xs(own, level=1).max() > 0
    assert (rise.drop(own, level=1) == 0).all()


def test_one_station_by_hand(facts):
    """Two bins of a dry design: the mean by hours, the peak where the hot bin ends."""
    designs, stations, _, sea = facts
    design = designs[designs["design_id"] == "dtc-dry"]
    bins = pd.DataFrame(
        {
            "station_id": SEOUL,
            "dry_bulb_degc": [10.0, 36.0],
            "wet_bulb_degc": [5.0, 26.0],
            "hours_h": [8700.0, 60.0],
        }
    )
    got = cooling_table(design, stations[stations["station_id"] == SEOUL], bins, sea).iloc[0]
    weather = Weather(bins["dry_bulb_degc"].to_numpy(), bins["wet_bulb_degc"].to_numpy(), 0.0)
    cold, hot = METHODS["dry"](plant_of(design.iloc[0]), weather).cool_frac
    assert got["cool_mean_frac"] == pytest.approx((8700 * cold + 60 * hot) / 8760)
    # the bins meet half-way, exceeded in the 60 hot hours; 0.4 % of the year is 35.04 h
    assert got["cool_peak_frac"] == pytest.approx(hot - (hot - cold) / 2 * 35.04 / 60)


def test_a_station_without_a_year_is_refused(facts):
    designs, stations, bins, sea = facts
    with pytest.raises(InputError, match="station JMA_TOKYO: has not a year of hours, found 0"):
        cooling_table(designs, stations, bins[bins["station_id"] != "JMA_TOKYO"], sea)


def test_a_design_without_a_parameter_is_refused(facts):
    designs, *others = facts
    spoiled = designs.assign(cycles_count=np.nan)
    with pytest.raises(InputError, match="design air-economizer: has no cooling load, for lack of"):
        cooling_table(spoiled, *others)


def test_order_of_rows_does_not_matter(facts, cooling):
    designs, stations, bins, sea = facts
    shuffled = cooling_table(
        designs.sample(frac=1, random_state=1),
        stations.sample(frac=1, random_state=2),
        bins.sample(frac=1, random_state=3),
        sea.sample(frac=1, random_state=4),
    ).set_index(["station_id", "design_id"])
    pd.testing.assert_frame_equal(shuffled.loc[cooling.index], cooling)


def test_all_stations_and_designs_take_well_under_a_second(facts):
    start = time.perf_counter()
    cooling_table(*facts)
    assert time.perf_counter() - start < 1.0
