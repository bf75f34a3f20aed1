"""Hours of the day: racks are sized for the highest block, patient work fills the valley."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import tiny_case

HALVES = {"hour_frac": {"day": 0.5, "night": 0.5}, "peak_to_mean_ratio": {"chat": 1.5}}
BY_DAY = {("chat", "KR", "day"): 1.5, ("chat", "KR", "night"): 0.5}
SHAPE = {**HALVES, "level_frac": BY_DAY}
SHAPE_ROWS = {"daily_shape", "block_load", "most_load"}

BATCH = {
    # either work is 2 Mtokens/s of a fast rack
    "theta_mtokens_per_s": {("fast", "p100", w): 2.0 for w in ("chat", "batch")},
    "kappa_mw": {("fast", "p100", w): 0.1 for w in ("chat", "batch")},
    "hosts": {"liquid": ["fast"]},
    "sovereignty_class": {"chat": "public", "batch": "open"},
    "mix_frac": {("chat", "KR"): 2 / 3, ("batch", "KR"): 1 / 3},
    "reach": dict.fromkeys("ab", frozenset({("chat", "seoul"), ("batch", "seoul")})),
    "peak_to_mean_ratio": {"chat": 1.5, "batch": 1.0},
}


def test_racks_are_sized_for_the_highest_block():
    # 100 racks make 200 Mtokens/s by day, 1.5 times the mean
    best = solve(tiny_case(**SHAPE), "tokens_per_mw", "cost")
    assert best.value == pytest.approx(200 / 1.5 / 12)
    assert best["work[KR-1,fast,liquid,p100,chat,2027,day]"] == pytest.approx(100)
    assert best["sent[KR-1,chat,seoul,2027,night]"] == pytest.approx(0.5 * 0.5 * 200 / 1.5)
    flat = tiny_case(**{**HALVES, "level_frac": {}})
    assert breaks(tiny_case(**SHAPE), {"served[chat,KR,2027]": 140, "facility_total": 12}, flat)


def test_batch_work_fills_the_valley_free_of_racks():
    # chat takes all 100 racks by day (133 Mtokens/s of mean) and a third of them by night; the
    # others then make 133 Mtokens/s of batch for half the day: 67 of mean, all that is asked for
    case = tiny_case(**{**SHAPE, **BATCH})
    best = solve(case, "tokens_per_mw", "cost")
    assert best.value == pytest.approx(200 / 12)
    assert best["sent[KR-1,batch,seoul,2027,day]"] == pytest.approx(0, abs=1e-6)
    # in one block it stands beside the peak of chat: 1.5 c / 2 + b / 2 = 100 racks with c = 2 b
    assert solve(tiny_case(**BATCH)).value == pytest.approx(150 / 12)


def test_work_with_a_limit_is_made_when_it_is_asked_for():
    # batch work that is asked for evenly, and may not wait, takes a third of the racks by day, too
    even = {("batch", "KR", "day"): 1.0, ("batch", "KR", "night"): 1.0}
    case = tiny_case(**{**SHAPE, **BATCH, "level_frac": {**BY_DAY, **even}})
    assert solve(case).value == pytest.approx(150 / 12)
    free = tiny_case(**{**SHAPE, **BATCH})
    assert breaks(case, {"sent[KR-1,batch,seoul,2027,day]": 0, "tokens_total": 10}, free)


OPPOSITE = {
    **HALVES,
    "country": {"a": "KR", "b": "JP"},
    "market_country": {"seoul": "KR", "tokyo": "JP"},
    "market_share_frac": {"seoul": 1.0, "tokyo": 1.0},
    "mix_frac": {},
    "country_share_frac": {"KR": 0.5, "JP": 0.5},
    "level_frac": {**BY_DAY, ("chat", "JP", "day"): 0.5, ("chat", "JP", "night"): 1.5},
}


def test_countries_with_opposite_peaks_share_racks_where_the_law_lets_them():
    # together they ask for as much by day as by night: 20 Mtokens/s per MW of IT, all at a
    both = frozenset({("chat", "seoul"), ("chat", "tokyo")})
    shared = tiny_case(**OPPOSITE, reach={"a": both, "b": both})
    assert solve(shared).value == pytest.approx(20 / 1.2)
    # each at home has its own peak: 0.075 MW of IT per mean Mtoken/s, half at a and half at b
    home = {"a": frozenset({("chat", "seoul")}), "b": frozenset({("chat", "tokyo")})}
    apart = tiny_case(**OPPOSITE, reach=home)
    assert solve(apart).value == pytest.approx(1 / (0.075 * (0.5 * 1.2 + 0.5 * 1.3)))


def test_mean_load_is_that_of_the_blocks_and_of_idle_racks():
    # 10 MW by day, a third of it by night: 6.67 of mean; racks that idle draw 0.25 of theirs:
    # 0.25 x 10 + 0.75 x 6.67 = 7.5
    idle = {"idle_frac": {"it": 0.25}, "mean_load_frac": {"low": 0.25, "high": 1.0}}
    best = solve(tiny_case(**SHAPE, **idle), "tokens_per_mw", "cost", held={"open[b,2027]": 0})
    assert best["it_mw[a,dry,2027]"] == pytest.approx(10)
    assert best["it_mean_mw[a,dry,2027]"] == pytest.approx(7.5)


def test_no_load_without_racks_that_draw_it():
    # a floor of 12 MW is not met on paper: 50 racks draw 5 MW at most
    held = {"install[KR-1,fast,liquid,2027]": 50, "install[KR-1,slow,liquid,2027]": 0}
    shaped, free = tiny_case(**SHAPE), tiny_case(**SHAPE, facility_mw_min={})
    assert breaks(shaped, {**held, "tokens_total": 10}, free)


def test_blocks_of_unequal_length():
    # a quarter of the day at level 2, the rest at 2/3: 100 racks make 100 of mean
    case = tiny_case(
        hour_frac={"rush": 0.25, "rest": 0.75},
        peak_to_mean_ratio={"chat": 2.0},
        level_frac={("chat", "KR", "rush"): 2.0, ("chat", "KR", "rest"): 2 / 3},
    )
    assert solve(case).value == pytest.approx(100 / 12)


def test_no_rows_without_a_shape():
    assert not SHAPE_ROWS & rows(tiny_case())
    assert rows(tiny_case(**SHAPE)) >= SHAPE_ROWS


# -- oversubscription of halls ---------------------------------------------------------------------

CAPPED = {
    # capped, a fast rack gives 1.5 Mtokens/s of 0.05 MW; one hall of 10 MW at a, none at b
    "theta_mtokens_per_s": {("fast", "full", "chat"): 2.0, ("fast", "capped", "chat"): 1.5},
    "kappa_mw": {("fast", "full", "chat"): 0.1, ("fast", "capped", "chat"): 0.05},
    "hosts": {"liquid": ["fast"]},
    "halls_max_count": {("a", "dry"): 1.0, ("b", "dry"): 0.0},
}


def oversubscribed(factor, allowed=("chat",)):
    return tiny_case(
        **CAPPED,
        oversubscription_frac={"all": factor},
        oversubscribed=dict.fromkeys(allowed, 1),
    )


@pytest.mark.parametrize(
    ("case", "tokens"),
    [
        (tiny_case(**CAPPED), 200),  # 100 racks by nameplate; 12 MW are drawn, so all run full
        (oversubscribed(2.0), 300),  # 200 capped racks draw the 10 MW that the hall carries
        (oversubscribed(1.5), 250),  # 100 capped and 50 full: 150 racks, 10 MW
        (oversubscribed(2.0, ()), 200),  # no workload allows it
    ],
    ids=["by nameplate", "twice", "half more", "not allowed"],
)
def test_capped_racks_take_the_room_of_what_they_draw(case, tokens):
    assert solve(case).value == pytest.approx(tokens / 12)


def test_oversubscription_has_rows_where_it_is_stated():
    assert "hall_work" not in rows(tiny_case(**CAPPED))
    held = {"install[KR-1,fast,liquid,2027]": 101}
    assert breaks(tiny_case(**CAPPED), held, oversubscribed(2.0))
