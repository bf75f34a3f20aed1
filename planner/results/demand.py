"""`demand.csv`: what the scenario requires to be served, what is, and what is left at its price."""

from typing import Any

import pandas as pd

from models.case import Case
from planner.results.columns import shaped

Served = dict[tuple[str, str, int], float]
"""1e6 tokens/s by workload, country and period."""


def demand(case: Case, m: Any, flows: pd.DataFrame) -> pd.DataFrame:
    """A row for each required demand and period."""
    nation = case["market_country"]
    used = flows.assign(country=flows["market_id"].map(nation))
    sums: Any = used.groupby(["workload_id", "country", "period"])["tokens_per_s"].sum() / 1e6
    served = {(str(w), str(n), int(t)): float(v) for (w, n, t), v in sums.items()}
    rows = []
    for at in case.sets["REQUIRED"]:
        i, w, n, a, t = at
        price = case["unserved_usd_per_mtoken"].get(i)
        left = max(float(m.unserved[at].value), 0.0) if price is not None else 0.0
        rows.append(
            {
                "workload_id": w,
                "country": n or nation[a],
                "market_id": a,
                "period": t,
                "required_tokens_per_s": case["required_mtokens_per_s"][i, t] * 1e6,
                "tokens_per_s": delivered(case, served, at) * 1e6,
                "unserved_tokens_per_s": left * 1e6,
                "unserved_usd_per_mtoken": price,
                "unserved_musd_per_year": unserved_musd(case, price, left),
            }
        )
    return shaped("demand", pd.DataFrame(rows))


def delivered(case: Case, served: Served, at: tuple) -> float:
    """1e6 tokens/s delivered to the users that a required demand is about."""
    _, w, n, a, t = at
    country = n or case["market_country"][a]
    share = case["market_share_frac"][a] if a else 1.0
    return float(
        share
        * sum(v for (v_w, o, u), v in served.items() if u == t and o == country and w in ("", v_w))
    )


def unserved_musd(case: Case, price: float | None, mtokens_per_s: float) -> float:
    """M$ a year of 1e6 tokens/s left unserved."""
    return (price or 0.0) * case["seconds_per_year"]["s"] / 1e6 * mtokens_per_s
