"""Outage: if any one site is lost, the others serve what is sovereign."""

import pytest

from planner.solve.narrow import site_indexed
from tests.solved import breaks, refused, rows, solve
from tests.tiny import tiny_case

RULE = {"outage_frac": {"KR": 1.0}, "outage_workload": {("KR", "chat"): 1}}
SITE_ROWS = {"rescue_racks", "rescue_power", "outage"}


def by_site(**values):
    return site_indexed(tiny_case(**values))


@pytest.mark.parametrize("make", [tiny_case, by_site])
def test_either_site_alone_serves_everything(make):
    # x MW IT at each site; one alone makes 20 x Mtokens/s, and both meter 1.2 x + 1.3 x
    case = make(**RULE)
    assert solve(case).value == pytest.approx(20 / 2.5)
    held = {"tokens_total": 100, "it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 4.9}
    assert breaks(case, held, make())


@pytest.mark.parametrize("make", [tiny_case, by_site])
def test_better_software_helps_the_survivors_too(make):
    # as above with 1.1 times the tokens of every rack, of the site that is left as of both
    gain = {"software_gain": {2027: 1.1}}
    assert solve(make(**RULE, **gain)).value == pytest.approx(1.1 * 20 / 2.5)


def test_a_share_of_the_demand():
    # x MW IT at a and y at b make 20 (x + y) Mtokens/s; half of it must do with x alone, and with
    # y alone, so x = y: 40 x of 2.5 x MW
    assert solve(by_site(**{**RULE, "outage_frac": {"KR": 0.5}})).value == pytest.approx(40 / 2.5)


def test_what_is_not_sovereign_needs_no_rescue():
    free = by_site(outage_frac={"KR": 1.0}, outage_workload={})
    assert solve(free).value == pytest.approx(20 / 1.2)


def test_rescue_needs_racks_and_not_only_power():
    # fast racks stand at a only. When a is lost, b's slow racks are left, 10 Mtokens/s per MW IT:
    # for 100 Mtokens/s, 5 MW at a and 10 at b = 6 + 13 MW
    case = by_site(**RULE)
    only = tuple(i for i in case.sets["INSTALL"] if i[:2] != ("b", "fast"))
    run = tuple(i for i in case.sets["RUN"] if i[:2] != ("b", "fast"))
    split = case.having(sets={**case.sets, "INSTALL": only, "RUN": run})
    assert solve(split).value == pytest.approx(100 / 19)
    # racks beyond the power that is left may stand idle
    assert not refused(split, held={"install[b,slow,liquid,2027]": 200, "tokens_total": 100})
    # the groups see IT load only, which bounds it from above
    assert solve(tiny_case(**RULE)).value >= 100 / 19


def test_racks_of_another_country_are_no_rescue():
    # c is in Japan: a and b have to do for each other as before, though c alone is warmer
    country = {"country": {"a": "KR", "b": "KR", "c": "JP"}}
    alone = by_site(sites=3, **RULE, **country)
    assert solve(alone, held={"it_mw[c,dry,2027]": 0}).value == pytest.approx(20 / 2.5)
    held = {"tokens_total": 100, "it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 4.9}
    assert breaks(alone, held, by_site(sites=3, **country))
    # with the rule in Japan, nothing there can do for c
    japan = {"outage_frac": {"JP": 1.0}, "outage_workload": {("JP", "chat"): 1}}
    tokyo = {
        "market_country": {"seoul": "KR", "tokyo": "JP"},
        "market_share_frac": {"seoul": 1.0, "tokyo": 1.0},
        "mix_frac": {},
        "reach": dict.fromkeys("abc", frozenset({("chat", "seoul"), ("chat", "tokyo")})),
    }
    held = {"served[chat,JP,2027]": 1}
    assert breaks(
        by_site(sites=3, **japan, **tokyo, **country), held, by_site(sites=3, **tokyo, **country)
    )


def test_rows_follow_data_and_form():
    assert not (SITE_ROWS | {"survivors_it_load"}) & rows(by_site())
    assert "survivors_it_load" in rows(tiny_case(**RULE))
    assert not SITE_ROWS & rows(tiny_case(**RULE))
    assert rows(by_site(**RULE)) >= SITE_ROWS
