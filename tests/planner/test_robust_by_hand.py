"""Two futures worked out by hand: what is decided now, what it is worth, and what knowing would be.

Site a meters 1.0 MW per IT MW in the first future and 1.65 in the second (a hot decade), site b 1.3
in both. 12 MW at the meter, 20 Mtokens/s per IT MW; staff for one site only.
    a: 20 / 1.0 = 20 and 20 / 1.65 = 12.12 tokens per MW;  b: 20 / 1.3 = 15.38 in both
"""

import numpy as np
import pytest

from models.blocks.objective import OBJECTIVES
from planner.optimize import optimize
from planner.robust import Choice, _refused
from planner.robust.futures import Future
from planner.robust.here_and_now import Aim, _Relaxation, here_and_now
from planner.robust.measure import value_of, worst
from planner.robust.recourse import Recourse, served
from planner.robust.results import Said
from planner.scenario_file import scenario_from
from planner.study.designs import Run
from planner.study.schema import study_from
from planner.tables import Region
from tests.networks import little
from tests.tiny import tiny_case

NEVER = float("inf")
A, B = (20.0, 20 / 1.65), (20 / 1.3, 20 / 1.3)
SCENARIO = scenario_from({"name": "x", "periods": [2027], "demand": {"mix": {"chat": 1.0}}})


def future(meter_a: float, sites: str = "ab", **values):
    load = {("a", "dry"): meter_a, ("b", "dry"): 1.3}
    of_sites = {pair: load[pair] for pair in load if pair[0] in sites}
    return tiny_case(
        list(sites),
        facility_per_it_frac=of_sites,
        facility_mw_max={("all", 2027): 12.0},
        staff_fixed_count=dict.fromkeys(sites, 1.0),
        staff_supply_count={"KR-11": 1.0},
        **values,
    )


def aim(share: float) -> Aim:
    return Aim(OBJECTIVES["tokens_per_mw"], share, 1e-6, NEVER)


@pytest.mark.parametrize(
    ("share", "site", "value"),
    [
        (1.0, "a", (A[0] + A[1]) / 2),  # 16.06 against 15.38
        (0.5, "b", B[0]),  # the worst of two: 15.38 against 12.12
        # of 1.5 futures in 2: the worst in full and half of the other, (12.12 * 2 + 20) / 3 = 14.75
        (0.75, "b", B[0]),
    ],
)
def test_the_site_decided_now(share, site, value):
    cases = [future(1.0), future(1.65)]
    found = here_and_now(cases, {"a"}, (20.0, 12.0), aim(share))
    assert found is not None
    assert found.sites == {site}
    assert found.value == pytest.approx(value)
    assert found.bound >= found.value - 1e-9
    assert found.bound == pytest.approx(value, rel=1e-4)  # every candidate was in the last step
    parts = [Recourse(case, found.sites, found.decided, aim(share)) for case in cases]
    # whole racks: 12 / 1.65 MW of IT are 72.7 racks, so 72 at their full power and one in part
    served_value, plans = served(parts, found.value, share)
    assert served_value == pytest.approx(value)
    assert all(plan is not None for plan in plans)


def test_what_knowing_and_planning_for_the_mean_are_worth():
    cases = [future(1.0), future(1.65)]
    known = [optimize(case, SCENARIO) for case in cases]
    assert [plan.r for plan in known] == pytest.approx([A[0], B[1]], rel=2e-4)
    # 12 MW in each: the value is the plain mean. Knowing gains (20 + 15.38) / 2 - 16.06 = 1.63
    totals = [(12 * plan.r, 12.0) for plan in known]
    assert value_of(totals, 1.0) == pytest.approx(17.6923, rel=2e-4)
    # for the mean future a meters 1.325, so b is chosen: 15.38, worth 0.68 less than deciding for a
    mean = optimize(future((1.0 + 1.65) / 2), SCENARIO)
    assert mean.placed is not None
    decided = dict(zip(mean.placed.compiled.column_names, mean.placed.x, strict=True))
    parts = [Recourse(case, {"b"}, decided, aim(1.0)) for case in cases]
    assert served(parts, 16.0, 1.0)[0] == pytest.approx(B[0])


def test_a_choice_that_cannot_serve_a_future_has_no_value():
    # the mean plan of one hall of 10 MW: the second future asks for 20 MW at the meter
    few = {"open[b,2027]": 1.0, "connect[b,1,2027]": 1.0, "halls[b,dry,2027]": 1.0}
    more = {"facility_mw_min": {("all", 2027): 20.0}, "facility_mw_max": {}}
    big = tiny_case(["a", "b"], **{**more})
    parts = [Recourse(case, {"b"}, few, aim(1.0)) for case in (future(1.0), big)]
    value, plans = served(parts, 15.0, 1.0)
    assert value is None
    assert [plan is None for plan in plans] == [False, True]


def test_a_site_whose_permit_fails_in_a_future_carries_nothing_there():
    # a is lost in the second future and no staff is scarce: both are decided now
    first = tiny_case(["a", "b"], facility_per_it_frac={("a", "dry"): 1.0, ("b", "dry"): 1.3},
                      facility_mw_max={("all", 2027): 12.0})  # fmt: skip
    second = tiny_case(["b"], facility_per_it_frac={("b", "dry"): 1.3},
                       facility_mw_max={("all", 2027): 12.0})  # fmt: skip
    found = here_and_now([first, second], set(), (20.0, 12.0), aim(1.0))
    assert found is not None
    assert found.sites == {"a", "b"}
    assert found.value == pytest.approx((20 + 20 / 1.3) / 2)


