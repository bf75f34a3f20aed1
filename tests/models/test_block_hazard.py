"""Hazard: a zone holds no more than its share of the megawatts."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import YEARS, tiny_case

HALF_AT_A = {
    "hazard_zone": {"coast": frozenset({"a"})},
    "hazard_share_max": {"coast": 0.5},
    "hazard_of": {"coast": "all"},
}
TWELVE_MW = {"facility_total": 12.0}


def test_half_of_the_megawatts_stand_elsewhere():
    # 6 MW at a and 6 at b: 6 / 1.2 and 6 / 1.3 MW IT at 20 Mtokens/s each
    case = tiny_case(**HALF_AT_A)
    assert solve(case, held=TWELVE_MW).value == pytest.approx((6 / 1.2 + 6 / 1.3) * 20 / 12)
    assert breaks(case, {"it_mw[a,dry,2027]": 5.1, **TWELVE_MW}, tiny_case())


def test_a_share_of_a_country():
    # a and b are Korean, c Japanese: Korea's own megawatts count
    two = {"country": {"a": "KR", "b": "KR", "c": "JP"}}
    markets = {"market_country": {"seoul": "KR"}, "mix_frac": {("chat", "KR"): 1.0}}
    of_korea = {**HALF_AT_A, "hazard_of": {"coast": "KR"}, **two, **markets}
    held = {"it_mw[a,dry,2027]": 5, "it_mw[b,dry,2027]": 0}
    without = {name: value for name, value in of_korea.items() if not name.startswith("hazard")}
    assert breaks(tiny_case(3, **of_korea), held, tiny_case(3, **without))
    everywhere = {**of_korea, "hazard_of": {"coast": "all"}}
    assert not breaks(tiny_case(3, **everywhere), held, tiny_case(3, **without))


def test_each_period_has_its_share():
    floors = {("all", YEARS[0]): 6.0, ("all", YEARS[1]): 12.0}
    case = tiny_case(periods=YEARS, facility_mw_min=floors, **HALF_AT_A)
    both = tiny_case(periods=YEARS, facility_mw_min=floors)
    assert breaks(case, {f"it_mw[b,dry,{YEARS[0]}]": 0}, both)


def test_no_rows_without_data():
    assert not {"hazard_share", "hazard_base"} & rows(tiny_case())
    assert not [name for name in solve(tiny_case()).names if name.startswith("hazard")]
