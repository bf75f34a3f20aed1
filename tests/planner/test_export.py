"""The model written for another solver: read back, it has the same optimum."""

import io
from collections.abc import Callable
from pathlib import Path

import highspy
import numpy as np
import pytest
from scipy.sparse import csc_array

from models.blocks.objective import OBJECTIVES, WHERE_ASKED
from models.build import build
from models.case import Case
from planner.errors import Infeasible, InputError
from planner.export import export, write_mps
from planner.solve.compile import NOWHERE, Compiled, compile_model
from planner.solve.highs import Solver
from planner.solve.named import Names
from tests.tiny import tiny_case


def read_back(path: Path) -> highspy.Highs:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    return highs


def rich_case() -> Case:
    """Whole halls and steps, a budget, equalities, and a name with a blank."""
    return tiny_case(
        2,
        capex_total_musd_max={"all": 400.0},
        facility_mw_min={("all", 2027): 20.0},
        vendor={"fast": "F and G", "slow": "S"},
        vendor_frac={("F and G", "mw"): 0.7},
    )


@pytest.mark.parametrize("r", [0.0, 15.0])
def test_read_back_it_has_the_same_optimum(tmp_path: Path, r: float) -> None:
    compiled = compile_model(build(rich_case()))
    over, under = compiled.column["tokens_total"], compiled.column["facility_total"]
    solver = Solver(compiled, threads=1)
    solver.maximise({"tokens_total": 1.0, "facility_total": -r})
    here = solver.run()
    path = tmp_path / "model.mps"
    with path.open("w") as file:
        write_mps(file, compiled, {over: -1.0, under: r}, ["a tiny case"])
    there = read_back(path)
    there.run()
    assert there.getInfo().objective_function_value == pytest.approx(-here.objective, rel=1e-9)
    assert there.getLp().num_row_ == len(compiled.row_names)
    assert sum(there.getLp().integrality_ == np.array(highspy.HighsVarType.kInteger)) == (
        compiled.integer.sum()
    )


def test_names_are_the_models_own(tmp_path: Path) -> None:
    compiled = compile_model(build(rich_case()))
    path = tmp_path / "model.mps"
    with path.open("w") as file:
        write_mps(file, compiled, {}, [])
    lp = read_back(path).getLp()
    assert list(lp.col_names_) == list(compiled.column_names)
    assert "vendor_share[F_and_G,mw,2027]" in list(lp.row_names_)


def test_every_kind_of_bound_and_row_survives() -> None:
    inf = float("inf")
    low, high = np.array([0, -inf, -inf, 2, 0, -3.0]), np.array([inf, inf, 4, 2, inf, 7.5])
    row_low, row_high = np.array([1.0, -inf, 2, -inf]), np.array([3.0, 5, 2, inf])
    model = Compiled(
        matrix=csc_array(np.arange(1.0, 25.0).reshape(4, 6)),
        row_low=row_low,
        row_high=row_high,
        low=low,
        high=high,
        integer=np.array([False, False, False, False, True, True]),
        columns=Names.of("abcdef"),
        rows=Names.of(["between", "most", "exactly", "nothing"]),
        place=np.full(6, NOWHERE),
    )
    text = io.StringIO()
    write_mps(text, model, {0: 1.5}, ["first", "second"])
    lines = text.getvalue().splitlines()
    assert lines[:3] == ["* first", "* second", "NAME ai_factories"]
    expected = (
        " N goal| L between| L most| E exactly| N nothing| a goal 1.5| RHS between 3.0"
        "| RHS most 5.0| RHS exactly 2.0| RNG between 2.0| FR BND b| MI BND c| UP BND c 4.0"
        "| FX BND d 2.0| LO BND e 0.0| PL BND e| LO BND f -3.0| UP BND f 7.5"
    )
    assert [line for line in lines if line in expected.split("|")] == expected.split("|")


def test_a_scenario_is_written_whole(small: Callable[..., Path], tmp_path: Path) -> None:
    scenario = small("filters: {countries: [KR], sites: {include: ['geumsan-*', 'wonju-*']}}\n")
    for form in ("where-what", "reference"):
        path = export(scenario, tmp_path / f"{form}.mps", form)
        first = path.read_text().splitlines()[:2]
        assert form in first[0]
        best = float(first[1].rsplit(" ", 1)[1])
        there = read_back(path)
        for column in range(there.getNumCol()):  # the relaxation's value at its own ratio is 0
            there.changeColIntegrality(column, highspy.HighsVarType.kContinuous)
        there.run()
        least = there.getInfo().objective_function_value
        assert best > 0
        built = dict(zip(there.getLp().col_names_, there.getSolution().col_value, strict=True))
        assert built["facility_total"] >= 20 - 1e-6  # the floor of the scenario
        if form == "where-what":
            assert least == pytest.approx(0.0, abs=1e-6 * best * 20)
        else:
            assert least >= -1e-6 * best * 20  # the grouped form is a relaxation of this one
    assert {path.name for path in tmp_path.glob("*.mps")} == {"where-what.mps", "reference.mps"}


def test_refused(small: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a name ending in .mps"):
        export(small(), tmp_path / "model.lp")
    late = small("filters: {countries: [KR], sites: {include: ['wonju-*']}}\n"
                 "policies: {first_year: {KR: 2028}}\n")  # fmt: skip
    with pytest.raises(Infeasible, match="power reaches no site by then"):
        export(late, tmp_path / "model.mps")
    assert not (tmp_path / "model.mps").exists()


def test_every_objective_can_be_aimed_at() -> None:
    case = rich_case()
    asked = {"objective_asked": dict.fromkeys(WHERE_ASKED, 1.0)}
    asked["apart_weight"] = {case.sets["SITE"][0]: 1.0}
    compiled = compile_model(build(case.having(values={**case.values, **asked})))
    for ratio in OBJECTIVES.values():
        assert {ratio.over, ratio.under} <= set(compiled.column)
