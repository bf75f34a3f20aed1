"""Racks by site, period, system, cooling, power state and workload; and where their tokens go."""

from typing import Any

import numpy as np
import pandas as pd

from models.case import Case
from planner.results.columns import shaped
from planner.solve.solution import table

PLACE = ["site_id", "cooling_class", "period"]
IDLE = "idle"
TRAINING = "training"
"""State of racks without work, and of racks on a training job, whose name is their workload."""

LEAST = 1e-7
"""Racks at work, or 1e6 tokens/s, below which a value is the solver's rounding."""


def apportioned(weights: np.ndarray, total: int) -> np.ndarray:
    """`total` shared out in whole numbers, nearest to the weights: largest remainders."""
    if total == 0 or weights.sum() <= 0:
        return np.zeros(len(weights), dtype=int)
    exact = weights * (total / weights.sum())
    whole = np.floor(exact + 1e-9).astype(int)
    rest = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:rest]] += 1
    return whole


def installs(case: Case, m: Any) -> pd.DataFrame:
    """`installs.csv`: racks that arrive and racks that stand, whole numbers."""
    index = ("site_id", "system_id", "cooling_class", "period")
    rows = table(m.install, *index).rename(columns={"value": "racks_new_count"})
    rows["racks_count"] = table(m.standing, *index)["value"].round()
    rows["racks_new_count"] = rows["racks_new_count"].round()
    rows["capex_musd"] = rows["racks_new_count"] * rows["system_id"].map(case["rack_musd"])
    rows = rows[rows[["racks_new_count", "racks_count"]].max(axis=1) > 0]
    return shaped("installs", rows.sort_values(["site_id", "period", "system_id", "cooling_class"]))


def flows(sent: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """`flows.csv`: mean delivered tokens/s from site to market; `sent` has them by block."""
    way = ["site_id", "workload_id", "market_id", "period"]
    rows = sent.groupby(way, as_index=False)["value"].sum()
    rows = rows[rows["value"] > LEAST].assign(tokens_per_s=lambda f: f["value"] * 1e6)
    rtt = links.set_index(["site_id", "market_id"])["rtt_ms"]
    rows["rtt_ms"] = [float(rtt[i]) for i in zip(rows["site_id"], rows["market_id"], strict=True)]
    return shaped("flows", rows.sort_values(["site_id", "period", "workload_id", "market_id"]))


def fleet(
    case: Case, m: Any, installs_: pd.DataFrame, halls: pd.DataFrame, flows_: pd.DataFrame
) -> pd.DataFrame:
    """`fleet.csv`: what the racks standing do, in whole racks, and what they make and draw.

    A class of cooling designs holds racks together; where a site has several designs of a class,
    racks and work are shared over them as their IT load is.
    """
    run = pd.concat([at_work(m), on_training(m)], ignore_index=True)
    key = ["site_id", "system_id", "cooling_class", "period"]
    standing = installs_.loc[installs_["racks_count"] > 0, [*key, "racks_count"]]
    busy = run.groupby(key)["value"].sum().rename("busy")
    idle = standing.join(busy, on=key).fillna({"busy": 0.0})
    idle = idle.assign(value=(idle["racks_count"] - idle["busy"]).clip(lower=0.0).astype(float))
    idle = idle[[*key, "value"]].assign(state_id=IDLE, workload_id="")
    rows = pd.concat([run, idle], ignore_index=True).merge(_design_shares(halls), on=PLACE)
    rows["value"] *= rows["share"]
    rows = _whole(rows, standing, key)
    rows = _made(case, rows, flows_)
    order = ["site_id", "period", "system_id", "cooling_class", "design_id", "state_id"]
    return shaped("fleet", rows.sort_values([*order, "workload_id"]))


def at_work(m: Any) -> pd.DataFrame:
    """Racks at work on tokens: the mean of the day."""
    mode = ("site_id", "system_id", "cooling_class", "state_id", "workload_id", "period")
    rows = table(m.run, *mode)
    return rows[rows["value"] > LEAST]


def on_training(m: Any) -> pd.DataFrame:
    """Racks at work on training jobs, all day."""
    rows = table(m.train, "site_id", "workload_id", "system_id", "cooling_class", "period")
    return rows[rows["value"] > LEAST].assign(state_id=TRAINING)


def made_and_drawn(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """With the tokens/s that the racks at work can make, and the IT kW they draw."""
    modes = list(zip(rows["system_id"], rows["state_id"], rows["workload_id"], strict=True))
    theta = np.array([case["theta_mtokens_per_s"].get(mode, 0.0) for mode in modes])
    theta = theta * rows["period"].map(case["software_gain"]).to_numpy(dtype=float)
    kappa = np.array([drawn_mw(case, mode) for mode in modes])
    return rows.assign(
        peak_tokens_per_s=theta * 1e6 * rows["racks_at_work_count"],
        it_kw=kappa * 1e3 * rows["racks_at_work_count"],
    )


def drawn_mw(case: Case, mode: tuple[str, str, str]) -> float:
    """IT MW of a rack at work: system, power state, workload."""
    system, state, _ = mode
    if state == TRAINING:
        return float(case["training_mw"].get(system, 0.0))
    return float(case["kappa_mw"].get(mode, 0.0))


def _design_shares(halls: pd.DataFrame) -> pd.DataFrame:
    """Share of each design in its class's IT load; in its hall MW where nothing is at work."""
    sums = halls.groupby(PLACE)[["it_mw", "hall_mw"]].transform("sum")
    at_work = sums["it_mw"] > LEAST
    share = (halls["it_mw"] / sums["it_mw"].where(at_work)).where(
        at_work, halls["hall_mw"] / sums["hall_mw"]
    )
    return halls[[*PLACE, "design_id"]].assign(share=share)


def _whole(rows: pd.DataFrame, standing: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    total = standing.set_index(key)["racks_count"].astype(int)
    parts = []
    for at, part in rows.groupby(key, sort=False):
        racks = apportioned(part["value"].to_numpy(), int(total.get(at, 0)))
        parts.append(part.assign(racks_count=racks))
    rows = pd.concat(parts, ignore_index=True) if parts else rows.assign(racks_count=0)
    working = rows["state_id"] != IDLE
    rows["racks_at_work_count"] = rows["value"].where(working, 0.0)
    return rows[working | (rows["racks_count"] > 0)]


def _made(case: Case, rows: pd.DataFrame, flows_: pd.DataFrame) -> pd.DataFrame:
    """Tokens at the peak, mean tokens delivered (as the flows are), and IT kW."""
    rows = made_and_drawn(case, rows)
    key = ["site_id", "workload_id", "period"]
    sent = flows_.groupby(key)["tokens_per_s"].sum().rename("sent")
    capacity = rows.groupby(key)["peak_tokens_per_s"].transform("sum")
    sent_here = rows.join(sent, on=key)["sent"].fillna(0.0)
    delivered = sent_here * rows["peak_tokens_per_s"] / capacity.where(capacity > 0)
    return rows.assign(tokens_per_s=delivered.fillna(0.0))
