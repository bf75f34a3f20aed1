"""The calls behind the throughput commands: one prediction, a refit, an import."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from models.physics.chip_power import demand_of, under_cap
from models.physics.memory import kv_bytes_per_chip, weight_bytes_per_chip
from planner.errors import Problem, listed, nearest, refuse
from planner.throughput.catalogue import coefficient_values
from planner.throughput.importers import IMPORTERS
from planner.throughput.measured import Catalogue, catalogue, shipped_measurements
from planner.throughput.names import chip_of, llm_id_of
from planner.throughput.refit import Calibration, calibrate
from planner.throughput.rows import best_points, machine_of, serve, take
from planner.throughput.rules import marked, merged
from planner.throughput.schema import read_measurements
from planner.throughput.validate import with_predictions


def predicted(row: pd.DataFrame, cap_frac: float = 1.0, shelf: Catalogue | None = None) -> dict:
    """All that is predicted for one row of the measurement schema, under a power cap.

    Raises
    ------
    InputError
        If a name or number is not usable, or the cap is not between 0.1 and 1.
    """
    if not 0.1 <= cap_frac <= 1.0:
        refuse([Problem("--cap", "", "out of range", cap_frac, allowed="0.1 to 1")])
    shelf = shelf or catalogue()
    rows = shelf.resolve(row, "command line")
    told = with_predictions(rows, shelf).iloc[0]
    c = coefficient_values(shelf.coefficients)
    x = shelf.prepare(rows)
    run, rate, batch = serve(x, c)
    best = best_points(x, rate)
    run, chip, layout = take(run, best), take(x.chip, best), take(x.layout, best)
    power, decode_speed, prompt_speed = under_cap(demand_of(run, chip, c), cap_frac, c)
    share = run.decode_frac
    kept = float((1.0 / (share / decode_speed + (1.0 - share) / prompt_speed))[0])
    llm, numerics = take(x.llm, best), take(machine_of(x, c)[1], best)
    length = rows["isl_tokens"].to_numpy(float) + rows["osl_tokens"].to_numpy(float) / 2.0
    cache = kv_bytes_per_chip(llm, numerics, layout, length) * batch[best] / layout.dp_count
    hbm = weight_bytes_per_chip(llm, numerics, layout) + cache + c["memory_overhead_gb"] * 1e9
    t, d, p = (int(v[0]) for v in (layout.tp_count, layout.dp_count, layout.pp_count))
    return {
        "llm": told["llm"],
        "accelerator": told["accelerator"],
        "output_tokens_per_s": float(told["predicted_tokens_per_s"] * kept),
        "low80_tokens_per_s": float(told["low80_tokens_per_s"] * kept),
        "high80_tokens_per_s": float(told["high80_tokens_per_s"] * kept),
        "ttft_ms": float(told["predicted_ttft_ms"] / prompt_speed[0]),
        "tpot_ms": float(told["predicted_tpot_ms"] / kept),
        "batch_count": float(batch[best][0]),
        "hbm_used_gb": float(hbm[0] / 1e9),
        "chip_w": float(power[0] * chip.tdp_w[0]),
        "layout": f"TP{t} EP{t * d if d > 1 else 1} DP{d} PP{p}",
        "extrapolated": bool(told["extrapolated"]),
    }


def recalibrated(files: Sequence[Path]) -> Calibration:
    """The calibration on the shipped rows and those of the files."""
    shelf = catalogue()
    parts = [shipped_measurements(cleaned=False)]
    parts += [shelf.resolve(read_measurements(file), str(file)) for file in files]
    rows = pd.concat(parts, ignore_index=True)
    kept = rows[(rows["left_out"] == "") & (rows["mode"] != "disagg")].reset_index(drop=True)
    powered = rows[rows["accelerator_power_w"].notna()].reset_index(drop=True)
    return calibrate(kept, powered, shelf)


def imported(source: str, file: Path) -> pd.DataFrame:
    """A published table in the measurement schema, repeats merged, doubtful rows marked.

    Rows whose LLM or chip the catalogue lacks are left out.
    """
    if source not in IMPORTERS:
        names = listed(IMPORTERS)
        refuse(
            [Problem("SOURCE", "", "unknown importer", source, names, nearest(source, IMPORTERS))]
        )
    shelf = catalogue()
    rows = IMPORTERS[source](read_measurements(file))
    llm_ids, chips = list(shelf.llms["llm_id"]), list(shelf.chips["accelerator"])
    llm = {name: llm_id_of(str(name), llm_ids) for name in rows["llm"].unique()}
    chip = {name: chip_of(str(name), chips) for name in rows["accelerator"].unique()}
    known = rows["llm"].map(llm).notna() & rows["accelerator"].map(chip).notna()
    return merged(marked(shelf.resolve(rows[known], str(file))))
