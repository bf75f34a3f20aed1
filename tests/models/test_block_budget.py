"""Budget: ceilings on capex, opex and the cost of a million tokens."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import YEARS, tiny_case

CAPEX = [
    {"capex_musd_max": {2027: 155.0}},
    {"capex_total_musd_max": {"all": 155.0}},
    {"capex_country_musd_max": {"KR": 155.0}},
]


@pytest.mark.parametrize("ceiling", CAPEX, ids=lambda c: next(iter(c)))
def test_a_ceiling_on_capex(ceiling):
    # site 1, connection 1, a hall of three items 3: 5 M$, and 150 for racks, which cost 1 M$ for
    # each Mtoken/s, slow or fast: 150 Mtokens/s, 50 of each kind at a
    case = tiny_case(**ceiling)
    assert solve(case).value == pytest.approx(150 / 12)
    held = {"install[KR-1,fast,liquid,2027]": 51, "install[KR-1,slow,liquid,2027]": 49}
    assert breaks(case, held, tiny_case())


def test_capex_of_a_period_counts_what_is_added():
    # 205 M$ build all of 2027; in 2028 nothing is left to pay
    asked = dict.fromkeys([("all", t) for t in YEARS], 12.0)
    case = tiny_case(periods=YEARS, facility_mw_min=asked, capex_musd_max={2027: 205.0, 2028: 0.0})
    assert solve(case).value == pytest.approx(200 / 12)
    assert sum(solve(case).ledger("capex_musd", ("KR", 2028)).values()) == pytest.approx(0)


def test_a_ceiling_on_opex():
    # energy is dear at a: 1.1 / 1.2 x 8760 x 200 $ = 1.606 M$ a year for each MW at the meter,
    # at b 1.2 / 1.3 x 8760 x 100 $ = 0.8086; 14 M$ a year allow x MW at a of the 12
    dear = {"energy_usd_per_mwh": {"a": 200.0, "b": 100.0}}
    at_a, at_b = 1.1 / 1.2 * 1.752, 1.2 / 1.3 * 0.876
    x = (14 - 12 * at_b) / (at_a - at_b)
    case = tiny_case(**dear, opex_musd_max={2027: 14.0})
    assert solve(case).value == pytest.approx((x / 0.06 + (12 - x) / 0.065) / 12)
    held = {"it_mw[a,dry,2027]": (x + 0.1) / 1.2, "facility_total": 12}
    assert breaks(case, held, tiny_case(**dear))


def test_a_ceiling_on_the_cost_of_tokens():
    # fast racks at a: 4 M$ of annuity and 0.9636 of energy a year for each MW IT, which makes 20
    # Mtokens/s; 0.8 for the site, its connection and two halls. At 0.2504 M$ a year for a Mtoken/s
    # they pay from x MW IT on: 0.8 + 4.9636 x = 0.2504 x 20 x
    dollars = 0.2504 * 1e6 / 31_557_600
    case = tiny_case(hosts={"liquid": ["fast"]}, cost_usd_per_mtoken_max={"all": dollars})
    x = 0.8 / (0.2504 * 20 - 4.9636)
    assert solve(case, "cost")["it_mw[a,dry,2027]"] == pytest.approx(x)
    held = {"facility_total": 1.2 * x - 0.1}
    assert breaks(case, held, tiny_case(hosts={"liquid": ["fast"]}))


def test_no_rows_without_data():
    names = {"capex_ceiling", "capex_total", "capex_by_country", "opex_ceiling", "cost_ceiling"}
    assert not names & rows(tiny_case())
