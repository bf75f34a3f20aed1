"""Power: steps in order, zone headroom, and what energy and its peak cost."""

import pytest

from tests.solved import breaks, refused, rows, solve
from tests.tiny import YEARS, tiny_case

TWO_STEPS = {("a", 1): 6.0, ("a", 2): 6.0, ("b", 1): 24.0}


def test_steps_carry_the_load():
    # a has 6 + 6 MW: with both, 12 / 1.2 MW IT make 200 Mtokens/s; with one, b takes the rest
    case = tiny_case(step_mw=TWO_STEPS, step_musd=dict.fromkeys(TWO_STEPS, 1.0))
    assert solve(case).value == pytest.approx(200 / 12)
    one = solve(case, held={"connect[a,2,2027]": 0})
    assert one.value == pytest.approx((100 + 6 / 1.3 / 0.1 * 2) / 12)
    assert refused(case, held={"it_mw[a,dry,2027]": 12 / 1.2 + 0.1})


def test_steps_come_in_order():
    case = tiny_case(step_mw=TWO_STEPS, step_musd=dict.fromkeys(TWO_STEPS, 1.0))
    assert refused(case, held={"connect[a,2,2027]": 1, "connect[a,1,2027]": 0})
    assert refused(case, held={"connect[a,1,2027]": 1, "open[a,2027]": 0})


def test_a_connection_stays_and_is_paid_once():
    case = tiny_case(periods=YEARS, facility_mw_min={})
    free = case.having(values={**case.values, "previous": {}})
    assert breaks(case, {"connect[a,1,2027]": 1, "connect[a,1,2028]": 0}, free)
    best = solve(case, "cost", held={"connect[a,1,2027]": 1})
    assert [best.ledger("capex_musd", ("KR", t))["interconnection"] for t in YEARS] == [1, 0]
    for t in YEARS:
        assert best.ledger("annuity_musd", ("KR", t))["interconnection"] == pytest.approx(0.1)


def test_no_power_before_the_first_year_of_a_step():
    case = tiny_case(periods=YEARS)
    late = tuple(i for i in case.sets["STEP_PERIOD"] if i != ("a", 1, 2027))
    assert breaks(
        case.having(sets={**case.sets, "STEP_PERIOD": late}), {"it_mw[a,dry,2027]": 1}, case
    )


def test_sites_of_a_zone_share_its_headroom():
    # a's zone has 6 MW: 100 Mtokens/s there, the other 6 MW at b
    zones = {"zone": {"a": "z1", "b": "z2"}, "zone_headroom_mw": {"z1": 6.0}}
    best = solve(tiny_case(**zones))
    assert best.value == pytest.approx((100 + 6 / 1.3 / 0.1 * 2) / 12)
    assert breaks(tiny_case(**zones), {"it_mw[a,dry,2027]": 6}, tiny_case())
    # both sites in the zone: 12 MW cannot be had
    assert refused(tiny_case(zone={"a": "z1", "b": "z1"}, zone_headroom_mw={"z1": 6.0}))


def test_energy_is_paid_by_its_mean_and_demand_by_its_peak():
    # 10 MW IT at a: 11 MW over 8760 h at 100 $/MWh = 9.636 M$; 12 MW at 10 $/kW = 0.12 M$
    case = tiny_case(demand_usd_per_kw_year={"a": 10.0, "b": 10.0})
    held = {"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0}
    opex = solve(case, held=held).ledger("opex_musd")
    assert opex["energy"] == pytest.approx(9.636)
    assert opex["demand charge"] == pytest.approx(0.12)


def test_no_rows_without_data():
    assert not {"zone_headroom", "steps_in_order", "connection_stays"} & rows(tiny_case())
