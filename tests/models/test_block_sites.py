"""Sites: opened once, never closed, forced where the scenario says so."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import YEARS, tiny_case


def test_the_second_site_opens_when_the_first_is_full():
    # 36 MW are asked for and a has 24: 24 / 1.2 = 20 MW IT make 400 Mtokens/s;
    # b serves the other 12 MW: 12 / 1.3 / 0.1 x 2 = 184.615
    best = solve(tiny_case(facility_mw_min={("all", 2027): 36.0}))
    assert best.value == pytest.approx((400 + 12 / 1.3 / 0.1 * 2) / 36)
    assert best["open[a,2027]"] == best["open[b,2027]"] == 1


def test_a_forced_site_is_opened():
    case = tiny_case()
    forced = case.having(sets={**case.sets, "FORCED_SITE": ("b",)})
    assert solve(forced, "tokens_per_mw", "cost")["open[b,2027]"] == 1
    assert solve(case, "tokens_per_mw", "cost")["open[b,2027]"] == 0
    assert breaks(forced, {"open[b,2027]": 0}, case)


def test_a_forced_site_is_used():
    # 10 MW of IT at b take 13 MW; a is best filled to its 24 MW, 20 of IT: 20 * 30 / 37
    case = tiny_case(forced_it_mw={"b": 10.0})
    forced = case.having(sets={**case.sets, "FORCED_SITE": ("b",)})
    best = solve(forced, "tokens_per_mw", "cost")
    assert best["it_mw[b,dry,2027]"] == pytest.approx(10)
    assert best.value == pytest.approx(20 * 30 / 37)
    assert breaks(forced, {"it_mw[b,dry,2027]": 0}, case)


def test_an_open_site_stays_open():
    case = tiny_case(periods=YEARS, facility_mw_min={})
    free = case.having(values={**case.values, "previous": {}})
    assert breaks(case, {"open[a,2027]": 1, "open[a,2028]": 0}, free)


def test_development_is_paid_once_and_its_annuity_every_year():
    # 1 M$ for the site, 10 % of it a year
    best = solve(tiny_case(periods=YEARS), "cost", held={"open[a,2027]": 1, "open[b,2028]": 0})
    assert [best.ledger("capex_musd", ("KR", t))["site development"] for t in YEARS] == [1, 0]
    for t in YEARS:
        assert best.ledger("annuity_musd", ("KR", t))["site development"] == pytest.approx(0.1)


def test_no_rows_without_data():
    assert not {"stays_open", "forced_open", "forced_load"} & rows(tiny_case())
