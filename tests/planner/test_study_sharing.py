"""Runs that differ in limits alone are answered by one loaded model, as good as solved alone."""

from pathlib import Path

import pytest

from planner.planning import plan
from planner.scenario_file import scenario_from
from planner.study import Base, job_of
from planner.study.lock import RUNS
from planner.study.rounds import How, Rounds
from planner.study.work import Job, Kept, read_record, work
from planner.verify import verify
from tests.planner.test_loaded import SCENARIO
from tests.region import shipped

BUDGETS = ("budget.capex_musd_total=8000", "budget.capex_musd_total=4000")
PRICE = "systems[vr-nvl72-maxq].price_musd*=1.1"
NONE = "budget.capex_musd_total=10"


def jobs(folder: Path, *changes: str) -> list[Job]:
    base = Base((), scenario_from(SCENARIO))
    (folder / RUNS).mkdir(exist_ok=True)
    return [job_of(SCENARIO, [change], shipped(), folder, base=base) for change in changes]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time a model is loaded."""
    import planner.loaded

    seen: list[int] = []
    made = planner.loaded.Loaded.__init__

    def counted(self, *args, **named) -> None:
        seen.append(1)
        made(self, *args, **named)

    monkeypatch.setattr(planner.loaded.Loaded, "__init__", counted)
    return seen


def test_what_is_no_limit_has_no_base(tmp_path: Path) -> None:
    found = [job.base for job in jobs(tmp_path, *BUDGETS, NONE, PRICE, "objective.name=tokens")]
    assert found == [(), (), (), None, ()]


def test_limits_are_answered_by_one_model_as_well_as_alone(tmp_path: Path, loads) -> None:
    kept = Kept(shipped())
    for job, change in zip(jobs(tmp_path, *BUDGETS), BUDGETS, strict=True):
        record = work(kept, job)
        alone = plan(SCENARIO, region=shipped(), overrides=[change], worth=False)
        assert record["status"] == alone.status == "optimal"
        assert record["bound"] == pytest.approx(alone.bound, rel=1e-3)
        assert record["value"] == pytest.approx(alone.value, rel=0.01)
        assert verify(job.folder) == []
    assert len(loads) == 1


def test_no_plan_within_a_limit_is_said_with_its_reason(tmp_path: Path, loads) -> None:
    (job,) = jobs(tmp_path, NONE)
    record = work(Kept(shipped()), job)
    assert record["status"] == "infeasible"
    assert "budget.capex_musd_total" in record["reason"]
    assert read_record(job.folder) == record


def test_rounds_go_by_their_base(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    text = "\n".join(f"{key}: {value!r}" for key, value in SCENARIO.items())
    path.write_text(text.replace("'", '"'))
    rounds = Rounds(path, shipped(), [], How(1))
    texts = [[change] for change in BUDGETS]
    with rounds.open(tmp_path / "out", "mark.json"):
        found = rounds.solve(texts, base=["objective.name=tokens"])
    assert [record["status"] for record in found] == ["optimal"] * 2
    assert all(record["objective"] == "tokens_per_mw" for record in found)
