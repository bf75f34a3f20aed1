"""Dedicated halls: one tier a hall, none shared with other work."""

import pytest

from planner.solve.narrow import site_indexed
from tests.solved import refused, rows, solve
from tests.tiny import tiny_case

FAMILY = {"tier_halls_stand", "tier_racks_at_work", "dedicated_halls", "other_halls"}
MIXED = {
    "theta_mtokens_per_s": {("fast", "p100", w): 2.0 for w in ("chat", "state")},
    "kappa_mw": {("fast", "p100", w): 0.1 for w in ("chat", "state")},
    "hosts": {"liquid": ["fast"]},
    "sovereignty_class": {"chat": "open", "state": "public"},
    "peak_to_mean_ratio": {"chat": 1.0, "state": 1.0},
    "least_mw_per_mtoken_per_s": {"chat": 0.05, "state": 0.05},
    "mix_frac": {("chat", "KR"): 0.5, ("state", "KR"): 0.5},
    "reach": dict.fromkeys("ab", frozenset({("chat", "seoul"), ("state", "seoul")})),
    "facility_mw_min": {("all", 2027): 6.0},
}
ONE_HALL = {"halls_max_count": {("a", "dry"): 1.0, ("b", "dry"): 0.0}}
APART = {"dedicated": {("KR", "public"): 1}}


def by_site(**values):
    return site_indexed(tiny_case(**values))


@pytest.mark.parametrize("make", [tiny_case, by_site])
def test_one_hall_cannot_hold_both(make):
    # a hall carries 10 MW, and 6 / 1.2 = 5 are wanted: enough for both kinds only if they share
    assert solve(make(**MIXED, **ONE_HALL)).value == pytest.approx(20 / 1.2)
    assert refused(make(**MIXED, **ONE_HALL, **APART))
    two = {"halls_max_count": {("a", "dry"): 2.0, ("b", "dry"): 0.0}}
    best = solve(make(**MIXED, **two, **APART))
    assert best.value == pytest.approx(20 / 1.2)
    assert best["tier_halls[a,dry,public,2027]"] == pytest.approx(1)


def test_work_of_the_tier_within_its_halls():
    # 100 racks of 0.1 MW fill the tier's one hall and make 200 Mtokens/s
    alone = {**MIXED, "mix_frac": {}}
    case = by_site(**alone, **APART)
    held = {"tier_halls[a,dry,public,2027]": 1, "served[state,KR,2027]": 210,
            "halls[b,dry,2027]": 0}  # fmt: skip
    assert refused(case, held=held)
    free = {name: value for name, value in held.items() if not name.startswith("tier")}
    assert not refused(by_site(**alone), held=free)


def test_idle_racks_of_others_do_not_fill_a_tier_hall():
    # 100 racks fill the other hall; one more must stand in the tier's, and works for the tier only
    two = {"halls_max_count": {("a", "dry"): 2.0, ("b", "dry"): 0.0}, "mix_frac": {}}
    case = by_site(**{**MIXED, **two}, **APART)
    held = {"tier_halls[a,dry,public,2027]": 1, "halls[a,dry,2027]": 2}
    chat = {**held, "work[a,fast,liquid,p100,chat,2027,peak]": 101}
    assert refused(case, held=chat)
    assert not refused(case, held={**held, "work[a,fast,liquid,p100,chat,2027,peak]": 100})


def test_another_country_keeps_its_halls_mixed():
    away = {"country": {"a": "KR", "b": "JP"}}
    case = tiny_case(**{**MIXED, **away}, dedicated={("JP", "public"): 1})
    assert not any(name.startswith("tier_halls[a") for name in solve(case).names)


def test_no_rows_without_a_tier_that_asks():
    assert not FAMILY & rows(tiny_case(**MIXED))
    assert rows(tiny_case(**MIXED, **APART)) >= FAMILY
