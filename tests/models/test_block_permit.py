"""Permits: where few pass, only the load that needs none."""

import pytest

from tests.solved import breaks, rows, solve
from tests.tiny import tiny_case


def test_a_site_without_a_permit_stays_small():
    # 12 MW are asked for: 5 of them at a, of 1.2 per IT MW, and 7 at b, of 1.3
    case = tiny_case(permit_free_mw={"a": 5.0})
    best = solve(case)
    assert best.value == pytest.approx((5 / 1.2 + 7 / 1.3) * 20 / 12)
    assert breaks(case, {"it_mw[a,dry,2027]": 5}, tiny_case())


def test_no_rows_without_the_rule():
    assert "permit_gate" not in rows(tiny_case())
