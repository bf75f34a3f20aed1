"""Every serving point worth considering: systems x workloads x layouts x batches, with its physics.

Prompts and decoding share their chips, or run on separate pools (disaggregated) in the proportion
that keeps both busy.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.physics.chip_power import demand_frac, demand_of
from models.physics.llm import Llm
from models.physics.machine import BF16, FP4, FP8, Chip, Layout, Numerics
from models.physics.memory import capacity_sequences, weight_bytes_per_chip
from models.physics.prefill import prefill_token
from models.physics.throughput import (
    Requests,
    aggregated,
    load_of,
    speculative_tokens,
)
from planner.throughput.catalogue import chip_arrays, llm_arrays
from planner.throughput.numerics import Ask, numerics_of
from planner.throughput.rows import take

PRECISIONS = ("bf16", "fp8", "fp4", "int4")
INT4 = 3
BATCHES = np.unique(np.round(np.geomspace(1, 16384, 57)))
PIPELINES = (2, 4)


@dataclass(frozen=True)
class Setting:
    """All that a point of the grid runs with, arrays of one length."""

    llm: Llm
    chip: Chip
    numerics: Numerics
    layout: Layout
    requests: Requests

    @property
    def machine(self) -> tuple[Chip, Numerics, Layout]:
        """Chip, numerics and layout."""
        return self.chip, self.numerics, self.layout


Frame = dict[str, np.ndarray]
"""Columns of one length by name: a table of the many points, of which few are kept."""


def layouts_of(chips_count: int, scaleup_chips_count: int) -> list[tuple[int, int, int]]:
    """Layouts worth trying on a rack system: instances inside the scale-up domain, and up to
    four pipeline stages of a whole domain across the network. Tensor, pipeline, data parallel.
    """
    wide = scaleup_chips_count > 8
    domain = min(chips_count, scaleup_chips_count) if wide else scaleup_chips_count
    sizes = sorted({n for n in (1, 2, 4, 8, 16, 32, 64, domain // 2) if 0 < n <= domain} | {domain})
    rows = [(tp, 1, n // tp) for n in sizes for tp in (1, 2, 4, 8, 16) if n % tp == 0]
    return rows + [(tp, pp, domain // tp) for pp in PIPELINES for tp in (4, 8) if domain % tp == 0]


def points(
    systems: pd.DataFrame, llms: pd.DataFrame, workloads: pd.DataFrame, c: dict[str, float]
) -> Frame:
    """Every feasible point at full power.

    Columns: system, workload (positions), layout, prompts (the layout of their pool, empty where
    they have none), precision, batch, chip_rate (tokens/s per chip of the rack), used_frac (share
    of its chips in an instance), decode_frac, decode_demand and prompt_demand (shares of TDP),
    step_s and between_s (parts of TPOT), ttft_s, hbm_gb.
    """
    grid, setting = _grid(systems, llms, workloads, c)
    length = setting.requests.isl_tokens + setting.requests.osl_tokens
    fits = capacity_sequences(setting.llm, *setting.machine, length, c)
    replicas_ok = (setting.layout.dp_count == 1) | (setting.llm.expert_params > 0)
    keep = np.flatnonzero((fits >= 1.0) & replicas_ok)
    pools = _prompt_pools(_taken(grid, keep), take(setting, keep), c)
    keep = keep[:, None]  # a row for each; a column for each batch, beside what has none
    within = fits[keep] >= BATCHES
    here, grid = take(setting, keep), _taken(grid, keep)
    chips = systems["chips_count"].to_numpy()[grid["system"]]
    size = here.layout.chips_count
    grid |= {
        "batch": BATCHES[None],
        "hbm_gb": _hbm_used_gb(here, BATCHES / fits[keep], c),
        "used_frac": np.where(size <= chips, chips // size * size / chips, 1.0),
    }
    together = _listed(grid | _together(grid, here, c), within)
    alone = _listed(grid | _alone(grid, here, c), within)
    apart = _apart(alone, pools)
    return {name: np.concatenate([together[name], apart[name]]) for name in together}


def _taken(frame: Frame, at: np.ndarray) -> Frame:
    return {name: column[at] for name, column in frame.items()}


def _listed(frame: Frame, within: np.ndarray) -> Frame:
    """The columns of the points within, one after the other, from arrays by layout and batch."""
    return {name: np.broadcast_to(column, within.shape)[within] for name, column in frame.items()}


def _grid(
    systems: pd.DataFrame, llms: pd.DataFrame, workloads: pd.DataFrame, c: dict[str, float]
) -> tuple[Frame, Setting]:
    """Systems x workloads x layouts, and what each runs with."""
    sizes = zip(systems["chips_count"], systems["scaleup_chips_count"], strict=True)
    layouts = [layouts_of(int(n), int(m)) for n, m in sizes]
    every = np.array([layout for some in layouts for layout in some]).reshape(-1, 3)
    every = np.repeat(every, len(workloads), axis=0)
    s = np.repeat(np.arange(len(systems)), [len(some) * len(workloads) for some in layouts])
    w = np.tile(np.arange(len(workloads)), len(every) // max(len(workloads), 1))
    which = pd.Index(llms["llm_id"]).get_indexer(workloads["llm_id"])[w]
    native = llms["native_precision"].to_numpy(str)[which]
    kind = np.minimum(_kinds(systems)[s], _wanted(workloads)[w])
    kind = np.where((native == "int4") & (kind < FP4), INT4, kind)
    ask = Ask(
        precision=np.array(PRECISIONS)[kind],
        native=native,
        engine=np.full(len(every), "reference"),
        has_fp4=chip_arrays(systems).fp4_flops[s] > 0,
        kv_bytes=np.where(kind == BF16, 2.0, 1.0),
    )
    numerics, _ = numerics_of(ask)
    rocm = np.where(systems["vendor"].eq("AMD").to_numpy()[s], c["rocm_arithmetic_ratio"], 1.0)
    numerics = replace(numerics, arithmetic_slowdown=rocm)
    setting = Setting(
        llm_arrays(llms).take(which),
        take(chip_arrays(systems), s),
        numerics,
        Layout(*every.T.astype(float)),
        _requests(workloads, w),
    )
    return {"system": s, "workload": w, "precision": kind, "layout": _names(every)}, setting


def _names(layouts: np.ndarray) -> np.ndarray:
    """Layouts in words; experts spread over all replicas where attention is replicated."""
    names = [f"TP{t} EP{t * d if d > 1 else 1} DP{d} PP{p}" for t, p, d in layouts.tolist()]
    return np.array(names, dtype=object)


def _kinds(systems: pd.DataFrame) -> np.ndarray:
    """The narrowest operand kind each chip has."""
    chip = chip_arrays(systems)
    return np.where(chip.fp4_flops > 0, FP4, np.where(chip.fp8_flops > 0, FP8, BF16))


def _wanted(workloads: pd.DataFrame) -> np.ndarray:
    """The operand kind each workload insists on, the narrowest where it does not."""
    names = [p if isinstance(p, str) and p else "fp4" for p in workloads["precision"]]
    return np.array([PRECISIONS.index(name) for name in names])


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
        np.zeros(len(index)),
    )


def _hbm_used_gb(here: Setting, filled_frac: np.ndarray, c: dict[str, float]) -> np.ndarray:
    """Memory in use per chip: weights, workspace and the part of the cache that is filled."""
    weights = weight_bytes_per_chip(here.llm, here.numerics, here.layout)
    overhead = c["memory_overhead_gb"] * 1e9
    cache = here.chip.hbm_bytes * c["memory_usable_frac"] - weights - overhead
    return (weights + overhead + cache * filled_frac) / 1e9


def _together(grid: Frame, here: Setting, c: dict[str, float]) -> Frame:
    """Points that read prompts and decode on the same chips."""
    run = aggregated(here.llm, here.machine, here.requests, grid["batch"], c)
    demand = demand_of(run, here.chip, c)
    between_s = run.tpot_s * (1.0 - run.decode_frac)
    return {
        "prompts": np.array("", dtype=object),
        "chip_rate": run.tokens_per_s / here.layout.chips_count * grid["used_frac"],
        "decode_frac": run.decode_frac,
        "decode_demand": demand.decoding,
        "prompt_demand": demand.prompts,
        "ttft_s": run.ttft_s,
        "step_s": run.tpot_s - between_s,
        "between_s": between_s,
    }


def _prompt_pools(grid: Frame, here: Setting, c: dict[str, float]) -> pd.DataFrame:
    """For each system and workload, the layout that reads a prompt with the fewest chip-seconds
    among those that leave half of the time to first token, else the quickest.
    """
    prompt = prefill_token(
        here.llm, here.chip, here.numerics, here.layout, here.requests.isl_tokens, c
    )
    own_s = here.requests.read_tokens * prompt.seconds
    pools = pd.DataFrame(
        {
            "system": grid["system"],
            "workload": grid["workload"],
            "chip_s": prompt.seconds * here.layout.chips_count,
            "prompt_s": own_s * here.layout.pp_count,
            "demand": demand_frac(load_of(prompt, prompt.seconds), here.chip, c),
            "layout": grid["layout"],
        }
    )
    key = ["system", "workload"]
    thrifty, quick = (
        pools.sort_values(by, kind="stable").drop_duplicates(key) for by in ("chip_s", "prompt_s")
    )
    return pd.concat([thrifty, quick]).drop_duplicates()


def _alone(grid: Frame, here: Setting, c: dict[str, float]) -> Frame:
    """Points that decode alone, and the prompt tokens that others have to read for a token."""
    decode_only = replace(here.requests, prefix_hit_frac=1.0)
    run = aggregated(here.llm, here.machine, decode_only, grid["batch"], c)
    return {
        "prompt_ratio": here.requests.read_tokens / here.requests.osl_tokens,
        "decode_s": here.layout.chips_count / run.tokens_per_s,
        "decode_demand": demand_of(run, here.chip, c).decoding,
        "ttft_s": run.ttft_s,
        "step_s": run.tpot_s,
    }


def _apart(alone: Frame, pools: pd.DataFrame) -> Frame:
    """Points with prompts on a pool of their own, sized so that both pools are busy.

    Chips per token/s add up: 1/rate = decode chips / decode rate + ISL/OSL * prompt chip-seconds.
    """
    at, pool = _each_pool(alone, pools)
    here = _taken(alone, at)
    chip_s, prompt_s, prompt_demand, prompts = (
        pools[name].to_numpy()[pool] for name in ("chip_s", "prompt_s", "demand", "layout")
    )
    total_s = here["decode_s"] + chip_s * here["prompt_ratio"]
    return here | {
        "prompts": prompts.astype(object),
        "chip_rate": 1.0 / total_s,
        "used_frac": np.ones(len(at)),
        "decode_frac": here["decode_s"] / total_s,
        "prompt_demand": prompt_demand,
        "ttft_s": prompt_s + here["ttft_s"],
        "between_s": np.zeros(len(at)),
    }


def _each_pool(frame: Frame, pools: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Every point with every pool of its system and workload: the places of both."""
    width = 1 + int(pools["workload"].max()) if len(pools) else 1
    of_point, of_pool = (
        np.asarray(each["system"] * width + each["workload"]) for each in (frame, pools)
    )
    order = np.argsort(of_pool, kind="stable")
    first, end = (np.searchsorted(of_pool[order], of_point, side) for side in ("left", "right"))
    count = end - first
    point = np.repeat(np.arange(len(of_point)), count)
    turn = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
    return point, order[first[point] + turn]
