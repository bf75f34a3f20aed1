"""Hosting, cuts and prices of networks worked out by hand, and against a program in angles."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.coefficients.networks import networks
from planner.grid.angles import strain, with_base_limits
from planner.grid.dispatch import Dispatch
from planner.grid.hosting import distinct, hosting
from planner.grid.network import Network
from tests.networks import pair, triangle
from tests.region import context

STRONG = np.full(3, 1e4)
A, C = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])


def most_by_angles(network: Network, node: str) -> float:
    """The most load at a node: a program in dense matrices and angles, in MW, of its own."""
    supply, links, nodes = len(network.supply_mw), len(network.links), len(network.nodes)
    flow = np.zeros((len(network.lines), nodes))
    for i, (a, b, x) in enumerate(zip(network.tail, network.head, network.x_pu, strict=True)):
        flow[i, [a, b]] = 1 / x, -1 / x
    leaving = np.zeros((nodes, nodes))
    for i, (a, b) in enumerate(zip(network.tail, network.head, strict=True)):
        leaving[a] += flow[i]
        leaving[b] -= flow[i]
    balance = np.zeros((nodes, supply + links + nodes + 1))
    balance[network.supply_node, np.arange(supply)] = 1
    balance[network.link_tail, supply + np.arange(links)] = -1
    balance[network.link_head, supply + np.arange(links)] += 1
    balance[:, supply + links : -1] = -leaving
    balance[network.number[node], -1] = -1
    limits = np.hstack([np.zeros((len(flow), supply + links)), flow, np.zeros((len(flow), 1))])
    cost = np.zeros(balance.shape[1])
    cost[-1] = -1
    bounds = [(0, g) for g in network.supply_mw] + [(-f, f) for f in network.link_mw]
    found = linprog(
        cost,
        A_ub=np.vstack([limits, -limits]) if len(flow) else None,
        b_ub=np.r_[network.line_mw, network.line_mw] if len(flow) else None,
        A_eq=balance,
        b_eq=network.demand_mw,
        bounds=[*bounds, *[(None, None)] * nodes, (0, None)],
    )
    assert found.status == 0
    return float(found.x[-1])


def test_a_congested_line_limits_what_a_node_can_take():
    # Load L at b with A from a and the rest from c: line ab carries 2/3 A + 1/3 C, A + C = 300 + L.
    # C may reach 1,000 only with 1/3 C <= 300 on ab: C = 900, A = 0, so L = 600, not 1,700.
    cut = Dispatch(triangle()).hosting("b")
    assert cut.most_mw == pytest.approx(600)
    assert cut.limited_by == ("ab Alpha - Beta",)
    # on ab: 2/3 A + 1/3 C <= 300 with A + C = 300 + Lb + La + Lc; at best La takes from a
    # (flow 2/3 less), Lc from c (1/3 less)
    assert cut.share["b"] == pytest.approx(1)


def test_without_congestion_supply_is_the_limit():
    cut = Dispatch(triangle(line_mw=STRONG)).hosting("b")
    assert cut.most_mw == pytest.approx(1700)
    assert cut.share == pytest.approx({"a": 1, "b": 1, "c": 1})
    assert cut.limited_by == ()


def test_prices_differ_across_a_congested_line():
    # At 900 MW of demand at b only c may serve: 900 from c fill line ab (1/3 each MW). At 500 MW,
    # 2/3 A + 1/3 (500 - A) = 300 gives A = 400, C = 100: the next MWh at b takes 2 of c and 1 less
    # of a, 2 x 50 - 10 = 90; at a it costs 10, at c 50. Carbon: 2 x 0.4, 0, 0.4.
    at_500 = Dispatch(triangle(demand_mw=np.array([0.0, 500.0, 0.0])))
    price, carbon = at_500.prices()
    assert price == pytest.approx([10, 90, 50])
    assert carbon == pytest.approx([0, 0.8, 0.4], abs=1e-6)


def test_areas_have_no_prices():
    assert Dispatch(pair()).prices() is None


def test_areas_share_what_their_link_carries():
    # b has 50 MW to spare and imports 100 of a's 100; a has 100 and imports 50.
    dispatch = Dispatch(pair())
    assert dispatch.hosting("b").most_mw == pytest.approx(150)
    assert dispatch.hosting("a").most_mw == pytest.approx(150)
    assert dispatch.hosting("a").share == pytest.approx({"a": 1, "b": 1})
    weak = Dispatch(pair(link_mw=30))
    cut = weak.hosting("b")
    assert (cut.most_mw, cut.limited_by) == (pytest.approx(80), ("a-b",))
    assert cut.share == pytest.approx({"b": 1})


def test_loads_too_large_together_break_a_cut_that_cuts_them_off():
    dispatch = Dispatch(pair(link_mw=30))
    assert dispatch.violated(np.array([70.0, 80.0])) is None
    loads = np.array([71.0, 80.0])
    cut = dispatch.violated(loads)
    assert cut is not None
    load = {"a": 71.0, "b": 80.0}
    assert sum(share * load[node] for node, share in cut.share.items()) > cut.most_mw + 0.5
    assert dispatch.violated(np.array([70.0, 80.0])) is None  # no trace of the question is left


def test_load_may_relieve_a_line():
    # b cannot take more than 600 alone; with 300 at a taken from a's own supply nothing is gained,
    # but demand at b met from c alone leaves a's supply free: 300 MW at a changes nothing.
    dispatch = Dispatch(triangle())
    assert dispatch.violated(np.array([300.0, 600.0, 0.0])) is None
    assert dispatch.violated(np.array([0.0, 601.0, 0.0])) is not None


def test_overload_of_the_base_case_is_the_limit():
    # c has no supply: 300 MW from a put 200 on ab, whose rating is 150. So 200 is the limit, load
    # at b is refused, and load at c, which adds 1/3 to ab, too; load at a is welcome.
    only_a = {"supply_node": np.array([0]), "supply_mw": np.array([1000.0])}
    cost = {"supply_cost": np.array([10.0]), "supply_co2": np.array([0.0])}
    network = with_base_limits(triangle(line_mw=np.array([150.0, 1e3, 1e3]), **only_a, **cost))
    assert network.line_mw == pytest.approx([200, 1000, 1000])
    dispatch = Dispatch(network)
    assert dispatch.hosting("b").most_mw == pytest.approx(0, abs=1e-3)
    assert dispatch.hosting("c").most_mw == pytest.approx(0, abs=1e-3)
    assert dispatch.hosting("a").most_mw == pytest.approx(700)


def test_demand_unserved_in_the_base_case_is_no_fault_of_the_load():
    network = with_base_limits(pair(link_mw=0, demand_mw=np.array([400.0, 500.0])))
    assert network.unserved_mw == pytest.approx([0, 50])
    dispatch = Dispatch(network)
    assert dispatch.hosting("b").most_mw == pytest.approx(0, abs=1e-3)
    assert dispatch.hosting("a").most_mw == pytest.approx(100)
    assert strain(network, np.array([100.0, 0.0])).total_mw == pytest.approx(0, abs=1e-3)
    assert strain(network, np.array([100.0, 20.0])).total_mw == pytest.approx(20)


def test_strain_says_how_much_is_too_much():
    # 640 MW at b: 40 more than 600 can be served; each MW unserved relieves ab
    assert strain(triangle(), np.array([0, 640.0, 0])).unserved_mw.sum() == pytest.approx(40)
    assert strain(triangle(), np.array([0, 600.0, 0])).total_mw == pytest.approx(0, abs=1e-3)
    assert strain(triangle(), 900 * A).total_mw == pytest.approx(0, abs=1e-3)


@pytest.fixture(scope="module")
def korea() -> Network:
    stated = context(grid={"KR": {"hours": ["summer-evening"]}}, periods=[2027])
    (network,) = networks(stated).values()
    return network


SOME = ("1", "70", "143", "64", "8")
"""Cheorwon, Chuncheon, Haenam, Sejong, Paju."""


def test_korean_hosting_is_that_of_a_program_in_angles(korea):
    found = hosting(korea, SOME)
    for node in SOME:
        assert found[node].most_mw == pytest.approx(most_by_angles(korea, node), rel=1e-5)


def test_korean_cuts_hold_for_loads_the_network_serves(korea):
    # any mix of two hosted loads is hosted: what can be served is convex
    found = hosting(korea, SOME)
    random = np.random.default_rng(7)
    for cut in distinct(list(found.values())):
        for _ in range(5):
            mix = random.dirichlet(np.ones(len(SOME)))
            loads = {b: m * found[b].most_mw for b, m in zip(SOME, mix, strict=True)}
            assert sum(cut.share.get(b, 0) * mw for b, mw in loads.items()) <= cut.most_mw + 0.01
            assert strain(korea, korea.loads(loads)).total_mw < 0.05


def test_the_korean_base_case_is_served_without_overload(korea):
    # as in the network's own study: no shedding, no line above its rating
    assert korea.unserved_mw.sum() == 0
    assert korea.supply_mw.sum() > korea.demand_mw.sum()


def random_network(seed: int) -> Network:
    """Seven buses in one or two islands, a cable, units and demand, lines often too weak."""
    random = np.random.default_rng(seed)
    split = 7 if seed % 2 else 5
    ends = [(int(random.integers(0, i)), i) for i in range(1, split)]
    ends += [(i, i + 1) for i in range(split, 6)]
    ends += [tuple(random.choice(split, 2, replace=False).tolist()) for _ in range(3)]
    tail, head = np.array(ends).T
    units = 6
    return triangle(
        nodes=tuple("abcdefg"),
        names=tuple("ABCDEFG"),
        demand_mw=random.uniform(0, 200, 7),
        supply_node=random.integers(0, 7, units),
        supply_mw=random.uniform(100, 500, units),
        supply_cost=random.uniform(5, 80, units),
        supply_co2=random.uniform(0, 1, units),
        lines=tuple(f"l{i}" for i in range(len(ends))),
        tail=tail,
        head=head,
        x_pu=random.uniform(0.01, 0.1, len(ends)),
        line_mw=random.uniform(20, 300, len(ends)),
        links=("cable",),
        link_tail=np.array([0]),
        link_head=np.array([6]),
        link_mw=np.array([100.0]),
        unserved_mw=np.zeros(7),
    )


@pytest.mark.parametrize("seed", range(12))
def test_any_network_is_the_same_in_factors_and_in_angles(seed):
    network = with_base_limits(random_network(seed))
    dispatch = Dispatch(network)
    random = np.random.default_rng(seed)
    cuts = {node: dispatch.hosting(node) for node in network.nodes}
    for node, cut in cuts.items():
        # what is hosted is served, and 1 MW more is not
        at = np.array([float(other == node) for other in network.nodes])
        assert strain(network, cut.most_mw * at).total_mw < 0.05
        assert strain(network, (cut.most_mw + 1) * at).total_mw > 0.2
    for _ in range(4):
        load = random.uniform(0, 60, 7) * (random.uniform(size=7) < 0.5)
        served = strain(network, load).total_mw < 0.05
        broken = dispatch.violated(load)
        assert served == (broken is None)
        by_node = dict(zip(network.nodes, load.tolist(), strict=True))
        if served:
            for cut in cuts.values():
                used = sum(share * by_node[node] for node, share in cut.share.items())
                assert used <= cut.most_mw + 0.05
        else:
            used = sum(share * by_node[node] for node, share in broken.share.items())
            assert used > broken.most_mw


@pytest.mark.parametrize("seed", range(6))
def test_prices_are_what_the_next_megawatt_costs(seed):
    network = with_base_limits(random_network(seed))
    price, carbon = Dispatch(network).prices()

    def least_cost(load: np.ndarray) -> tuple[float, float]:
        more = replace(network, demand_mw=network.demand_mw + load)
        dispatch = Dispatch(more)
        cost = np.zeros(dispatch._inject.shape[1])
        cost[dispatch._supply] = -more.supply_cost
        x = dispatch._solve(cost)[dispatch._supply] * 1e3
        return float(more.supply_cost @ x), float(more.supply_co2 @ x)

    before = least_cost(np.zeros(7))
    for node in (0, 3, 6):
        step = 0.01 * (np.arange(7) == node)
        if strain(network, step).total_mw > 0:
            continue
        after = least_cost(step)
        assert (after[0] - before[0]) / 0.01 == pytest.approx(price[node], abs=0.5)
        assert (after[1] - before[1]) / 0.01 == pytest.approx(carbon[node], abs=0.05)
