"""What is new in a period: quantities that only ever grow are built by their increase."""

from typing import Any

import numpy as np

from models.case import Case
from models.rows import AtMost
from models.sums import Numbers, Part, Sums, each

NONE = -1
"""No period before: where a quantity begins."""


def before(var: Any, case: Case) -> np.ndarray:
    """Place of the column of the period before, for each; `NONE` where the quantity begins."""
    if var.earlier is None:
        previous, place = case["previous"], var.place
        found = [place.get((*i[:-1], previous.get(i[-1])), NONE) for i in var]
        var.earlier = np.array(found, dtype=int)
    return var.earlier


def stay(var: Any, earlier: np.ndarray) -> AtMost:
    """What stood in the period before stands: rows `earlier <= var`."""
    now = np.flatnonzero(earlier != NONE)
    indices = [var.indices[i] for i in now.tolist()]
    return AtMost(indices, each(var, at=earlier[now]), each(var, at=now))


def added(var: Any, earlier: np.ndarray, times: Numbers = 1.0) -> Sums:
    """A number times the increase over the period before; times all of it where none is before."""
    whole = each(var, times)
    now = np.flatnonzero(earlier != NONE)
    number = whole.parts[0].number[now] if whole.parts else now
    return whole - Sums(whole.count, [Part(var, now, earlier[now], number)])
