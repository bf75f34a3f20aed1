"""The shipped facility tables: complete, consistent, and equal to the arithmetic they state."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from models.columns import CONFIDENCE, PROVENANCE
from models.facts.facility import COLUMNS, TABLES

DATA = Path(__file__).parents[2] / "data" / "kr-jp"
ZONES = {
    "KR",
    *(f"JP-{area}" for area in ("HKD", "TH", "TK", "CB", "HR", "KN", "CG", "SK", "KY", "ON")),
}
FACTS = [table for table in TABLES if table.provenance]


def read(name):
    return pd.read_csv(DATA / f"{name}.csv", keep_default_na=False, na_values=[""])


@pytest.fixture(scope="module")
def parameters():
    return read("parameters").set_index(["scope", "parameter"])


@pytest.mark.parametrize("table", FACTS, ids=lambda table: table.name)
def test_table_is_as_declared(table):
    rows = read(table.name)
    declared = [column.name for column in COLUMNS if column.table == table.name]
    assert [c for c in rows if c not in (*PROVENANCE, "recalled")] == declared
    assert not rows.duplicated(list(table.key)).any()
    assert rows["confidence"].isin(CONFIDENCE).all()
    assert rows[["source", "year", "licence"]].notna().all(axis=None)


@pytest.mark.parametrize("table", FACTS, ids=lambda table: table.name)
def test_values_are_within_the_declared_limits(table):
    rows = read(table.name)
    for column in (c for c in COLUMNS if c.table == table.name):
        values = rows[column.name].dropna()
        assert column.low is None or (values >= column.low).all(), column.name
        assert column.high is None or (values <= column.high).all(), column.name
        assert not column.allowed or values.isin(column.allowed).all(), column.name


def test_every_province_and_prefecture_has_a_station():
    admin1 = read("climate_stations")["admin1"].nunique()
    assert admin1 == 17 + 47


def test_hours_of_each_station_are_a_year():
    hours = read("climate_bins").groupby("station_id")["hours_h"].sum()
    assert (hours == 8760).all()
    assert set(hours.index) == set(read("climate_stations")["station_id"])


def test_wet_bulb_never_exceeds_dry_bulb():
    bins = read("climate_bins")
    assert (bins["wet_bulb_degc"] <= bins["dry_bulb_degc"]).all()


def test_takamatsu_is_on_the_inland_sea():
    """Public daily series under this name belong to a place with a mean of 9.7 degC."""
    bins = read("climate_bins")
    own = bins[bins["station_id"] == "JMA_TAKAMATSU"]
    mean = (own["dry_bulb_degc"] * own["hours_h"]).sum() / 8760
    assert mean == pytest.approx(16.8, abs=0.8)  # JMA normal 1991-2020


@pytest.mark.parametrize("country", ["KR", "JP"])
def test_construction_adds_up_to_the_published_total(parameters, country):
    parts = parameters.loc[country].loc[["shell_musd_per_mw", "electrical_musd_per_mw"], "value"]
    cooling = read("cooling_designs").set_index("design_id").loc["air-chiller"]
    total = parameters.loc[(country, "construction_musd_per_mw"), "value"]
    assert parts.sum() + cooling["cooling_musd_per_mw"] == pytest.approx(total, abs=0.002)


def test_liquid_premium_is_the_published_one(parameters):
    """Turner & Townsend 2025-26: AI data centres with liquid cooling cost 7-10 % more."""
    capex = read("cooling_designs").set_index("design_id")["cooling_musd_per_mw"]
    totals = parameters.xs("construction_musd_per_mw", level="parameter")["value"]
    assert 0.07 <= (capex["dtc-dry"] - capex["air-chiller"]) / totals.mean() <= 0.10


def test_parameters_lie_within_their_bounds(parameters):
    assert (parameters["low"] <= parameters["value"]).all()
    assert (parameters["value"] <= parameters["high"]).all()


def test_a_flat_load_pays_what_the_published_arithmetic_says():
    """Flat average of the KEPCO charges of 2026-06 in KRW/kWh; a fixed load of 24 h a day."""
    periods = read("tariff_periods")
    cost = (periods["hours_h"] * periods["energy_local_per_kwh"]).groupby(periods["tariff_id"])
    hours = periods.groupby("tariff_id")["hours_h"].sum()
    assert hours.to_list() == pytest.approx([8760.0] * len(hours), abs=0.05)
    flat = cost.sum() / hours
    assert flat["kr-industrial-154kv-1"] == pytest.approx(156.34, abs=0.01)
    assert flat["kr-industrial-345kv-3"] == pytest.approx(150.28, abs=0.01)
    assert flat["kr-general-154kv-3"] == pytest.approx(120.68, abs=0.01)


def test_korean_prices_are_flat_charge_plus_surcharges():
    """(energy + climate 9 + fuel 5) * 1.027 power fund; demand * 1.027."""
    periods = read("tariff_periods")
    flat = (periods["hours_h"] * periods["energy_local_per_kwh"]).groupby(
        periods["tariff_id"]
    ).sum() / 8760
    demand = periods.groupby("tariff_id")["demand_local_per_kw_month"].first()
    prices = read("tariffs").set_index("tariff_id")
    for name in prices.index.intersection(flat.index):
        own = prices.loc[name]
        assert own["energy_local_per_kwh"] == pytest.approx((flat[name] + 14) * 1.027, abs=0.01)
        assert own["demand_local_per_kw_month"] == pytest.approx(demand[name] * 1.027, abs=0.1)


def test_the_korean_default_is_near_what_industry_pays():
    """Average paid by industrial (b) customers since 2024-10: 182.7 KRW/kWh, demand included."""
    own = read("tariffs").set_index("tariff_id").loc["kr-industrial-154kv-3"]
    paid = own["energy_local_per_kwh"] + own["demand_local_per_kw_month"] * 12 / 8760
    assert paid == pytest.approx(182.7, rel=0.03)


def test_japanese_prices_are_in_the_range_of_special_high_voltage():
    """17-22 JPY/kWh is the recalled range for large users; Shikoku's spot price is far lower."""
    rows = read("tariffs")
    rows = rows[(rows["country"] == "JP") & (rows["default_flag"] == 1)]
    paid = rows["energy_local_per_kwh"] + rows["demand_local_per_kw_month"] * 12 / 8760
    assert paid.drop(paid.idxmin()).between(17, 22.5).all()
    assert paid.min() > 16


