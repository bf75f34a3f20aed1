"""scipy's linprog, loaded where a program is solved: scipy.optimize is a fifth of all imports."""

from typing import Any


def linprog(cost: Any, **rows: Any) -> Any:
    """The least cost, as `scipy.optimize.linprog` says, by HiGHS."""
    from scipy.optimize import linprog as solved

    return solved(cost, method="highs", **rows)
