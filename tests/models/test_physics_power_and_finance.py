"""Conversion losses, PUE and annuities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.physics.finance import capital_recovery_factor, discount_factor, present_value
from models.physics.power import conversion_loss_frac, facility_kw, pue


def test_losses_multiply():
    # 1 / (0.99 * 0.95 * 0.98) = 1.08496, and 0.002 of lighting
    assert conversion_loss_frac(0.99, 0.95, 0.98, 0.002) == pytest.approx(0.08696, abs=1e-5)
    assert conversion_loss_frac(1.0, 1.0, 1.0) == 0.0


@pytest.mark.parametrize("efficiency", [0.0, 1.01, -0.5])
def test_impossible_efficiencies_are_refused(efficiency):
    with pytest.raises(ValueError, match="efficiencies must be above 0"):
        conversion_loss_frac(0.99, efficiency, 0.99)


def test_facility_power_is_it_times_pue():
    assert facility_kw([100.0, 0.0], 0.15, 0.06) == pytest.approx([121.0, 0.0])
    assert pue(0.15, 0.06) == pytest.approx(1.21)


@pytest.mark.parametrize(
    ("rate", "years", "factor"),
    # tables of engineering economics: (A/P, i, n)
    [(0.08, 10, 0.14903), (0.07, 14, 0.11434), (0.05, 30, 0.06505), (0.0, 5, 0.2)],
)
def test_recovery_factor_is_the_tables(rate, years, factor):
    assert capital_recovery_factor(rate, years) == pytest.approx(factor, abs=1e-5)


@given(st.floats(0.0, 0.3), st.integers(1, 40))
def test_payments_are_worth_the_loan(rate, years):
    payment = float(capital_recovery_factor(rate, years))
    worth = present_value(np.full(years, payment), np.arange(1, years + 1), rate)
    assert worth == pytest.approx(1.0, rel=1e-9)


def test_factors_take_arrays():
    got = capital_recovery_factor([0.0, 0.08], [5, 10])
    assert got == pytest.approx([0.2, 0.14903], abs=1e-5)
    assert discount_factor(0.1, [0, 1, 2]) == pytest.approx([1.0, 1 / 1.1, 1 / 1.21])


@pytest.mark.parametrize(("rate", "years"), [(0.08, 0), (-1.0, 5)])
def test_meaningless_annuities_are_refused(rate, years):
    with pytest.raises(ValueError, match="life must be above 0"):
        capital_recovery_factor(rate, years)
