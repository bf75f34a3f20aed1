"""Transfer factors against a textbook ring, against angles, and on several islands."""

import numpy as np
import pytest

from models.physics.grid import ptdf

RING = {"tail": [0, 1, 0], "head": [1, 2, 2], "buses_count": 3}


def test_a_ring_of_equal_lines_shares_a_flow_two_to_one():
    # Two paths from bus 0 to bus 1, of one line and of two: currents divide 2 to 1 (Kirchhoff).
    factors = ptdf(x_pu=[0.1, 0.1, 0.1], **RING, reference=[1])
    assert factors[:, 0] == pytest.approx([2 / 3, -1 / 3, 1 / 3])
    assert factors[:, 1] == pytest.approx(0)


def test_only_ratios_of_reactances_matter():
    x = np.array([0.1, 0.2, 0.3])
    assert ptdf(x_pu=x, **RING) == pytest.approx(ptdf(x_pu=7 * x, **RING))


@pytest.mark.parametrize("seed", range(5))
def test_flows_are_those_of_the_angles(seed):
    random = np.random.default_rng(seed)
    buses, extra = 12, 8
    tail = np.r_[np.arange(1, buses), random.integers(0, buses, extra)]
    head = np.r_[[random.integers(0, i) for i in range(1, buses)], random.integers(0, buses, extra)]
    x = random.uniform(0.01, 0.2, len(tail))
    injected = random.normal(0, 100, buses)
    injected -= injected.mean()
    # angles by Kirchhoff's laws, all buses, least squares: no bus is singled out
    laplacian = np.zeros((buses, buses))
    for i, j, y in zip(tail, head, 1 / x, strict=True):
        laplacian[[i, j], [i, j]] += y * (i != j)
        laplacian[i, j] -= y * (i != j)
        laplacian[j, i] -= y * (i != j)
    angle = np.linalg.lstsq(laplacian, injected, rcond=None)[0]
    flow = (angle[tail] - angle[head]) / x
    for reference in (0, buses - 1):
        assert ptdf(tail, head, x, buses, [reference]) @ injected == pytest.approx(flow, abs=1e-8)


def test_islands_do_not_feel_each_other():
    factors = ptdf([0, 2], [1, 3], [0.1, 0.1], 4, reference=[0, 2])
    assert factors.tolist() == [[0, -1, 0, 0], [0, 0, 0, -1]]


def test_an_island_without_a_reference_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        ptdf([0, 2], [1, 3], [0.1, 0.1], 4, reference=[0])


def test_buses_without_lines_carry_nothing():
    assert ptdf([], [], [], 3, reference=[0, 1, 2]).shape == (0, 3)
