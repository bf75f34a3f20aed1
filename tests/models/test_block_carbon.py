"""Carbon of a year and PUE under their ceilings."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import tiny_case

CLEAN_B = {"emission_gco2_per_kwh": {"a": 400.0, "b": 0.0}}


def test_a_ceiling_on_carbon():
    # 5 MW IT at a draw 5.5 MW over the year: 5.5 x 8760 h x 400 kg = 19.272 kt; the rest is b's
    case = tiny_case(**CLEAN_B, carbon_kt_max={2027: 19.272})
    best = solve(case)
    assert best.value == pytest.approx((100 + 6 / 1.3 / 0.1 * 2) / 12)
    assert best["carbon_total"] == pytest.approx(19.272)
    assert breaks(case, {"it_mw[a,dry,2027]": 5.1}, tiny_case(**CLEAN_B))


def test_no_rows_without_data():
    assert not {"carbon_ceiling"} & rows(tiny_case())
