"""Funds: all capex is paid, by each fund within its terms, and capital costs what it costs."""

import pytest

from tests.solved import breaks, refused, rows, solve
from tests.tiny import tiny_case

TWELVE_MW = {"facility_total": 12.0}
STATE, BANK = ("KR", "state"), ("KR", "bank")


def funded(*funds, **values):
    """Racks and all else; annuities at a country's rate of 0.2 a year for racks, 0.1 for plant."""
    funds = funds or (STATE, BANK)
    crf = {
        ("state", "racks"): 0.15, ("state", ""): 0.05, ("bank", "racks"): 0.25, ("bank", ""): 0.15,
    }  # fmt: skip
    base = {
        "item_crf_per_year": {("KR", "racks"): 0.2, ("KR", ""): 0.1},
        "item_paid_in": {("KR", "racks", 2027): [2027], ("KR", "", 2027): [2027]},
        "fund_crf_per_year": {("KR", f, item): value for (f, item), value in crf.items()},
        "fund_open": {(n, f, 2027): 1 for n, f in funds},
        "hosts": {"liquid": ["fast"]},
        **values,
    }
    case = tiny_case(**base)
    return case.having(sets={**case.sets, "FUND": tuple(funds)})


def paid(best, fund, *items):
    return sum(best[f"fund_musd[KR,{fund},{i},2027]"] for i in items)


PLANT = ("shell", "electrical", "cooling", "interconnection", "site development")


def test_the_cheap_fund_pays_first():
    # 12 MW at a cost 205 M$: 200 for racks, 5 for the rest. The state lends 50, cheaper than the
    # country's rate by 0.05 a year, the bank the rest, dearer by 0.05
    case = funded(fund_musd_max={STATE: 50.0})
    best = solve(case, "tokens_per_mw", "cost", held=TWELVE_MW)
    assert paid(best, "state", "racks", *PLANT) == pytest.approx(50)
    assert paid(best, "bank", "racks", *PLANT) == pytest.approx(155)
    spent = best.ledger("annuity_musd")
    assert spent["capital of state"] == pytest.approx(-2.5)
    assert spent["capital of bank"] == pytest.approx(7.75)
    assert breaks(case, {"fund_musd[KR,state,racks,2027]": 51}, funded())


def test_all_capex_is_paid():
    # 100 fast racks cannot be paid with 204 M$; 99 can: 203
    case = funded(STATE, fund_musd_max={STATE: 204.0})
    assert refused(case, held={"install[KR-1,fast,liquid,2027]": 100})
    assert not refused(case, held={"install[KR-1,fast,liquid,2027]": 99})


def test_a_fund_pays_only_what_it_is_for():
    # the state pays plant only: 5 M$; without the bank nobody pays racks
    case = funded(fund_use={STATE: PLANT})
    best = solve(case, "tokens_per_mw", "cost", held=TWELVE_MW)
    assert "fund_musd[KR,state,racks,2027]" not in best.names
    assert paid(best, "state", *PLANT) == pytest.approx(5)
    assert refused(funded(STATE, fund_use={STATE: PLANT}))


def test_years_of_a_fund():
    assert refused(funded(STATE, fund_open={}))


def test_a_share_of_capex():
    # at most 0.3 of 205 M$ is public money
    case = funded(fund_share_max={STATE: 0.3})
    best = solve(case, "tokens_per_mw", "cost", held=TWELVE_MW)
    assert paid(best, "state", "racks", *PLANT) == pytest.approx(61.5)
    most = {"capex_total_musd_max": {"all": 205.0}}
    held = {"fund_musd[KR,state,racks,2027]": 62}
    assert breaks(funded(fund_share_max={STATE: 0.3}, **most), held, funded(**most))


def test_shares_among_funds():
    # public equity at most 0.3 of equity; equity at least 0.4 of all. Debt is cheapest
    names = [("KR", f) for f in ("public", "private", "debt")]
    rates = {"public": 0.2, "private": 0.3, "debt": 0.1}
    case = funded(
        *names,
        fund_crf_per_year={("KR", f, life): r for f, r in rates.items() for life in ("racks", "")},
        fund_group={("KR", "state"): ("public",), ("KR", "equity"): ("public", "private")},
        fund_group_among={
            ("KR", "state"): ("public", "private"),
            ("KR", "equity"): ("public", "private", "debt"),
        },
        fund_group_max={("KR", "state"): 0.3},
        fund_group_min={("KR", "equity"): 0.4},
    )
    best = solve(case, "tokens_per_mw", "cost", held=TWELVE_MW)
    parts = [paid(best, f, "racks", *PLANT) for f in rates]
    assert parts == pytest.approx([0.3 * 0.4 * 205, 0.7 * 0.4 * 205, 0.6 * 205])


def test_a_grant_need_not_be_paid():
    # half of the racks is granted: 105 M$ are left for the funds
    grant = {
        "subsidy_share_frac": {("p", "racks"): 0.5},
        "subsidy_country": {"p": "KR"},
        "subsidy_sites": {"p": frozenset({"a", "b"})},
    }
    case = funded(STATE, fund_musd_max={STATE: 105.0}, **grant)
    case = case.having(sets={**case.sets, "GRANT": (("p", "racks", 2027),)})
    assert not refused(case, held={"install[KR-1,fast,liquid,2027]": 100})
    assert refused(case, held={"install[KR-1,fast,liquid,2027]": 101})


def test_no_rows_without_data():
    names = {"fund_need", "fund_size", "fund_share", "fund_group_ceiling", "fund_group_floor"}
    assert not names & rows(tiny_case())
    assert not {c for c in solve(tiny_case()).names if c.startswith("fund")}
