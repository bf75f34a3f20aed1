"""What a sample draws because the facts call it uncertain, and which input explains the result."""

import numpy as np
import pytest

from planner.coefficients.what import fleet_serving
from planner.errors import InputError
from planner.reading import read
from planner.scenario_file import scenario_from
from planner.study.designs import runs_of
from planner.study.draws import with_draws
from planner.study.indices import crossed, indices
from planner.study.schema import Study, study_from
from tests.region import context, shipped

SCENARIO = {
    "name": "x",
    "periods": [2027],
    "demand": {"mix": {"chat": 1.0}},
    "filters": {"countries": ["KR"]},
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


def test_indices_of_a_function_that_is_known() -> None:
    # f = 4 x + 2 y + 0 z with x, y, z even in 0..1: variances 16/12, 4/12, 0; no interplay
    rng = np.random.default_rng(1)
    points = crossed(rng.random((2048, 6)))
    assert len(points) == 2048 * 5
    found = indices(points @ [4.0, 2.0, 0.0], 3)
    assert found is not None
    assert found[:, 0] == pytest.approx([0.8, 0.2, 0.0], abs=0.05)
    assert found[:, 1] == pytest.approx([0.8, 0.2, 0.0], abs=0.05)
    assert (found[:, 2:] < 0.05).all()
    # f = (x - 1/2)(y - 1/2): neither says anything alone, both say all together
    product = (points[:, 0] - 0.5) * (points[:, 1] - 0.5)
    found = indices(product, 3)
    assert found is not None
    assert found[:, 0] == pytest.approx([0, 0, 0], abs=0.08)
    assert found[:, 1] == pytest.approx([1, 1, 0], abs=0.08)


def test_indices_need_every_result() -> None:
    values = np.arange(10.0)
    assert indices(np.where(values == 3, np.nan, values), 3) is None
    assert indices(np.ones(10), 3) is None


def test_the_runs_of_a_design_for_indices() -> None:
    stated = {"design": "sobol_indices", "samples": 4, "over": {"a": [0.0, 1.0], "b": [0.0, 1.0]}}
    runs = runs_of(study_from({"name": "x", "scenario": "x.yaml", **stated}))
    a, b, mixed_a, mixed_b = (runs[i : i + 4] for i in range(0, 16, 4))
    assert len(runs) == 16
    assert [run.inputs["a"] for run in mixed_a] == [run.inputs["a"] for run in b]
    assert [run.inputs["b"] for run in mixed_a] == [run.inputs["b"] for run in a]
    assert [run.inputs["b"] for run in mixed_b] == [run.inputs["b"] for run in b]
