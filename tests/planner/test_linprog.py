"""Small programs beside the model's: by hand, and as scipy says."""

import numpy as np
import pytest
from scipy.optimize import linprog as by_scipy

from planner.halt import HALT
from planner.linprog import linprog


def test_the_least_of_a_program_worked_out_by_hand() -> None:
    """x + y >= 4 and y <= 3: x costs 2 and y 1, so x is 1 and y 3."""
    rows = np.array([[1.0, 1.0], [0.0, 1.0]])
    found = linprog(np.array([2.0, 1.0]), (rows, np.array([4.0, -np.inf]), np.array([np.inf, 3.0])))
    assert found.state == "optimal"
    assert found.cost == pytest.approx(5.0)
    assert found.x == pytest.approx([1.0, 3.0])


def test_bounds_hold_and_no_point_is_given_where_there_is_none() -> None:
    row = np.array([[1.0, 1.0]])
    found = linprog(np.ones(2), (row, 3.0, 3.0), (0.0, np.array([1.0, 5.0])))
    assert found.cost == pytest.approx(3.0)
    assert found.x[0] <= 1.0 + 1e-9
    none = linprog(np.ones(2), (row, 3.0, 3.0), (0.0, 1.0))
    assert none.state == "infeasible"
    assert len(none.x) == 0


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_scipy_says(seed: int) -> None:
    draw = np.random.default_rng(seed)
    matrix, most = draw.uniform(0.1, 1.0, (6, 9)), draw.uniform(1.0, 5.0, 6)
    cost = -draw.uniform(0.0, 1.0, 9)
    found = linprog(cost, (matrix, -np.inf, most))
    assert found.cost == pytest.approx(by_scipy(cost, A_ub=matrix, b_ub=most).fun)


def test_it_goes_on_where_all_else_is_asked_to_end() -> None:
    HALT.press()
    try:
        found = linprog(np.ones(1), (np.ones((1, 1)), 2.0, np.inf))
        assert HALT.asked
    finally:
        HALT.forget()
    assert found.cost == pytest.approx(2.0)
