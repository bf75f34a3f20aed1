"""Sums over sites that are whole in every plan: halls, sites and connection steps, of a kind each.

Which of several like sites has them hardly matters, so relaxations have parts at many sites; the
sums are what is left to be whole (planner/solve/totals.py).
"""

from collections.abc import Iterator

import numpy as np

from models.case import Case
from planner.solve.compile import Compiled


def halls_by_kind(case: Case, compiled: Compiled) -> dict[str, np.ndarray]:
    """Columns of the halls of a country, cooling class, size and period."""
    found: dict[str, list[int]] = {}
    for (s, d, t), at in _columns(compiled, "halls"):
        key = f"{case['country'][s]},{case['cooling_class'][d]},{case['hall_mw'][s, d]},{t}"
        found.setdefault(f"total[{key}]", []).append(at)
    return {key: np.array(columns) for key, columns in found.items()}


def sites_and_steps(case: Case, compiled: Compiled) -> dict[str, np.ndarray]:
    """Columns of the open sites of a country, and of its connection steps by size, by period."""
    found: dict[str, list[int]] = {}
    for (s, t), at in _columns(compiled, "open"):
        found.setdefault(f"sites[{case['country'][s]},{t}]", []).append(at)
    for (s, step, t), at in _columns(compiled, "connect"):
        key = f"{case['country'][s]},{case['step_mw'][s, int(step)]},{t}"
        found.setdefault(f"steps[{key}]", []).append(at)
    return {key: np.array(columns) for key, columns in found.items()}


def _columns(compiled: Compiled, kind: str) -> Iterator[tuple[list[str], int]]:
    """The indices of a variable's columns, and where these are."""
    for name, at in compiled.column.items():
        variable, _, rest = name.partition("[")
        if variable == kind:
            yield rest[:-1].split(","), at
