"""Matrices of a model, and the door to the solver: costs, bounds, rows, integrality, answers."""

import time
from dataclasses import replace

import numpy as np
import pytest
from pyomo.environ import value

from models.build import build
from planner.halt import halting
from planner.solve import highs, unshifted
from planner.solve.basis import BASIC, LOWER, UPPER, ZERO, at_bounds
from planner.solve.compile import compile_model, load
from planner.solve.highs import Solver
from planner.solve.watch import Watch
from tests.tiny import tiny_case

NEVER = float("inf")


@pytest.fixture
def model():
    return build(tiny_case())


@pytest.fixture
def compiled(model):
    return compile_model(model)


def values(model, compiled):
    """What the variables hold, in the order of the columns."""
    return np.array([value(model.find_component(name)) for name in compiled.column_names])


@pytest.fixture
def solver(compiled):
    return Solver(compiled, threads=1)


def test_matrices_say_what_the_model_says(model, compiled):
    # body = row x + constant at every point, and the constant is on the other side
    rng = np.random.default_rng(0)
    constants = []
    for _ in range(2):
        load(model, compiled, rng.uniform(0, 5, len(compiled.low)))
        x = values(model, compiled)
        bodies = [value(model.find_component(name).body) for name in compiled.row_names]
        constants.append(bodies - compiled.matrix @ x)
    assert constants[0] == pytest.approx(constants[1])
    for i, name in enumerate(compiled.row_names):
        row = model.find_component(name)
        for side, bound in ((row.lower, compiled.row_low[i]), (row.upper, compiled.row_high[i])):
            if side is not None and np.isfinite(bound):
                assert bound == pytest.approx(value(side) - constants[0][i])


def test_every_column_and_integer_is_there(compiled):
    totals = {"one", "npv", "tokens_total", "facility_total", "cost_present", "carbon_total"}
    assert totals <= set(compiled.column)
    whole = {compiled.column_names[i].split("[")[0] for i in np.flatnonzero(compiled.integer)}
    assert whole == {"open", "connect", "halls"}


def test_whole_values_are_loaded_whole(model, compiled):
    x = np.full(len(compiled.low), 0.9999999)
    load(model, compiled, x)
    assert ((values(model, compiled) == 1.0) == compiled.integer).all()


def test_only_costs_change(solver):
    solver.maximise({"tokens_total": 1.0})
    most = solver.run()
    # both sites full: 24 / 1.2 and 24 / 1.3 MW IT of 20 Mtokens/s
    assert most.objective == pytest.approx(20 * (24 / 1.2 + 24 / 1.3))
    solver.maximise({"facility_total": -1.0})
    assert solver.run().objective == pytest.approx(-12)
    solver.maximise({"tokens_total": 1.0})
    assert solver.run().objective == pytest.approx(most.objective)


def test_whole_or_relaxed(compiled, solver):
    solver.maximise({"halls[a,dry,2027]": -1.0})
    solver.bounds(
        np.array([compiled.column["it_mw[a,dry,2027]"]]), np.array([5.0]), np.array([5.0])
    )
    assert solver.run().objective == pytest.approx(-1)
    solver.whole(False)
    assert not solver.is_mip()
    assert solver.run().objective == pytest.approx(-0.5)
    solver.whole(True)
    assert solver.run().objective == pytest.approx(-1)


def test_a_row_is_added_and_changed(solver):
    solver.maximise({"tokens_total": 1.0})
    row = solver.add_row({"tokens_total": 1.0}, -NEVER, 100.0)
    assert solver.run().objective == pytest.approx(100)
    solver.change_row(row, {"tokens_total": 2.0}, -NEVER, 100.0)
    assert solver.run().objective == pytest.approx(50)


def test_duals_of_a_limit(compiled, solver):
    # a token more for 0.06 MW more at a: 1 / 0.06 Mtokens/s for each MW of its grid
    solver.whole(False)
    solver.maximise({"tokens_total": 1.0})
    solver.run()
    price = solver.duals()[compiled.row["grid_connection[a,2027]"]]
    assert abs(price) == pytest.approx(1 / 0.06)
    assert len(solver.reduced_costs()) == len(compiled.low)


def test_infeasible(solver):
    solver.add_row({"tokens_total": 1.0}, 1e4, NEVER)
    solver.maximise({"tokens_total": 1.0})
    answer = solver.run()
    assert answer.state == "infeasible"
    assert not answer
    assert answer.x is None


def test_a_watch_can_stop_a_solve():
    class Impatient(Watch):
        stop = True

    case = tiny_case(8, facility_mw_min={("all", 2027): 150.0})
    solver = Solver(compile_model(build(case)), threads=1)
    solver.maximise({"cost_present": -1.0})
    begun = time.monotonic()
    assert solver.run(watch=Impatient()).state in ("stopped", "optimal")
    assert time.monotonic() - begun < 5


def test_a_start_is_kept_if_it_is_feasible(solver):
    solver.maximise({"tokens_total": 1.0})
    first = solver.run()
    solver.start_from(first.x)
    assert solver.run().objective == pytest.approx(first.objective)


def test_a_start_outlives_other_costs_and_bounds(solver):
    # HiGHS forgets what it was offered when costs or bounds change, and says so nowhere
    said = []
    solver.highs.cbLogging.subscribe(lambda event: said.append(event.message))
    solver.maximise({"tokens_total": 1.0})
    x = solver.run().x
    assert not any("MIP start" in text for text in said)
    solver.start_from(x)
    solver.maximise({"facility_total": -1.0})
    solver.bounds(np.array([0]), solver.compiled.low[:1], solver.compiled.high[:1])
    solver.run()
    assert any("MIP start solution is feasible" in text for text in said)


