"""How much of a plan rests on chips without measurements."""

from collections.abc import Mapping

import pandas as pd

MODE = ["system_id", "state_id", "workload_id"]


def extrapolated_tokens_frac(tables: Mapping[str, pd.DataFrame], period: int) -> float:
    """Share of a period's delivered tokens made by racks whose serving row is extrapolated.

    Parameters
    ----------
    tables
        The plan's tables `fleet` and `serving`.
    period
        The planning period.

    Returns
    -------
    float
        0 where nothing is delivered.
    """
    fleet, serving = tables["fleet"], tables["serving"]
    rows = fleet[fleet["period"] == period]
    tokens = rows.groupby(MODE)["tokens_per_s"].sum()
    unmeasured = serving.set_index(MODE)["extrapolated_flag"].reindex(tokens.index).eq(1)
    total = float(tokens.sum())
    return float(tokens[unmeasured].sum()) / total if total > 0 else 0.0
