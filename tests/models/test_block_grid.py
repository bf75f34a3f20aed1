"""Network: loads of a node's sites are one load, cuts bind them together, nothing without one."""

import pytest

from tests.solved import breaks, refused, rows, solve
from tests.tiny import YEARS, tiny_case

NODES = {"node": {"a": "1", "b": "2", "c": "2"}}
CUT = {"grid_share": {("line", "1"): 1.0, ("line", "2"): 0.5}}


def test_a_cut_moves_load_to_where_the_line_feels_it_less():
    # 12 MW asked for: x at node 1 (site a, 1.2), 12 - x at node 2 (b, 1.3).
    # x + 0.5 (12 - x) <= 9 leaves x = 6: 6 / 1.2 = 5 and 6 / 1.3 MW of IT at 20 Mtokens/s each.
    best = solve(tiny_case(**NODES, **CUT, grid_most_mw={("line", 2027): 9.0}))
    assert best.value == pytest.approx((5 + 6 / 1.3) * 20 / 12)
    assert best["it_mw[a,dry,2027]"] == pytest.approx(5)


def test_sites_of_a_node_are_one_load():
    limits = {"grid_share": {("line", "2"): 1.0}, "grid_most_mw": {("line", 2027): 4.0}}
    case = tiny_case(3, **NODES, **limits)
    assert breaks(case, {"it_mw[b,dry,2027]": 2, "it_mw[c,dry,2027]": 2}, tiny_case(3))
    assert not refused(case, held={"it_mw[b,dry,2027]": 2, "it_mw[c,dry,2027]": 0.5})


def test_a_cut_holds_in_its_period_only():
    case = tiny_case(periods=YEARS, **NODES, **CUT, grid_most_mw={("line", 2027): 3.0})
    assert breaks(case, {"it_mw[a,dry,2027]": 5}, tiny_case(periods=YEARS))
    assert not refused(case, held={"it_mw[a,dry,2027]": 0, "it_mw[a,dry,2028]": 5})


def test_load_that_relieves_a_line_makes_room_elsewhere():
    # 1 at node 1, -1 at node 2, at most 2: a may have 2 MW more than b, so 7 and 5 of the 12
    shares = {"grid_share": {("line", "1"): 1.0, ("line", "2"): -1.0}}
    best = solve(tiny_case(**NODES, **shares, grid_most_mw={("line", 2027): 2.0}))
    assert best["it_mw[a,dry,2027]"] == pytest.approx(7 / 1.2)


def test_no_network_no_row():
    bare = tiny_case()
    assert not {"node_load", "grid_limit"} & rows(bare)
    assert not any(name.startswith("node_mw") for name in solve(bare).names)
    assert {"node_load", "grid_limit"} <= rows(
        tiny_case(**NODES, **CUT, grid_most_mw={("line", 2027): 9.0})
    )


def test_a_site_without_a_node_is_no_load_on_the_network():
    case = tiny_case(node={"a": "1"}, **CUT, grid_most_mw={("line", 2027): 3.0})
    assert not refused(case, held={"it_mw[b,dry,2027]": 12 / 1.3})
