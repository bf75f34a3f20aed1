"""An irreducible set of rules that cannot all hold: drop any one of them, and the others can.

Starts from the rules whose rows have a dual at the least shortfall (a Farkas certificate: these
rules conflict), then a deletion filter: a rule without which the others still conflict is dropped.
Source: Chinneck 2008, Feasibility and Infeasibility in Optimization, ch. 6. HiGHS's own IIS names
rows, of which a national conflict has hundreds, and needs the whole model; rules are what a person
can change.
"""

from collections.abc import Callable, Sequence

import numpy as np


def certificate(rules: Sequence[np.ndarray], row_dual: np.ndarray) -> list[int]:
    """Rules any of whose rows has a dual, the heaviest last."""
    weight = [float(np.abs(row_dual[rows]).max(initial=0.0)) for rows in rules]
    return [j for j in sorted(range(len(rules)), key=lambda j: weight[j]) if weight[j] > 1e-7]


def irreducible(candidates: Sequence[int], conflict: Callable[[list[int]], bool]) -> list[int]:
    """The candidates less those without which the rest still conflict, tried in their order.

    Parameters
    ----------
    candidates
        Rules that together cannot hold.
    conflict
        Whether some rules, all others free, cannot hold together.
    """
    kept = list(candidates)
    for rule in candidates:
        rest = [other for other in kept if other != rule]
        if conflict(rest):
            kept = rest
    return kept
