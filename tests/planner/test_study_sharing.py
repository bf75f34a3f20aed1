"""Runs that differ in limits, prices and demand are answered by one model, as well as alone."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import planner.loaded
import planner.study
from planner.origin import Origin
from planner.planning import plan
from planner.scenario_file import read_scenario, scenario_from
from planner.scenario_yaml import parse_value
from planner.study import Base, job_of
from planner.study.lock import RUNS
from planner.study.rounds import Asked, How, Rounds
from planner.study.schema import Study, study_from
from planner.study.work import RECORD, Job, Kept, Movable, read_record, work
from planner.verify import verify
from tests.planner.test_loaded import SCENARIO
from tests.region import shipped

BUDGETS = ("budget.capex_musd_total=8000", "budget.capex_musd_total=4000")
PRICES = (
    ("systems[vr-nvl72-maxq].price_musd*=1.1",),
    ("systems[*].price_musd*=0.8",),
    ("parameters[*/network_frac].value*=1.3",),
    ("systems[*].price_musd*=1.3", "budget.capex_musd_total=5000"),
)
DEMAND = (
    ("demand.mix={chat: 0.5, batch-documents: 0.5}",),
    ("demand.peak_to_mean_ratio=1.9", "budget.capex_musd_total=5000"),
)
FREE = "systems[*].price_musd=0"
"""A price by its name, but its entries in the matrix go: the model has to be built anew."""

OTHER = (
    ("objective.name=tokens", "tariffs[*].energy_local_per_kwh*=1.1"),
    ("systems[*].price_musd*=0.8", "tariffs[*].energy_local_per_kwh*=1.1"),
    ("systems[*].price_musd*=0.8", "filters.sites.exclude=[gumi-154kv-1]"),
    ("systems[*].price_musd*=0.8", "demand.mix={chat: 0.5, reasoning: 0.5}"),
    ("systems[*].rack_kw*=1.01",),
    ("systems[*].life_years+=1",),
    ("parameters[*/krw_per_usd].value*=1.1",),
)
"""Neither limits nor such numbers, some of them beside prices of racks."""

NONE = "budget.capex_musd_total=10"


def jobs(folder: Path, *runs: tuple[str, ...]) -> list[Job]:
    base = Base((), scenario_from(SCENARIO))
    (folder / RUNS).mkdir(exist_ok=True)
    return [job_of(SCENARIO, changes, shipped(), folder, base=base) for changes in runs]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time a model is loaded."""
    seen: list[int] = []
    made = planner.loaded.Loaded.__init__

    def counted(self, *args, **named) -> None:
        seen.append(1)
        made(self, *args, **named)

    monkeypatch.setattr(planner.loaded.Loaded, "__init__", counted)
    return seen


def study_in(folder: Path, runs: tuple[tuple[str, ...], ...]) -> Study:
    """A list study of the scenario, written to the folder with it."""
    text = "\n".join(f"{key}: {value!r}" for key, value in SCENARIO.items())
    (folder / "s.yaml").write_text(text.replace("'", '"'))
    values = {}
    for i, changes in enumerate(runs):
        parts = [change.rpartition("=") for change in changes]
        values[f"r{i}"] = {
            path.rstrip("*"): f"*{value}" if path.endswith("*") else parse_value(value)
            for path, _, value in parts
        }
    stated = {"name": "s", "scenario": "s.yaml", "design": "list", "runs": values}
    return study_from(stated, Origin(str(folder / "study.yaml")))


def test_what_is_neither_limit_nor_price_of_racks_has_no_base(tmp_path: Path) -> None:
    limits = [(change,) for change in (*BUDGETS, NONE, "objective.name=tokens")]
    assert [job.base for job in jobs(tmp_path, *limits, *PRICES)] == [()] * 8
    assert [job.base for job in jobs(tmp_path, *OTHER)] == [None] * len(OTHER)


@pytest.mark.parametrize(
    ("runs", "shared_count"), [(PRICES, 4), (PRICES[:3], 0), ((*PRICES, *OTHER), 4)]
)
def test_a_study_shares_a_model_where_enough_runs_are_answered_by_it(
    tmp_path: Path, runs: tuple, shared_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Job] = []
    monkeypatch.setattr(planner.study, "solve_runs", lambda jobs, *_: asked.extend(jobs))
    planner.study.study(study_in(tmp_path, runs), tmp_path / "out", region=shipped(), workers=1)
    base = [job.base for job in asked]
    assert base == [("solve.threads=1",)] * shared_count + [None] * (len(runs) - shared_count)


def answered_as_alone(folder: Path, runs: tuple[tuple[str, ...], ...]) -> None:
    """By one process, each proven, and neither bound beaten by the other's plan."""
    kept = Kept(shipped())
    for job, changes in zip(jobs(folder, *runs), runs, strict=True):
        record = work(kept, job)
        alone = plan(SCENARIO, region=shipped(), overrides=changes, worth=False)
        assert record["status"] == alone.status == "optimal"
        assert record["gap_frac"] <= SCENARIO["solve"]["gap_frac"]
        assert record["bound"] == pytest.approx(alone.bound, rel=1e-3)
        assert alone.value is not None
        assert alone.bound is not None
        assert record["value"] <= alone.bound * (1 + 1e-6)
        assert alone.value <= record["bound"] * (1 + 1e-6)
        assert verify(job.folder) == []


