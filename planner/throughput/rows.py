"""Measurement rows as the arrays that the physics takes, and predictions for them."""

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from models.physics.chip_power import demand_of
from models.physics.disaggregated import Pools, disaggregated
from models.physics.llm import Llm
from models.physics.machine import Chip, Layout, Numerics
from models.physics.memory import capacity_sequences
from models.physics.throughput import Load, Requests, Serving, aggregated, speculative_tokens
from planner.throughput.catalogue import chip_arrays, llm_arrays
from planner.throughput.numerics import VLLM_FP8, Ask, numerics_of

T = TypeVar("T")
MOST_SEQUENCES = 16384.0
TOO_LATE = 1e-6
"""Points beyond a latency limit count for nothing, but stay in order."""
BATCHES = np.unique(np.round(np.geomspace(1, 4096, 40)))
INSTANCE_SIZES = (1, 2, 4, 8, 16, 24, 36, 72)


@dataclass(frozen=True)
class Prepared:
    """Points to predict: one a row, or several where the row leaves the layout open.

    `row` is the measurement a point belongs to, in rising order; `first` each row's first point.
    `asked` is the number of requests of an offline run (nan for a steady load), `sequences` the
    concurrency, both per instance; `kernel` the expert kernel; `rocm` marks chips outside CUDA.
    """

    row: np.ndarray
    first: np.ndarray
    llm: Llm
    chip: Chip
    numerics: Numerics
    layout: Layout
    requests: Requests
    pools: Pools
    kernel: np.ndarray
    rocm: np.ndarray
    sequences: np.ndarray
    asked: np.ndarray
    limit_s: np.ndarray
    replicas: np.ndarray


@dataclass(frozen=True)
class Prediction:
    """What each row is predicted to do: tokens/s of all its chips, times [s], sequences per
    instance, memory in use and power of a chip, and the layout.
    """

    tokens_per_s: np.ndarray
    ttft_s: np.ndarray
    tpot_s: np.ndarray
    batch: np.ndarray
    power_w: np.ndarray
    layout: Layout


def take(arrays: T, index: np.ndarray) -> T:
    """The entries of a dataclass of arrays at these positions."""
    values = {name: _entries(value, index) for name, value in vars(arrays).items()}
    return type(arrays)(**values)


def _entries(value: Any, index: np.ndarray) -> Any:
    if is_dataclass(value):
        return take(value, index)
    return value[..., index] if np.ndim(value) else value


def prepare(rows: pd.DataFrame, llms: pd.DataFrame, chips: pd.DataFrame) -> Prepared:
    """Arrays for rows as `planner.throughput.schema.resolved` returns them.

    Rows without tp get every layout of their chips; rows with a limit on TPOT and no concurrency
    every batch. The fastest point counts.
    """
    rows = rows.reset_index(drop=True)
    layouts = _layouts(rows)
    i = layouts["row"].to_numpy()
    which = pd.Index(llms["llm_id"]).get_indexer(rows["llm"])
    chip = take(chip_arrays(chips), pd.Index(chips["accelerator"]).get_indexer(rows["accelerator"]))
    layout = Layout(*(layouts[k].to_numpy(float) for k in ("tp", "pp", "dp")))
    workers = rows["decode_workers"].to_numpy(float)[i]
    count = rows["num_accelerators"].to_numpy(float)[i] / layout.chips_count
    replicas = np.maximum(np.where(np.isnan(workers), count, workers), 1.0)
    native = llms["native_precision"].iloc[which].to_numpy(str)
    texts = [rows[k].to_numpy(str) for k in ("precision", "engine")]
    ask = Ask(texts[0], native, texts[1], chip.fp4_flops > 0, rows["kv_bytes"].to_numpy(float))
    numerics, kernel = numerics_of(ask)
    concurrency = rows["concurrency_reqs"].fillna(np.inf).to_numpy(float)[i]
    limit_s = rows["tpot_limit_ms"].fillna(np.inf).to_numpy(float)[i] / 1e3
    offline = np.isinf(concurrency) & np.isinf(limit_s)
    asked = np.where(offline, rows["num_requests"].to_numpy(float)[i], np.nan)
    tried = layouts["sequences"].to_numpy(float)
    return Prepared(
        row=i,
        first=np.searchsorted(i, np.arange(len(rows))),
        llm=llm_arrays(llms).take(which[i]),
        chip=take(chip, i),
        numerics=take(numerics, i),
        layout=layout,
        requests=take(_requests(rows), i),
        pools=take(_pools(rows), i),
        kernel=kernel[i],
        rocm=rows["accelerator"].str.startswith("MI").to_numpy()[i],
        sequences=np.where(np.isnan(tried), concurrency / replicas, tried),
        asked=asked / replicas,
        limit_s=limit_s,
        replicas=replicas,
    )


