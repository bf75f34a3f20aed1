"""What holds a feasible scenario: the rules with a dual at the best ratio of the relaxation.

With the rule's number grown by a share g of itself, N - r * D grows by  g * y * (db - dA x), hence
the ratio by that over D.
"""

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.explain.diagnosis import Diagnosis
from planner.explain.explanation import Worth
from planner.solve.relax import Shortfall
from planner.solve.sift import Relaxed, relaxed_ratio

SHOWN = 12
LEAST_FRAC = 1e-7
"""Less than this of the objective, for 1 % of a rule, is rounding."""


def best_of(diagnosis: Diagnosis, objective: str, found: Shortfall, deadline: float) -> Relaxed:
    """The best ratio of the relaxation, from the sites that keep all rules."""
    ratio, model = OBJECTIVES[objective], diagnosis.compiled
    return relaxed_ratio(model, diagnosis.parts, ratio, found.kept, 0.0, deadline)


def worths(diagnosis: Diagnosis, objective: str, best: Relaxed) -> tuple[Worth, ...]:
    """Rules that bind, those first whose loosening by 1 % gains most."""
    ratio, model = OBJECTIVES[objective], diagnosis.compiled
    if best.x is None or best.row_dual is None:
        return ()
    under = max(float(best.x[model.column[ratio.under]]), 1e-12)
    gains = -best.row_dual * diagnosis.growth.of_rows(best.x) * ratio.factor / under
    worth = []
    for rule in diagnosis.rules:
        grown = float(gains[rule.rows].sum())
        loosened = grown * (rule.looser or np.sign(grown))
        if loosened > LEAST_FRAC * 100 * abs(best.value) * ratio.factor:
            per_unit = loosened / rule.asked if rule.asked else None
            worth.append(Worth(rule, loosened / 100, per_unit))
    return tuple(sorted(worth, key=lambda w: -w.per_percent)[:SHOWN])
