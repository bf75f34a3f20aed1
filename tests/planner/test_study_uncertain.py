"""What a sample draws because the facts call it uncertain, and which input explains the result."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from planner.coefficients.what import fleet_serving
from planner.errors import InputError
from planner.reading import read
from planner.scenario_file import scenario_from
from planner.study.designs import runs_of
from planner.study.draws import with_draws
from planner.study.effects import effects, run_table
from planner.study.indices import crossed, indices
from planner.study.schema import Study, study_from
from tests.planner.test_study import PRICE
from tests.planner.test_study import SCENARIO as ONE_SITE
from tests.region import context, shipped

SCENARIO = {
    "name": "x",
    "periods": [2027],
    "demand": {"mix": {"chat": 1.0}},
    "filters": {"countries": ["KR"]},
}

FOR_INDICES = {
    "name": "x",
    "scenario": "x.yaml",
    "design": "sobol_indices",
    "samples": 4,
    "over": {"a": [0.0, 1.0], "b": [0.0, 1.0]},
}


def drawn(**stated) -> Study:
    study = study_from({"name": "x", "scenario": "x.yaml", **stated})
    return with_draws(study, scenario_from(SCENARIO), shipped())


def test_the_throughput_core_is_drawn_within_its_own_intervals() -> None:
    study = drawn(design="latin_hypercube", samples=4, draw=["throughput"])
    assert study.over == {  # data/throughput/throughput_intervals.csv
        "serving.measured_over_predicted.dense": [0.7588, 1.1622],
        "serving.measured_over_predicted.moe": [0.7357, 1.2477],
        "serving.measured_over_predicted.extrapolated": [0.6156, 1.2477],
    }
    for run in runs_of(study):
        read({**SCENARIO}, shipped(), run.overrides)
        assert 0.7357 <= run.inputs["serving.measured_over_predicted.moe"] <= 1.2477


def test_recalled_parameters_are_drawn_between_their_own_ends() -> None:
    stated = {"parameters[*/availability_frac].value": [0.9, 0.99]}
    study = drawn(design="sobol", samples=2, draw=["recalled"], over=stated)
    rows = shipped().tables["parameters"].set_index(["scope", "parameter"])
    assert study.over["parameters[*/availability_frac].value"] == [0.9, 0.99]  # as stated
    assert len(study.over) > 3
    for path, (low, high) in study.over.items():
        scope, name = path.split("[")[1].split("]")[0].split("/")
        assert scope in ("*", "KR")
        row = rows.loc[(scope, name)]
        if path not in stated:
            assert (row["low"], row["high"]) == (low, high)
            weak = row["confidence"] in ("recalled", "assumed") or "value" in row["recalled"]
            assert weak
    for run in runs_of(study):
        read({**SCENARIO}, shipped(), run.overrides)


def test_recalled_cells_of_a_table_are_off_together_by_what_the_study_states() -> None:
    study = drawn(design="sobol", samples=4, draw=["recalled"],
                  recalled_error_frac={"systems": 0.2, "supply_options": 0.5})  # fmt: skip
    assert study.over["systems[recalled].price_musd"] == ["*0.8", "*1.2"]
    # a share of one at most: the greatest recalled share of the table has no room above
    most = shipped().tables["supply_options"]["round_trip_frac"].max()
    assert most == 1
    assert float(study.over["supply_options[recalled].round_trip_frac"][1][1:]) < 1
    assert "systems[recalled].available_from_year" not in study.over
    before = shipped().tables["systems"]
    run = runs_of(study)[0]
    _, region = read({**SCENARIO}, shipped(), run.overrides)
    after = region.tables["systems"]
    weak = before["confidence"].isin(["recalled", "assumed"])
    weak |= before["recalled"].map(lambda names: "price_musd" in names.split(";"))
    assert weak.any()
    assert not weak.all()
    factor = float(str(run.inputs["systems[recalled].price_musd"])[1:])
    assert after["price_musd"][weak].to_numpy() == pytest.approx(
        before["price_musd"][weak] * factor
    )
    assert after["price_musd"][~weak].equals(before["price_musd"][~weak])


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ({"sistems": 0.2}, "did you mean 'systems'"),
        ({"parameters": 0.2}, "ends of its own"),
        ({"systems": 1.5}, "less than 1"),
    ],
)
def test_an_error_that_makes_no_sense_is_refused(errors: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        drawn(design="sobol", samples=4, draw=["recalled"], recalled_error_frac=errors)


def test_a_factor_on_predicted_throughput_is_of_the_llm_or_of_the_unmeasured_chip() -> None:
    base = fleet_serving(context())
    factors = {"moe": 0.8, "extrapolated": 0.5}  # chat is served by a mixture of experts
    scaled = fleet_serving(context(serving={"measured_over_predicted": factors}))
    both = base.merge(scaled, on=["system_id", "state_id", "workload_id"], suffixes=("", "_new"))
    ratio = both["tokens_per_s_new"] / both["tokens_per_s"]
    unmeasured = both["extrapolated_flag"] == 1
    assert unmeasured.any()
    assert not unmeasured.all()
    assert ratio[unmeasured].to_numpy() == pytest.approx(0.5)
    assert ratio[~unmeasured].to_numpy() == pytest.approx(0.8)
    assert len(both) == len(base)
    assert (both["it_kw"] == both["it_kw_new"]).all()


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"design": "grid", "over": {"a": [1]}, "draw": ["recalled"]}, "takes no 'draw'"),
        ({"design": "sobol", "draw": ["recalled"]}, "needs 'samples'"),
        (
            {
                "design": "sobol",
                "samples": 4,
                "over": {"a": [1, 2]},
                "recalled_error_frac": {"systems": 0.1},
            },
            "needs 'recalled' among 'draw'",
        ),
        ({"design": "sobol", "samples": 4, "draw": ["recaled"]}, "did you mean 'recalled'"),
        ({"design": "sobol_indices", "samples": 3, "over": {"a": [1, 2]}}, "power of 2, not 3"),
        ({"design": "sobol_indices", "samples": 8192, "over": {"a": [1, 2]}}, "makes 24,576 runs"),
    ],
)
def test_a_sample_that_makes_no_sense_is_refused(stated: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        runs_of(study_from({"name": "x", "scenario": "x.yaml", **stated}))


def stated_of(values: np.ndarray, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices, first order and total, and their errors, a row an input."""
    found = indices(values, inputs)
    assert found is not None
    return found[:, :2], found[:, 2:]


