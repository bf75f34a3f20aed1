"""Workload: tokens flow to markets within the peak capacity, the mix, the floors and ceilings."""

import pytest

from planner.solve.narrow import site_indexed
from tests.solved import breaks, rows, solve
from tests.tiny import tiny_case

TWO_WORKLOADS = {
    # a fast rack gives 2 Mtokens/s of chat or 1 Mtoken/s of batch
    "theta_mtokens_per_s": {("fast", "p100", "chat"): 2.0, ("fast", "p100", "batch"): 1.0},
    "kappa_mw": {("fast", "p100", "chat"): 0.1, ("fast", "p100", "batch"): 0.1},
    "hosts": {"liquid": ["fast"]},
    "sovereignty_class": {"chat": "public", "batch": "open"},
    "peak_to_mean_ratio": {"chat": 1.0, "batch": 1.0},
    "reach": dict.fromkeys("ab", frozenset({("chat", "seoul"), ("batch", "seoul")})),
}


def limited(kind, limit, workload="", country="", market="", **values):
    case = tiny_case(**{f"{kind}_mtokens_per_s": {0: limit}}, **values)
    index = ((0, workload, country, market, 2027),)
    return case.having(sets={**case.sets, kind.upper(): index})


def test_racks_are_sized_for_the_peak():
    # 100 racks make 200 Mtokens/s in the peak hour, 125 in the mean where the peak is 1.6 x it
    case = tiny_case(peak_to_mean_ratio={"chat": 1.6})
    assert solve(case).value == pytest.approx(125 / 12)
    held = {"tokens_total": 126, "facility_total": 12}
    assert breaks(case, held, tiny_case())


def test_a_mix_is_served_in_its_shares():
    # 1 token in 4 is batch: x racks of chat and 100 - x of batch with 2x : 100 - x = 3 : 1,
    # so x = 60 and tokens are 120 + 40
    mix = {"mix_frac": {("chat", "KR"): 0.75, ("batch", "KR"): 0.25}}
    best = solve(tiny_case(**TWO_WORKLOADS, **mix))
    assert best.value == pytest.approx(160 / 12)
    assert best["served[batch,KR,2027]"] / best["tokens_total"] == pytest.approx(0.25)
    free = tiny_case(**TWO_WORKLOADS, mix_frac={})
    assert solve(free).value == pytest.approx(200 / 12), "without a mix, all of it is chat"
    assert breaks(
        tiny_case(**TWO_WORKLOADS, **mix), {"served[batch,KR,2027]": 0, "tokens_total": 1}, free
    )


def test_weights_say_what_a_token_is_worth():
    # a batch token that counts for 3 chat tokens makes 300 of 100 racks
    case = tiny_case(**TWO_WORKLOADS, mix_frac={}, token_weight={"chat": 1.0, "batch": 3.0})
    assert solve(case).value == pytest.approx(300 / 12)


def test_countries_are_served_in_their_shares():
    two = {
        "country": {"a": "KR", "b": "JP"},
        "market_country": {"seoul": "KR", "tokyo": "JP"},
        "market_share_frac": {"seoul": 1.0, "tokyo": 1.0},
        "mix_frac": {},
        "reach": {"a": frozenset({("chat", "seoul")}), "b": frozenset({("chat", "tokyo")})},
    }
    # three tokens in Korea for one in Japan, each made at home: for 1 Mtoken/s of which 0.75 at a
    # (0.06 MW) and 0.25 at b (0.065 MW) it takes 0.75 x 0.06 + 0.25 x 0.065 = 0.06125 MW
    case = tiny_case(**two, country_share_frac={"KR": 0.75, "JP": 0.25})
    assert solve(case).value == pytest.approx(1 / 0.06125)
    assert "share_of_country" not in rows(tiny_case(**two))
    assert breaks(case, {"it_mw[b,dry,2027]": 0, "tokens_total": 1}, tiny_case(**two))


def test_markets_are_served_in_their_shares():
    # seoul has 0.6 of the users, but b alone reaches busan: 0.4 of the tokens cost 0.065 MW each
    markets = {
        "market_country": {"seoul": "KR", "busan": "KR"},
        "market_share_frac": {"seoul": 0.6, "busan": 0.4},
    }
    both = frozenset({("chat", "seoul"), ("chat", "busan")})
    near = tiny_case(**markets, reach=dict.fromkeys("ab", both))
    assert solve(near).value == pytest.approx(20 / 1.2)
    apart = tiny_case(
        **markets,
        country={"a": "KR", "b": "KR2"},  # another group
        reach={"a": frozenset({("chat", "seoul")}), "b": both},
    )
    assert solve(apart).value == pytest.approx(1 / (0.6 * 0.06 + 0.4 * 0.065))
    assert breaks(apart, {"it_mw[b,dry,2027]": 0, "tokens_total": 1}, near)


def test_no_flow_out_of_reach():
    only_a = {"reach": {"a": frozenset({("chat", "seoul")}), "b": frozenset()}}
    case = site_indexed(tiny_case(**only_a))
    assert {g for g, *_ in case.sets["FLOW"]} == {"a"}
    assert breaks(case, {"it_mw[a,dry,2027]": 0}, site_indexed(tiny_case()))


@pytest.mark.parametrize(
    "place", [{}, {"workload": "chat"}, {"country": "KR"}, {"market": "seoul"}], ids=str
)
def test_a_floor_may_cost_megawatts(place):
    # 250 Mtokens/s are 12.5 MW IT, 15 MW at a
    case = limited("floor", 250.0, **place, facility_mw_min={})
    assert solve(case, "cost")["tokens_total"] == pytest.approx(250)
    assert solve(case)["facility_total"] >= 15 - 1e-6
    assert breaks(case, {"tokens_total": 249}, tiny_case(facility_mw_min={}))


def test_a_ceiling_leaves_racks_idle():
    # 12 MW are asked for, 120 Mtokens/s may be sold
    case = limited("ceiling", 120.0)
    assert solve(case).value == pytest.approx(10)
    assert breaks(case, {"tokens_total": 121}, tiny_case())


def test_transit_is_paid_by_the_token():
    # 200 Mtokens/s of 31 557 600 s at 0.01 $ a Mtoken = 63.1152 M$
    case = tiny_case(site_transit_usd_per_mtoken={("a", "seoul"): 0.01, ("b", "seoul"): 0.03})
    held = {"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0, "tokens_total": 200}
    assert solve(case, held=held).ledger("opex_musd")["transit"] == pytest.approx(63.1152)
    assert "transit" not in solve(tiny_case()).ledger("opex_musd")


def test_transit_of_a_group_is_that_of_its_cheapest_site():
    prices = {("a", "seoul"): 0.03, ("b", "seoul"): 0.01, ("b", "busan"): 0.02}
    case = tiny_case(site_transit_usd_per_mtoken=prices)
    assert case["transit_usd_per_mtoken"] == {("KR-1", "seoul"): 0.01, ("KR-1", "busan"): 0.02}
    assert site_indexed(case)["transit_usd_per_mtoken"] == prices


def test_revenue():
    # 200 Mtokens/s at 0.1 $ a Mtoken: 631.152 M$ a year
    best = solve(tiny_case(revenue_usd_per_mtoken={"chat": 0.1}), held={"tokens_total": 200})
    assert best.ledger("revenue_musd") == pytest.approx({"chat": 631.152})


def test_no_rows_without_data():
    names = {"share_of_country", "demand_floor", "demand_ceiling"}
    assert not names & rows(tiny_case())
    assert "mix" not in rows(tiny_case(mix_frac={}))
