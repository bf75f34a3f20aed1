"""What a study shows: a row a run, what each input moves, which sites are chosen how often."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.plan_files import FIGURES
from planner.study.designs import BASE, Run
from planner.study.indices import indices
from planner.study.schema import SAMPLED, Study
from planner.study.work import Record

SEPARATOR = ";"
NAMED = ("list", "variants")
"""Designs whose runs have names instead of levels."""

FROM_BASE = ("one_at_a_time", "variants")
"""Designs whose first run is the scenario as it stands."""

SOLVE = ("objective", "unit", "value", "bound", "gap_frac")
SHOWN = ("value", "cost_usd_per_mtoken", "capex_musd")
"""What effects are stated of."""

EFFECTS = (
    "input", "level", "runs_count", "solved_count", "value", "value_change_frac",
    "cost_usd_per_mtoken", "cost_change_frac", "capex_musd", "swing_frac", "rank_correlation",
    "first_order_frac", "total_order_frac", "first_order_error_frac", "total_order_error_frac",
)  # fmt: skip
"""By input and level: runs, runs with a plan, their means; changes relative to the base run, or to
the mean of all runs; `swing_frac`: highest less lowest change of the input's levels;
`rank_correlation`: of a sample's input and value (Spearman); the orders are Sobol indices and their
standard errors (planner/study/indices.py), of a design that is made for them."""


def run_table(
    study: Study, runs: Sequence[Run], keys: Sequence[str], records: Mapping[str, Record]
) -> pd.DataFrame:
    """A row a run: name, status and reason, its inputs by path, outcome, sites, folder."""
    paths = list(dict.fromkeys(path for run in runs for path in run.inputs))
    rows = []
    for run, key in zip(runs, keys, strict=True):
        record = records.get(key, {"status": "waiting"})
        known = record.get("figures") or {}
        rows.append(
            {
                "run": run.name,
                "status": record["status"],
                "reason": record.get("reason", ""),
                **{path: run.inputs.get(path) for path in paths},
                **{name: record.get(name) for name in SOLVE},
                **{name: known.get(name) for name in FIGURES},
                "sites": SEPARATOR.join(record.get("sites") or ()),
                "seconds": record.get("seconds"),
                "folder": f"runs/{key}" if key in records else "",
            }
        )
    return pd.DataFrame(rows)


def effects(study: Study, runs: Sequence[Run], rows: pd.DataFrame) -> pd.DataFrame:
    """`EFFECTS`, the input that swings the value most first."""
    if rows["objective"].dropna().nunique() > 1:  # values of several objectives have no mean
        rows = rows.assign(value=rows["tokens_per_s_per_mw"])
    numbers = rows[list(SHOWN)].astype(float)
    solved = numbers["value"].notna()
    first = rows["run"] == BASE if study.design in FROM_BASE else solved
    middle = numbers[solved & first].mean()
    found = []
    for name, level, marks in _levels(study, runs):
        at = pd.Series(marks, index=rows.index)
        mean = numbers[at & solved].mean()
        found.append(
            {
                "input": name,
                "level": level,
                "runs_count": int(at.sum()),
                "solved_count": int((at & solved).sum()),
                **mean.to_dict(),
                "value_change_frac": _change(middle["value"], mean["value"]),
                "cost_change_frac": _change(
                    middle["cost_usd_per_mtoken"], mean["cost_usd_per_mtoken"]
                ),
                "rank_correlation": _correlation(study, runs, numbers["value"], name),
            }
        )
    table = pd.DataFrame(found).reindex(columns=list(EFFECTS))
    if study.design == "sobol_indices":
        table = _with_indices(study, table, numbers["value"].to_numpy())
    else:
        table = table.drop(columns=[name for name in EFFECTS if "_order_" in name])
    by_input = table.groupby("input")["value_change_frac"]
    at_zero = 0.0 if study.design in FROM_BASE else float("-inf")
    most = by_input.transform("max").clip(lower=at_zero)
    table["swing_frac"] = most - by_input.transform("min").clip(upper=-at_zero)
    if study.design in NAMED:
        return table.drop(columns=["swing_frac", "rank_correlation"])
    return table.sort_values(["swing_frac", "input"], ascending=[False, True], kind="stable")


def _with_indices(study: Study, table: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    found = indices(values, len(study.over), study.seed)
    if found is None:  # a run without a plan, or a value that nothing moves
        return table
    orders = pd.DataFrame(found, index=list(study.over))
    names = [name for name in EFFECTS if "_order_" in name]
    return table.assign(**{n: table["input"].map(orders[i]) for i, n in enumerate(names)})


def site_shares(study: Study, runs: Sequence[Run], rows: pd.DataFrame) -> pd.DataFrame:
    """By site, in how many of the runs with a plan it is chosen, and which input swings that most.

    `swing_frac` is the highest less the lowest share over the levels of the input `swung_by`; it is
    highest at `most_at`. Blank where nothing swings it, and where runs are only named.
    """
    solved = rows["value"].notna().to_numpy()
    chosen = rows.loc[solved, "sites"].str.get_dummies(SEPARATOR)
    counts = chosen.sum().to_numpy()
    frame = pd.DataFrame({"site_id": chosen.columns, "runs_count": counts})
    frame["share_frac"] = counts / max(len(chosen), 1)
    frame = frame.assign(swung_by="", swing_frac=0.0, most_at="")
    by_input: dict[str, dict[str, Any]] = {}
    for name, level, marks in [] if study.design in NAMED else _levels(study, runs):
        at = np.array(marks, dtype=bool)[solved]
        if at.any():
            by_input.setdefault(name, {})[level] = chosen[at].mean().to_numpy()
    base = np.array([run.name == BASE for run in runs], dtype=bool)[solved]
    for name, levels in by_input.items():
        if study.design in FROM_BASE and base.any():  # what an input is where others are changed
            levels[BASE] = chosen[base].mean().to_numpy()
        shares = np.array(list(levels.values()))
        swing = shares.max(axis=0) - shares.min(axis=0)
        more = (swing > frame["swing_frac"].to_numpy() + 1e-9) & (len(levels) > 1)
        highest = np.array(list(levels))[shares.argmax(axis=0)]
        frame.loc[more, "swung_by"] = name
        frame.loc[more, "swing_frac"] = swing[more]
        frame.loc[more, "most_at"] = highest[more]
    return frame.sort_values(["runs_count", "site_id"], ascending=[False, True], ignore_index=True)


def _levels(study: Study, runs: Sequence[Run]) -> Iterator[tuple[str, str, list[bool]]]:
    """Input, level, and which runs are at it; a sample's levels are the halves of its range."""
    if study.design in NAMED:
        for run in runs:
            yield run.name, "", [other is run for other in runs]
    elif study.design in SAMPLED:
        for path in study.over:
            for level, low, high in (("lower half", 0.0, 0.5), ("upper half", 0.5, 1.0)):
                yield path, level, [low <= run.draws[path] < high for run in runs]
    else:
        for path, values in study.over.items():
            for value in values:
                yield path, str(value), [run.inputs.get(path) == value for run in runs]


def _change(base: float, value: float) -> float:
    return (value - base) / abs(base) if base else float("nan")


def _correlation(study: Study, runs: Sequence[Run], values: Any, path: str) -> float | None:
    if study.design not in SAMPLED:
        return None
    places = pd.Series([run.draws[path] for run in runs], index=values.index)[values.notna()]
    known = values[values.notna()]
    if places.nunique() < 2 or known.nunique() < 2:
        return None
    return float(places.rank().corr(known.rank()))
