"""Training: one site, one rack system, the whole gang, done by its date."""

import pytest

from planner.solve.narrow import at_sites, kinds_of, site_indexed
from tests.solved import breaks, refused, relaxed, rows, solve
from tests.tiny import YEARS, tiny_case

TRAINING_ROWS = {
    "training_host", "training_system", "training_runs", "training_chips", "training_racks",
    "training_flop", "training_hall",
}  # fmt: skip


def job(chips=2000, flop=30.0, periods=(2027,), systems=("fast",), until=2028, **values):
    """A job of `flop` zettaFLOP; a rack has 100 chips and makes 1 zettaFLOP in a period."""
    most = max(chips / 100, flop)
    return tiny_case(
        periods=periods,
        training_zettaflop={"llm": flop},
        training_chips_count={"llm": chips},
        training_mw=dict.fromkeys(systems, 0.1),
        training_rack_zettaflop={
            ("llm", k, t): 1.0 for k in systems for t in periods if t <= until
        },
        training_racks_max_count={("llm", k): most for k in systems},
        training_hall_mw={"llm": max(chips / 100, flop / len(periods)) * 0.1},
        training_where={("llm", "KR"): 1},
        **values,
    )


TWELVE = {"facility_mw_max": {("all", t): 12.0 for t in YEARS}}
"""No more than is asked for: tokens over MW would else dilute what training draws."""


@pytest.mark.parametrize("form", [lambda case: case, site_indexed], ids=["groups", "sites"])
@pytest.mark.parametrize(
    ("chips", "flop", "racks"), [(2000, 30.0, 30), (5000, 30.0, 50)], ids=["flop", "chips"]
)
def test_a_job_takes_racks_and_power_and_makes_no_tokens(form, chips, flop, racks):
    # 12 MW at a are 100 racks: 30 for the FLOP, or 50 for the chips; the others serve
    best = solve(form(job(chips, flop, **TWELVE)))
    assert best.value == pytest.approx((100 - racks) * 2 / 12)
    trained = [best[name] for name in best.names if name.startswith("train[")]
    assert sum(trained) == pytest.approx(racks)


def test_the_date_decides_how_many_racks_it_takes():
    # 60 zettaFLOP: 60 racks for one period, or 30 for two
    all_year = {"facility_mw_min": {("all", t): 12.0 for t in YEARS}, **TWELVE}
    two, early = (job(3000, 60.0, YEARS, until=t, **all_year) for t in reversed(YEARS))
    held = {f"train[KR-1,llm,fast,liquid,{t}]": 30 for t in YEARS}
    assert solve(two, held=held).value == pytest.approx((2 * 70 * 2) / 24)
    assert breaks(early, {"train[KR-1,llm,fast,liquid,2027]": 30}, two)


ONE_HALL = {"halls_max_count": {("a", "dry"): 1.0, ("b", "dry"): 1.0}}
"""100 racks at each site."""


def test_a_gang_too_big_for_any_one_site_is_infeasible_though_the_sum_would_do():
    assert not refused(site_indexed(job(9000, 90.0, **ONE_HALL)))
    large = job(15000, 150.0, **ONE_HALL)
    assert refused(site_indexed(large))
    assert refused(large), "the halls of the group's sites tell it, too"
    assert not refused(site_indexed(job(15000, 150.0)))  # four halls at a
    # without the row on halls of one site, groups would take 150 racks of both sites
    summed = large.having(values={**large.values, "training_hall_mw": {"llm": 0.0}})
    assert not refused(summed)
    assert refused(site_indexed(summed))


def test_groups_bound_sites_from_above():
    for chips, flop in ((2000, 30.0), (9000, 90.0)):
        case = job(chips, flop, **ONE_HALL)
        assert relaxed(case) >= solve(site_indexed(case)).value - 1e-9


def test_a_gang_is_of_one_rack_system():
    # 60 racks of each can be had, and 100 are needed
    few = {"racks_supply_count": {("KR", k, 2027): 60.0 for k in ("fast", "slow")}}
    both = ("fast", "slow")
    assert refused(job(10000, 10.0, systems=both, facility_mw_min={}, **few))
    assert not refused(job(6000, 10.0, systems=both, facility_mw_min={}, **few))


def test_chips_that_only_infer_are_left_out():
    # only slow racks can be had, and they do not train
    none = {"racks_supply_count": {("KR", "fast", 2027): 0.0}, "facility_mw_min": {}}
    assert refused(job(**none))
    assert not refused(job(**none, systems=("fast", "slow")))
    assert not any(name.startswith("train[KR-1,llm,slow") for name in solve(job()).names)


def test_a_job_stays_where_its_data_may_be():
    two = {
        "country": {"a": "KR", "b": "JP"},
        "market_country": {"seoul": "KR", "tokyo": "JP"},
        "market_share_frac": {"seoul": 1.0, "tokyo": 1.0},
        "mix_frac": {},
    }
    case = job(**two)
    lawful = case.having(sets={**case.sets, "HOST": (("a", "llm"),)})
    assert breaks(lawful, {"it_mw[a,dry,2027]": 0}, tiny_case(**two))
    assert not any(name.startswith("train[JP-1") for name in solve(lawful).names)


def test_racks_that_train_are_available_like_others():
    # 0.8 of the racks work: 25 at work are 31.25 standing
    case = job(2500, 25.0, availability_frac={"fast": 0.8, "slow": 0.8}, facility_mw_min={})
    best = solve(case, "cost")
    assert best["install[KR-1,fast,liquid,2027]"] == pytest.approx(31.25, abs=1e-2)


def test_racks_that_train_count_as_chips_but_not_as_tokens():
    # 30 fast racks train; half of the chips are to be Korean: 50 slow racks, and 20 fast ones serve
    case = job(**ONE_HALL, domestic_frac={("KR", "chips"): 0.5})
    best = solve(case, held={"open[b,2027]": 0})
    assert best.value == pytest.approx((50 + 20 * 2) / 12)


def test_rows_follow_data():
    assert not TRAINING_ROWS & rows(tiny_case())
    assert rows(job()) >= TRAINING_ROWS


def test_placing_keeps_the_work_and_the_training_of_the_plan_in_groups():
    # a plan in groups with fast racks only: so do its few columns at sites
    case = job(**TWELVE)
    slow = {f"install[{','.join(map(str, i))}]": 0 for i in case.sets["INSTALL"] if "slow" in i}
    best = solve(case, held=slow)
    assert best.value == pytest.approx(solve(case).value)  # none better has others
    where = {name: best[name] for name in best.names}
    few = at_sites(case, case.sets["SITE"], kinds_of(case["group"], where))
    few = few.having(whole_racks=False)
    for name in ("INSTALL", "RUN", "TRAIN", "GANG"):
        assert few.sets[name]
        assert not any("slow" in i for i in few.sets[name])
    assert solve(few).value == pytest.approx(best.value)
