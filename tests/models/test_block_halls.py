"""Halls: whole, lasting, at open sites; peak and mean IT load; the load at the meter."""

import pytest

from models.full_halls import full_halls
from tests.solved import breaks, refused, rows, solve
from tests.tiny import YEARS, tiny_case

ONE_HALL = {("a", "dry"): 1.0, ("b", "dry"): 1.0}


def test_it_load_is_what_the_halls_carry():
    # one hall of 10 MW each: a gives 10 x 1.2 = 12 MW and 200 Mtokens/s, b the other 12 MW of 24
    case = tiny_case(halls_max_count=ONE_HALL, facility_mw_min={("all", 2027): 24.0})
    best = solve(case)
    assert best.value == pytest.approx((200 + 12 / 1.3 / 0.1 * 2) / 24)
    assert best["it_mw[a,dry,2027]"] == pytest.approx(10)
    assert breaks(case, {"it_mw[a,dry,2027]": 11}, tiny_case(facility_mw_min={("all", 2027): 24.0}))


def test_load_is_where_racks_have_room():
    # racks at work draw 0.08 of their nameplate of 0.1 MW, and 9 of 10 are at work
    half = {"kappa_mw": {(k, "p100", "chat"): 0.08 for k in ("fast", "slow")}}
    values = {**half, "availability_frac": {"fast": 0.9, "slow": 0.8}}
    case = tiny_case(**values)
    assert full_halls(case)["KR", "liquid", 2027].most_frac == pytest.approx(0.9 * 0.8)
    best = solve(case, held={"halls[a,dry,2027]": 1, "halls[b,dry,2027]": 1})
    assert max(best["it_mw[a,dry,2027]"], best["it_mw[b,dry,2027]"]) <= 7.2 + 1e-9
    # 8 MW in one of two halls of 10: racks in groups would have the room of the other
    two = {"halls[a,dry,2027]": 1, "halls[b,dry,2027]": 1, "it_mw[a,dry,2027]": 8}
    assert refused(case, held=two)
    assert not refused(case, held={**two, "it_mw[a,dry,2027]": 7.2})


def test_halls_are_whole():
    # 12 MW at b are 9.23 MW IT, less than a hall, but a hall it is: 3 items of 1 M$
    best = solve(tiny_case(), "cost", held={"open[a,2027]": 0})
    assert best["halls[b,dry,2027]"] == 1
    assert best.ledger("capex_musd")["shell"] == 1
    assert refused(tiny_case(), held={"halls[b,dry,2027]": 0.5})


def test_no_hall_at_a_closed_site():
    assert refused(tiny_case(), held={"open[a,2027]": 0, "halls[a,dry,2027]": 1})


def test_a_hall_stays():
    case = tiny_case(periods=YEARS, facility_mw_min={})
    free = case.having(values={**case.values, "previous": {}})
    assert breaks(case, {"halls[a,dry,2027]": 2, "halls[a,dry,2028]": 1}, free)


def test_the_meter_reads_it_load_cooling_and_losses():
    # at a, 1.2 MW at the meter and 1.1 MW over the year for each MW of IT
    best = solve(tiny_case(), held={"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0})
    assert best["facility_total"] == pytest.approx(12)
    assert best.ledger("mean_facility_mw", ("a", 2027)) == pytest.approx({"dry": 11})


def test_mean_load_follows_the_workloads():
    # all of it is chat, whose peak is 1.25 times its mean, and idle racks draw nothing
    never = {"idle_frac": {"it": 0.0}, "mean_load_frac": {"low": 0.5, "high": 0.8}}
    case = tiny_case(**never, peak_to_mean_ratio={"chat": 1.25})
    best = solve(case, held={"it_mw[a,dry,2027]": 10})
    assert best["it_mean_mw[a,dry,2027]"] == pytest.approx(8)


@pytest.mark.parametrize("mean", [0.9, 0.4])
def test_mean_load_lies_between_idle_and_full(mean):
    chat = {"idle_frac": {"it": 0.0}, "peak_to_mean_ratio": {"chat": 1 / mean}}
    free = tiny_case(**chat, mean_load_frac={"low": 0.0, "high": 1.0})
    held = tiny_case(**chat, mean_load_frac={"low": 0.5, "high": 0.8})
    assert breaks(held, {"it_mw[a,dry,2027]": 10}, free)


def test_the_cheaper_and_the_better_design():
    # wet meters 1.1 and costs 5 a hall more, dry meters 1.2
    designs = {"cooling_class": {"dry": "liquid", "wet": "liquid"}}
    at = {"dry": 1.2, "wet": 1.1}
    frac = {(s, d): at[d] for s in "ab" for d in at}
    cost = {(s, d): 1.0 + 5 * (d == "wet") for s in "ab" for d in at}
    case = tiny_case(**designs, facility_per_it_frac=frac, cooling_musd_per_hall=cost)
    assert solve(case).value == pytest.approx(20 / 1.1)
    # the same IT load needs a hall either way: least cost takes the cheap one
    least = solve(case, "cost", held={"facility_total": 12.0})
    assert least["halls[a,wet,2027]"] + least["halls[b,wet,2027]"] == 0


def test_halls_are_kept_up():
    # 2 % a year of a hall's three items of 1 M$
    case = tiny_case(maintenance_facility_frac={"a": 0.02, "b": 0.02})
    best = solve(case, "cost", held={"open[b,2027]": 0})
    assert best.ledger("opex_musd")["facility maintenance"] == pytest.approx(0.06)


def test_no_rows_without_data():
    assert "halls_stay" not in rows(tiny_case())
