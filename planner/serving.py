"""The best serving configuration of every rack system, power state and workload.

    theta[k,p,w]  tokens/s of a rack at its best layout and batch within the latency targets
    kappa[k,p,w]  IT kW it draws doing so

Layouts and batches are searched over a grid; physics gives each point's speed, latency and power.
The reference engine has native kernels, overlapped scheduling and 8-bit KV with narrow weights.
"""

from typing import Any

import numpy as np
import pandas as pd

from models.physics.chip_power import Demand, capped, demand_frac, under_cap
from models.physics.machine import BF16
from models.physics.throughput import Load
from models.physics.training import training_tokens_per_s
from planner.serving_points import PRECISIONS, Frame, points
from planner.throughput.catalogue import chip_arrays, coefficient_values, llm_arrays
from planner.throughput.rows import take

MEASURED_CHIPS = (
    "A100",
    "B200",
    "GB200",
    "GB300",
    "GH200",
    "H100",
    "H200",
    "L40S",
    "MI300X",
    "MI325X",
)
"""Chips that the shipped measurements hold."""

TRAINING_LOAD = Load(0.3, 0.55)
"""Shares of a training step that move memory (optimiser, activations) and multiply."""

COLUMNS = (
    "system_id",
    "state_id",
    "workload_id",
    "tokens_per_s",
    "it_kw",
    "layout",
    "batch_count",
    "ttft_ms",
    "tpot_ms",
    "hbm_used_gb",
    "chip_w",
    "precision",
    "extrapolated_flag",
)


def serving_table(
    systems: pd.DataFrame,
    llms: pd.DataFrame,
    workloads: pd.DataFrame,
    power_states: pd.DataFrame,
    coefficients: pd.DataFrame,
) -> pd.DataFrame:
    """Best configuration per rack system, power state and workload, as the table `serving`.

    All arguments are tables as shipped. Rows are absent where no layout meets the targets.
    Tokens/s never fall with a higher cap: every point is slower, never faster, under a lower one.
    """
    c = coefficient_values(coefficients)
    training = workloads["training_flag"].astype(int) == 1
    systems, llms = systems.reset_index(drop=True), llms.reset_index(drop=True)
    states = [state for _, state in power_states.iterrows()]
    parts = []
    if not training.all():
        serve = workloads[~training].reset_index(drop=True)
        found = points(systems, llms, serve, c)
        parts += [_best(found, systems, serve, state, c) for state in states]
    if training.any():
        train = workloads[training].reset_index(drop=True)
        pairs = _training_pairs(systems, llms, train, c)
        parts += [_training(pairs, systems, state, c) for state in states]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    return table.sort_values(["system_id", "workload_id", "state_id"], ignore_index=True)


def _best(
    p: Frame,
    systems: pd.DataFrame,
    workloads: pd.DataFrame,
    state: pd.Series,
    c: dict[str, float],
) -> pd.DataFrame:
    """The fastest point of each system and workload that meets its targets in this power state."""
    demand = Demand(p["decode_demand"], p["prompt_demand"], p["decode_frac"])
    power, decode_speed, prompt_speed = under_cap(demand, float(state["cap_frac"]), c)
    slower = p["decode_frac"] / decode_speed + (1.0 - p["decode_frac"]) / prompt_speed
    tpot_s = p["step_s"] / decode_speed + p["between_s"] / prompt_speed
    ttft_s = p["ttft_s"] / np.minimum(decode_speed, prompt_speed)
    rate = p["chip_rate"] / slower * systems["chips_count"].to_numpy()[p["system"]]
    ttft_limit, tpot_limit = (
        _limit(workloads, "ttft_s")[p["workload"]],
        _limit(workloads, "tpot_ms")[p["workload"]] / 1e3,
    )
    ok = np.flatnonzero((ttft_s <= ttft_limit) & (tpot_s <= tpot_limit))
    pair = p["system"] * len(workloads) + p["workload"]
    fastest = np.full(len(systems) * len(workloads), -np.inf)
    np.maximum.at(fastest, pair[ok], rate[ok])
    ok = ok[rate[ok] == fastest[pair[ok]]]
    at = ok[np.unique(pair[ok], return_index=True)[1]]
    s = systems.iloc[p["system"][at]].reset_index(drop=True)
    used = p["used_frac"][at]
    mean_frac = power[at] * used + c["power_waiting_frac"] * (1.0 - used)
    return pd.DataFrame(
        {
            "system_id": s["system_id"],
            "state_id": state["state_id"],
            "workload_id": workloads["workload_id"].to_numpy()[p["workload"][at]],
            "tokens_per_s": rate[at],
            "it_kw": _it_kw(s, mean_frac, c),
            "layout": _in_words(p["layout"][at], p["prompts"][at]),
            "batch_count": p["batch"][at],
            "ttft_ms": ttft_s[at] * 1e3,
            "tpot_ms": tpot_s[at] * 1e3,
            "hbm_used_gb": p["hbm_gb"][at],
            "chip_w": power[at] * s["chip_tdp_w"],
            "precision": np.array(PRECISIONS)[p["precision"][at]],
            "extrapolated_flag": _extrapolated(s["accelerator"]),
        }
    )


