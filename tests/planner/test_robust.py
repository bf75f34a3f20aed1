"""A robust plan from end to end: one choice for all futures, each served by a plan that holds."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

from models.blocks.objective import OBJECTIVES
from planner.robust import robust
from planner.robust.futures import mean_of
from planner.robust.results import Robust, regret
from planner.study.designs import Run
from planner.study.rounds import How
from planner.verify import verify
from tests.region import shipped

GAIN = "serving.software_gain_frac_per_year"
LATE = "permit_regions[KR-DEZ].extra_lead_years"
SCENARIO = """\
name: three-sites
periods: [2027]
scale: {facility_mw_min: {2027: 12}, facility_mw_max: {2027: 14}}
demand: {mix: {chat: 1.0}}
filters:
  countries: [KR]
  sites: {include: [ulsan-ulju-154kv-1, wonju-154kv-1, haenam-154kv-1]}
  cooling: {include: ["dtc-*"]}
solve: {gap_frac: 0.02}
"""
STUDY = f"""\
name: futures
scenario: three-sites.yaml
design: list
runs:
  as planned: {{{GAIN}: 0.0}}
  better software: {{{GAIN}: 0.2}}
  late in Ulsan: {{{GAIN}: 0.1, "{LATE}": "+2"}}
"""


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    (tmp_path / "three-sites.yaml").write_text(SCENARIO)
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def test_one_choice_serves_every_future(
    stated: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    out = tmp_path / "out"
    result = run("robust", stated, "--out", out)
    assert result.exit_code == 0, result.output
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    rows = pd.read_csv(out / "robust.csv").set_index("future")
    said = json.loads((out / "robust.json").read_text())
    # as long as MW are alike, the value is the mean of the futures' ratios
    loads = rows["facility_mw"]
    weighed = (rows["robust_value"] * loads).sum() / loads.sum()
    assert said["value"] == pytest.approx(weighed, rel=1e-6)
    assert said["value"] <= said["bound"] * (1 + 1e-9)
    assert said["gap_frac"] <= 0.02
    # nobody does better than by knowing, and no choice better than the one proven best
    assert (rows["robust_value"] <= rows["known_bound"] * (1 + 1e-6)).all()
    assert said["value_of_plan_for_the_mean"] is None or (
        said["value_of_plan_for_the_mean"] <= said["value"]
    )
    assert said["value_of_perfect_information"] >= 0
    choices = []
    for name in rows.index:
        folder = out / "plans" / name
        assert verify(folder) == []
        halls = pd.read_csv(folder / "halls.csv")[["site_id", "period", "design_id", "halls_count"]]
        power = pd.read_csv(folder / "power.csv")[["site_id", "period", "steps_count"]]
        choices.append((halls.to_dict("records"), power.to_dict("records")))
    # Ulsan stands in no future that lacks it; else the choice is one
    late = rows.index.get_loc("late in Ulsan")
    assert choices[0] == choices[1]
    for part in (0, 1):
        kept = [row for row in choices[0][part] if not row["site_id"].startswith("ulsan")]
        assert choices[late][part] == kept
    again = run("robust", stated, "--out", out, "--resume", "--worst", 0.34, "--json")
    worst = json.loads(again.stdout)
    assert worst["worst_share_frac"] == 0.34
    assert worst["value"] <= said["bound"]


def test_bad_input_is_told_before_anything_is_solved(
    stated: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    stated.write_text(STUDY.split("  better")[0])
    result = run("robust", stated, "--out", tmp_path / "out", "--worst", 2)
    assert result.exit_code == 2
    assert "--worst" in result.stderr
    assert "at least 2 runs" in result.stderr
    stated.write_text(STUDY.replace("KR-DEZ", "KR-DZE"))
    result = run("robust", stated, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "KR-DEZ" in result.stderr
    stated.write_text(f"{STUDY}  later: {{periods: [2028], scale: {{}}}}\n"
                      "  other: {objective.name: cost_per_mtoken}\n")  # fmt: skip
    result = run("robust", stated, "--out", tmp_path / "out")
    assert result.exit_code == 2
    for said in ("line 8", "run 'later' has another periods", "[2027]", "line 9",
                 "run 'other' has another objective.name", "tokens_per_mw"):  # fmt: skip
        assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_future_without_a_plan_is_named(
    stated: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    stated.write_text(
        STUDY.split("  better")[0] + "  poor: {scale: {facility_mw_min: {2027: 5000}}}\n"
    )
    result = run("robust", stated, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "No choice serves every future: no plan in poor: scale.facility_mw_min" in result.stdout
    rows = pd.read_csv(tmp_path / "out" / "robust.csv").set_index("future")
    assert rows.at["poor", "status"] == "infeasible"
    assert "5,000 MW" in rows.at["poor", "reason"]


def test_the_mean_of_inputs(stated: Path) -> None:
    scenario = stated.parent / "three-sites.yaml"

    def inputs(*runs: dict) -> dict | None:
        named = [Run(f"{i}", run) for i, run in enumerate(runs)]
        found = mean_of(named, scenario, [], shipped())
        return None if found is None else dict(found.run.inputs)

    assert inputs({GAIN: 0.1}, {GAIN: 0.3}) == {GAIN: pytest.approx(0.2)}
    # a run that leaves a change out does not change it
    assert inputs({LATE: "+2"}, {}, {}) == {LATE: "+0.666666667"}
    prices = "systems[*].price_musd"
    assert inputs({prices: "*1.4"}, {}) == {prices: "*1.2"}
    # what a number is where it is not stated is not known here; words have no mean
    assert inputs({GAIN: 0.1}, {}) is None
    assert inputs({"objective.name": "tokens"}, {"objective.name": "npv"}) is None
    assert inputs({prices: "*1.4"}, {prices: "+1"}) is None


@pytest.mark.parametrize(("more", "turn"), [(True, 1.0), (False, -1.0)])
def test_what_knowing_is_worth_is_never_less_than_nothing(more: bool, turn: float) -> None:
    def found(value: float, known: float, mean: float) -> Robust:
        frame = pd.DataFrame({"future": []})
        return Robust("x", "u", 1.0, turn * value, None, "", turn * known, turn * mean, True, 0.01,
                      frame, frame, "", 0.0, more)  # fmt: skip

    assert (found(5.0, 6.0, 3.0).information, found(5.0, 6.0, 3.0).solution) == (1.0, 2.0)
    # within their gaps, plans that know may be worse, and the plan for the mean as good
    assert (found(5.0, 4.9, 5.0).information, found(5.0, 4.9, 5.0).solution) == (0.0, 0.0)


def test_the_plan_for_the_mean_is_taken_where_it_is_better(
    stated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what was found within the gap is worse: here, nothing was found at all."""
    even = STUDY.split("  late")[0]
    stated.write_text(even)
    monkeypatch.setattr("planner.robust.here_and_now", lambda *_: None)
    found = robust(stated, tmp_path / "out", region=shipped(), how=How(workers=1))
    assert found.value == found.mean is not None
    assert found.solution == 0
    assert verify(tmp_path / "out" / "plans" / "as planned") == []


def test_regret_is_what_is_lost_and_no_gain() -> None:
    tokens, cost = OBJECTIVES["tokens_per_mw"], OBJECTIVES["cost_per_mtoken"]
    assert regret(tokens, 100.0, 98.0) == pytest.approx(0.02)
    assert regret(tokens, 98.0, 100.0) == 0.0
    assert regret(cost, 0.1, 0.11) == pytest.approx(0.1)
    assert regret(cost, 0.11, 0.1) == 0.0
    assert regret(cost, None, 0.1) is None
