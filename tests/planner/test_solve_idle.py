"""Sites that prices alone say are worth nothing: the linear programs say so, too."""

from dataclasses import replace

import numpy as np
import pytest

from models.case import Case
from planner.coefficients.case import make_case
from planner.reading import read
from planner.solve.compile import Compiled, compile_case
from planner.solve.idle import Idle
from planner.solve.own import OwnRows
from planner.solve.split import Split, split, with_row
from tests.tiny import tiny_case

NEVER = float("inf")
REAL = {
    "name": "idle",
    "periods": [2027, 2028],
    "scale": {"facility_mw_min": {2028: 40}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {"sites": {"include": ["bonghwa-*", "taebaek-*", "ishikari-*", "gumi-154kv-1"]}},
}


def taken_apart(case: Case) -> tuple[Compiled, Split]:
    compiled = compile_case(case)
    return compiled, split(compiled, case.sets["SITE"])


@pytest.fixture(scope="module")
def real() -> tuple[Compiled, Split]:
    scenario, facts = read(REAL)
    return taken_apart(make_case(facts, scenario))


class All(OwnRows):
    """Linear programs for all sites."""

    def _worth_something(self, costs: np.ndarray) -> np.ndarray:
        return np.ones(len(self._parts.sites), dtype=bool)


@pytest.mark.parametrize("seed", range(12))
def test_who_is_told_to_be_worth_nothing_is(real: tuple[Compiled, Split], seed: int) -> None:
    """At prices near where halls pay, some sites are, in most of them by what is passed on."""
    compiled, parts = real
    rng = np.random.default_rng(seed)
    kind = np.array([name.partition("[")[0] for name in compiled.column_names])
    price = {"it_mw": 1.0, "it_mean_mw": 0.3, "halls": -2.0 * seed, "open": -5.0}
    costs = np.array([price.get(one, 0.0) for one in kind]) * rng.uniform(0.5, 1.5, len(kind))
    costs[parts.of_column < 0] = 0.0
    free, every = OwnRows(compiled, parts), All(compiled, parts)
    told, solved = free.most(costs, NEVER), every.most(costs, NEVER)
    assert told == pytest.approx(solved, abs=1e-6)
    left = Idle(compiled, parts).left(costs)
    assert (free._worth_something(costs) | (np.abs(solved) < 1e-6)).all()
    assert (left > 1e-9).sum() <= (costs > 1e-9).sum()


def test_most_sites_that_are_worth_nothing_are_told_so(real: tuple[Compiled, Split]) -> None:
    """A MW of load is worth 1, a hall of it costs more than all that it can carry."""
    compiled, parts = real
    costs = np.zeros(len(compiled.low))
    for i, name in enumerate(compiled.column_names):
        costs[i] = {"it_mw": 1.0, "it_mean_mw": 0.5, "halls": -1000.0}.get(
            name.partition("[")[0], 0
        )
    assert not OwnRows(compiled, parts)._worth_something(costs).any()
    costs[[i for i, name in enumerate(compiled.column_names) if name.startswith("halls[")]] = -0.1
    assert OwnRows(compiled, parts)._worth_something(costs).all()


def test_what_is_passed_on_is_all_of_it_or_what_the_taker_costs() -> None:
    """Load of 10 MW a hall passes on what it is worth to halls, and these to the open site."""
    case = tiny_case(sites=1)
    compiled, parts = taken_apart(case)
    at = {name.partition("[")[0]: i for i, name in enumerate(compiled.column_names)}
    costs = np.zeros(len(compiled.low))
    costs[at["it_mw"]], costs[at["halls"]], costs[at["open"]] = 1.0, -4.0, -30.0
    left = Idle(compiled, parts).left(costs)
    # 10 - 4 a hall, of which there are four at most: 24, and 30 is what the site costs
    assert left[at["it_mw"]] == pytest.approx(0.0)
    assert left[at["halls"]] == pytest.approx(0.0)
    assert left[at["open"]] == pytest.approx(-6.0)


def test_other_numbers_pass_on_other_shares() -> None:
    compiled, parts = taken_apart(tiny_case(sites=1))
    at = {name.partition("[")[0]: i for i, name in enumerate(compiled.column_names)}
    halls = compiled.row[next(n for n in compiled.row_names if n.startswith("hall_load["))]
    matrix = compiled.matrix.copy()
    column = slice(*matrix.indptr[[at["halls"], at["halls"] + 1]])
    matrix.data[column] = np.where(matrix.indices[column] == halls, -20.0, matrix.data[column])
    costs = np.zeros(len(compiled.low))
    costs[at["it_mw"]], costs[at["halls"]] = 1.0, -15.0
    before = Idle(compiled, parts)
    assert (before.left(costs) <= 0).all()
    after = before.renumbered(replace(compiled, matrix=matrix)).left(costs)
    assert after.max() > 1.0, "a hall that carries twice as much pays"
    matrix.data[column] = np.abs(matrix.data[column])  # of the other sign it is no such row
    turned = before.renumbered(replace(compiled, matrix=matrix)).left(costs)
    assert turned[at["it_mw"]] == pytest.approx(1.0)


def test_a_site_that_must_have_something_is_never_left_out() -> None:
    compiled, parts = taken_apart(tiny_case(sites=2))
    low = compiled.low.copy()
    low[compiled.column["open[b,2027]"]] = 1.0
    costs = np.zeros(len(low))
    costs[compiled.column["open[b,2027]"]] = -3.0
    forced = OwnRows(replace(compiled, low=low), parts)
    assert forced.most(costs, NEVER) == pytest.approx([0.0, -3.0])


def test_what_may_be_less_than_nothing_counts() -> None:
    """A column that may be less than nothing is worth something at a cost."""
    compiled, parts = taken_apart(tiny_case(sites=2))
    low = compiled.low.copy()
    low[compiled.column["halls[a,dry,2027]"]] = -2.0
    costs = np.zeros(len(low))
    costs[compiled.column["halls[a,dry,2027]"]] = -3.0
    free = OwnRows(replace(compiled, low=low), parts)
    assert free._worth_something(costs).tolist() == [True, False]


def test_rows_that_sites_share_pass_nothing_on() -> None:
    """`load of b - load of a >= 0` has a price of its own: to its site, load at a is worth 1."""
    compiled, parts = taken_apart(tiny_case(sites=2))
    a, b = (f"it_mw[{s},dry,2027]" for s in "ab")
    shared = with_row(compiled, {b: 1.0, a: -1.0}, 0.0, "b follows a")
    costs = np.zeros(len(shared.low))
    costs[[shared.column[a], shared.column[b]]] = 1.0, -5.0
    worth = OwnRows(shared, split(shared, parts.sites)).most(costs, NEVER)
    assert worth == pytest.approx([24 / 1.2, 0.0])
