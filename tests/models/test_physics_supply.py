"""Time-of-use prices, batteries on them, and variable sources against a flat load."""

import numpy as np
import pytest

from models.physics.supply import (
    arbitrage_local_per_kw_year,
    billed_mw,
    loss_mean_frac,
    mean_price_local_per_kwh,
    shifted_h,
    use_tangents,
    used_mean_frac,
)
from planner.tables import read_region


def test_the_mean_price_of_a_load() -> None:
    # 6 h at 100 and 18 h at 60: (600 + 1080) / 24 = 70; at half load in the dear hours
    # (300 + 1080) / 21 = 65.71
    assert mean_price_local_per_kwh([6, 18], [100, 60]) == pytest.approx(70)
    assert mean_price_local_per_kwh([6, 18], [100, 60], [0.5, 1]) == pytest.approx(1380 / 21)
    for none in ([0, 0], [-1, 1]):
        with pytest.raises(ValueError, match="load shape"):
            mean_price_local_per_kwh([6, 18], [100, 60], none)


def test_a_flat_load_pays_the_flat_price_of_every_tariff() -> None:
    tables = read_region("kr-jp", only=["tariffs", "tariff_periods"]).tables
    periods = tables["tariff_periods"].groupby("tariff_id")
    compared = 0
    for row in tables["tariffs"].to_dict("records"):
        if row["tariff_id"] in periods.groups:
            part = periods.get_group(row["tariff_id"])
            assert part["hours_h"].sum() == pytest.approx(8760)
            price = mean_price_local_per_kwh(part["hours_h"], part["energy_local_per_kwh"])
            flat = (price + row["surcharge_local_per_kwh"]) * (1 + row["levy_frac"])
            assert flat == pytest.approx(row["energy_local_per_kwh"], abs=0.01)  # two decimals
            demand = part["demand_local_per_kw_month"].iloc[0] * (1 + row["levy_frac"])
            assert demand == pytest.approx(row["demand_local_per_kw_month"], abs=0.05)
            compared += 1
    assert compared == 3


def test_demand_is_billed_at_the_peak_or_a_share_of_the_contract() -> None:
    # 100 MW of contract, 0.3 of it at least
    assert billed_mw(80, 100, 0.3) == 80
    assert billed_mw(20, 100, 0.3) == 30


def test_what_a_battery_earns_in_a_korean_summer() -> None:
    # 92 days have 65.71 weekdays: four hours each, 262.9 h, fewer than the 394.3 peak hours; a
    # battery of eight hours is held by these. Peak 239.1, light 127.6 KRW/kWh: 111.5 apart
    four, eight = (shifted_h([394.29], [2208.0], d) for d in (4.0, 8.0))
    assert four[0] == pytest.approx(4 * 92 * 5 / 7)
    assert eight[0] == pytest.approx(394.29)
    earned = arbitrage_local_per_kw_year(four, [239.1], [127.6])
    assert earned == pytest.approx(262.857 * 111.5, rel=1e-5)
    assert arbitrage_local_per_kw_year([100], [50], [60]) == 0, "idle where light hours are dear"
    assert loss_mean_frac([876.0], 0.8) == pytest.approx(0.1 * 0.25)


def output(hours: np.ndarray, output_frac: float, running_frac: float) -> np.ndarray:
    """Outputs in falling order over the share of hours, as the docstring says."""
    left = np.clip(1 - hours / running_frac, 0, None)
    return np.asarray(left ** (running_frac / output_frac - 1))


@pytest.mark.parametrize("shape", [(0.15, 0.5), (0.23, 0.9), (0.3, 0.92)])
def test_use_of_a_variable_source_is_the_integral(shape: tuple[float, float]) -> None:
    hours = (np.arange(200_000) + 0.5) / 200_000
    curve = output(hours, *shape)
    assert curve.mean() == pytest.approx(shape[0], rel=1e-4)
    for size in (0.5, 1.0, 1.7, 4.0, 30.0):
        used = np.minimum(size * curve, 1.0).mean()
        assert used_mean_frac(size, *shape) == pytest.approx(used, rel=1e-4)


@pytest.mark.parametrize("shape", [(0.15, 0.5), (0.23, 0.9), (0.3, 0.92)])
def test_lines_bound_the_use_from_above_and_nearly_touch(shape: tuple[float, float]) -> None:
    lines = use_tangents(*shape)
    assert lines[0] == pytest.approx((shape[0], 0.0))
    for size in np.arange(0.1, 12.0, 0.1):
        least = min(a * size + b for a, b in lines)
        assert -1e-12 <= least - used_mean_frac(float(size), *shape) <= 0.03  # as documented


def test_a_source_that_runs_evenly_has_its_output_alone() -> None:
    assert use_tangents(0.9, 1.0)[0] == pytest.approx((0.9, 0.0))
    assert use_tangents(0.9, 0.9) == [(0.9, 0.0)]
    assert used_mean_frac(3.0, 0.9, 0.9) == 0.9
