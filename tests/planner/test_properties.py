"""What is always true of plans, on small random cases."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from planner.coefficients.case import regrouped
from planner.solve.narrow import at_sites, site_indexed
from tests.random_cases import small_cases
from tests.solved import attempt, relaxed, solve
from tests.tiny import tiny_case

seeded = settings(
    derandomize=True,
    deadline=None,
    max_examples=10,
    phases=(Phase.generate, Phase.shrink),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def ratio(case, name="tokens_per_mw", **options):
    """The best ratio, more being better; nothing at all is worst."""
    found = attempt(case, name, **options)
    return -np.inf if found is None else found.best.value


def at_least(one, other):
    """Whether one ratio is as good as another, to the solver's tolerance."""
    return one >= other - 1e-6 * abs(other)


# -- where and what ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tokens_per_mw", "cost"])
@settings(seeded, max_examples=8)
@given(case=small_cases())
def test_groups_bound_sites_and_whole_racks(case, name):
    grouped, by_site = ratio(case, name), ratio(site_indexed(case), name)
    whole = ratio(at_sites(case, case.sets["SITE"]), name)
    assert at_least(grouped, by_site)
    assert at_least(by_site, whole)


@seeded
@given(small_cases(periods=(2027,)))
def test_groups_equal_sites_where_racks_fit_anywhere(case):
    # In one year, racks that are all at work and draw their nameplate fill any hall in the same
    # way, so a group's racks can be dealt out to its sites.
    full = {"theta_mtokens_per_s": {}, "kappa_mw": {}}
    for name, kept in full.items():
        kept.update({i: x for i, x in case[name].items() if i[1] == "full"})
    values = {**case.values, **full, "availability_frac": {"fast": 1.0, "slow": 1.0}}
    case = regrouped(case.having(values=values), case["group"])
    grouped, by_site = ratio(case), ratio(site_indexed(case))
    assert grouped == by_site or grouped == pytest.approx(by_site, rel=1e-6)


@seeded
@given(small_cases())
def test_the_relaxation_bounds_every_plan(case):
    best = ratio(case)
    assume(np.isfinite(best))
    assert at_least(relaxed(case), best)


# -- limits --------------------------------------------------------------------------------------

LOOSER = {
    "vendor_frac": 1.2,
    "domestic_frac": 0.8,
    "racks_supply_count": 1.5,
    "water_limit_m3_per_year": 2.0,
    "zone_headroom_mw": 1.5,
    "capex_total_musd_max": 1.5,
    "carbon_kt_max": 1.5,
    "buildable_m2": 1.5,
    "facility_mw_min": 0.8,
    "facility_mw_max": 1.2,
    "step_mw": 1.3,
    "halls_max_count": 2.0,
    "availability_frac": 1.05,
}


@pytest.mark.parametrize("name", LOOSER)
@settings(seeded, max_examples=5)
@given(data=st.data())
def test_loosening_a_limit_never_hurts(name, data):
    case = data.draw(small_cases(must=(name,)))
    loose = {i: x * LOOSER[name] for i, x in case[name].items()}
    assert loose, "the case has the limit"
    looser = case.having(values={**case.values, name: loose})
    assert at_least(ratio(looser), ratio(case))


@seeded
@given(small_cases(), st.data())
def test_dropping_a_site_never_helps(case, data):
    out = data.draw(st.sampled_from(case.sets["SITE"]))
    sets = dict(case.sets)
    for name in ("SITE_PERIOD", "SITE_DESIGN", "HALL", "STEP_PERIOD"):
        sets[name] = tuple(i for i in sets[name] if i[0] != out)
    sets["SITE"] = tuple(s for s in sets["SITE"] if s != out)
    fewer = regrouped(case.having(sets=sets), case["group"])
    assert at_least(ratio(case), ratio(fewer))


# -- order, scale and parts ----------------------------------------------------------------------


@seeded
@given(small_cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(case, random):
    def shuffled(items):
        items = list(items)
        random.shuffle(items)
        return items

    kept = ("PERIOD",)  # years have an order of their own
    sets = {k: v if k in kept else tuple(shuffled(v)) for k, v in case.sets.items()}
    values = {
        name: dict(shuffled(x.items())) if isinstance(x, dict) else x
        for name, x in case.values.items()
    }
    other = regrouped(case.having(sets=sets, values=values), case["group"])
    one, two = ratio(case), ratio(other)
    assert one == two or one == pytest.approx(two, rel=1e-7)


PRICES = (
    "site_musd",
    "step_musd",
    "shell_musd_per_hall",
    "electrical_musd_per_hall",
    "cooling_musd_per_hall",
    "rack_musd",
    "energy_usd_per_mwh",
    "demand_usd_per_kw_year",
    "land_musd_per_m2",
    "water_usd_per_m3",
    "staff_usd_per_year",
    "capex_total_musd_max",
)


@seeded
@given(small_cases())
def test_ten_times_the_prices_is_ten_times_the_cost(case):
    dear = {name: {i: 10 * x for i, x in case[name].items()} for name in PRICES}
    one = ratio(case, "cost")
    ten = ratio(case.having(values={**case.values, **dear}), "cost")
    assert ten == 10 * one or ten == pytest.approx(10 * one, rel=1e-6)


@seeded
@given(small_cases())
def test_twice_the_tokens_is_twice_the_ratio(case):
    twice = {i: 2 * x for i, x in case["theta_mtokens_per_s"].items()}
    other = case.having(values={**case.values, "theta_mtokens_per_s": twice})
    assert ratio(other) == 2 * ratio(case) or ratio(other) == pytest.approx(
        2 * ratio(case), rel=1e-7
    )


@seeded
@given(small_cases())
def test_parts_sum_to_the_cost(case):
    found = attempt(case, "tokens_per_mw", "cost")
    assume(found is not None)
    assert found is not None
    years = case["years"]
    parts = [
        years[t] * part
        for kind in ("annuity_musd", "opex_musd")
        for t in case.sets["PERIOD"]
        for part in found.ledger(kind, ("KR", t)).values()
    ]
    assert sum(parts) == pytest.approx(found["cost_present"], rel=1e-6)
    load = [
        years[t] * part
        for t in case.sets["PERIOD"]
        for part in found.ledger("country_mw", ("KR", t)).values()
    ]
    assert sum(load) == pytest.approx(found["facility_total"], rel=1e-6)


@settings(seeded, max_examples=8)
@given(small_cases(), st.integers(1, 1000))
def test_seeds_and_threads_do_not_change_the_value(case, seed):
    one, two = ratio(case), ratio(case, threads=2, seed=seed)
    assert one == two or one == pytest.approx(two, rel=1e-7)


def test_the_same_seed_gives_the_same_plan():
    case = tiny_case(3, facility_mw_min={("all", 2027): 40.0})
    assert np.array_equal(solve(case, seed=3).x, solve(case, seed=3).x)
