"""`policies.csv`: what each rule asks, what the plan does, what loosening it is worth."""

from collections.abc import Iterable, Mapping

import pandas as pd

from planner.limits import Limit
from planner.results.columns import shaped


def policies(found: Iterable[Limit], prices: Mapping[str, float]) -> pd.DataFrame:
    """The table of limits.

    Parameters
    ----------
    found
        The limits at the plan.
    prices
        Objective gained by loosening a row of the model by one, by row name; may be empty.
    """
    rows = [
        {
            "rule": limit.rule,
            "where": limit.where,
            "period": limit.period,
            "sense": limit.sense,
            "required": limit.required,
            "achieved": limit.achieved,
            "slack": limit.slack,
            "unit": limit.unit,
            "binding_flag": int(limit.binding),
            "shadow_price": _price(limit, prices),
        }
        for limit in found
    ]
    return shaped("policies", pd.DataFrame(rows))


def _price(limit: Limit, prices: Mapping[str, float]) -> float | None:
    known = [prices[row] * abs(per) for row, per in limit.rows if row in prices]
    return sum(known) if known else None
