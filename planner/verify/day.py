"""The blocks of the day: what is made and sent in each, and the means that the other files tell."""

import pandas as pd

from planner.results.fleet import IDLE
from planner.verify.checks import TOKENS, differing, unequal_sums, untrue
from planner.verify.fleet import sums
from planner.verify.run import Run

MODE = ["site_id", "period", "system_id", "cooling_class", "state_id", "workload_id"]
LINK = ["site_id", "workload_id", "market_id", "period"]


def sent_by_block(run: Run) -> pd.DataFrame:
    """Tokens/s sent in each block of the day; where it is one, the mean times peak over mean."""
    case, flows = run.book.case, run.tables["flows"]
    if len(case.sets["HOUR"]) > 1:
        return run.tables["hour_flows"]
    peak = flows["workload_id"].map(case["peak_to_mean_ratio"])
    return flows.assign(tokens_per_s=flows["tokens_per_s"] * peak, hour_block=case.sets["HOUR"][0])


def blocks(run: Run) -> list[str]:
    """Blocks are the daily shape's, with their length; without a shape there is no row."""
    case, found = run.book.case, []
    several = len(case.sets["HOUR"]) > 1
    for name in ("hours", "hour_flows"):
        rows = run.tables[name]
        known = rows["hour_block"].isin(case.sets["HOUR"]) & several
        found += untrue(name, rows, known, "no block of the scenario's daily shape")
        length = 24 * rows["hour_block"].map(case["hour_frac"]).astype(float)
        found += differing(name, rows, "hours_h", length, "the daily shape", 1e-6)
    return found


def means(run: Run) -> list[str]:
    """The fleet's racks at work, and the flows, are the means of the day's blocks."""
    case, fleet, flows = run.book.case, run.tables["fleet"], run.tables["flows"]
    if len(case.sets["HOUR"]) == 1:
        return []
    hours, sent = run.tables["hours"], run.tables["hour_flows"]
    working = fleet[fleet["state_id"] != IDLE]
    racks = hours["racks_at_work_count"] * hours["hour_block"].map(case["hour_frac"])
    tokens = sent["tokens_per_s"] * sent["hour_block"].map(case["hour_frac"])
    words = "{have} racks at work, but over the blocks of hours.csv {want}"
    sums_up = "{have} tokens/s, but over the blocks of hour_flows.csv {want}"
    return [
        *unequal_sums("fleet.csv", sums(working, MODE, working["racks_at_work_count"]),
                      sums(hours, MODE, racks), words, 1e-3),
        *unequal_sums("flows.csv", sums(flows, LINK, flows["tokens_per_s"]),
                      sums(sent, LINK, tokens), sums_up, TOKENS),
    ]  # fmt: skip


def delivered(run: Run) -> list[str]:
    """What is sent in a block is shared out over the racks at work in it."""
    hours, sent = run.tables["hours"], run.tables["hour_flows"]
    key = ["site_id", "workload_id", "period", "hour_block"]
    words = "{have} tokens/s delivered, but hour_flows.csv has {want}"
    making = hours[hours["tokens_per_s"] > 0]
    return unequal_sums("hours.csv", sums(making, key, making["tokens_per_s"]),
                        sums(sent, key, sent["tokens_per_s"]), words, TOKENS)  # fmt: skip


def shape(run: Run) -> list[str]:
    """What has a latency limit reaches each market in the block in which it is asked for."""
    case, sent = run.book.case, run.tables["hour_flows"]
    have = sums(sent, ["workload_id", "market_id", "period", "hour_block"], sent["tokens_per_s"])
    want = {
        (w, a, t, h): level * case["market_share_frac"][a] * served * 1e6
        for (w, n, t), served in run.book.served.items()
        for (v, o, h), level in case["level_frac"].items()
        for a, country in case["market_country"].items()
        if v == w and o == country == n
    }
    shaped = {at: tokens for at, tokens in have.items() if at[0] in {w for w, *_ in want}}
    words = "{have} tokens/s arrive, but the daily shape asks for {want}"
    return unequal_sums("hour_flows.csv", shaped, want, words, TOKENS)


CHECKS = (blocks, means, delivered, shape)