@pytest.mark.parametrize("table", ["tariffs", "emission_factors"])
def test_each_zone_has_one_default(table):
    rows = read(table)
    assert Counter(rows.loc[rows["default_flag"] == 1, "zone_id"]) == dict.fromkeys(ZONES, 1)
    assert set(rows["zone_id"]) == ZONES


def test_labour_follows_its_stated_arithmetic():
    rows = read("labour_regions")
    assert rows.groupby("country").size().to_dict() == {"KR": 17, "JP": 47}
    pools = {"KR": 1_102_798, "JP": 1_580_000}
    for country, region in rows.groupby("country"):
        population = region["population_count"] / region["population_count"].sum()
        expected = 0.02 * pools[country] * (region["ict_share_frac"] + population) / 2
        assert region["staff_count"].to_numpy() == pytest.approx(expected.to_numpy(), abs=6)
        assert region["ict_share_frac"].sum() == pytest.approx(1.0, abs=0.003)


def test_designs_make_sense():
    designs = read("cooling_designs").set_index("design_id")
    assert len(designs) >= 8
    liquid = designs["serves"] == "liquid"
    assert (designs["liquid_frac"] > 0).eq(liquid).all()
    assert designs["liquid_supply_degc"].notna().eq(liquid).all()
    assert designs["needs_sea_flag"].eq(designs["method"] == "sea").all()
    evaporates = designs["evaporation_frac"] > 0
    assert designs["cycles_count"].notna().eq(evaporates).all()
