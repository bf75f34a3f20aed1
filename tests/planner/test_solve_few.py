"""A few columns in play: rows that say something, units, and a bound that holds for all sites."""

import numpy as np
import pytest
from hypothesis import given, settings

from models.blocks.objective import OBJECTIVES
from planner.solve.compile import compile_case
from planner.solve.few import Few, saying, units
from planner.solve.highs import Solver
from planner.solve.own import Others, OwnRows
from planner.solve.ratio import costs_at
from planner.solve.split import split
from tests.planner.test_properties import seeded
from tests.random_cases import small_cases
from tests.tiny import YEARS, tiny_case

NEVER = float("inf")
RATIO = OBJECTIVES["tokens_per_mw"]


def few_of(case, r):
    """Nothing of any site in play, at costs N - r D; and all of the model."""
    compiled = compile_case(case)
    parts = split(compiled, case.sets["SITE"])
    costs = costs_at(compiled, RATIO, r)
    others = Others(compiled, parts, OwnRows(compiled, parts))
    return Few(compiled, parts, others, costs), compiled, costs


def best_of_all(compiled, costs):
    solver = Solver(compiled, threads=1)
    solver.whole(False)
    solver.maximise_vector(costs)
    return solver.run()


def test_a_unit_is_what_a_site_has_of_one_design_or_step():
    case = tiny_case(2, periods=YEARS)
    compiled = compile_case(case)
    unit, rest = units(compiled, split(compiled, case.sets["SITE"]))
    of = {name: unit[i] for i, name in enumerate(compiled.column_names)}
    assert of["halls[a,dry,2027]"] == of["it_mw[a,dry,2028]"] != of["halls[b,dry,2027]"]
    assert of["connect[a,1,2027]"] not in (of["halls[a,dry,2027]"], of["open[a,2027]"])
    assert of["open[a,2027]"] == of["open[a,2028]"] == rest[0]
    assert of["tokens_total"] == 0


def test_rows_of_what_is_out_of_play_are_left_out():
    case = tiny_case(3, outage_frac={"KR": 0.5}, outage_workload={("KR", "chat"): 1})
    compiled = compile_case(case)
    parts = split(compiled, case.sets["SITE"])
    nobody = np.flatnonzero(parts.of_column < 0)
    rows = [compiled.row_names[i] for i in saying(compiled, nobody)]
    assert not [name for name in rows if name.startswith(("halls_", "hall_load", "grid_"))]
    # without load at any site, the loss of one says the same as the loss of another
    assert len([name for name in rows if name.startswith("survivors_it_load")]) == 1
    every = saying(compiled, np.arange(len(compiled.low)))
    names = {compiled.row_names[i] for i in every}
    assert len([name for name in names if name.startswith("survivors_it_load")]) == 3
    assert {"hall_load[a,dry,2027]", "grid_connection[c,2027]"} <= names


@settings(seeded, max_examples=12)
@given(case=small_cases())
def test_no_bound_is_below_the_best_of_all_and_the_last_is_just_that(case):
    r = 0.5
    few, compiled, costs = few_of(case, r)
    best = best_of_all(compiled, costs)
    if best.state != "optimal":
        return
    few.take(np.flatnonzero(np.abs(best.x) > 1e-9)[::2])  # half of what is needed, at most
    scale = max(abs(best.objective), 1.0)
    for _ in range(60):
        answer = few.run(None, False, NEVER)
        if answer.state != "optimal":  # what is in play is not enough for a plan: all comes in
            few.take(np.arange(len(compiled.low)))
            continue
        found = few.bounded(answer, NEVER)
        assert found.most >= best.objective - 1e-6 * scale
        assert answer.objective <= best.objective + 1e-6 * scale
        before = few.size
        few.take(few.worthiest(found, 2))
        if few.size == before:
            break
    assert found.most == pytest.approx(best.objective, abs=1e-6 * scale)


def test_more_in_play_goes_on_from_where_less_ended():
    case = tiny_case(3, facility_mw_min={("all", 2027): 40.0})
    few, compiled, costs = few_of(case, 30.0)
    best = best_of_all(compiled, costs)
    there = [compiled.column[f"{name}[{s},dry,2027]"] for name in ("halls", "it_mw") for s in "ab"]
    few.take(np.array([*there, *(compiled.column[f"connect[{s},1,2027]"] for s in "ab")]))
    first = few.run(None, False, NEVER)
    ended = few.ended(first)
    few.take(np.arange(len(compiled.low)))
    assert few.size > len(ended.columns)
    again = few.run(ended, True, NEVER)
    assert again.objective == pytest.approx(best.objective)
    assert few.spread(ended)[ended.columns] == pytest.approx(first.x)
