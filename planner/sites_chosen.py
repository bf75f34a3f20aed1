"""Sites forced in, or ruled out, in a compiled model: bounds of columns, and a row of the load."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from models.case import Case
from planner.solve.compile import Compiled
from planner.solve.split import Split, with_row


def forced_in(compiled: Compiled, before: Case, case: Case) -> Compiled:
    """The model with each site that the case forces and `before` did not: open, with its load."""
    last, low = case.sets["PERIOD"][-1], compiled.low.copy()
    forced = [s for s in case.sets["FORCED_SITE"] if s not in before.sets["FORCED_SITE"]]
    low[[compiled.column[f"open[{s},{last}]"] for s in forced]] = 1.0
    compiled = replace(compiled, low=low)
    for s in forced:
        names = [f"it_mw[{s},{d},{t}]" for r, d, t in case.sets["HALL"] if (r, t) == (s, last)]
        there = dict.fromkeys((name for name in names if name in compiled.column), 1.0)
        compiled = with_row(compiled, there, case["forced_it_mw"][s], f"forced_load[{s}]")
    return compiled


def ruled_out(compiled: Compiled, parts: Split, sites: Collection[str]) -> Compiled:
    """The model with nothing at these sites."""
    if not sites:
        return compiled
    gone = [i for i, s in enumerate(parts.sites) if s in sites]
    high = np.where(np.isin(parts.of_column, gone), 0.0, compiled.high)
    return replace(compiled, high=high)
