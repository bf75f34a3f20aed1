"""Carbon of a year and PUE under their ceilings."""

import pytest

from tests.solved import breaks, refused, rows, solve
from tests.tiny import tiny_case

CLEAN_B = {"emission_gco2_per_kwh": {"a": 400.0, "b": 0.0}}


def test_a_ceiling_on_carbon():
    # 5 MW IT at a draw 5.5 MW over the year: 5.5 x 8760 h x 400 kg = 19.272 kt; the rest is b's
    case = tiny_case(**CLEAN_B, carbon_kt_max={2027: 19.272})
    best = solve(case)
    assert best.value == pytest.approx((100 + 6 / 1.3 / 0.1 * 2) / 12)
    assert best["carbon_total"] == pytest.approx(19.272)
    assert breaks(case, {"it_mw[a,dry,2027]": 5.1}, tiny_case(**CLEAN_B))


def test_a_ceiling_on_pue():
    # a has a PUE of 1.1, b of 1.2: under 1.15, b stays dark
    wide = {"facility_mw_min": {("all", 2027): 36.0}}
    assert refused(tiny_case(**wide, pue_max={"a": 1.15, "b": 1.15}))
    case = tiny_case(**wide, pue_max={"a": 1.15})
    assert not refused(case), "b has no ceiling"
    assert breaks(tiny_case(pue_max={"b": 1.15}), {"it_mw[b,dry,2027]": 1}, tiny_case())


def test_pue_is_of_the_site_and_not_of_each_hall():
    # cool halls at 1.1 make up for warm ones at 1.3, MW for MW, under 1.2
    designs = {"cooling_class": {"cool": "liquid", "warm": "liquid"}}
    pue = {(s, d): 1.1 if d == "cool" else 1.3 for s in "ab" for d in ("cool", "warm")}
    held = {"it_mw[a,cool,2027]": 5, "it_mw[b,cool,2027]": 0, "it_mw[b,warm,2027]": 0}
    case = tiny_case(**designs, energy_per_it_frac=pue, pue_max={"a": 1.2})
    assert not refused(case, held={**held, "it_mw[a,warm,2027]": 5})
    free = tiny_case(**designs, energy_per_it_frac=pue)
    assert breaks(case, {**held, "it_mw[a,warm,2027]": 5.1}, free)


def test_no_rows_without_data():
    assert not {"carbon_ceiling", "pue_ceiling"} & rows(tiny_case())
