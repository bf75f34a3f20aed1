"""Residual control: a licence lost, a generation late, and what is left serves on."""

import pytest

from planner.solve.narrow import site_indexed
from tests.solved import breaks, refused, rows, solve
from tests.tiny import YEARS, tiny_case

FAMILY = {"residual_racks", "residual_power", "licence_loss", "late_delivery"}
LICENCE = {
    "licence_loss_frac": {"KR": 0.25},
    "licence_maker": {"KR": "US"},
    "licence_loss_workload": {("KR", "chat"): 1},
}
LATE = {
    "late_delivery_frac": {"KR": 0.5},
    "late_generations": {"KR": 1},
    "late_delivery_workload": {("KR", "chat"): 1},
    "generation": {"fast": "F one", "slow": "S one"},
}
ONE_HALL = {"halls_max_count": {("a", "dry"): 1.0, ("b", "dry"): 0.0}}


def by_site(**values):
    return site_indexed(tiny_case(**values))


@pytest.mark.parametrize("make", [tiny_case, by_site])
def test_chips_that_are_left_serve_the_share(make):
    # 100 racks of one hall: f fast of the US and 100 - f slow of Korea make 2 f + 100 - f, and
    # what is left, 100 - f, is a quarter of it: 100 - f = (100 + f) / 4, f = 60, 160 Mtokens/s
    case = make(**ONE_HALL, **LICENCE)
    assert solve(case).value == pytest.approx(160 / 12)
    held = {"served[chat,KR,2027]": 161, "facility_total": 12}
    assert breaks(case, held, make(**ONE_HALL))


def test_idle_racks_in_reserve_are_no_chips_at_work():
    # in three more halls at a slow racks may stand by: all 100 fast racks work, and when they are
    # lost 50 slow ones make a quarter of 200
    case = tiny_case(**LICENCE)
    best = solve(case, held={"install[KR-1,slow,liquid,2027]": 50})
    assert best.value == pytest.approx(200 / 12)
    assert refused(case, held={"install[KR-1,slow,liquid,2027]": 49, "served[chat,KR,2027]": 200})


def test_power_is_that_of_the_plan():
    # what is left may draw no more than the plan: 200 x 0.25 = 50 slow racks draw 5 of 10 MW;
    # for 0.6 they would draw 12
    case = tiny_case(**{**LICENCE, "licence_loss_frac": {"KR": 0.6}})
    held = {"install[KR-1,slow,liquid,2027]": 120, "served[chat,KR,2027]": 200,
            "facility_total": 12}  # fmt: skip
    assert breaks(case, held, tiny_case())


def test_chips_delivered_before_the_loss_stay():
    # the licence is lost for what is delivered from 2028 on: racks of 2027 serve as they did
    case = tiny_case(periods=YEARS, **ONE_HALL, **LICENCE, licence_from_year={"KR": 2028})
    assert solve(case).value == pytest.approx(200 / 12)
    # where all come in 2028, they are as good as those of the first test
    late = {"install[KR-1,fast,liquid,2027]": 0}
    assert solve(case, held=late).value == pytest.approx(160 / 12)


@pytest.mark.parametrize("make", [tiny_case, by_site])
def test_any_one_generation_late(make):
    # fast late: s slow racks serve half of 2 f + s, so s >= 2 f; slow late: 2 f >= s; so s = 2 f,
    # and of 100 racks 100/3 are fast: 4 f = 133.3 Mtokens/s
    case = make(**ONE_HALL, **LATE)
    assert solve(case).value == pytest.approx(400 / 3 / 12)
    held = {"served[chat,KR,2027]": 134, "facility_total": 12}
    assert breaks(case, held, make(**ONE_HALL))


def test_both_generations_late_leave_nothing_in_the_first_period():
    assert refused(tiny_case(**{**LATE, "late_generations": {"KR": 2}}))


def test_a_late_delivery_is_there_a_period_on():
    # 2028 has the racks of 2027: nothing of 2028 is missed
    case = tiny_case(periods=YEARS, **ONE_HALL, **LATE)
    held = {"install[KR-1,fast,liquid,2028]": 0, "install[KR-1,slow,liquid,2028]": 0}
    assert not refused(case, held=held)


def test_more_generations_than_there_are_is_all_of_them():
    late = {**LATE, "late_generations": {"KR": 3}}
    assert refused(tiny_case(**late))


def test_no_rows_without_data():
    assert not FAMILY & rows(tiny_case())
    assert "late_delivery" not in rows(tiny_case(**LICENCE))
    assert "licence_loss" not in rows(tiny_case(**LATE))
