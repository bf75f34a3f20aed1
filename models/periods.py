"""What is new in a period: quantities that only ever grow are built by their increase."""

from typing import Any

from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression

from models.case import Case
from models.rows import AtMost, Each


def before(var: Any, case: Case) -> dict[Any, Any]:
    """The column of the period before, by index; none where the quantity begins."""
    previous, columns = case["previous"], dict(var.items())
    found = {}
    for index in columns:
        earlier = columns.get((*index[:-1], previous.get(index[-1])))
        if earlier is not None:
            found[index] = earlier
    return found


def stay(var: Any, earlier: dict[Any, Any]) -> AtMost:
    """What stood in the period before stands: rows `earlier <= var`."""
    at = [column.index() for column in earlier.values()]
    return AtMost(list(earlier), Each(var, at=at), Each(var, at=list(earlier)))


def added(now: Any, earlier: Any | None, times: float = 1.0) -> Any:
    """A number times the increase over the period before; times all of it where none is before."""
    term = MonomialTermExpression((times, now))
    if earlier is None:
        return term
    return LinearExpression([term, MonomialTermExpression((-times, earlier))])
