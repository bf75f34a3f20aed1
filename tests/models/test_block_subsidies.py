"""Subsidies: grants within share, area and cap; the yearly cost they save."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import YEARS, tiny_case

HALF_OF_RACKS = {
    "subsidy_share_frac": {("p", "racks"): 0.5},
    "subsidy_country": {"p": "KR"},
    "subsidy_sites": {"p": frozenset({"a", "b"})},
    "item_crf_per_year": {("KR", "racks"): 0.2, ("KR", ""): 0.1},
    "hosts": {"liquid": ["fast"]},
}
TWELVE_MW = {"facility_total": 12.0}


def granted(periods=(2027,), items=("racks",), **changes):
    forever = {("KR", i, t): [u for u in periods if u >= t] for i in ("racks", "") for t in periods}
    case = tiny_case(periods=periods, **{"item_paid_in": forever, **HALF_OF_RACKS, **changes})
    return case.having(sets={**case.sets, "GRANT": tuple(("p", i, periods[0]) for i in items)})


def test_half_of_the_racks():
    # 12 MW at a carry 100 fast racks of 2 M$: a grant of 100 M$, which saves 0.2 of it a year
    best = solve(granted(), "tokens_per_mw", "cost", held=TWELVE_MW)
    assert best["granted_musd[p,racks,2027]"] == pytest.approx(100)
    assert best.ledger("grant_musd", ("KR", 2027)) == pytest.approx({"subsidy p": -100})
    assert best.ledger("annuity_musd")["subsidy p"] == pytest.approx(-20)
    held = {"install[KR-1,fast,liquid,2027]": 100, "granted_musd[p,racks,2027]": 101}
    assert breaks(granted(), held, granted(subsidy_share_frac={("p", "racks"): 0.6}))


def test_a_cap():
    case = granted(subsidy_cap_musd={"p": 30.0})
    best = solve(case, "tokens_per_mw", "cost", held=TWELVE_MW)
    assert best["granted_musd[p,racks,2027]"] == pytest.approx(30)
    assert breaks(case, {"granted_musd[p,racks,2027]": 31}, granted())


def test_a_budget_sees_what_is_left_to_pay():
    # site 1, connection 1, a hall of three items 3, racks 200, half of them granted: 105 M$
    budget = {"capex_total_musd_max": {"all": 105.0}}
    assert solve(granted(**budget)).value == pytest.approx(200 / 12)
    dearer = granted(capex_total_musd_max={"all": 104.0})
    assert breaks(dearer, {"install[KR-1,fast,liquid,2027]": 100}, granted())


def test_only_where_the_programme_is():
    # halls are of a site: shell and cooling of a count, b is outside
    only_a = {"subsidy_sites": {"p": frozenset({"a"})}, "subsidy_share_frac": {("p", "shell"): 0.5}}
    case = granted(items=("shell",), **only_a)
    at_a = solve(case, "cost", held={"open[b,2027]": 0})
    at_b = solve(case, "cost", held={"open[a,2027]": 0})
    assert at_a["granted_musd[p,shell,2027]"] == pytest.approx(0.5)
    assert at_b["granted_musd[p,shell,2027]"] == 0


def test_what_is_saved_ends_with_the_life_of_the_item():
    # racks of one year: granted in 2027, nothing is saved any more in 2028
    short = {("KR", i, t): [t] for i in ("racks", "") for t in YEARS}
    both = {"facility_mw_min": dict.fromkeys([("all", t) for t in YEARS], 12.0)}
    best = solve(granted(YEARS, item_paid_in=short, **both), "tokens_per_mw", "cost")
    assert best["granted_musd[p,racks,2027]"] > 1
    assert "subsidy p" in best.ledger("annuity_musd", ("KR", 2027))
    assert "subsidy p" not in best.ledger("annuity_musd", ("KR", 2028))
    longer = solve(granted(YEARS, **both), "tokens_per_mw", "cost")
    assert "subsidy p" in longer.ledger("annuity_musd", ("KR", 2028))


def test_no_rows_without_data():
    assert not {"subsidy_share", "subsidy_cap"} & rows(tiny_case())
    assert not {c for c in solve(tiny_case()).names if c.startswith("granted")}
