"""People: operations staff within what the region can supply."""

import pytest

from tests.solved import breaks, refused, rows, solve
from tests.tiny import tiny_case

STAFF = {
    "staff_fixed_count": {"a": 2.0, "b": 2.0},
    "staff_per_mw_count": {"a": 1.0, "b": 1.0},
    "labour_region": {"a": "r1", "b": "r2"},
}


def test_staff_of_a_region():
    # 8 people: 2 for the site, one for each of 6 MW; b meters the other 6 MW
    best = solve(tiny_case(**STAFF, staff_supply_count={"r1": 8.0}))
    assert best.value == pytest.approx((100 + 6 / 1.3 / 0.1 * 2) / 12)
    held = {"it_mw[a,dry,2027]": 5.1}
    assert breaks(tiny_case(**STAFF, staff_supply_count={"r1": 8.0}), held, tiny_case(**STAFF))


def test_sites_of_a_region_share_its_staff():
    # 12 MW and one site need 14 people wherever they are
    both = {**STAFF, "labour_region": {"a": "r1", "b": "r1"}}
    assert refused(tiny_case(**both, staff_supply_count={"r1": 13.9}))
    assert not refused(tiny_case(**both, staff_supply_count={"r1": 14.0}))


def test_wages():
    # 14 people at 50 000 $
    case = tiny_case(**STAFF, staff_usd_per_year={"a": 5e4, "b": 5e4})
    best = solve(case, "cost", held={"open[b,2027]": 0})
    assert best.ledger("opex_musd")["staff"] == pytest.approx(0.7)


def test_no_rows_without_data():
    assert "staff_supply" not in rows(tiny_case(**STAFF))


def test_builders_of_a_region():
    # a hall of 10 MW at 4 worker-years a MW takes 40 of them; 20 workers have two years, one hall
    work = {"construction_staff_per_mw": {"a": 4.0, "b": 4.0}, "years_before": {2027: 2.0}}
    case = tiny_case(**work, builders_max_count={"KR-11": 20.0})
    best = solve(case, "tokens_per_mw", "cost")
    assert best.ledger("builders_years", ("KR-11", 2027)) == pytest.approx({"a": 40, "b": 0})
    assert breaks(case, {"halls[a,dry,2027]": 2}, tiny_case())
    assert refused(tiny_case(**work, builders_max_count={"KR-11": 19.0}))
    assert "builders" not in rows(tiny_case(**work))
