"""Sums kept as arrays are the sums that Pyomo would be told, one by one."""

import numpy as np
import pytest
from pyomo.environ import ConcreteModel, NonNegativeReals, Var, value

from models.ledger import Ledger
from models.periods import added, before, stay
from models.rows import Amounts, Columns
from models.sums import each
from tests.tiny import tiny_case


def model() -> ConcreteModel:
    m = ConcreteModel()
    m.nothing = Var(bounds=(0, 0), initialize=0)
    m.mw = Columns([("a", 2027), ("a", 2028), ("b", 2028)], NonNegativeReals)
    m.open = Columns(["a", "b"], NonNegativeReals)
    for column, amount in zip([*m.mw.values(), *m.open.values()], (1, 2, 4, 10, 20), strict=True):
        column.set_value(amount)
    return m


def values(sums) -> list[float]:
    return [value(expression) for expression in sums.expressions()]


def test_sums_are_added_multiplied_and_taken():
    m = model()
    at = [s for s, _ in m.mw]
    sums = each(m.mw, 3.0) - each(m.open, [1.0, 2.0, 3.0], at)
    assert values(sums) == [3 - 10, 6 - 20, 12 - 60]
    assert values(sums * [1.0, 0.5, 2.0]) == [-7, -7, -96]
    assert values(sums.take([2, 0, 2])) == [-48, -7, -48]
    assert values(sums.gathered(np.array([1, 0, 1]), 3)) == [-14, -55, 0]
    assert value(sums.expression(1)) == -14


def test_a_named_sum_is_an_expression_where_one_asks_for_it():
    m = model()
    m.twice = Amounts(m.mw.indices, each(m.mw, 2.0))
    assert ("b", 2028) in m.twice
    assert ("b", 2027) not in m.twice
    assert {i: value(m.twice[i]) for i in m.twice} == {i: 2 * value(m.mw[i]) for i in m.mw}
    assert value(3 * m.twice["b", 2028] + 1) == 25
    assert m.twice["b", 2028].name == "twice[b,2028]"
    assert values(m.twice.at([("b", 2028)])) == [8]


def test_terms_put_one_by_one_and_all_at_once_are_of_one_sum():
    m = model()
    ledger = Ledger(m.nothing)
    ledger.put("mw", "a", m.open["a"], "first")
    ledger.put_all("mw", [s for s, _ in m.mw], each(m.mw, 2.0), [{"x": 0.5, "y": 0.5}] * 3)
    ledger.put("mw", "a", 1.0, "last")
    assert ledger.indices("mw") == ["a", "b"]
    assert [value(ledger.total("mw", s)) for s in ("a", "b", "c")] == [10 + 2 + 4 + 1, 8, 0]
    found = [(s, source, value(term)) for s, source, term in ledger.entries("mw") if s == "b"]
    assert found == [("b", "x", 4), ("b", "y", 4)]
    with pytest.raises(TypeError, match="mw: put one by one"):
        ledger.totals("mw", ["a"])
    ledger.put_all("water", ["a", "b", "a"], each(m.mw), ["x"] * 3)
    assert values(ledger.totals("water", ["b", "c", "a", "b"])) == [2, 0, 5, 2]
    ledger.put_all("heat", ["c", "b", "a"], each(m.mw), ["x"] * 3, np.array([2, 1, 2]))
    assert ledger.indices("heat") == ["a", "b"]
    assert values(ledger.totals("heat", ["b", "c", "a", "b"])) == [2, 0, 5, 2]


def test_what_is_new_in_a_period():
    m = model()
    earlier = before(m.mw, tiny_case(periods=(2027, 2028)))
    assert earlier.tolist() == [-1, 0, -1]
    assert values(added(m.mw, earlier, [1.0, 10.0, 100.0])) == [1, 10, 400]
    m.stays = stay(m.mw, earlier)
    assert [(i, value(row.body), value(row.upper)) for i, row in m.stays.items()] == [
        (("a", 2028), -1, 0)
    ]
