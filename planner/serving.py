"""The best serving configuration of every rack system, power state and workload.

    theta[k,p,w]  tokens/s of a rack at its best layout and batch within the latency targets
    kappa[k,p,w]  IT kW it draws doing so

Layouts and batches are searched over a grid; physics gives each point's speed, latency and power.
"""

from typing import TypeVar

import numpy as np
import pandas as pd

from models.physics.chip_power import capped, demand_frac
from models.physics.llm import Llm
from models.physics.machine import BF16, FP4, FP8, Chip, Layout, Numerics
from models.physics.memory import capacity_sequences, weight_bytes_per_chip
from models.physics.throughput import Requests, aggregated, speculative_tokens
from models.physics.training import training_tokens_per_s
from planner.throughput.catalogue import chip_arrays, coefficient_values, llm_arrays

T = TypeVar("T", Chip, Layout, Numerics, Requests)
PRECISIONS = ("bf16", "fp8", "fp4")
WEIGHT_BYTES = np.array([2.0, 1.0, 0.5625])
"""Bytes per weight by operand kind; 4-bit weights carry an 8-bit scale for every 16."""
KV_BYTES = np.array([2.0, 1.0, 1.0])
BATCHES = np.unique(np.round(np.geomspace(1, 16384, 57)))
MEASURED_CHIPS = ("H100", "H200", "B200", "GB200", "GB300", "MI300X", "MI325X", "MI355X")
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
    serve = workloads[workloads["training_flag"].astype(int) == 0].reset_index(drop=True)
    train = workloads[workloads["training_flag"].astype(int) == 1].reset_index(drop=True)
    systems = systems.reset_index(drop=True)
    llms = llms.reset_index(drop=True)
    parts = []
    if len(serve):
        points = _points(systems, llms, serve, c)
        parts += [_best(points, systems, serve, state, c) for _, state in power_states.iterrows()]
    if len(train):
        pairs = _training_pairs(systems, llms, train, c)
        parts += [_training(pairs, systems, state, c) for _, state in power_states.iterrows()]
    table = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    order = ["system_id", "workload_id", "state_id"]
    return table.sort_values(order, ignore_index=True)


