"""What senders send, shared out over their sites: each as much of it as of the capacity.

The plan says what leaves a sender for each market, and any sharing out within the sites' capacity
is as good (models/blocks/workload.py). Of those with the same part of each site's capacity in use
this is a near one: in the order of round trips, each site sends a market what the two have left.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.case import Case
from planner.results.fleet import made_and_drawn
from planner.solve.solution import table

SENDING = ["sender", "workload_id", "period", "hour_block"]
WAY = ["site_id", "workload_id", "market_id", "period", "hour_block"]


def sent(case: Case, m: Any, links: pd.DataFrame) -> pd.DataFrame:
    """1e6 tokens/s (`value`) from site to market, the part of the mean made in each block.

    `links` has the round trip `rtt_ms` by `site_id` and `market_id`.
    """
    rows = table(m.sent, "sender", *WAY[1:])
    rows = rows[rows["value"] > 0.0]
    ways = zip(links["site_id"], links["market_id"], strict=True)
    rtt_ms = dict(zip(ways, links["rtt_ms"], strict=True))
    able = dict(iter(_capacity(case, m).groupby(SENDING)))
    found: list[tuple] = []
    for of, part in rows.groupby(SENDING, sort=False):
        if of in able:
            _, workload, period, block = of
            sites, can = able[of]["site_id"], able[of]["peak_tokens_per_s"]
            supply = dict(zip(sites, can * (part["value"].sum() / can.sum()), strict=True))
            asked = dict(zip(part["market_id"], part["value"], strict=True))
            near = _nearest(supply, asked, rtt_ms)
            found += [(s, workload, a, period, block, amount) for s, a, amount in near]
    return pd.DataFrame(found, columns=[*WAY, "value"])


def _capacity(case: Case, m: Any) -> pd.DataFrame:
    """Tokens/s that each site can make at the peak, with its sender, by workload and block."""
    names = ("site_id", "system_id", "cooling_class", "state_id", "workload_id", "period")
    rows = table(m.work, *names, "hour_block").rename(columns={"value": "racks_at_work_count"})
    rows = made_and_drawn(case, rows[rows["racks_at_work_count"] > 0.0])
    places = zip(rows["site_id"], rows["workload_id"], strict=True)
    rows = rows.assign(sender=[case["sender"][at] for at in places])
    return rows.groupby([*SENDING, "site_id"])["peak_tokens_per_s"].sum().reset_index()


def _nearest(
    supply: dict[str, float], asked: dict[str, float], rtt_ms: Mapping[tuple[str, str], float]
) -> list[tuple[str, str, float]]:
    """(site, market, amount): as much as both have left, in the order of round trips.

    All that is supplied is asked for, and every site reaches every market, so nothing is left.
    """
    pairs = sorted(((rtt_ms[s, a], s, a) for s in supply for a in asked), key=lambda pair: pair[0])
    found = []
    for _, s, a in pairs:
        amount = min(supply[s], asked[a])
        if amount > 0.0:
            found.append((s, a, amount))
            supply[s] -= amount
            asked[a] -= amount
    return found