def test_a_limit_may_be_left_to_the_run(tmp_path: Path) -> None:
    """It stands between the best there is and the base's plan; such a run is no other's."""
    kept, movable = Kept(shipped()), Movable("cost_per_mtoken")
    [plain] = jobs(tmp_path, ())
    base = Base((), scenario_from(SCENARIO))
    job = job_of(SCENARIO, (), shipped(), tmp_path, base=base, movable=movable)
    assert job.key != plain.key
    job = replace(job, near=(), times=1.0)
    record = work(kept, job)
    reach = kept.loaded(SCENARIO, ()).reach("cost_per_mtoken")
    assert reach is not None
    limit = record["limits"]["cost_per_mtoken"]
    assert reach[0] <= limit < reach[1]
    assert record["objectives"]["cost_per_mtoken"] <= limit * (1 + 1e-6)
    assert record["value"] <= work(kept, plain)["bound"]
    assert verify(job.folder) == []
    stated = read_scenario(job.folder / "scenario.yaml").objective.no_worse_than
    assert stated["cost_per_mtoken"] == limit


def test_the_plan_of_a_run_begun_from_is_not_written_again(tmp_path: Path) -> None:
    """A limit that the plan keeps as it is: the record says whose plan it is."""
    kept, base = Kept(shipped()), Base((), scenario_from(SCENARIO))
    plain, looser = (
        replace(job_of(SCENARIO, changes, shipped(), tmp_path, base=base), near=())
        for changes in ((), ("budget.capex_musd_total=8999",))
    )
    (tmp_path / RUNS).mkdir()
    first = work(kept, plain)
    known = f"{RUNS}/{plain.key}"
    second = work(kept, replace(looser, near=(known,)))
    assert second["same_as"] == known
    same = ("objectives", "figures", "sites", "status")
    assert {name: second[name] for name in same} == {name: first[name] for name in same}
    assert {path.name for path in looser.folder.iterdir()} == {RECORD}
    assert read_record(looser.folder) == second
    assert "same_as" not in first
    assert verify(plain.folder) == []


def test_limits_are_answered_by_one_model_as_well_as_alone(tmp_path: Path, loads) -> None:
    answered_as_alone(tmp_path, tuple((change,) for change in BUDGETS))
    assert len(loads) == 1


@pytest.mark.parametrize("runs", [PRICES, DEMAND], ids=["prices", "demand"])
def test_numbers_are_answered_by_one_model_as_well_as_alone(
    tmp_path: Path, loads, runs: tuple[tuple[str, ...], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    made = planner.loaded.WhatIf

    def told(how: str, *rest) -> planner.loaded.WhatIf:
        seen.append(how)
        return made(how, *rest)

    monkeypatch.setattr(planner.loaded, "WhatIf", told)
    answered_as_alone(tmp_path, runs)
    assert seen == ["numbers"] * len(runs)
    assert len(loads) == 1


def test_the_tables_are_at_the_prices_of_the_run(tmp_path: Path) -> None:
    kept, per_rack = Kept(shipped()), []
    for job in jobs(tmp_path, ("systems[*].price_musd*=0.5",), ("systems[*].price_musd*=1",)):
        racks_count = work(kept, job)["figures"]["racks_count"]
        budget = pd.read_csv(job.folder / "budget.csv")
        racks = (budget["kind"] == "capex") & (budget["item"] == "racks")
        per_rack.append(budget.loc[racks, "amount_musd"].sum() / racks_count)
    assert 0 < per_rack[0] < 0.7 * per_rack[1]


def test_a_price_that_cannot_be_put_into_the_model_is_planned_alone(tmp_path: Path, loads) -> None:
    (job,) = jobs(tmp_path, (FREE,))
    assert job.base == ()
    record = work(Kept(shipped()), job)
    alone = plan(SCENARIO, region=shipped(), overrides=[FREE], worth=False)
    assert (record["status"], record["value"]) == ("optimal", alone.value)
    assert len(loads) == 1


def test_no_plan_within_a_limit_is_said_with_its_reason(tmp_path: Path, loads) -> None:
    for changes in ((NONE,), (NONE, "systems[*].price_musd*=1.1")):
        (job,) = jobs(tmp_path, changes)
        record = work(Kept(shipped()), job)
        assert record["status"] == "infeasible"
        assert "budget.capex_musd_total" in record["reason"]
        assert read_record(job.folder) == record


def test_rounds_go_by_their_base(tmp_path: Path) -> None:
    path = study_in(tmp_path, PRICES).scenario_path
    rounds = Rounds(path, shipped(), [], How(1))
    asked = [Asked([change]) for change in BUDGETS]
    with rounds.open(tmp_path / "out", "mark.json"):
        found = rounds.solve(asked, base=["objective.name=tokens"])
    assert [record["status"] for record in found] == ["optimal"] * 2
    assert all(record["objective"] == "tokens_per_mw" for record in found)
