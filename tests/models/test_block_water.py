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
        {"water_limit_m3_per_day": {("a", "city"): 240.0}},
        {"water_limit_m3_per_year": {("a", "city"): 43_800.0}},
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
    case = tiny_case(**WET, water_usd_per_m3={("a", "city"): 2.0, ("b", "city"): 2.0})
    best = solve(case, held={"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0})
    assert best.ledger("opex_musd")["water"] == pytest.approx(0.1752)
    assert best.ledger("water_mean_m3_per_h", ("a", 2027)) == pytest.approx({"dry": 10})


def test_no_rows_without_data():
    limits = {
        "water_limit_m3_per_day": {("a", "city"): 1.0},
        "water_limit_m3_per_year": {("a", "city"): 1.0},
    }
    names = {"water_day_limit", "water_year_limit"}
    assert names <= rows(tiny_case(**WET, **limits))
    assert not names & rows(tiny_case(**WET))
    assert not names & rows(tiny_case(**limits)), "dry designs draw nothing"


TWO = {
    **WET,
    "water_usd_per_m3": {("a", "city"): 2.0, ("a", "reclaimed"): 1.0, ("b", "city"): 2.0},
    "water_limit_m3_per_day": {("a", "city"): 240.0, ("a", "reclaimed"): 120.0},
    "water_limit_m3_per_year": {("a", "city"): 87_600.0, ("a", "reclaimed"): 87_600.0},
    "water_musd": {("a", "reclaimed"): 3.0},
}


def test_a_second_source_adds_its_water():
    # 240 m3 of the city and 120 reclaimed cool 7.5 MW IT, 9 MW at the meter; b meters the other 3
    best = solve(tiny_case(**TWO))
    assert best.value == pytest.approx((150 + 3 / 1.3 / 0.1 * 2) / 12)
    assert best["water_peak_m3_per_h[a,reclaimed,2027]"] * 24 == pytest.approx(120)
    assert best.ledger("capex_musd")["water connection"] == pytest.approx(3)
    held = {"it_mw[a,dry,2027]": 7.6}
    without = {name: values for name, values in TWO.items() if "limit" not in name}
    assert breaks(tiny_case(**TWO), held, tiny_case(**without))


def test_no_water_without_its_connection():
    held = {"water_link[a,reclaimed,2027]": 0.0}
    best = solve(tiny_case(**TWO), held=held)
    assert best["it_mw[a,dry,2027]"] == pytest.approx(5), "the city's water alone"


def test_the_cheaper_water_is_taken_first():
    # 5 MW IT draw 43 800 m3 a year: the reclaimed source gives 120 m3 x 365 = 43 800 at 1 $
    best = solve(tiny_case(**TWO), "cost", held={"it_mw[a,dry,2027]": 5, "open[b,2027]": 1,
                                                 "water_link[a,reclaimed,2027]": 1})  # fmt: skip
    assert best.ledger("opex_musd")["water"] == pytest.approx(0.0438)
    assert best["water_mean_m3_per_h[a,reclaimed,2027]"] == pytest.approx(5)


def test_one_source_has_no_columns():
    names = solve(tiny_case(**WET)).names
    assert not [name for name in names if name.startswith("water")]
    several = solve(tiny_case(**TWO)).names
    assert not [name for name in several if name.startswith("water") and "[b," in name]