def test_indices_of_a_function_that_is_known() -> None:
    # Ishigami and Homma 1990, doi:10.1109/ISUMA.1990.151285: f = sin x + 7 sin2 y + z^4 sin x / 10,
    # each between -pi and pi; with V = 49/8 + pi^4/50 + pi^8/1800 + 1/2
    # alone: (1 + pi^4/50)^2 / 2V, 49/8V, 0; x and z together: 8 pi^8 / 22500 V
    points = crossed(3, 1024)
    assert points.shape == (1024 * 5, 3)
    x, y, z = np.pi * (2 * points.T - 1)
    found, error = stated_of(np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x), 3)
    variance = 49 / 8 + np.pi**4 / 50 + np.pi**8 / 1800 + 1 / 2
    alone = np.array([(1 + np.pi**4 / 50) ** 2 / 2, 49 / 8, 0]) / variance
    together = 8 * np.pi**8 / 22500 / variance
    known = np.stack([alone, alone + [together, 0, together]], axis=1)
    assert known == pytest.approx(
        np.array([[0.3139, 0.5576], [0.4424, 0.4424], [0, 0.2437]]), abs=1e-4
    )
    assert (abs(found - known) < 2 * error).all()
    assert (error < 0.06).all()


def test_an_input_that_nothing_hangs_on_has_no_index() -> None:
    # f = 4 x + 2 y + 0 z with x, y, z even in 0..1: variances 16/12, 4/12, 0; no interplay
    found, error = stated_of(crossed(3, 1024) @ [4.0, 2.0, 0.0], 3)
    assert (abs(found - [[0.8, 0.8], [0.2, 0.2], [0, 0]]) <= 2 * error).all()
    assert not found[2].any()
    assert not error[2].any()


def test_errors_fall_with_the_root_of_the_points_and_are_the_same_again() -> None:
    values = {n: crossed(2, n) @ [1.0, 1.0] for n in (64, 1024)}
    few, many = (stated_of(values[n], 2)[1] for n in (64, 1024))
    assert few / many == pytest.approx(np.full((2, 2), 4.0), rel=0.4)
    assert (stated_of(values[64], 2)[1] == few).all()


def test_indices_need_every_result_and_something_that_moves() -> None:
    values = np.arange(12.0)
    assert indices(values, 2) is not None
    assert indices(np.where(values == 3, np.nan, values), 2) is None
    assert indices(np.ones(12), 2) is None
    assert indices(np.tile([1.0, 2.0, 3.0, 1.0], 3), 2) is None  # A and B alike


def test_the_runs_of_a_design_for_indices() -> None:
    runs = runs_of(study_from(FOR_INDICES))
    a, mixed_a, mixed_b, b = (runs[i::4] for i in range(4))
    assert len(runs) == 16
    assert [run.inputs["a"] for run in mixed_a] == [run.inputs["a"] for run in b]
    assert [run.inputs["b"] for run in mixed_a] == [run.inputs["b"] for run in a]
    assert [run.inputs["b"] for run in mixed_b] == [run.inputs["b"] for run in b]
    assert [run.inputs["a"] for run in mixed_b] == [run.inputs["a"] for run in a]
    assert runs == runs_of(study_from(FOR_INDICES))
    assert runs != runs_of(study_from({**FOR_INDICES, "seed": 1}))


def test_a_run_without_a_plan_leaves_no_indices() -> None:
    study = study_from(FOR_INDICES)
    runs = runs_of(study)
    values = [run.inputs["a"] + 2 * run.inputs["b"] for run in runs]
    records = {
        str(i): {"status": "optimal", "objective": "tokens", "value": value, "figures": {}}
        for i, value in enumerate(values)
    }
    orders = ["first_order_frac", "total_order_frac", "first_order_error_frac",
              "total_order_error_frac"]  # fmt: skip
    whole = effects(study, runs, run_table(study, runs, list(records), records))
    assert whole[orders].notna().all(axis=None)
    by_input = whole.groupby("input")["total_order_frac"].first()
    assert by_input["b"] > by_input["a"]
    records["5"] = {"status": "infeasible"}
    spoiled = effects(study, runs, run_table(study, runs, list(records), records))
    assert spoiled[orders].isna().all(axis=None)
    assert spoiled["value"].notna().all()


def test_without_salib_a_design_for_indices_is_refused_before_the_first_run(
    tmp_path: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SALib", "SALib.sample"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "one-site.yaml").write_text(ONE_SITE)
    path = tmp_path / "study.yaml"
    over = f'{{"{PRICE}": ["*0.8", "*1.2"]}}'
    path.write_text(
        f"name: x\nscenario: one-site.yaml\ndesign: sobol_indices\nsamples: 2\nover: {over}\n"
    )
    result = run("study", path, "--out", tmp_path / "out")
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "study.yaml, line 3" in said
    assert "needs SALib" in said
    assert "pip install 'ai-factory-planner[indices]'" in said
    assert not (tmp_path / "out").exists()
