"""Required demand: served, or left unserved at its price."""

import pytest

from tests.solved import breaks, refused, rows, solve
from tests.tiny import YEARS, tiny_case


def required(amount, workload="", country="KR", market="", price=None, **values):
    case = tiny_case(
        required_mtokens_per_s={(0, 2027): amount},
        unserved_usd_per_mtoken={} if price is None else {0: price},
        **values,
    )
    at = ((0, workload, "" if market else country, market, 2027),)
    return case.having(sets={**case.sets, "REQUIRED": at})


@pytest.mark.parametrize(
    "place", [{}, {"workload": "chat"}, {"market": "seoul"}], ids=["country", "workload", "market"]
)
def test_what_has_no_price_must_be_served(place):
    # 250 Mtokens/s are 12.5 MW of IT, 15 MW at a
    case = required(250.0, **place, facility_mw_min={})
    assert solve(case, "cost")["tokens_total"] == pytest.approx(250)
    assert breaks(case, {"tokens_total": 249}, tiny_case(facility_mw_min={}))


def test_what_cannot_be_served_is_infeasible_without_a_price():
    # both sites have 24 MW: 20 and 18.5 MW of IT, 769 Mtokens/s
    assert refused(required(800.0))
    best = solve(required(800.0, price=1.0), "cost")
    assert best["unserved[0,,KR,,2027]"] == pytest.approx(800 - (20 + 24 / 1.3) * 20)


SERVING_MUSD = 0.2 * 200 + 0.1 * (3 + 1 + 1) + 11 * 8760 * 100 / 1e6
"""A year of 200 Mtokens/s at a: annuities of 100 racks of 2 M$, of a hall (3), connection and site
(1 each); 11 MW of mean load at 100 $/MWh."""

BREAK_EVEN = SERVING_MUSD / (200 * 31.5576)
"""$ per Mtoken, a year having 31.5576 million seconds."""


@pytest.mark.parametrize(("factor", "unserved"), [(0.98, 200.0), (1.02, 0.0)])
def test_unserved_at_its_break_even(factor, unserved):
    case = required(200.0, price=factor * BREAK_EVEN, facility_mw_min={})
    best = solve(case, "cost")
    # a thousandth of a Mtoken/s is the least that any plan serves
    assert best["unserved[0,,KR,,2027]"] == pytest.approx(unserved, abs=2e-3)
    paid = best.ledger("opex_musd", ("KR", 2027)).get("unserved demand", 0.0)
    assert paid == pytest.approx(unserved * 31.5576 * factor * BREAK_EVEN, abs=1e-3)


def test_the_price_counts_in_opex_and_in_the_cost_of_tokens():
    free = required(800.0, price=1.0)
    held = {"unserved[0,,KR,,2027]": 100.0, "tokens_total": 700.0}
    # 100 Mtokens/s x 31.5576 Ms x 1 $ = 3156 M$ a year
    assert breaks(required(800.0, price=1.0, opex_musd_max={2027: 3100.0}), held, free)


def test_no_more_is_unserved_than_is_required():
    compiled = solve(required(100.0, price=1.0)).compiled
    assert compiled.high[compiled.column["unserved[0,,KR,,2027]"]] == 100


def test_rows_follow_data():
    assert "demand_required" not in rows(tiny_case(periods=YEARS))
    assert "demand_required" in rows(required(10.0))