def _requests(rows: pd.DataFrame) -> Requests:
    drafts = rows["draft_tokens_count"].to_numpy(float)
    return Requests(
        rows["isl_tokens"].to_numpy(float),
        rows["osl_tokens"].to_numpy(float),
        rows["prefix_hit_frac"].to_numpy(float),
        speculative_tokens(drafts, rows["draft_acceptance_frac"].to_numpy(float)),
        1.0 + drafts,
        rows["synchronous"].to_numpy(float),
    )


def _pools(rows: pd.DataFrame) -> Pools:
    """Prefill workers per decode worker; nan where prompts and decoding share their chips."""
    share = rows["prefill_workers"] / rows["decode_workers"]
    dp = rows["prefill_attention_dp"].clip(lower=1).fillna(1.0)
    layout = Layout(
        rows["prefill_tp"].fillna(1.0).to_numpy(float), np.ones(len(rows)), dp.to_numpy(float)
    )
    return Pools(share.to_numpy(float), *vars(layout).values())


def _layouts(rows: pd.DataFrame) -> pd.DataFrame:
    """Layouts of each row, its own or all that fit its chips, and sequences to try, if open."""
    known = rows["tp"].notna()
    own = pd.DataFrame(
        {
            "row": np.flatnonzero(known),
            "tp": rows.loc[known, "tp"],
            "pp": rows.loc[known, "pp"].fillna(1.0),
            "dp": rows.loc[known, "attention_dp"].fillna(1.0).clip(lower=1.0),
        }
    )
    parts = [own]
    for r in np.flatnonzero(~known):
        n = int(rows["num_accelerators"].iloc[r])
        sizes = [k for k in INSTANCE_SIZES if k <= n and n % k == 0] or [n]
        options = [
            (r, tp, pp, k // tp // pp)
            for k in sizes
            for tp in (1, 2, 4, 8)
            for pp in (1, 2)
            if k % (tp * pp) == 0
        ]
        parts.append(pd.DataFrame(options, columns=["row", "tp", "pp", "dp"], dtype=float))
    together = pd.concat(parts).assign(sequences=np.nan)
    open_ = rows["concurrency_reqs"].isna() & rows["tpot_limit_ms"].notna()
    bound = together["row"].isin(np.flatnonzero(open_))
    batches = pd.DataFrame({"sequences": BATCHES})
    tried = together[bound].drop(columns="sequences").merge(batches, how="cross")
    together = pd.concat([together[~bound], tried])
    together = together.sort_values("row", kind="stable", ignore_index=True)
    return together.astype({"row": int})


def machine_of(x: Prepared, c: Mapping[str, Any]) -> tuple[Chip, Numerics, Layout]:
    """Chip, numerics with the speed of their kernels, and layout of every point."""
    rocm = np.where(x.rocm, c["rocm_arithmetic_ratio"], 1.0)
    expert = np.where(x.kernel == VLLM_FP8, c["vllm_fp8_experts_ratio"], 1.0)
    numerics = replace(x.numerics, expert_slowdown=expert, arithmetic_slowdown=rocm)
    return x.chip, numerics, x.layout


def serve(x: Prepared, c: Mapping[str, Any]) -> tuple[Serving, np.ndarray, np.ndarray]:
    """Serving of every point at its batch, tokens/s of all instances, and the batch.

    Offline runs hold as many sequences as fit and work in waves, the last part-filled.
    """
    machine = machine_of(x, c)
    length = x.requests.isl_tokens + x.requests.osl_tokens
    room = capacity_sequences(x.llm, *machine, length, c)
    batch = np.minimum(x.sequences, np.maximum(room, 1.0))
    batch = np.fmin(np.minimum(batch, MOST_SEQUENCES), x.asked)
    run = aggregated(x.llm, machine, x.requests, batch, c)
    rate = run.tokens_per_s
    apart = np.flatnonzero(~np.isnan(x.pools.share))
    if len(apart):
        llm, requests = take(x.llm, apart), take(x.requests, apart)
        load = (batch[..., apart], take(x.pools, apart))
        split = disaggregated(llm, _taken(machine, apart), requests, load, c)
        run = _put(run, apart, split)
        rate = run.tokens_per_s
    waved = np.flatnonzero(~np.isnan(x.asked))
    if len(waved):
        rate = rate.copy()
        part = (waved, batch[..., waved], rate[..., waved])
        rate[..., waved] = _in_waves(x, machine, part, c)
    late = run.tpot_s > x.limit_s
    return run, np.where(late, TOO_LATE * rate, rate) * x.replicas, batch


def _taken(parts: tuple, index: np.ndarray) -> Any:
    return tuple(take(part, index) for part in parts)


def _put(run: Serving, index: np.ndarray, values: Serving) -> Serving:
    """The run with the values at these positions."""
    out: dict[str, Any] = {}
    for name, old in vars(run).items():
        theirs = getattr(values, name)
        if isinstance(old, Load):
            pairs = [(vars(old)[k], vars(theirs)[k]) for k in vars(old)]
            out[name] = Load(*(_replaced(a, index, b) for a, b in pairs))
        else:
            out[name] = _replaced(old, index, theirs)
    return Serving(**out)


def _replaced(old: np.ndarray, index: np.ndarray, values: np.ndarray) -> np.ndarray:
    new = np.array(np.broadcast_to(old, np.broadcast_shapes(np.shape(old), (1,))), float)
    new[..., index] = values
    return new


def _in_waves(
    x: Prepared,
    machine: tuple[Chip, Numerics, Layout],
    point: tuple[np.ndarray, np.ndarray, np.ndarray],
    c: Mapping[str, Any],
) -> np.ndarray:
    """Tokens/s of offline runs: full waves of `batch` sequences, then what is left."""
    at, batch, rate = point
    asked = x.asked[at]
    full = np.floor(asked / batch)
    rest = asked - full * batch
    llm, requests = take(x.llm, at), take(x.requests, at)
    last = aggregated(llm, _taken(machine, at), requests, np.maximum(rest, 1.0), c)
    seconds = full * batch / rate + rest / last.tokens_per_s
    return asked / seconds


def best_points(x: Prepared, rate: np.ndarray) -> np.ndarray:
    """Position of the fastest point of each row."""
    best = np.maximum.reduceat(rate, x.first)
    positions = np.flatnonzero(rate == best[x.row])
    _, first = np.unique(x.row[positions], return_index=True)
    return positions[first]


def tokens_per_s(x: Prepared, c: Mapping[str, Any]) -> np.ndarray:
    """Predicted output tokens/s of every row.

    Coefficients may be columns, shape (k, 1): the result then has a row for each of k sets.
    """
    _, rate, _ = serve(x, c)
    return np.maximum.reduceat(rate, x.first, axis=-1)


def predict(x: Prepared, c: Mapping[str, Any]) -> Prediction:
    """All that is predicted for every row, at its own or its fastest layout."""
    run, rate, batch = serve(x, c)
    best = best_points(x, rate)
    run, chip = take(run, best), take(x.chip, best)
    demand = demand_of(run, chip, c).mean
    return Prediction(
        rate[best],
        run.ttft_s,
        run.tpot_s,
        batch[best],
        demand * chip.tdp_w,
        take(x.layout, best),
    )
