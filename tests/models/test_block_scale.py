"""Scale: floors and ceilings on megawatts and tokens, in all and by country."""

import pytest

from tests.solved import breaks, refused, rows, solve
from tests.tiny import tiny_case

TWO_COUNTRIES = {
    "country": {"a": "KR", "b": "JP"},
    "market_country": {"seoul": "KR", "tokyo": "JP"},
    "market_share_frac": {"seoul": 1.0, "tokyo": 1.0},
    "mix_frac": {},
    "reach": dict.fromkeys("ab", frozenset({("chat", "seoul"), ("chat", "tokyo")})),
}


def test_a_floor_on_megawatts():
    # with 30 MW asked for, a gives its 24 and b at least 6
    floor = {("all", 2027): 30.0}
    best = solve(tiny_case(facility_mw_min=floor))
    assert best.value == pytest.approx((400 + 6 / 0.065) / 30)
    assert breaks(tiny_case(facility_mw_min=floor), {"facility_total": 29}, tiny_case())


def test_floors_by_country():
    # 9 MW in Korea and 3 in Japan, though Japan's tokens may be made in Korea
    case = tiny_case(**TWO_COUNTRIES, facility_mw_min={("KR", 2027): 9.0, ("JP", 2027): 3.0})
    best = solve(case, held={"facility_total": 12})
    assert best.value == pytest.approx((9 / 0.06 + 3 / 0.065) / 12)
    assert breaks(case, {"it_mw[b,dry,2027]": 2}, tiny_case(**TWO_COUNTRIES))


@pytest.mark.parametrize("place", ["all", "KR"])
def test_a_ceiling_on_megawatts(place):
    case = tiny_case(facility_mw_max={(place, 2027): 15.0})
    assert solve(case, "tokens").value == pytest.approx(15 / 0.06)
    assert breaks(case, {"facility_total": 16}, tiny_case())


@pytest.mark.parametrize("place", ["all", "KR"])
def test_a_floor_on_tokens(place):
    # 250 Mtokens/s take 15 MW at a
    floor = {(place, 2027): 250.0}
    best = solve(tiny_case(facility_mw_min={}, mtokens_per_s_min=floor), "tokens_per_mw", "cost")
    assert best["facility_total"] == pytest.approx(15)
    assert refused(tiny_case(mtokens_per_s_min=floor, facility_mw_max={("all", 2027): 14.9}))
    assert breaks(tiny_case(mtokens_per_s_min=floor), {"tokens_total": 249}, tiny_case())


def test_the_denominator_starts_at_what_the_floors_ask_for():
    by_country = {("KR", 2027): 9.0, ("JP", 2027): 5.0}
    case = tiny_case(**TWO_COUNTRIES, facility_mw_min={("all", 2027): 12.0, **by_country})
    assert solve(case).model.facility_total.lb == 14
    assert solve(tiny_case(facility_mw_min={})).model.facility_total.lb == 0


def test_no_rows_without_data():
    case = tiny_case(facility_mw_min={})
    assert not {"facility_floor", "facility_ceiling", "token_floor"} & rows(case)