def test_the_worst_share_by_hand():
    assert worst([3.0, 1.0, 2.0, 6.0], 1.0) == pytest.approx(3.0)
    assert worst([3.0, 1.0, 2.0, 6.0], 0.5) == pytest.approx(1.5)
    assert worst([3.0, 1.0, 2.0, 6.0], 0.375) == pytest.approx((1 + 0.5 * 2) / 1.5)
    assert worst([3.0, 1.0, 2.0, 6.0], 0.01) == pytest.approx(1.0)
    # one future of 10 tokens by 1 MW, one of 10 by 2: all 20 / 3; the worst alone 5
    assert value_of([(10.0, 1.0), (10.0, 2.0)], 1.0) == pytest.approx(20 / 3)
    assert value_of([(10.0, 1.0), (10.0, 2.0)], 0.5) == pytest.approx(5.0)
    # costs are negative: 4 $ and 9 $ for a token each; the worst is the dearest
    assert value_of([(-4.0, 1.0), (-9.0, 1.0)], 0.5) == pytest.approx(-9.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_choice_is_the_best_of_all(seed):
    # staff for one site of three: the value of each is known from its meter in each future
    rng = np.random.default_rng(seed)
    meters = rng.uniform(1.05, 1.9, size=(3, 3))
    cases = [
        tiny_case(
            3,
            facility_per_it_frac={(s, "dry"): float(m) for s, m in zip("abc", row, strict=True)},
            facility_mw_max={("all", 2027): 12.0},
            staff_fixed_count=dict.fromkeys("abc", 1.0),
            staff_supply_count={"KR-11": 1.0},
        )
        for row in meters
    ]
    for share in (1.0, 2 / 3, 1 / 3):
        values = [value_of([(12 * 20 / m, 12.0) for m in meters[:, i]], share) for i in range(3)]
        highest = 20 / meters.min()
        found = here_and_now(cases, {"a"}, (highest, 12.0), aim(share))
        assert found is not None
        assert found.value == pytest.approx(max(values), rel=1e-6)
        assert found.sites == {"abc"[int(np.argmax(values))]}
        assert found.bound >= found.value * (1 - 1e-9)
        assert found.bound == pytest.approx(found.value, rel=1e-4)


def test_sites_that_no_better_choice_uses_are_ruled_out_by_prices():
    # c and d meter so much that no plan with their load is worth what a or b alone are
    def one(meter_a: float, **limits):
        meters = {"a": meter_a, "b": 1.3, "c": 3.0, "d": 4.0}
        return tiny_case(
            4,
            facility_per_it_frac={(s, "dry"): m for s, m in meters.items()},
            **limits,
            staff_fixed_count=dict.fromkeys(meters, 1.0),
            staff_supply_count={"KR-11": 1.0},
        )

    # staff for one site is all that is scarce: with a ceiling of MW beside it, either of the two
    # prices could be nothing, and no price would rule out c and d
    relaxation = _Relaxation([one(1.0), one(1.65)], {"a"}, aim(1.0))
    bound, _ = relaxation.best((20.0, 12.0))
    best = (A[0] + A[1]) / 2
    assert bound >= best * (1 - 1e-9)
    rivals = relaxation.rivals(0.999 * best, 12.0)
    assert "a" in rivals
    assert not rivals & {"c", "d"}
    ceiling = {"facility_mw_max": {("all", 2027): 12.0}}
    cases = [one(1.0, **ceiling), one(1.65, **ceiling)]
    found = here_and_now(cases, {"a"}, (20.0, 12.0), aim(1.0))
    assert found is not None
    assert found.value == pytest.approx(best)
    assert best <= found.bound * (1 + 1e-9)
    assert found.bound == pytest.approx(best, rel=1e-4)


def test_a_choice_that_the_network_of_a_future_refuses_is_made_again(tmp_path):
    # as in test_grid_plan: in the second future the network takes 1 MW at a and 11 at b; the first
    # has none. Sites and halls are the same in both: what a carries in the first, it must leave
    # unused in the second
    network = {("KR", "noon", 2027): little()}
    node = {"a": "b", "b": "c"}
    cases = [tiny_case(node=node), tiny_case(node=node, grid_network=network)]
    futures = [Future(Run(str(k), {}), SCENARIO, Region("", tmp_path, {}, {}, {}), case)
               for k, case in enumerate(cases)]  # fmt: skip
    said = Said(study_from({"name": "x", "scenario": "x", "design": "list", "runs": {"a": {}}}),
                1.0, futures, [])  # fmt: skip
    rounds = 0
    while True:
        rounds += 1
        found = here_and_now([f.case for f in said.futures], {"a", "b"}, (20.0, 12.0), aim(1.0))
        assert found is not None
        parts = [Recourse(f.case, found.sites, found.decided, aim(1.0)) for f in said.futures]
        value, plans = served(parts, found.value, 1.0)
        assert value is not None
        whole = [x for x in plans if x is not None]
        if not _refused(said, Choice(found.decided, value, parts, whole)):
            break
    assert rounds > 1
    it_mw = [x[part.compiled.column["it_mw[a,dry,2027]"]]
             for part, x in zip(parts, plans, strict=True)]  # fmt: skip
    assert it_mw[1] <= 1 / 1.2 + 1e-6 < it_mw[0]
