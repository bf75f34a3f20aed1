"""Senders: sites whose tokens count alike send as one, which changes no optimum."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.case import Case
from planner.coefficients.case import regrouped
from planner.coefficients.senders import own
from planner.results.sent import sent
from planner.solve.compile import compile_case
from planner.solve.narrow import at_sites, site_indexed
from tests.solved import solve
from tests.tiny import tiny_case

FAR = frozenset({("batch", "seoul"), ("batch", "busan")})
NEAR = FAR | {("chat", "seoul"), ("chat", "busan")}
TWO: dict[str, Any] = {
    "theta_mtokens_per_s": {
        ("fast", "p100", "chat"): 2.0,
        ("fast", "p100", "batch"): 1.0,
        ("slow", "p100", "batch"): 0.8,
    },
    "kappa_mw": {
        ("fast", "p100", "chat"): 0.1,
        ("fast", "p100", "batch"): 0.1,
        ("slow", "p100", "batch"): 0.1,
    },
    "sovereignty_class": {"chat": "public", "batch": "open"},
    "peak_to_mean_ratio": {"chat": 1.6, "batch": 1.0},
    "market_country": {"seoul": "KR", "busan": "KR"},
    "market_share_frac": {"seoul": 0.7, "busan": 0.3},
    "mix_frac": {("chat", "KR"): 0.25, ("batch", "KR"): 0.75},
}


def by_reach(reach: Mapping[str, frozenset], **values: Any) -> Case:
    """Sites grouped by what they reach, as those of a region are."""
    case = tiny_case(list(reach), reach=reach, **{**TWO, **values})
    kinds = list(dict.fromkeys(reach.values()))
    return regrouped(case, {s: f"KR-{kinds.index(reach[s]) + 1}" for s in reach})


def senders(case: Case, workload: str) -> set[str]:
    return {f for f, w, *_ in case.sets["FLOW"] if w == workload}


def test_groups_that_reach_the_same_markets_are_one_sender_of_a_workload() -> None:
    case = by_reach({"a": NEAR, "b": NEAR, "c": FAR})
    assert set(case.sets["GROUP"]) == {"KR-1", "KR-2"}
    assert senders(case, "batch") == senders(case, "chat") == {"KR-1"}
    few = at_sites(case, "bc")
    assert senders(few, "batch") == senders(few, "chat") == {"KR-1"}, "named as before"
    assert senders(site_indexed(case), "batch") == {"a", "b", "c"}


def test_sites_of_two_countries_are_two_senders() -> None:
    case = by_reach({"a": FAR, "b": FAR}, country={"a": "KR", "b": "JP"})
    apart = regrouped(case, {"a": "KR-1", "b": "JP-1"})
    assert senders(at_sites(apart, "ab"), "batch") == {"KR-1", "JP-1"}


def test_sites_send_for_themselves_where_carrying_is_priced() -> None:
    price = {("a", "seoul"): 1.0, ("a", "busan"): 1.0}
    case = by_reach({"a": NEAR, "b": NEAR, "c": FAR}, site_transit_usd_per_mtoken=price)
    assert senders(at_sites(case, "abc"), "batch") == {"a", "KR-1"}


def test_sites_send_for_themselves_where_only_some_may_run_them() -> None:
    able = {("KR", "public"): ["o"]}
    case = by_reach({"a": NEAR, "b": NEAR, "c": FAR}, tier_operators=able)
    few = at_sites(case, "abc")
    assert senders(few, "chat") == {"a", "b"}
    assert senders(few, "batch") == {"KR-1"}


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.sampled_from([NEAR, FAR]), min_size=2, max_size=4).filter(lambda r: NEAR in r),
    st.sampled_from([0.1, 0.4]),
    st.sampled_from([12.0, 30.0]),
)
def test_the_best_plan_is_that_of_sites_that_send_apart(
    reach: list[frozenset], chat: float, least_mw: float
) -> None:
    mix = {("chat", "KR"): chat, ("batch", "KR"): 1 - chat}
    floor = {("all", 2027): least_mw}
    case = by_reach(dict(zip("abcd", reach, strict=False)), mix_frac=mix, facility_mw_min=floor)
    few = at_sites(case, case.sets["SITE"])
    apart = regrouped(few, few["group"], own(few))
    fewer, more = (compile_case(one).matrix.shape[1] for one in (few, apart))
    assert fewer < more or len(reach) == len(set(reach))
    assert solve(few).value == pytest.approx(solve(apart).value, rel=1e-7)


@pytest.fixture(scope="module")
def shared_out() -> tuple[Case, Any, pd.DataFrame]:
    """A plan of two sites that send as one, the model with it, and what each site sends."""
    floor = {("all", 2027): 40.0}  # more than one site's grid
    case = at_sites(by_reach({"a": FAR, "b": FAR}, facility_mw_min=floor, mix_frac={}), "ab")
    model = solve(case).model
    rtt_ms = {("a", "seoul"): 9.0, ("a", "busan"): 2.0, ("b", "seoul"): 1.0, ("b", "busan"): 3.0}
    names = ["site_id", "market_id", "rtt_ms"]
    links = pd.DataFrame([(*at, ms) for at, ms in rtt_ms.items()], columns=names)
    return case, model, sent(case, model, links)


def made(model: Any, site: str) -> float:
    """1e6 tokens/s of batch that the racks of a site can make."""
    rate = {"fast": 1.0, "slow": 0.8}
    return sum(rate[i[1]] * work.value for i, work in model.work.items() if i[0] == site)


def test_each_market_gets_what_its_sender_sends(shared_out: tuple[Case, Any, pd.DataFrame]) -> None:
    _, model, flows = shared_out
    by_market = flows.groupby("market_id")["value"].sum()
    total = {i[2]: column.value for i, column in model.sent.items()}
    assert by_market.to_dict() == pytest.approx(total)
    assert total["seoul"] / total["busan"] == pytest.approx(0.7 / 0.3)


def test_sites_send_the_same_part_of_what_they_can_make(
    shared_out: tuple[Case, Any, pd.DataFrame],
) -> None:
    _, model, flows = shared_out
    used = flows.groupby("site_id")["value"].sum()
    parts = [used[s] / made(model, s) for s in "ab"]
    assert min(made(model, s) for s in "ab") > 1.0
    assert parts[0] == pytest.approx(parts[1])
    assert parts[0] <= 1 + 1e-6


def test_a_market_is_served_from_near_first(shared_out: tuple[Case, Any, pd.DataFrame]) -> None:
    _, model, flows = shared_out
    amount = flows.set_index(["site_id", "market_id"])["value"]
    total = {i[2]: column.value for i, column in model.sent.items()}
    can = {s: made(model, s) for s in "ab"}
    supply = {s: can[s] / sum(can.values()) * sum(total.values()) for s in "ab"}
    from_b = min(supply["b"], total["seoul"])  # b is nearest to seoul, then a to busan
    assert amount["b", "seoul"] == pytest.approx(from_b)
    assert amount["a", "busan"] == pytest.approx(min(supply["a"], total["busan"]))
    assert len(amount) == 3
