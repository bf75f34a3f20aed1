"""Operators: one runs a site, within shares, and serves only the tiers it may."""

import pytest

from planner.solve.narrow import site_indexed
from tests.models.test_block_sovereignty import TWO_COUNTRIES
from tests.solved import breaks, refused, rows, solve
from tests.tiny import tiny_case

FAMILY = {"one_operator", "operated_load", "operator_share", "foreign_operated", "tier_operator"}
TWO = {
    "operator_home": {"home": "KR", "guest": "US"},
    "operator_foreign_frac": {("home", "KR"): 0.2, ("guest", "KR"): 1.0},
    "operator_domestic": {("home", "KR"): 1},
}


def by_site(**values):
    return site_indexed(tiny_case(**values))


def test_one_operator_runs_a_site():
    both = {"operate[a,home]": 1, "operate[a,guest]": 1}
    assert refused(tiny_case(**TWO), held=both)
    best = solve(tiny_case(**TWO))
    assert best.value == pytest.approx(20 / 1.2)
    assert best["operate[a,home]"] + best["operate[a,guest]"] == pytest.approx(1)


def test_share_of_an_operator():
    # neither may run more than 0.6 of the IT load: 0.6 at a and 0.4 at b meter 1.24 per IT MW
    case = tiny_case(**TWO, operator_share_max={"home": 0.6, "guest": 0.6})
    assert solve(case).value == pytest.approx(20 / (0.6 * 1.2 + 0.4 * 1.3))
    held = {"operated_it_mw[a,home,2027]": 7, "it_mw[a,dry,2027]": 7, "it_mw[b,dry,2027]": 3}
    assert breaks(case, held, tiny_case(**TWO))


@pytest.mark.parametrize("ceiling", [0.5, 0.2])
def test_foreign_ownership_within_the_ceiling(ceiling):
    # home is 0.2 foreign: it may run both sites up to a ceiling of 0.2, and no one below
    case = tiny_case(**TWO, foreign_operated_max_frac={"KR": ceiling})
    assert solve(case).value == pytest.approx(20 / 1.2)
    held = {"operate[a,guest]": 1, "it_mw[b,dry,2027]": 0}
    assert breaks(case, held, tiny_case(**TWO))
    assert refused(tiny_case(**TWO, foreign_operated_max_frac={"KR": 0.1}))


def test_foreign_share_is_by_load():
    # with 0.6 as the ceiling: guest runs x and home 1 - x with x + 0.2 (1 - x) <= 0.6, x <= 0.5.
    # guest must run a here, so half of the IT load is at b
    case = tiny_case(**TWO, foreign_operated_max_frac={"KR": 0.6})
    assert solve(case, held={"operate[a,guest]": 1}).value == pytest.approx(20 / 1.25)


TIER = {**TWO, "tier_operators": {("KR", "public"): ["home"]}}


@pytest.mark.parametrize("make", [tiny_case, by_site])
def test_a_tier_is_served_where_an_eligible_operator_runs(make):
    # all of Korea's work is public: with a run by the guest, all of it is made at b
    assert solve(make(**TIER)).value == pytest.approx(20 / 1.2)
    held = {"operate[a,guest]": 1, "it_mw[a,dry,2027]": 0}
    assert solve(make(**TIER), held=held).value == pytest.approx(20 / 1.3)
    held = {"operate[a,guest]": 1, "it_mw[b,dry,2027]": 0}
    assert breaks(make(**TIER), held, make(**TWO))


def test_a_tier_that_nobody_may_serve_has_no_plan():
    assert refused(tiny_case(**{**TIER, "tier_operators": {("KR", "public"): []}}))


def test_groups_see_megawatts_and_sites_see_who():
    # half of the users are in Japan and do not ask who serves them. Guest runs a, home runs b:
    # Korea's half must be made at b, so 100 Mtokens/s take 5 MW each of 1.2 and 1.3
    three = {"sites": 3, **TWO_COUNTRIES, **TIER, "country": {"a": "KR", "b": "KR", "c": "JP"}}
    three["reach"] = dict.fromkeys("abc", frozenset({("chat", "seoul"), ("chat", "tokyo")}))
    grouped, exact = tiny_case(**three), by_site(**three)
    held = {"operate[a,guest]": 1, "operate[b,home]": 1, "it_mw[c,dry,2027]": 0}
    assert solve(grouped, held=held).value == pytest.approx(20 / 1.25)
    assert solve(exact, held=held).value == pytest.approx(20 / 1.25)
    # only the sites see that one token of Korea's at a is one too many
    assert refused(exact, held={**held, "sent[a,chat,seoul,2027,peak]": 1})


def test_who_is_at_home_is_told_to_other_rules():
    solved = solve(tiny_case(**TWO), held={"operate[a,home]": 1})
    assert solved.ledger("domestic_operator", "a") == {"home": pytest.approx(1)}


def test_no_rows_without_operators():
    assert not FAMILY & rows(tiny_case())
    assert not any(name.startswith("operate") for name in solve(tiny_case()).names)
    assert not {"operator_share", "foreign_operated", "tier_operator"} & rows(tiny_case(**TWO))
