"""What full halls draw at most: where the racks that draw most of their room are scarce."""

import pytest

from models.full_halls import full_halls
from tests.solved import refused
from tests.tiny import YEARS, tiny_case

AT = ("KR", "liquid", 2027)


def drawing(fast, slow, **values):
    """Racks of 0.1 MW that draw such shares of it at work."""
    kappa = {("fast", "p100", "chat"): 0.1 * fast, ("slow", "p100", "chat"): 0.1 * slow}
    return tiny_case(kappa_mw=kappa, **values)


def test_where_all_racks_can_be_had_the_greatest_share_counts():
    assert full_halls(drawing(0.9, 0.8))[AT] == pytest.approx((0.9, 0.9, 0.0))
    values = {"availability_frac": {"fast": 0.5, "slow": 1.0}}
    assert full_halls(drawing(0.9, 0.8, **values))[AT] == pytest.approx((0.8, 0.8, 0.0))


def test_scarce_racks_add_what_they_draw_more():
    # 20 racks of 0.1 MW draw 0.1 of their 2 MW more than others: 0.2 MW, less than 0.1 of a hall
    few = {("KR", "fast", 2027): 20.0}
    full = full_halls(drawing(0.9, 0.8, racks_supply_count=few))
    assert full[AT] == pytest.approx((0.9, 0.8, 0.2))
    # 200 racks would fill two halls of 10 MW: 2 MW more, where one hall draws 1 MW more
    many = {("KR", "fast", 2027): 200.0}
    full = full_halls(drawing(0.9, 0.8, racks_supply_count=many))
    assert full[AT] == pytest.approx((0.9, 0.9, 0.0))


def test_racks_of_years_before_stand_still():
    few = {("KR", "fast", t): 20.0 for t in YEARS}
    full = full_halls(drawing(0.9, 0.8, racks_supply_count=few, periods=YEARS))
    assert [full["KR", "liquid", t].more_mw for t in YEARS] == pytest.approx([0.2, 0.4])


def test_a_site_draws_no_more_than_the_scarce_racks_add():
    # two halls of 10 MW: 16 MW of slow racks, and 0.2 MW more of the fast ones
    case = drawing(0.9, 0.8, racks_supply_count={("KR", "fast", 2027): 20.0})
    two = {"halls[a,dry,2027]": 2, "halls[b,dry,2027]": 4}
    assert refused(case, held={**two, "it_mw[a,dry,2027]": 16.3})
    assert not refused(case, held={**two, "it_mw[a,dry,2027]": 16.2})
    # no load without a hall, however little the scarce racks add
    assert refused(case, held={"halls[a,dry,2027]": 0, "it_mw[a,dry,2027]": 0.1})


def test_nameplates_may_fill_a_hall_more_than_once_but_it_carries_no_more():
    factor = {"oversubscription_frac": {"all": 1.4}}
    assert full_halls(drawing(0.5, 0.5, **factor))[AT].share_frac == pytest.approx(0.7)
    assert full_halls(drawing(0.9, 0.9, **factor))[AT].most_frac == 1.0
