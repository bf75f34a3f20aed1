"""Land: substation and halls within the parcel, bought as it is built on."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import tiny_case

PARCEL = {"buildable_m2": {"a": 2300.0}, "substation_m2": {"a": 400.0, "b": 400.0}}
WIDE = {"facility_mw_min": {("all", 2027): 24.0}}


def test_a_parcel_of_one_hall():
    # 2300 m2 less 400 of substation are room for one hall of 1000 m2, 10 MW: 12 MW at a, 12 at b
    best = solve(tiny_case(**PARCEL, **WIDE))
    assert best.value == pytest.approx((200 + 12 / 1.3 / 0.1 * 2) / 24)
    assert breaks(tiny_case(**PARCEL, **WIDE), {"halls[a,dry,2027]": 2}, tiny_case(**WIDE))


def test_land_is_bought_with_the_substation_and_each_hall():
    # 400 + 1000 m2 at 0.001 M$/m2; its rent is the discount rate, for land does not wear out
    price = {"land_musd_per_m2": {"a": 1e-3, "b": 1e-3}, "discount_frac": {"a": 0.05, "b": 0.05}}
    case = tiny_case(substation_m2=PARCEL["substation_m2"], **price)
    best = solve(case, "cost", held={"open[b,2027]": 0})
    assert best.ledger("capex_musd")["land"] == pytest.approx(1.4)
    assert best.ledger("annuity_musd")["land"] == pytest.approx(0.07)


def test_no_rows_without_data():
    assert "parcel" in rows(tiny_case(**PARCEL))
    assert "parcel" not in rows(tiny_case(substation_m2=PARCEL["substation_m2"]))
