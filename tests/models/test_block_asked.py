"""Water and the share at home as objectives: hand-worked, and nothing where nobody asks."""

import pytest

from tests.models.test_block_sovereignty import AT_HOME, TWO_COUNTRIES
from tests.models.test_block_water import WET
from tests.solved import rows, solve
from tests.tiny import tiny_case

BOTH = dict.fromkeys(("water_per_mtoken", "in_country_frac"), 1.0)


def test_water_of_the_best_and_of_the_driest_plan():
    # best: 10 MW of IT at a, 12 at the meter: 10 m3/h, 87,600 m3 a year for 200 Mtokens/s; all of
    # it at b is dry
    case = tiny_case(**WET, objective_asked=BOTH)
    best = solve(case)
    assert best["water_total"] / best["tokens_total"] == pytest.approx(0.0876 / 200)
    assert solve(case, "water_per_mtoken").value == pytest.approx(0.0, abs=1e-12)


def test_a_limit_on_water_is_kept():
    # half of the best plan's litres per token: half of the tokens from a, half from b, whose racks
    # take 0.05 * 1.3 MW a Mtoken/s, and 0.05 * 1.2 those of a
    half = 0.5 * 0.0876 / 200 * 1e9 / 31_557_600
    case = tiny_case(**WET, objective_asked=BOTH, objective_limit={"water_per_mtoken": half})
    assert solve(case).value == pytest.approx(1 / (0.5 * 0.06 + 0.5 * 0.065))


def test_the_share_at_home():
    # free of it all tokens are made at a, half of them for Japan; at least nine in ten at home
    # leaves a fifth of Japan's to a
    free = tiny_case(**TWO_COUNTRIES, objective_asked=BOTH)
    assert solve(free)["home_total"] == pytest.approx(0.5 * solve(free)["served_total"])
    assert solve(free, "in_country_frac").value == pytest.approx(1.0)
    held = tiny_case(
        **TWO_COUNTRIES, objective_asked=BOTH, objective_limit={"in_country_frac": 0.9}
    )
    assert solve(held).value == pytest.approx(AT_HOME)


def test_nothing_where_nobody_asks():
    assert not {"sum_of_water_total", "sum_of_home_total"} & rows(tiny_case(**WET))
    asked = tiny_case(**WET, objective_asked={"water_per_mtoken": 1.0})
    assert {"sum_of_water_total", "sum_of_home_total"} & rows(asked) == {"sum_of_water_total"}
