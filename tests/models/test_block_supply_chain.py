"""Supply chain: racks a country can import, and HBM by generation and vendor."""

import pytest

from models.case import Case
from tests.solved import breaks, rows, solve
from tests.tiny import YEARS, tiny_case

TAKE = (("fast", "v1", 2027), ("fast", "v2", 2027))
HBM = {"hbm_tb": {"fast": 2.0}, "hbm_generation": {"fast": "hbm4", "slow": "none"}}


def with_hbm(**values) -> Case:
    case = tiny_case(**HBM, **values)
    return case.having(sets={**case.sets, "HBM_TAKE": TAKE})


def test_scarce_racks():
    # 60 fast racks and 40 slow ones fill the 10 MW IT of 12 MW at a: 120 + 40 Mtokens/s
    case = tiny_case(racks_supply_count={("KR", "fast", 2027): 60.0})
    assert solve(case).value == pytest.approx(160 / 12)
    assert breaks(case, {"install[KR-1,fast,liquid,2027]": 61}, tiny_case())


def test_a_period_draws_on_its_own_deliveries():
    supply = {("KR", "fast", 2027): 10.0, ("KR", "fast", 2028): 60.0}
    case = tiny_case(periods=YEARS, racks_supply_count=supply)
    # 10 of the first year still stand in the second: 70 fast and 30 slow at 12 MW in 2028;
    # nothing is asked of 2027, where 10 fast racks at a are as good as any: 20 of 1.2 MW
    best = solve(case)
    assert best.value == pytest.approx((140 + 30 + 20) / (12 + 1.2))


def test_scarce_memory_of_two_vendors():
    # 100 + 20 TB of HBM4 make 60 fast racks of 2 TB
    supply = {("hbm4", "v1", 2027): 100.0, ("hbm4", "v2", 2027): 20.0}
    case = with_hbm(hbm_supply_tb=supply)
    best = solve(case)
    assert best.value == pytest.approx(160 / 12)
    assert best["hbm_take_tb[fast,v1,2027]"] == pytest.approx(100)
    assert breaks(case, {"install[KR-1,fast,liquid,2027]": 61}, with_hbm())


def test_a_generation_is_shared_by_its_systems():
    # 2 TB in a fast rack and 1 in a slow one, 100 of them at 12 MW: 120 TB allow 20 fast, 80 slow
    case = tiny_case(
        hbm_tb={"fast": 2.0, "slow": 1.0},
        hbm_generation={"fast": "hbm4", "slow": "hbm4"},
        hbm_supply_tb={("hbm4", "v1", 2027): 120.0},
    )
    take = (("fast", "v1", 2027), ("slow", "v1", 2027))
    case = case.having(sets={**case.sets, "HBM_TAKE": take})
    assert solve(case).value == pytest.approx((40 + 80) / 12)


def test_no_rows_without_data():
    assert not {"rack_supply", "hbm_source", "hbm_supply"} & rows(tiny_case(**HBM))


def test_import_cap_on_performance():
    # a fast rack is of the US and has 0.1 million TPP: 60 of them may be imported, as above
    rule = {
        "tpp_mega": {"fast": 0.1, "slow": 5.0},
        "import_tpp_mega_max": {("KR", "US", 2027): 6.0},
    }
    case = tiny_case(**rule)
    assert solve(case).value == pytest.approx(160 / 12)
    assert breaks(case, {"install[KR-1,fast,liquid,2027]": 61}, tiny_case())


def test_an_import_cap_counts_all_years_before_it():
    rule = {"tpp_mega": {"fast": 0.1}, "import_tpp_mega_max": {("KR", "US", 2028): 6.0}}
    case = tiny_case(periods=YEARS, **rule)
    held = {"install[KR-1,fast,liquid,2027]": 40, "install[KR-1,fast,liquid,2028]": 21}
    assert breaks(case, held, tiny_case(periods=YEARS))
    other = {**rule, "import_tpp_mega_max": {("JP", "US", 2028): 6.0}}
    assert breaks(case, held, tiny_case(periods=YEARS, **other))


def test_origin_of_memory():
    # v1 of Korea delivers 60 TB and v2 of the US any amount; 0.6 of the memory must be Korean:
    # 100 TB in all, for 50 fast racks of 2 TB; 50 slow ones beside them
    rule = {
        "hbm_supply_tb": {("hbm4", "v1", 2027): 60.0},
        "hbm_vendor_country": {"v1": "KR", "v2": "US"},
        "hbm_origin_frac": {"KR": 0.6},
    }
    case = with_hbm(**rule)
    best = solve(case)
    assert best.value == pytest.approx(150 / 12)
    assert best["hbm_take_tb[fast,v2,2027]"] == pytest.approx(40)
    free = with_hbm(**{**rule, "hbm_origin_frac": {}})
    assert breaks(case, {"install[KR-1,fast,liquid,2027]": 51}, free)


def test_systems_without_memory_take_none():
    # nothing comes from Korea: slow racks, which have no HBM, are what is left
    rule = {"hbm_vendor_country": {"v1": "US"}, "hbm_origin_frac": {"KR": 0.1}}
    assert solve(with_hbm(**rule)).value == pytest.approx(10 / 1.2)


def test_no_rows_of_law_without_data():
    assert not {"import_tpp", "hbm_origin"} & rows(with_hbm())
