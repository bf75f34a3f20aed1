"""Alternatives of a plan at three sites: who can be spared is found by excluding each by hand."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import Result

from planner.errors import InputError
from planner.planning import plan
from planner.scenario_file import scenario_from
from planner.verify import verify
from tests.region import shipped

SITES = ["ulsan-ulju-154kv-1", "ulsan-jung-154kv-1", "pohang-nam-154kv-1"]
SCENARIO = {
    "name": "three-sites",
    "periods": [2027],
    "scale": {"facility_mw_min": {2027: 12}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {
        "countries": ["KR"],
        "sites": {"include": SITES},
        "cooling": {"include": ["dtc-*"]},
    },
    "solve": {"gap_frac": 0.02},
}


def test_each_alternative_leaves_the_sites_before(
    tmp_path: Path, run: Callable[..., Result]
) -> None:
    stated, out = tmp_path / "three.json", tmp_path / "out"
    stated.write_text(json.dumps(SCENARIO).replace('"2027"', "2027"))
    result = run("alternatives", stated, "--out", out, "--count", 3, "--within", 0.2)
    assert result.exit_code == 0, result.output
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    rows = pd.read_csv(out / "alternatives.csv")
    # each site has power for all 12 MW and is within 20 % of the others: three plans of one site,
    # and no fourth that leaves all three
    assert list(rows["plan"]) == ["best", "alternative 1", "alternative 2", "alternative 3"][:4]
    assert sorted(rows["sites"][:3]) == sorted(SITES)
    assert rows["apart_frac"][1:3].tolist() == pytest.approx([1, 1])
    assert rows["apart_frac"][3] == pytest.approx(2 / 3)  # one of the three is used again
    assert rows["verified"].all()
    best = plan(SCENARIO, region=shipped(), worth=False)
    assert best.value is not None
    assert (rows["value"] >= 0.8 * rows["value"][0] * (1 - 1e-6)).all()
    assert rows["value"][0] == pytest.approx(best.value, rel=0.02)
    assert (rows["loss_frac"][1:] >= -0.02).all()  # the best is known within its gap
    sites = pd.read_csv(out / "alternative_sites.csv")
    assert sites["plans_count"].tolist() == [2, 1, 1]
    shutil.rmtree(out / "runs" / rows["folder"][3].split("/")[1])
    again = run("alternatives", stated, "--out", out, "--count", 3, "--within", 0.2)
    assert again.exit_code == 2
    assert "--resume" in again.stderr
    result = run(
        "alternatives", stated, "--out", out, "--count", 3, "--within", 0.2, "--resume", "--json"
    )
    assert [row["sites"] for row in json.loads(result.stdout)["plans"]] == rows["sites"].tolist()


def test_a_plan_that_is_not_so_far_apart_is_refused(tmp_path: Path) -> None:
    values: dict[str, Any] = {**SCENARIO, "objective": {
        "name": "apart", "then": ["tokens_per_mw"], "apart_from": {SITES[0]: 0.6, SITES[1]: 0.4},
    }}  # fmt: skip
    found = plan(values, region=shipped(), worth=False)
    assert found.value == pytest.approx(1.0)
    assert list(found.tables["power"]["site_id"]) == [SITES[2]]
    folder = found.write(tmp_path / "plan")
    assert verify(folder) == []
    document = json.loads((folder / "plan.json").read_text())
    spoiled = {**document, "objectives": {**document["objectives"], "apart": 0.6}}
    (folder / "plan.json").write_text(json.dumps(spoiled))
    assert "plan.json: objectives.apart is 0.6, not 1" in verify(folder)
    (folder / "plan.json").write_text(json.dumps({**document, "value": 0.4, "gap_frac": 1.5}))
    assert "plan.json: value is 0.4, but the tables give 1" in verify(folder)


def test_no_other_plan_is_an_answer(tmp_path: Path, run: Callable[..., Result]) -> None:
    stated, out = tmp_path / "one.json", tmp_path / "out"
    one = {**SCENARIO, "filters": {**SCENARIO["filters"], "sites": {"include": SITES[:1]}}}
    stated.write_text(json.dumps(one).replace('"2027"', "2027"))
    result = run("alternatives", stated, "--out", out)
    assert result.exit_code == 0, result.output
    assert "Every further plan within 1 % of the best uses the sites of those before." in (
        result.stdout
    )
    assert len(pd.read_csv(out / "alternatives.csv")) == 1


def test_bad_input_is_told_at_once(tmp_path: Path, run: Callable[..., Result]) -> None:
    stated = tmp_path / "three.json"
    stated.write_text(json.dumps(SCENARIO).replace('"2027"', "2027"))
    told = run("alternatives", stated, "--out", tmp_path / "x", "--count", 0, "--within", 1.5)
    assert told.exit_code == 2
    assert "--count" in told.stderr
    assert "--within" in told.stderr
    assert not (tmp_path / "x").exists()
    with pytest.raises(InputError, match="'apart' needs 'apart_from'"):
        scenario_from({**SCENARIO, "objective": {"name": "apart"}})
    wrong = {"name": "apart", "apart_from": {"ulsan-mippo": 1.0}}
    with pytest.raises(InputError, match=r"objective.apart_from.ulsan-mippo: unknown site"):
        plan({**SCENARIO, "objective": wrong}, region=shipped())
