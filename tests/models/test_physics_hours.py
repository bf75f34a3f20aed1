"""Yearly means and the design hour, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.physics.hours import annual_mean, design_value

# two stations: 8000 h at 1, 700 h at 2, 60 h at 3 | 8760 h at 5
VALUES = [1.0, 3.0, 2.0, 5.0]
HOURS = [8000.0, 60.0, 700.0, 8760.0]
STARTS = [0, 3]


def test_mean_weighs_by_hours():
    assert annual_mean(VALUES, HOURS, STARTS) == pytest.approx(
        [(8000 * 1 + 60 * 3 + 700 * 2) / 8760, 5.0]
    )


def test_design_value_by_hand():
    # the bins of 3 and 2 meet at 2.5, exceeded in 60 h; 0.4 % is 35.04 h
    expected = 3.0 - 0.5 * 35.04 / 60.0
    assert design_value(VALUES, HOURS, STARTS) == pytest.approx([expected, 5.0])


def test_design_value_of_nothing_exceeded_is_the_largest():
    assert design_value(VALUES, HOURS, STARTS, 0.0) == pytest.approx([3.0, 5.0])


def test_design_value_of_a_straight_ramp_is_exact():
    """Hours spread evenly from 0 to 40 degC: 25 % of them are above 30 degC."""
    centres = np.arange(1.0, 40.0, 2.0)
    assert design_value(centres, np.full(20, 438.0), [0], 0.25) == pytest.approx([30.0])


def test_bins_of_one_value_count_together():
    split = design_value([2.0, 1.0, 2.0, 1.0], [20.0, 8000.0, 20.0, 720.0], [0])
    whole = design_value([2.0, 1.0], [40.0, 8720.0], [0])
    assert split == pytest.approx(whole)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.floats(1, 900)), min_size=1, max_size=20),
    st.floats(0, 0.5),
)
def test_design_value_stays_within_the_values_and_moves_with_them(bins, exceeded):
    values, hours = np.array(bins).T
    got = design_value(values, hours, [0], exceeded)[0]
    assert values.min() - 1e-12 <= got <= values.max() + 1e-12
    assert design_value(values + 5.0, hours, [0], exceeded)[0] == pytest.approx(got + 5.0)
