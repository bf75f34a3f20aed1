"""Our compilation of a model gives the same matrix and the same names as Pyomo's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from pyomo.environ import (
    Binary,
    ConcreteModel,
    Constraint,
    Expression,
    Integers,
    NonNegativeIntegers,
    NonNegativeReals,
    Var,
)
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from models.build import build
from models.rows import AtMost, Columns
from models.sums import each
from planner.solve.compile import Compiled, compile_model
from tests.random_cases import small_cases


def same_as_pyomo(model: object, ours: Compiled) -> None:
    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    rows = [entry.constraint.name for entry in form.rows]
    columns = [variable.name for variable in form.columns]
    assert sorted(rows) == sorted(ours.row_names)
    assert sorted(columns) == sorted(ours.column_names)
    at = np.ix_([ours.row[name] for name in rows], [ours.column[name] for name in columns])
    assert ours.matrix.toarray()[at] == pytest.approx(form.A.toarray(), rel=1e-12, abs=1e-12)
    for i, entry in enumerate(form.rows):
        limit = pytest.approx(form.rhs[i], rel=1e-12, abs=1e-12)
        if entry.bound_type >= 0:
            assert ours.row_high[ours.row[rows[i]]] == limit
        if entry.bound_type <= 0:
            assert ours.row_low[ours.row[rows[i]]] == limit


@settings(max_examples=10, deadline=None)
@given(small_cases())
def test_a_random_case_has_pyomos_matrix(case: object) -> None:
    model = build(case)  # type: ignore[arg-type]
    same_as_pyomo(model, compile_model(model))


def test_every_form_of_a_linear_expression_is_known() -> None:
    m = ConcreteModel()
    m.x = Var(["plain", "a b", "F,G", "7"], bounds=(0, 4))
    m.y = Var(domain=Integers)
    m.both = Expression(expr=2 * m.x["plain"] - m.y + 1)
    m.twice = Constraint(expr=3 * m.both + m.both / 2 >= 5 - m.x["a b"])
    m.less = Constraint(expr=-(m.x["F,G"] + m.y) <= 2 * (m.x["7"] - 3))
    m.equal = Constraint(expr=m.x["7"] == m.x["plain"])
    m.cancelled = Constraint(expr=m.y - m.y + m.x["a b"] <= 1)
    ours = compile_model(m)
    same_as_pyomo(m, ours)
    assert ours.integer[ours.column["y"]]
    assert ours.high[ours.column["x[a b]"]] == 4


def test_rows_kept_as_arrays_are_the_rows_that_pyomo_is_told() -> None:
    m = ConcreteModel()
    m.mw = Columns([("a", 1), ("a", 2), ("b", 2)], NonNegativeReals)
    m.open = Columns([("b", 2), ("a", 1)], Binary)
    at = m.mw.indices[1:]
    m.limit = AtMost(at, each(m.mw, at=at), each(m.open, [3.0, 4.0], [("a", 1), ("b", 2)]))
    m.idle = AtMost(m.mw.indices, each(m.mw, 0.5), [1.0, 2.0, 3.0])
    ours = compile_model(m)
    assert m.mw.made is None
    assert ours.row_names == ("limit[a,2]", "limit[b,2]", "idle[a,1]", "idle[a,2]", "idle[b,2]")
    row = dict(zip(ours.column_names, ours.matrix.toarray()[1], strict=True))
    assert row == {"mw[a,2]": 0, "open[a,1]": 0, "mw[b,2]": 1, "open[b,2]": -4, "mw[a,1]": 0}
    same_as_pyomo(m, ours)


def test_columns_are_the_same_before_and_after_pyomo_asks_for_one() -> None:
    m = ConcreteModel()
    m.halls = Columns(["a", "b"], NonNegativeIntegers, [3.0, 0.5])
    m.mw = Columns(["a", "b"], NonNegativeReals)
    m.loads = AtMost(["a", "b"], each(m.mw), each(m.halls, 2.0))
    before = compile_model(m)
    assert m.halls["b"].bounds == (0, 0.5)
    after = compile_model(m)
    for name in ("low", "high", "integer"):
        assert getattr(before, name).tolist() == getattr(after, name).tolist()
    m.halls["a"].setub(1)
    assert compile_model(m).high[after.column["halls[a]"]] == 1


def test_what_is_not_linear_is_refused() -> None:
    m = ConcreteModel()
    m.x = Var()
    m.curved = Constraint(expr=m.x * m.x <= 1)
    with pytest.raises(ValueError, match="not linear"):
        compile_model(m)
