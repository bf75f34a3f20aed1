"""Which whole number is halved next."""

import numpy as np
import pytest

from planner.solve.branching import Falls

VALUES = np.array([0.5, 1.5, 2.25])


def test_each_is_tried_once_and_the_greatest_fall_on_both_sides_wins():
    tried = []
    falls = {0: (8.0, 0.0), 1: (3.0, 3.0), 2: (1.0, 4.0)}

    def seen(i):
        tried.append(i)
        return falls[i]

    known = Falls(3)
    assert known.best(np.arange(3), VALUES, 10.0, seen) == 1
    assert tried == [0, 1, 2]
    assert known.best(np.arange(3), VALUES, 10.0, seen) == 1
    assert tried == [0, 1, 2]
    assert known.best(np.array([0, 2]), VALUES, 10.0, seen) == 2


def test_a_fall_is_by_unit_of_distance():
    known = Falls(2)
    known.saw(0, 0.5, 2.0, 2.0)  # 4 by unit on both sides
    known.saw(1, 0.5, 3.0, 3.0)  # 6 by unit
    away = np.array([0.5, 0.05])  # 2 x 2 against 0.3 x 5.7
    assert known.best(np.arange(2), away, 100.0, pytest.fail) == 0


def test_no_fall_counts_for_more_than_is_left():
    known = Falls(2)
    known.saw(0, 0.5, 50.0, 1.0)
    known.saw(1, 0.5, 2.0, 2.0)
    halves = np.array([0.5, 0.5])
    assert known.best(np.arange(2), halves, 100.0, pytest.fail) == 0
    assert known.best(np.arange(2), halves, 2.0, pytest.fail) == 1