def layouts_of(chips_count: int, scaleup_chips_count: int) -> pd.DataFrame:
    """Layouts worth trying on a rack system: instances inside the scale-up domain, and up to
    four pipeline stages of a whole domain across the network.
    """
    domain = (
        min(chips_count, scaleup_chips_count) if scaleup_chips_count > 8 else scaleup_chips_count
    )
    sizes = sorted({n for n in (1, 2, 4, 8, 16, 32, 64) if n <= domain} | {domain, domain // 2})
    rows = [(tp, 1, n // tp) for n in sizes if n for tp in (1, 2, 4, 8, 16) if n % tp == 0]
    rows += [(tp, pp, domain // tp) for pp in (2, 4) for tp in (4, 8) if domain % tp == 0]
    return pd.DataFrame(rows, columns=["tp", "pp", "dp"])


def _points(
    systems: pd.DataFrame, llms: pd.DataFrame, workloads: pd.DataFrame, c: dict[str, float]
) -> pd.DataFrame:
    """Every feasible (system, workload, layout, batch) at full power with its physics."""
    grid = _grid(systems, llms, workloads)
    llm = llm_arrays(llms).take(grid["llm"].to_numpy())
    chip = _take(chip_arrays(systems), grid["system"].to_numpy())
    layout = Layout(*(grid[k].to_numpy(float) for k in ("tp", "pp", "dp")))
    numerics = _numerics(grid["kind"].to_numpy())
    requests = _requests(workloads, grid["workload"].to_numpy())
    length = requests.isl_tokens + requests.osl_tokens
    fits = capacity_sequences(llm, chip, numerics, layout, length, c)
    keep = np.flatnonzero((fits >= 1.0) & ((layout.dp_count == 1) | (llm.expert_params > 0)))
    repeat = np.repeat(keep, len(BATCHES))
    batch = np.tile(BATCHES, len(keep))
    within = batch <= fits[repeat]
    repeat, batch = repeat[within], batch[within]
    llm, chip, layout = llm.take(repeat), _take(chip, repeat), _take(layout, repeat)
    numerics, requests = _take(numerics, repeat), _take(requests, repeat)
    run = aggregated(llm, (chip, numerics, layout), requests, batch, c)
    points = grid.iloc[repeat].reset_index(drop=True)
    return points.assign(
        batch=batch,
        rate=run.tokens_per_s,
        ttft_s=run.ttft_s,
        tpot_s=run.tpot_s,
        demand=demand_frac(run.memory_frac, run.arithmetic_frac, c),
        hbm_gb=_hbm_used_gb(llm, chip, numerics, layout, (batch, fits[repeat]), c),
    )


def _hbm_used_gb(
    llm: Llm,
    chip: Chip,
    numerics: Numerics,
    layout: Layout,
    load: tuple[np.ndarray, np.ndarray],
    c: dict[str, float],
) -> np.ndarray:
    """Memory in use per chip: weights, workspace and the part of the cache that is filled."""
    batch, fits = load
    weights = weight_bytes_per_chip(llm, numerics, layout)
    overhead = c["memory_overhead_gb"] * 1e9
    cache = chip.hbm_bytes * c["memory_usable_frac"] - weights - overhead
    return (weights + overhead + cache * batch / fits) / 1e9


def _grid(systems: pd.DataFrame, llms: pd.DataFrame, workloads: pd.DataFrame) -> pd.DataFrame:
    """Index frame of systems x workloads x layouts, with the operand kind."""
    sizes = zip(systems["chips_count"], systems["scaleup_chips_count"], strict=True)
    parts = [layouts_of(int(n), int(m)).assign(system=i) for i, (n, m) in enumerate(sizes)]
    layouts = pd.concat(parts)
    jobs = pd.DataFrame({"workload": np.arange(len(workloads))})
    ids = pd.Index(llms["llm_id"])
    jobs["llm"] = ids.get_indexer(workloads["llm_id"])
    grid = layouts.merge(jobs, how="cross")
    best = _kinds(systems)
    names = [p if isinstance(p, str) else "" for p in workloads["precision"]]
    asked = {"": FP4, **{name: kind for kind, name in enumerate(PRECISIONS)}}
    wanted = np.array([asked[name] for name in names])
    grid["kind"] = np.minimum(best[grid["system"].to_numpy()], wanted[grid["workload"].to_numpy()])
    return grid.reset_index(drop=True)


def _kinds(systems: pd.DataFrame) -> np.ndarray:
    """The narrowest operand kind each chip has."""
    chip = chip_arrays(systems)
    return np.where(chip.fp4_flops > 0, FP4, np.where(chip.fp8_flops > 0, FP8, BF16))


def _numerics(kind: np.ndarray) -> Numerics:
    weights = WEIGHT_BYTES[kind]
    return Numerics(kind, kind, weights, weights, KV_BYTES[kind], np.ones(len(kind)))


def _requests(workloads: pd.DataFrame, index: np.ndarray) -> Requests:
    """Requests of each workload; drafts turn into tokens per step."""

    def column(name: str) -> np.ndarray:
        return pd.to_numeric(workloads[name]).fillna(0.0).to_numpy(float)[index]

    drafts = column("draft_tokens_count")
    return Requests(
        column("isl_tokens"),
        column("osl_tokens"),
        column("prefix_hit_frac"),
        speculative_tokens(drafts, column("draft_acceptance_frac")),
        1.0 + drafts,
    )


def _take(arrays: T, index: np.ndarray) -> T:
    return type(arrays)(**{k: np.asarray(v)[index] for k, v in vars(arrays).items()})


def _best(
    points: pd.DataFrame,
    systems: pd.DataFrame,
    workloads: pd.DataFrame,
    state: pd.Series,
    c: dict[str, float],
) -> pd.DataFrame:
    """The fastest point of each system and workload that meets its targets in this power state."""
    power, speed = capped(points["demand"].to_numpy(), float(state["cap_frac"]), c)
    w = points["workload"].to_numpy()
    ttft_limit = pd.to_numeric(workloads["ttft_s"]).fillna(np.inf).to_numpy()[w]
    tpot_limit = pd.to_numeric(workloads["tpot_ms"]).fillna(np.inf).to_numpy()[w] / 1e3
    chips = systems["chips_count"].to_numpy()[points["system"]]
    size = (points["tp"] * points["pp"] * points["dp"]).to_numpy()
    instances = np.where(size <= chips, chips // size, chips / size)
    found = points.assign(
        tokens_per_s=points["rate"] * speed * instances,
        ttft_ms=points["ttft_s"] / speed * 1e3,
        tpot_ms=points["tpot_s"] / speed * 1e3,
        power=power,
        busy_frac=instances * size / chips,
    )
    found = found[(found["ttft_ms"] <= ttft_limit * 1e3) & (found["tpot_ms"] <= tpot_limit * 1e3)]
    best = found.loc[found.groupby(["system", "workload"])["tokens_per_s"].idxmax()]
    s = systems.iloc[best["system"].to_numpy()].reset_index(drop=True)
    best = best.reset_index(drop=True)
    chip_w = best["power"] * s["chip_tdp_w"]
    idle_w = c["power_idle_frac"] * s["chip_tdp_w"]
    mean_w = chip_w * best["busy_frac"] + idle_w * (1.0 - best["busy_frac"])
    return pd.DataFrame(
        {
            "system_id": s["system_id"],
            "state_id": state["state_id"],
            "workload_id": workloads["workload_id"].to_numpy()[best["workload"]],
            "tokens_per_s": best["tokens_per_s"],
            "it_kw": mean_w * s["chips_count"] / 1e3 + s["host_kw"] * c["host_power_frac"],
            "layout": [
                f"TP{t} EP{t * d if moe else 1} DP{d} PP{p}"
                for t, p, d, moe in zip(
                    best["tp"], best["pp"], best["dp"], best["dp"] > 1, strict=True
                )
            ],
            "batch_count": best["batch"],
            "ttft_ms": best["ttft_ms"],
            "tpot_ms": best["tpot_ms"],
            "hbm_used_gb": best["hbm_gb"],
            "chip_w": chip_w,
            "precision": [PRECISIONS[k] for k in best["kind"]],
            "extrapolated_flag": _extrapolated(s["accelerator"]),
        }
    )


def _extrapolated(accelerator: pd.Series) -> np.ndarray:
    """1 where no measured row has this chip."""
    return (~accelerator.str.split().str[0].isin(MEASURED_CHIPS)).astype(int).to_numpy()


def _training_pairs(
    systems: pd.DataFrame, llms: pd.DataFrame, workloads: pd.DataFrame, c: dict[str, float]
) -> pd.DataFrame:
    """Training speed of a rack at full power, for the systems that can train."""
    able = np.flatnonzero(systems["training_capable_flag"].to_numpy(int) == 1)
    s = np.repeat(able, len(workloads))
    w = np.tile(np.arange(len(workloads)), len(able))
    which = pd.Index(llms["llm_id"]).get_indexer(workloads["llm_id"])[w]
    chip = _take(chip_arrays(systems), s)
    length = workloads["isl_tokens"].to_numpy(float)[w]
    rate = training_tokens_per_s(llm_arrays(llms).take(which), chip, BF16, length, c)
    return pd.DataFrame(
        {
            "system": s,
            "workload_id": workloads["workload_id"].to_numpy()[w],
            "tokens_per_s": rate * systems["chips_count"].to_numpy()[s],
            "demand": demand_frac(1.0, c["training_mfu_frac"], c),
        }
    )


def _training(
    pairs: pd.DataFrame, systems: pd.DataFrame, state: pd.Series, c: dict[str, float]
) -> pd.DataFrame:
    """Training rows in one power state."""
    s = systems.iloc[pairs["system"].to_numpy()].reset_index(drop=True)
    power, speed = capped(pairs["demand"].to_numpy(), float(state["cap_frac"]), c)
    chip_w = power * s["chip_tdp_w"]
    return pd.DataFrame(
        {
            "system_id": s["system_id"],
            "state_id": state["state_id"],
            "workload_id": pairs["workload_id"],
            "tokens_per_s": pairs["tokens_per_s"] * speed,
            "it_kw": chip_w * s["chips_count"] / 1e3 + s["host_kw"] * c["host_power_frac"],
            "layout": "training",
            "batch_count": 0.0,
            "ttft_ms": 0.0,
            "tpot_ms": 0.0,
            "hbm_used_gb": s["hbm_gb"].astype(float),
            "chip_w": chip_w,
            "precision": "bf16",
            "extrapolated_flag": _extrapolated(s["accelerator"]),
        }
    )
