"""Sovereignty: shares by country, by class of data, by maker, by vendor."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import tiny_case

# half of the users are in Japan; both sites can serve them all
TWO_COUNTRIES = {
    "country": {"a": "KR", "b": "JP"},
    "market_country": {"seoul": "KR", "tokyo": "JP"},
    "market_share_frac": {"seoul": 1.0, "tokyo": 1.0},
    "mix_frac": {},
    "country_share_frac": {"KR": 0.5, "JP": 0.5},
    "reach": dict.fromkeys("ab", frozenset({("chat", "seoul"), ("chat", "tokyo")})),
}
# a Mtoken/s takes 0.06 MW at a and 0.065 at b; one in five of Japan's may be made at a
AT_HOME = 1 / (0.6 * 0.06 + 0.4 * 0.065)


def test_without_rules_all_tokens_are_made_where_it_is_cool():
    assert solve(tiny_case(**TWO_COUNTRIES)).value == pytest.approx(1 / 0.06)


def test_in_country_share():
    case = tiny_case(**TWO_COUNTRIES, in_country_frac={"JP": 0.8})
    assert solve(case).value == pytest.approx(AT_HOME)
    held = {"sent[JP-1,chat,tokyo,2027,peak]": 0.39, "tokens_total": 1}
    assert breaks(case, held, tiny_case(**TWO_COUNTRIES))


def test_cross_border_share_of_a_class():
    case = tiny_case(**TWO_COUNTRIES, cross_border_frac={("JP", "KR", "public"): 0.2})
    assert solve(case).value == pytest.approx(AT_HOME)
    held = {"sent[KR-1,chat,tokyo,2027,peak]": 0.11, "tokens_total": 1}
    assert breaks(case, held, tiny_case(**TWO_COUNTRIES))
    other = tiny_case(**TWO_COUNTRIES, cross_border_frac={("JP", "KR", "private"): 0.2})
    assert solve(other).value == pytest.approx(1 / 0.06), "chat is public"


def test_cross_border_shares_leave_other_classes_alone():
    both = {
        "theta_mtokens_per_s": {("fast", "p100", w): 2.0 for w in ("chat", "batch")},
        "kappa_mw": {("fast", "p100", w): 0.1 for w in ("chat", "batch")},
        "hosts": {"liquid": ["fast"]},
        "sovereignty_class": {"chat": "public", "batch": "open"},
        "peak_to_mean_ratio": {"chat": 1.0, "batch": 1.0},
        "reach": dict.fromkeys(
            "ab", frozenset((w, m) for w in ("chat", "batch") for m in ("seoul", "tokyo"))
        ),
    }
    rule = {"cross_border_frac": {("JP", "KR", "public"): 0.2}}
    # all of Japan's tokens may be of the open class, and made at a
    assert solve(tiny_case(**{**TWO_COUNTRIES, **both}, **rule)).value == pytest.approx(1 / 0.06)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_none_or_all_needs_no_row(share):
    rule = {("JP", "KR", "public"): share}
    assert "cross_border" not in rows(tiny_case(**TWO_COUNTRIES, cross_border_frac=rule))


ONE_HALL = {"halls_max_count": {("a", "dry"): 1.0, ("b", "dry"): 0.0}}
"""100 racks at a and none elsewhere, so that no idle rack can be bought for its nationality."""

HALF = [
    # half of the 100 racks: 50 x 2 + 50 x 1 Mtokens/s
    ("chips", 150.0, 50.0),
    ("mw", 150.0, 50.0),
    # a slow rack has half the flops, and the tokens, of a fast one: two slow for each fast
    ("flops", 2 * 100 / 3 + 200 / 3, 100 / 3),
    ("tokens", 2 * 100 / 3 + 200 / 3, 100 / 3),
]


@pytest.mark.parametrize(("basis", "tokens", "fast"), HALF, ids=[basis for basis, *_ in HALF])
def test_domestic_accelerators(basis, tokens, fast):
    case = tiny_case(**ONE_HALL, domestic_frac={("KR", basis): 0.5})
    best = solve(case)
    assert best.value == pytest.approx(tokens / 12)
    assert best["work[KR-1,fast,liquid,p100,chat,2027,peak]"] == pytest.approx(fast)
    held = {"work[KR-1,fast,liquid,p100,chat,2027,peak]": fast + 1, "facility_total": 12}
    assert breaks(case, held, tiny_case(**ONE_HALL))


@pytest.mark.parametrize(("basis", "tokens", "fast"), HALF, ids=[basis for basis, *_ in HALF])
def test_vendor_share(basis, tokens, fast):
    case = tiny_case(**ONE_HALL, vendor_frac={("F", basis): 0.5})
    assert solve(case).value == pytest.approx(tokens / 12)
    held = {"work[KR-1,fast,liquid,p100,chat,2027,peak]": fast + 1, "facility_total": 12}
    assert breaks(case, held, tiny_case(**ONE_HALL))


@pytest.mark.parametrize(("basis", "tokens", "fast"), HALF, ids=[basis for basis, *_ in HALF])
def test_idle_racks_count_for_nothing(basis, tokens, fast):
    # room for 300 idle racks more, at b and in three further halls at a, changes nothing
    assert solve(tiny_case(domestic_frac={("KR", basis): 0.5})).value == pytest.approx(tokens / 12)


def test_a_vendor_and_a_maker_are_no_others():
    # nobody buys of S, so that its ceiling costs nothing; what is made in China is not domestic
    case = tiny_case(**ONE_HALL, vendor_frac={("S", "mw"): 0.5})
    assert solve(case).value == pytest.approx(200 / 12)
    makers = {"maker_country": {"fast": "CN", "slow": "KR"}}
    case = tiny_case(**ONE_HALL, **makers, domestic_frac={("KR", "mw"): 0.5})
    assert solve(case).value == pytest.approx(150 / 12)


def test_a_rule_of_one_country_leaves_the_other_alone():
    # every chip in Japan must be made there, and none is: b stays dark
    case = tiny_case(**TWO_COUNTRIES, domestic_frac={("JP", "mw"): 1.0})
    assert solve(case).value == pytest.approx(1 / 0.06)
    assert breaks(case, {"it_mw[b,dry,2027]": 1}, tiny_case(**TWO_COUNTRIES))


@pytest.mark.parametrize(
    "rule", [{"country_min_frac": {"JP": 0.25}}, {"country_max_frac": {"KR": 0.75}}], ids=str
)
def test_share_of_a_country_in_megawatts(rule):
    # 9 MW at a, 3 MW at b
    case = tiny_case(**TWO_COUNTRIES, **rule)
    assert solve(case).value == pytest.approx((9 / 0.06 + 3 / 0.065) / 12)
    held = {"it_mw[b,dry,2027]": 1, "facility_total": 12}
    assert breaks(case, held, tiny_case(**TWO_COUNTRIES))


def test_no_rows_without_data():
    names = {"in_country_share", "cross_border", "domestic_accelerators", "vendor_share"}
    assert not (names | {"country_floor", "country_ceiling"}) & rows(tiny_case(**TWO_COUNTRIES))


def test_in_country_share_of_a_class_or_a_workload():
    for name in ("public", "chat"):
        rule = {
            "in_country_of_frac": {("JP", name): 0.8},
            "in_country_members": {("JP", name): ["chat"]},
        }
        case = tiny_case(**TWO_COUNTRIES, **rule)
        assert solve(case).value == pytest.approx(AT_HOME)
        held = {"sent[JP-1,chat,tokyo,2027,peak]": 0.39, "tokens_total": 1}
        assert breaks(case, held, tiny_case(**TWO_COUNTRIES))
    other = {
        "in_country_of_frac": {("JP", "open"): 0.8},
        "in_country_members": {("JP", "open"): []},
    }
    assert "in_country_share_of" not in rows(tiny_case(**TWO_COUNTRIES, **other))


def test_domestic_accelerators_from_a_year_on():
    # the one hall is full of the same 100 racks in both years, all at work for 12 MW; in 2028 half
    # of them must be slow: 50 x 2 + 50 x 1 Mtokens/s
    case = tiny_case(
        periods=(2027, 2028),
        **ONE_HALL,
        facility_mw_min={("all", t): 12.0 for t in (2027, 2028)},
        domestic_by_year_frac={("KR", "mw", 2028): 0.5},
    )
    assert solve(case).value == pytest.approx(150 / 12)
    assert "domestic_accelerators" not in rows(case)


def test_barred_systems_do_not_do_the_work():
    case = tiny_case(barred_systems={("KR", "public"): ["fast"]})
    assert solve(case).value == pytest.approx(10 / 1.2)
    assert breaks(case, {"work[KR-1,fast,liquid,p100,chat,2027,peak]": 1}, tiny_case())
    other = tiny_case(barred_systems={("KR", "open"): ["fast"]})
    assert "barred_systems" not in rows(other)
