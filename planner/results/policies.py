"""`policies.csv`: what each rule asks, what the plan does, what loosening it is worth."""

from collections.abc import Iterable, Mapping

import pandas as pd

from planner.limits import Limit
from planner.limits.book import Rows
from planner.results.columns import shaped


def policies(found: Iterable[Limit], prices: Mapping[Rows, float]) -> pd.DataFrame:
    """The table of limits.

    Parameters
    ----------
    found
        The limits at the plan.
    prices
        Objective gained by loosening a limit by one, by the rows that hold it; may be empty.
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
            "shadow_price": prices.get(limit.rows),
        }
        for limit in found
    ]
    return shaped("policies", pd.DataFrame(rows))
