"""What is new in a period: quantities that only ever grow are built by their increase."""

from typing import Any

from pyomo.core.expr.numeric_expr import LinearExpression

from models.case import Case


def before(var: Any, case: Case) -> dict[Any, Any]:
    """The column of the period before, by index; none where the quantity begins."""
    previous, columns = case["previous"], dict(var.items())
    found = {}
    for index in columns:
        earlier = columns.get((*index[:-1], previous.get(index[-1])))
        if earlier is not None:
            found[index] = earlier
    return found


def added(now: Any, earlier: Any | None, times: float = 1.0) -> Any:
    """A number times the increase over the period before; times all of it where none is before."""
    if earlier is None:
        return times * now
    return LinearExpression(linear_coefs=[times, -times], linear_vars=[now, earlier])