def _in_words(layouts: np.ndarray, prompts: np.ndarray) -> list[str]:
    """Layouts, with those of the prompts' own pools."""
    return [
        f"{layout}, prompts {pool}" if pool else layout
        for layout, pool in zip(layouts, prompts, strict=True)
    ]


def _limit(workloads: pd.DataFrame, name: str) -> np.ndarray:
    return pd.to_numeric(workloads[name]).fillna(np.inf).to_numpy(float)


def _it_kw(systems: pd.DataFrame, power_frac: Any, c: dict[str, float]) -> Any:
    """IT power of a rack: its chips at their mean power, hosts at their share of nameplate."""
    chips_kw = power_frac * systems["chip_tdp_w"] * systems["chips_count"] / 1e3
    return chips_kw + systems["host_kw"] * c["host_power_frac"]


def _extrapolated(accelerator: pd.Series) -> np.ndarray:
    """1 where no measured row has this chip."""
    return (~accelerator.str.split().str[0].isin(MEASURED_CHIPS)).astype(int).to_numpy()


def training_kw(systems: pd.DataFrame, coefficients: pd.DataFrame) -> np.ndarray:
    """IT kW of a rack of each system that trains at full power, hosts included.

    systems, coefficients : tables as shipped.
    """
    c = coefficient_values(coefficients)
    power, _ = capped(demand_frac(TRAINING_LOAD, chip_arrays(systems), c), 1.0, c)
    return np.asarray(_it_kw(systems, power, c), dtype=float)


def _training_pairs(
    systems: pd.DataFrame, llms: pd.DataFrame, workloads: pd.DataFrame, c: dict[str, float]
) -> pd.DataFrame:
    """Training speed of a rack at full power, for the systems that can train."""
    able = np.flatnonzero(systems["training_capable_flag"].to_numpy(int) == 1)
    s = np.repeat(able, len(workloads))
    w = np.tile(np.arange(len(workloads)), len(able))
    which = pd.Index(llms["llm_id"]).get_indexer(workloads["llm_id"])[w]
    chip = take(chip_arrays(systems), s)
    length = workloads["isl_tokens"].to_numpy(float)[w]
    rate = training_tokens_per_s(llm_arrays(llms).take(which), chip, BF16, length, c)
    return pd.DataFrame(
        {
            "system": s,
            "workload_id": workloads["workload_id"].to_numpy()[w],
            "tokens_per_s": rate * systems["chips_count"].to_numpy()[s],
            "demand": demand_frac(TRAINING_LOAD, chip, c),
        }
    )


def _training(
    pairs: pd.DataFrame, systems: pd.DataFrame, state: pd.Series, c: dict[str, float]
) -> pd.DataFrame:
    """Training rows in one power state."""
    s = systems.iloc[pairs["system"].to_numpy()].reset_index(drop=True)
    power, speed = capped(pairs["demand"].to_numpy(), float(state["cap_frac"]), c)
    return pd.DataFrame(
        {
            "system_id": s["system_id"],
            "state_id": state["state_id"],
            "workload_id": pairs["workload_id"],
            "tokens_per_s": pairs["tokens_per_s"] * speed,
            "it_kw": _it_kw(s, power, c),
            "layout": "training",
            "batch_count": 0.0,
            "ttft_ms": 0.0,
            "tpot_ms": 0.0,
            "hbm_used_gb": s["hbm_gb"].astype(float),
            "chip_w": power * s["chip_tdp_w"],
            "precision": "bf16",
            "extrapolated_flag": _extrapolated(s["accelerator"]),
        }
    )
