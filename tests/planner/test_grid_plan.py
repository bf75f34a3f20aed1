"""Plans and the network: made again until it takes them, verified apart, named in messages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner import optimize as module
from planner.coefficients.case import make_case
from planner.coefficients.networks import networks
from planner.errors import InputError
from planner.explain import explain_case
from planner.explain.words import place
from planner.grid.root import refused
from planner.limits import Book
from planner.limits.network import of_network
from planner.limits.places import of_grid
from planner.loaded import Loaded, load_model
from planner.optimize import optimize
from planner.planning import plan, plan_of
from planner.reading import read
from planner.results.inputs import NETWORK_PARAMETERS
from planner.scenario import Scenario
from planner.solve.compile import compile_model
from planner.solve.narrow import among
from planner.verify import answer, verify
from tests.networks import little
from tests.region import context, shipped
from tests.runs import read_back
from tests.solved import rows
from tests.tiny import tiny_case

TINY = {"name": "t", "periods": [2027], "demand": {"mix": {"chat": 1.0}}}
SMALL = {
    "name": "small",
    "periods": [2027],
    "scale": {"facility_mw_min": {2027: 12}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {"countries": ["KR"], "sites": {"include": ["haenam-*", "ulsan-mipo"]}},
    "solve": {"gap_frac": 0.02, "threads": 1},
}


def of(**changes: Any) -> Any:
    scenario, region = read({**SMALL, **changes}, shipped())
    return make_case(region, scenario)


def test_a_plan_the_network_refuses_is_made_again() -> None:
    # Site a, the best, stands at node b, site b at node c. 12 MW are asked for: without the
    # network all at a. Node b has 3 MW of demand: x at b and 12 - x at c leave the line ab
    # 2/3 A + 1/3 (C - (12 - x)) <= 3 with A + C = 15; c's 10 MW all run, so A = 5:
    # 10/3 + (x - 2) / 3 <= 3, x <= 1: 1 MW at site a, 11 at site b.
    network = {("KR", "noon", 2027): little()}
    case = tiny_case(node={"a": "b", "b": "c"}, grid_network=network)
    free = optimize(tiny_case(), Scenario(**TINY))
    assert free.placed.value("it_mw[a,dry,2027]") == pytest.approx(10)
    found = optimize(case, Scenario(**TINY))
    assert found.status == "optimal"
    at_a = found.placed.value("it_mw[a,dry,2027]")
    assert 1 / 1.2 - 0.1 <= at_a <= 1 / 1.2 * (1 + 1e-6)  # racks are whole: one is 0.1 MW
    assert found.bound >= found.value


def test_a_network_that_takes_too_little_leaves_no_plan() -> None:
    full = replace(little(), demand_mw=np.array([0.0, 8.0, 0.0]))  # 1 MW more, no more
    case = tiny_case(1, node={"a": "b"}, grid_network={("KR", "noon", 2027): full})
    assert optimize(case, Scenario(**TINY)).status == "infeasible"
    # the network is named as what forbids it, though its limit was met on the way
    found = explain_case(case, Scenario(**TINY))
    assert found.feasible is False
    assert [rule.path for rule in found.conflict][0].startswith("network, KR noon")


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_model({**SMALL, "grid": {"KR": {"hours": ["summer-evening"]}}})


@pytest.mark.parametrize(
    ("change", "how"),
    [
        ("scale.facility_mw_min.2027=13", "limits"),
        ("forbid=haenam-154kv-1", "limits"),
        ("demand.peak_to_mean_ratio=1.9", "numbers"),
        ("systems[*].price_musd*=1.1", "money"),
        ("tariffs[*].energy_local_per_kwh*=1.1", "money"),
        ("systems[*].rack_kw*=1.02", "rebuilt"),
    ],
)
def test_a_question_is_answered_within_the_network(loaded: Loaded, change: str, how: str) -> None:
    answer = loaded.what_if([change])
    assert (answer.how, answer.status) == (how, "optimal")
    assert answer.case["grid_network"]
    assert refused(answer.case, answer.outcome.placed) == {}
    scenario, facts = loaded.asked([change])
    anew = optimize(make_case(facts, scenario), scenario)
    assert answer.bound == pytest.approx(anew.bound, rel=1e-6)


def test_the_tables_of_a_question_are_those_of_its_scenario_alone(
    loaded: Loaded, tmp_path: Path
) -> None:
    """Cuts that the sites left cannot reach are none of its limits."""
    change = "forbid=haenam-154kv-1"
    answer, (scenario, facts) = loaded.what_if([change]), loaded.asked([change])
    case = loaded.case_of(scenario, facts)
    assert case.sets["SITE"] == answer.case.sets["SITE"]
    plan_of(facts, scenario, case, answer.outcome, worth=False).write(tmp_path / "plan")
    assert verify(tmp_path / "plan") == []


def test_zones_without_a_site_left_have_no_limit() -> None:
    zones = {"zone": {"a": "here", "b": "there"}, "zone_headroom_mw": {"here": 50.0, "there": 9.0}}
    power = pd.DataFrame(
        columns=[
            "site_id",
            "period",
            "steps_count",
            "energy_mwh_per_year",
            "connected_mw",
            "facility_mw",
        ]  # fmt: skip
    )
    for sites, limited in (("ab", {"here", "there"}), ("a", {"here"})):
        case = among(tiny_case(**zones), sites)
        found = of_grid(Book(case, Scenario(**TINY), {"power": power}))
        assert {limit.where for limit in found if limit.rule == "zone_headroom"} == limited


def test_what_the_network_refuses_is_looked_for_from_nothing(
    loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew = optimize(loaded.case, loaded.scenario)
    monkeypatch.setattr(module, "refused", lambda *_: {("KR", "summer-evening", 2027): None})
    monkeypatch.setattr(module, "_from_nothing", lambda *_: anew)
    assert loaded.what_if(["scale.facility_mw_min.2027=13"]).outcome is anew
    assert loaded.what_if(["systems[*].price_musd*=1.1"]).outcome is anew


def test_no_section_no_network() -> None:
    case = of()
    assert not case["node"]
    assert not {"node_load", "grid_limit"} & rows(case)
    assert list(of_network(Book(case, Scenario(**TINY), {}))) == []


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stated = {**SMALL, "grid": {"KR": {"hours": ["summer-evening"]}}}
    return plan(stated, worth=False).write(tmp_path_factory.mktemp("runs") / "small")


def test_a_plan_within_the_network_is_accepted(small: Path) -> None:
    assert verify(small) == []
    assert "grid_unserved,KR summer-evening,2027" in (small / "policies.csv").read_text()


def test_a_plan_names_the_network_it_rests_on(small: Path) -> None:
    inputs = pd.read_csv(small / "inputs.csv", dtype={"key": str})
    rows = inputs.groupby("table")["key"].nunique()
    assert rows["network_buses"] == 193
    assert set(inputs.query("table == 'network_hours'")["key"]) == {"summer-evening"}
    assert "KR/reserve_frac" in set(inputs["key"])
    assert "jp_areas" not in rows


def test_a_plan_without_one_rests_on_none(written: Path) -> None:
    inputs = pd.read_csv(written / "inputs.csv", dtype={"key": str})
    assert not inputs["table"].str.startswith(("network_", "jp_areas", "interconnectors")).any()
    assert not inputs["key"].str.endswith(NETWORK_PARAMETERS).any()
    policies = pd.read_csv(written / "policies.csv")
    assert not policies["rule"].isin(["grid_limit", "grid_unserved"]).any()


def test_a_plan_beyond_the_network_is_refused(small: Path) -> None:
    run = read_back(small)
    case = run.book.case
    (at,) = case["grid_network"]
    (site,) = set(run.tables["power"]["site_id"])
    node = case["node"][site]
    # 12 MW where the line ab leaves room for 6; and a cut of 5 MW
    tight = {
        "grid_network": {at: replace(little(), nodes=("a", node, "c"))},
        "grid_share": {("c", node): 1.0},
        "grid_most_mw": {("c", 2027): 5.0},
    }
    book = replace(run.book, case=case.having(values={**case.values, **tight}))
    found = "\n".join(answer.rules(replace(run, book=book)))
    assert "grid unserved (KR summer-evening, 2027) is 6" in found
    assert "grid limit (c, 2027) is 12" in found
    assert "must be at most 5" in found


def test_rows_of_the_network_are_named_as_their_limits() -> None:
    from models.build import build

    name = "KR winter-peak KR_L243 #1"
    case = tiny_case(
        node={"a": "70"}, grid_share={(name, "70"): 1.0}, grid_most_mw={(name, 2027): 9.0}
    )
    row = f"grid_limit[{name},2027]"
    assert row in compile_model(build(case)).row_names
    found = place(row, case)
    assert found is not None
    assert found.path == f"network, {name}"
    assert found.at == (("grid_most_mw", (name, 2027)),)


def test_sites_stand_at_the_nearest_bus_or_in_their_area() -> None:
    case = of(filters={"sites": {"include": ["haenam-solaseado", "ishikari-bay", "jeju-*"]}},
              grid={"KR": {"hours": ["summer-evening"]}, "JP": {}},
              periods=[2030], scale={})  # fmt: skip
    assert case["node"] == {"haenam-solaseado": "135", "ishikari-bay": "JP-HKD"}


def test_interconnectors_grow_in_their_year() -> None:
    found = networks(context(grid={"JP": {}}, periods=[2027, 2028, 2030]))
    hours = {t: network for (_, _, t), network in found.items()}
    to_tokyo = hours[2027].links.index("jp-th-tk")
    # 5,150 MW today, 10,280 from 2028
    assert hours[2027].link_mw[to_tokyo] == 5150
    assert hours[2028].link_mw[to_tokyo] == 10280
    assert hours[2028] is hours[2030]


def test_other_load_grows_from_the_reference_year() -> None:
    stated = context({"parameters[*/load_growth_frac_per_year].value": 0.01},
                     grid={"JP": {}}, periods=[2027])  # fmt: skip
    grown = networks(stated)["JP", "area-peak", 2027].demand_mw
    still = networks(context(grid={"JP": {}}, periods=[2027]))["JP", "area-peak", 2027].demand_mw
    assert grown == pytest.approx(1.01**2 * still)


WRONG = {
    "country": ({"CN": {}}, "grid.CN: has no network, found 'CN'; allowed: JP, KR"),
    "hour": ({"KR": {"hours": ["winter-peek"]}}, "unknown hour, found 'winter-peek'"),
    "near": ({"KR": {"hours": ["winter-peek"]}}, "did you mean 'winter-peak'?"),
    "areas": ({"JP": {"hours": ["winter-peak"]}}, "has one hour, area-peak"),
    "none": ({"KR": {"hours": []}}, "grid.KR.hours"),
}


@pytest.mark.parametrize(("grid", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_network_is_refused(grid: dict, said: str) -> None:
    with pytest.raises(InputError) as refusal:
        read({**SMALL, "grid": grid}, shipped())
    assert said in str(refusal.value)
