"""Tokens: made where they are sent from, sent where latency and law allow, in the shares wanted."""

from planner.verify.checks import TOKENS, differing, too_large, unequal_sums, untrue
from planner.verify.day import sent_by_block
from planner.verify.fleet import sums
from planner.verify.run import Run

SENT = ["site_id", "workload_id", "period"]


def capacity(run: Run) -> list[str]:
    """At the peak the racks at work make what is sent; the mean is shared out over them."""
    flows, fleet = run.tables["flows"], run.tables["fleet"]
    working, sent = run.book.work, sent_by_block(run)
    made = sums(working, [*SENT, "hour_block"], working["peak_tokens_per_s"])
    needed = sums(sent, [*SENT, "hour_block"], sent["tokens_per_s"])
    words = "{have} tokens/s sent at the peak, more than its racks make, {most}"
    mean = "{have} tokens/s delivered, but flows.csv has {want}"
    return [
        *too_large("flows.csv", needed, made, words, TOKENS),
        *unequal_sums("fleet.csv", sums(fleet, SENT, fleet["tokens_per_s"]),
                      sums(flows, SENT, flows["tokens_per_s"]), mean, TOKENS),
    ]  # fmt: skip


def reach(run: Run) -> list[str]:
    """A flow exists only within the latency of its workload and where the law lets data cross."""
    case, flows = run.book.case, run.tables["flows"]
    links = run.context.table("site_markets").set_index(["site_id", "market_id"])["rtt_ms"]
    pairs = zip(flows["site_id"], flows["market_id"], strict=True)
    allowed = [
        (w, k) in case["reach"].get(s, ())
        for s, w, k in zip(flows["site_id"], flows["workload_id"], flows["market_id"], strict=True)
    ]
    words = "the market is out of reach: the workload's latency, or the law on its data"
    return [
        *untrue("flows", flows, allowed, words),
        *differing("flows", flows, "rtt_ms", [links.get(i) for i in pairs], "site_markets", 1e-6),
    ]


def spread(run: Run) -> list[str]:
    """Each market takes its share of its country's tokens of each workload."""
    case, flows = run.book.case, run.book.flows
    have = sums(flows, ["workload_id", "market_id", "period"], flows["tokens_per_s"])
    want = {
        (w, k, t): case["market_share_frac"][k] * served * 1e6
        for (w, n, t), served in run.book.served.items()
        for k, country in case["market_country"].items()
        if country == n
    }
    words = "{have} tokens/s arrive, but the market's share of its country is {want}"
    return unequal_sums("flows.csv", have, want, words, TOKENS)


def mix(run: Run) -> list[str]:
    """Workloads stand in the shares of the scenario's mix in every country served."""
    case, book = run.book.case, run.book
    have = {i: v * 1e6 for i, v in book.served.items() if i[:2] in case["mix_frac"]}
    want = {
        (w, n, t): share * book.delivered(t, n) * 1e6
        for (w, n), share in case["mix_frac"].items()
        for t in book.periods
    }
    words = "{have} tokens/s served, but its share of the mix is {want}"
    return unequal_sums("flows.csv", have, want, words, TOKENS)


CHECKS = (capacity, reach, spread, mix)
