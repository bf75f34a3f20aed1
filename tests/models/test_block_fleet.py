"""Fleet: racks at work of those standing, nameplate within the halls, life and cost of racks."""

import pytest

from tests.solved import breaks, refused, solve
from tests.tiny import YEARS, tiny_case

TWO_STATES = {
    # capped, a fast rack gives 1.5 Mtokens/s of 0.05 MW
    "theta_mtokens_per_s": {("fast", "full", "chat"): 2.0, ("fast", "capped", "chat"): 1.5},
    "kappa_mw": {("fast", "full", "chat"): 0.1, ("fast", "capped", "chat"): 0.05},
    "hosts": {"liquid": ["fast"]},
}


def standing(best, system, year=2027):
    return best[f"install[KR-1,{system},liquid,{year}]"]


def asked(megawatts):
    return {("all", t): megawatts for t in YEARS}


def test_racks_at_work_draw_the_it_load():
    # 12 MW at a are 10 MW IT: 100 fast racks of 0.1 MW, 2 Mtokens/s each
    best = solve(tiny_case(), "tokens_per_mw", "cost")
    assert best.value == pytest.approx(100 * 2 / 12)
    assert best["work[KR-1,fast,liquid,p100,chat,2027,peak]"] == pytest.approx(100)
    assert standing(best, "fast") == pytest.approx(100)
    assert refused(
        tiny_case(), held={"work[KR-1,fast,liquid,p100,chat,2027,peak]": 401}
    )  # 40 MW of grid


def test_software_makes_more_of_the_same_racks():
    # 100 fast racks in 10 MW IT at a make 200 Mtokens/s; a year later, at 10 % a year, 220
    both = {"periods": YEARS, "facility_mw_min": asked(12), "facility_mw_max": asked(12)}
    case = tiny_case(**both, software_gain={2027: 1.0, 2028: 1.1}, hosts={"liquid": ["fast"]})
    best = solve(case, "tokens_per_mw", "cost")
    assert best.value == pytest.approx((200 + 220) / 24)
    assert best["work[KR-1,fast,liquid,p100,chat,2028,peak]"] == pytest.approx(100), (
        "power is the same"
    )
    assert breaks(
        tiny_case(**both, hosts={"liquid": ["fast"]}),
        {"served[chat,KR,2028]": 219.0},
        case,
    )


def test_some_racks_are_always_down():
    # 100 at work of 0.8 standing are 125; they fill 12.5 MW of halls, two at 10 MW
    case = tiny_case(availability_frac={"fast": 0.8, "slow": 0.8})
    best = solve(case, "tokens_per_mw", "cost", held={"open[b,2027]": 0})
    assert standing(best, "fast") == pytest.approx(125)
    assert best["halls[a,dry,2027]"] == 2
    held = {
        "work[KR-1,fast,liquid,p100,chat,2027,peak]": 100,
        "install[KR-1,fast,liquid,2027]": 124,
    }
    assert breaks(case, held, tiny_case())


def test_capped_racks_need_halls_for_their_nameplate():
    # capped racks make 30 Mtokens/s per MW of IT, and 12 MW at a are 200 of them: 20 MW of halls
    best = solve(tiny_case(**TWO_STATES), "tokens_per_mw", "cost", held={"open[b,2027]": 0})
    assert best.value == pytest.approx(30 / 1.2)
    assert best["halls[a,dry,2027]"] == 2
    # in one hall of 10 MW there are 100 racks. Capped, they draw 5 MW: to draw 10, all run full
    one = tiny_case(**TWO_STATES, halls_max_count={("a", "dry"): 1.0, ("b", "dry"): 0.0})
    assert solve(one).value == pytest.approx(20 / 1.2)
    assert breaks(
        one, {"work[KR-1,fast,liquid,capped,chat,2027,peak]": 101}, tiny_case(**TWO_STATES)
    )


def test_a_system_not_yet_on_the_market_is_not_installed():
    # slow racks make 10 Mtokens/s per MW of IT
    early = {"available_from_year": {"fast": 2028, "slow": 2026}}
    assert solve(tiny_case(**early)).value == pytest.approx(10 / 1.2)
    both = tiny_case(**early, periods=YEARS, facility_mw_min=asked(12), facility_mw_max=asked(12))
    assert solve(both).value == pytest.approx((100 + 200) / 24)
    assert not any(name.startswith("install[KR-1,fast,liquid,2027]") for name in solve(both).names)


def test_a_class_of_halls_hosts_only_what_it_can_cool():
    air = tiny_case(hosts={"liquid": ["slow"]})
    assert solve(air).value == pytest.approx(10 / 1.2)
    assert not any(name.startswith("install[KR-1,fast") for name in solve(air).names)


def test_racks_retire_at_the_end_of_their_life():
    # racks of one year: those of 2027 are gone in 2028, when as many are bought again
    short = {("fast", 2027): [2027], ("fast", 2028): [2028]}
    case = tiny_case(periods=YEARS, hosts={"liquid": ["fast"]}, facility_mw_min=asked(12.0))
    one_year = case.having(values={**case.values, "delivered_in": short})
    held = {"it_mw[b,dry,2027]": 0, "it_mw[b,dry,2028]": 0}
    bought = [
        sum(standing(solve(c, "tokens_per_mw", "cost", held=held), "fast", t) for t in YEARS)
        for c in (case, one_year)
    ]
    assert bought == pytest.approx([100, 200])


def test_racks_are_paid_kept_up_and_written_off():
    # 100 fast racks of 2 M$; an annuity of 0.2 and upkeep of 0.05 of the price
    case = tiny_case(maintenance_it_frac={"fast": 0.05, "slow": 0.05}, hosts={"liquid": ["fast"]})
    best = solve(case, "cost", held={"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0})
    assert best.ledger("capex_musd")["racks"] == pytest.approx(200)
    assert best.ledger("annuity_musd")["racks"] == pytest.approx(40)
    assert best.ledger("opex_musd")["rack maintenance"] == pytest.approx(10)


def test_whole_racks():
    # a fast rack of 0.1 MW at b meters 0.13 MW; for 1 MW it takes 7.69 racks at work, so 8
    case = tiny_case(facility_mw_min={("all", 2027): 1.0}, hosts={"liquid": ["fast"]})
    shut = {"open[a,2027]": 0}
    assert standing(solve(case, "cost", held=shut), "fast") == pytest.approx(1 / 0.13)
    assert standing(solve(case.having(whole_racks=True), "cost", held=shut), "fast") == 8


def test_the_network_is_a_part_of_the_price_of_racks():
    # 10 MW IT in fast racks of 0.1 MW and 2 M$: 200 M$, of which a tenth is network
    case = tiny_case(network_frac={"fast": 0.1}, hosts={"liquid": ["fast"]})
    best = solve(case, "tokens_per_mw", "cost", held={"facility_total": 12})
    spent = best.ledger("capex_musd")
    assert (spent["racks"], spent["network"]) == pytest.approx((180, 20))
    assert "network" not in solve(tiny_case()).ledger("capex_musd")
