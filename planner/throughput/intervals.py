"""Intervals that hold 80 % of measurements, from predictions that never saw them.

A new LLM (or chip) is one more draw from those seen: each group counts alike, however many rows it
has. With few groups the level is raised by 1 + 1/(2 groups), midway between the plain quantile,
which covers too little, and the conformal one, which covers at least the level.
"""

import numpy as np
import pandas as pd

LEVEL = 0.8


def spread(ratio: np.ndarray, group: np.ndarray) -> tuple[float, float]:
    """Bounds of measured over predicted that hold `LEVEL` of a new group's rows.

    ratio : measured over predicted, held out; group : the LLM or chip of each.
    Source: Dunn, Wasserman and Ramdas, "Distribution-free prediction sets for two-layer
    hierarchical models", J. Am. Stat. Assoc. 2023 (groups weighed alike).
    """
    _, index, size = np.unique(group, return_inverse=True, return_counts=True)
    tail = (1.0 - min(LEVEL * (1.0 + 0.5 / len(size)), 0.98)) / 2.0
    order = np.argsort(ratio)
    weight = 1.0 / size[index][order]
    position = (np.cumsum(weight) - weight / 2.0) / weight.sum()
    low, high = np.interp([tail, 1.0 - tail], position, ratio[order])
    return float(low), float(high)


def interval_table(
    llm_ratio: pd.DataFrame, chip_ratio: pd.DataFrame, quantity: str
) -> pd.DataFrame:
    """Rows of the table `throughput_intervals`.

    llm_ratio : columns group, kind (dense, moe) and ratio (measured/predicted), LLMs left out.
    chip_ratio : columns group and ratio, chips left out; the interval of a chip without
        measurements is at least as wide as that of a new LLM.
    """
    rows: list[tuple[str, str, float, float, int]] = []
    for kind, part in llm_ratio.groupby("kind"):
        low, high = spread(part["ratio"].to_numpy(), part["group"].to_numpy())
        rows.append((quantity, str(kind), low, high, len(part)))
    low, high = spread(chip_ratio["ratio"].to_numpy(), chip_ratio["group"].to_numpy())
    low, high = min([low, *(r[2] for r in rows)]), max([high, *(r[3] for r in rows)])
    rows.append((quantity, "extrapolated", low, high, len(chip_ratio)))
    columns = ["quantity", "kind", "low_frac", "high_frac", "rows_count"]
    return pd.DataFrame(rows, columns=columns)


def coverage(ratio: pd.DataFrame) -> np.ndarray:
    """Whether each row lies in an interval made from the other groups' rows only.

    ratio : columns group, kind and ratio, each from a fit without its group.
    """
    inside = np.zeros(len(ratio), bool)
    for group in ratio["group"].unique():
        mine = (ratio["group"] == group).to_numpy()
        for kind in ratio.loc[mine, "kind"].unique():
            alike = (ratio["kind"] == kind).to_numpy()
            others = ratio[alike & ~mine]
            low, high = spread(others["ratio"].to_numpy(), others["group"].to_numpy())
            here = alike & mine
            inside[here] = ratio.loc[here, "ratio"].between(low, high)
    return inside