@pytest.mark.parametrize("limit", ["STEPS", "SECONDS_EACH"])
def test_without_shifted_bounds_a_long_solve_goes_on_with_them(compiled, monkeypatch, limit):
    shifted, plain = Solver(compiled, threads=1), Solver(compiled, threads=1)
    for one in (shifted, plain):
        one.whole(False)
        one.maximise({"tokens_total": 1.0})
    plain.unperturbed()
    monkeypatch.setattr(unshifted, limit, 0)
    runs = []
    run = plain.highs.run
    monkeypatch.setattr(plain.highs, "run", lambda: runs.append(run()))
    assert plain.run().objective == pytest.approx(shifted.run().objective)
    assert len(runs) == 2
    assert plain.highs.getOptionValue("time_limit")[1] == 1e9
    assert plain.run().state == "optimal"


class GivesUp(highs.highspy.Highs):
    """HiGHS that cannot tell, the first time, whether where it ended is the best."""

    def __init__(self):
        super().__init__()
        self.runs = 0

    def run(self):
        self.runs += 1
        return super().run()

    def getModelStatus(self):  # noqa: N802, HiGHS's name
        status = super().getModelStatus()
        return status if self.runs > 1 else highs.highspy.HighsModelStatus.kUnknown


def test_a_linear_program_that_was_given_up_goes_on(compiled, monkeypatch):
    monkeypatch.setattr(highs, "_Silent", GivesUp)
    solver = Solver(compiled, threads=1)
    solver.whole(False)
    solver.maximise({"tokens_total": 1.0})
    found = solver.run()
    assert found.state == "optimal"
    assert found.x is not None
    assert solver.highs.runs == 2


def test_a_linear_program_that_is_out_of_time_does_not_go_on(compiled, monkeypatch):
    class OutOfTime(GivesUp):
        def getRunTime(self):  # noqa: N802, HiGHS's name
            return NEVER

        def getModelStatus(self):  # noqa: N802, HiGHS's name
            return highs.highspy.HighsModelStatus.kTimeLimit

    monkeypatch.setattr(highs, "_Silent", OutOfTime)
    solver = Solver(compiled, threads=1)
    solver.whole(False)
    solver.maximise({"tokens_total": 1.0})
    assert solver.run().state == "stopped"
    assert solver.highs.runs == 1


def test_solvers_of_one_process_may_have_other_threads(compiled):
    found = []
    for threads in (1, 2, 1, 2):
        solver = Solver(compiled, threads)
        solver.maximise({"tokens_total": 1.0})
        found.append(solver.run().objective)
    assert found == pytest.approx([found[0]] * 4)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_search_beside_the_main_thread_leaves_its_threads_as_they_are(compiled, threads):
    """Where Ctrl-C is heard a search runs in a thread of its own."""

    def state(threads, whole=True):
        solver = Solver(compiled, threads)
        solver.maximise({"tokens_total": 1.0})
        solver.whole(whole)
        return solver.run().state

    assert state(3 - threads) == "optimal"
    with halting():
        assert state(threads) == "optimal"
    assert state(threads, whole=False) == "optimal"
    assert state(threads) == "optimal"


def test_a_basis_stands_somewhere_before_any_step(compiled):
    first = Solver(compiled, threads=1)
    first.whole(False)
    first.maximise({"tokens_total": 1.0})
    best = first.run()
    tighter = replace(compiled, high=np.where(compiled.integer, 0.5 * compiled.high, compiled.high))
    for model, there in ((compiled, True), (tighter, False)):
        solver = Solver(model, threads=1)
        solver.whole(False)
        solver.maximise({"tokens_total": 1.0})
        solver.start_from_basis(first.basis())
        x = solver.standing()
        assert np.allclose(x, best.x) == there
        again = Solver(model, threads=1)
        again.whole(False)
        again.maximise({"tokens_total": 1.0})
        assert solver.run().objective == pytest.approx(again.run().objective)


def test_a_basis_is_what_highs_says_it_is(compiled):
    """But for what is held at one number, which lies on both of its bounds."""
    solver = Solver(compiled, threads=1)
    solver.whole(False)
    solver.maximise({"tokens_total": 1.0, "facility_total": -5.0})
    first = int(np.flatnonzero(np.isfinite(compiled.row_high))[0])
    solver.row_bounds(np.array([first]), np.array([-np.inf]), np.array([0.5]))
    solver.add_row({"facility_total": 1.0}, 13.0, 14.0)
    assert solver.run().state == "optimal"
    found, said = solver.basis(), solver.highs.getBasis()
    low, high = solver.column_bounds()
    lp = solver.highs.getLp()
    for mine, theirs, least, most in (
        (found.columns, said.col_status, low, high),
        (found.rows, said.row_status, np.array(lp.row_lower_), np.array(lp.row_upper_)),
    ):
        free = least < most
        assert mine[free].tolist() == [int(one) for one in np.array(theirs, dtype=object)[free]]
    assert {LOWER, BASIC, UPPER} <= {*found.columns, *found.rows}, "or little is shown"


def test_at_which_bound_something_is():
    x, low, high = np.array([[0.0, 2.0, 7.0, 3.0], [0, 0, -np.inf, -np.inf], [9, 2, 7, np.inf]])
    assert at_bounds(x, low, high).tolist() == [LOWER, UPPER, UPPER, ZERO]


def test_costs_are_finite(solver):
    # with an endless cost the dual simplex of HiGHS looks for the end of a step for ever
    with pytest.raises(ValueError, match="finite"):
        solver.maximise({"tokens_total": 1.0, "facility_total": -float("inf")})
