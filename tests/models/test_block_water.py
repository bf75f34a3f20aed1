"""Water: withdrawal in the peak day and over the year, and its price."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import tiny_case

WET = {
    "wue_peak_l_per_kwh": {("a", "dry"): 2.0, ("b", "dry"): 0.0},
    "wue_mean_l_per_kwh": {("a", "dry"): 1.0, ("b", "dry"): 0.0},
}


@pytest.mark.parametrize(
    "limit",
    [
        # 5 MW IT draw 24 h x 2 m3/MWh x 5 = 240 m3 on the peak day, 8760 h x 1 x 5 = 43 800 a year
        {"water_limit_m3_per_day": {"a": 240.0}},
        {"water_limit_m3_per_year": {"a": 43_800.0}},
    ],
    ids=["day", "year"],
)
def test_five_megawatts_of_water(limit):
    # 5 MW IT at a are 6 MW at the meter and 100 Mtokens/s; b meters the other 6 MW
    best = solve(tiny_case(**WET, **limit))
    assert best.value == pytest.approx((100 + 6 / 1.3 / 0.1 * 2) / 12)
    assert best["it_mw[a,dry,2027]"] == pytest.approx(5)
    assert breaks(tiny_case(**WET, **limit), {"it_mw[a,dry,2027]": 5.1}, tiny_case(**WET))


def test_water_is_paid():
    # 10 MW IT at a: 87 600 m3 a year at 2 $
    case = tiny_case(**WET, water_usd_per_m3={"a": 2.0, "b": 2.0})
    best = solve(case, held={"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0})
    assert best.ledger("opex_musd")["water"] == pytest.approx(0.1752)
    assert best.ledger("water_m3_per_year", ("a", 2027)) == pytest.approx({"dry": 87_600})


def test_no_rows_without_data():
    limits = {"water_limit_m3_per_day": {"a": 1.0}, "water_limit_m3_per_year": {"a": 1.0}}
    names = {"water_day_limit", "water_year_limit"}
    assert names <= rows(tiny_case(**WET, **limits))
    assert not names & rows(tiny_case(**WET))
    assert not names & rows(tiny_case(**limits)), "dry designs draw nothing"
