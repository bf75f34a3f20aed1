"""The accuracy table: every bar, held out, beside what peers state; made by one command."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from planner.throughput import watts
from planner.throughput.accuracy import errors_held_out, errors_in_sample, summary
from planner.throughput.catalogue import coefficient_values
from planner.throughput.intervals import coverage
from planner.throughput.measured import Catalogue, shipped_measurements
from planner.throughput.published import compared
from planner.throughput.refit import kinds, ratios
from planner.throughput.rows import tokens_per_s
from planner.throughput.rules import RULES

BARS = {
    "leave one LLM out": "15 / 10",
    "leave one accelerator out": "15 / 10",
    "leave one source out": "20",
    "Hopper and older to Blackwell": "20",
    "dense, LLM left out": "12",
    "mixture of experts, LLM left out": "17",
    "watts, LLM left out": "13",
}
PEERS = (
    (
        "aiconfigurator 0.12.0",
        "19.7 / 17.0",
        "about 200 InferenceX rows it ships; kernels measured",
    ),
    ("Vidur", "< 9 (latency)", "a few LLMs on its own hardware"),
    ("GenZ", "5.8 (largest geometric mean)", "its own runs"),
    ("LLMCompass", "4.1 (end to end)", "its own runs"),
)
"""What peers state of themselves, in percent; none is held out on public data."""

HEAD = """# Accuracy of the throughput core

Made by `planner throughput accuracy`. |predicted / measured - 1| in percent; each group of a split
is predicted by a fit that never saw it. How it works: [throughput.md](throughput.md).
"""

Say = Callable[[str], None]


def _nothing(_: str) -> None:
    """Say nothing."""


def accuracy_rows(
    rows: pd.DataFrame, shelf: Catalogue, say: Say = _nothing
) -> tuple[list[tuple[str, dict[str, float]]], pd.DataFrame]:
    """Named summaries of every split, and the held-out ratios of the LLM split."""
    together = rows[rows["mode"] == "agg"].reset_index(drop=True)
    fitted = errors_in_sample(together, shelf)
    out = [("in sample", summary(fitted.error))]
    names = {
        "llm": "leave one LLM out",
        "accelerator": "leave one accelerator out",
        "source": "leave one source out",
        "blackwell": "Hopper and older to Blackwell",
    }
    by_llm = np.array([])
    for split, name in names.items():
        say(name)
        held = errors_held_out(together, shelf, split)
        out.append((name, summary(held.error)))
        if split == "llm":
            by_llm = held.error
    kind = kinds(together, shelf)
    out.append(("dense, LLM left out", summary(by_llm[kind == "dense"])))
    out.append(("mixture of experts, LLM left out", summary(by_llm[kind == "moe"])))
    return out, ratios(together, shelf, by_llm, "llm")


def power_rows(
    rows: pd.DataFrame, shelf: Catalogue, values: dict[str, float]
) -> list[tuple[str, dict[str, float]]]:
    """Summaries of watts with the LLM left out; speed and power are both predicted, except for
    rows of old engines, which are taken at their measured pace.
    """
    powered = rows[rows["accelerator_power_w"].notna()].reset_index(drop=True)
    blind, paced = watts.errors_held_out(powered, shelf, values, "llm")
    known = (powered["left_out"] == "").to_numpy()
    return [
        ("watts, LLM left out", summary(blind[known])),
        ("watts, LLM left out, old engines at their measured pace", summary(paced)),
    ]


def markdown(shelf: Catalogue, say: Say = _nothing) -> str:
    """The page section: cleaned and uncleaned rows, coverage, watts, rules, published points."""
    everything = shipped_measurements(cleaned=False)
    cleaned = everything[everything["left_out"] == ""]
    say("cleaned rows")
    clean, held = accuracy_rows(cleaned, shelf, say)
    say("all rows")
    raw, _ = accuracy_rows(everything, shelf, say)
    values = dict(zip(shelf.coefficients["coefficient"], shelf.coefficients["value"], strict=True))
    clean.append(("disaggregated runs, never fitted", _apart(cleaned, shelf)))
    clean += power_rows(everything, shelf, {k: float(v) for k, v in values.items()})
    raw_of = dict(raw)
    lines = [
        HEAD,
        "| split | rows | mean | median | p90 | bias | bar (mean / median) | all rows, uncleaned |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, s in clean:
        other = raw_of.get(name)
        dirty = f"{other['mean_pct']:.1f} / {other['median_pct']:.1f}" if other else ""
        lines.append(
            f"| {name} | {s['n']} | {s['mean_pct']:.1f} | {s['median_pct']:.1f} | "
            f"{s['p90_pct']:.0f} | {s['bias_pct']:+.1f} | {BARS.get(name, '')} | {dirty} |"
        )
    inside = coverage(held)
    dense = (held["kind"] == "dense").to_numpy()
    lines += [
        "",
        f"80 % interval, LLM left out: covers {inside.mean():.0%} of rows "
        f"(dense {inside[dense].mean():.0%}, mixture of experts {inside[~dense].mean():.0%}).",
        "",
        _rules(everything),
        "",
        _published(shelf),
        "",
        _peers(),
    ]
    return "\n".join(lines)


def _peers() -> str:
    lines = ["| peer | states | on |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {a} | {b} | {c} |" for a, b, c in PEERS)]) + "\n"


def _apart(rows: pd.DataFrame, shelf: Catalogue) -> dict[str, float]:
    """Error of the shipped coefficients on disaggregated runs, which no fit has seen."""
    apart = rows[rows["mode"] == "disagg"].reset_index(drop=True)
    predicted = tokens_per_s(shelf.prepare(apart), coefficient_values(shelf.coefficients))
    return summary(predicted / apart["output_tokens_per_s"].to_numpy(float) - 1.0)


def _rules(rows: pd.DataFrame) -> str:
    counts = rows["left_out"].value_counts()
    lines = ["| rows left out | configurations | why |", "|---|---|---|"]
    lines += [f"| {r.name} | {counts.get(r.name, 0)} | {r.reason} |" for r in RULES]
    return "\n".join(lines)


def _published(shelf: Catalogue) -> str:
    table = compared(shelf)
    lines = [
        "| published point | tokens/s per MW | predicted | ratio | note |",
        "|---|---|---|---|---|",
    ]
    for row in table.to_dict("records"):
        told = row["published_tokens_per_s_per_mw"]
        shown = "" if pd.isna(told) else f"{told:,.0f}"
        ratio = "" if pd.isna(row["ratio"]) else f"{row['ratio']:.2f}"
        note = row["note"] if isinstance(row["note"], str) else ""
        name = f"{row['publisher']}: {row['llm']} on {row['accelerator']}"
        predicted = f"{row['predicted_tokens_per_s_per_mw']:,.0f}"
        lines.append(f"| {name} | {shown} | {predicted} | {ratio} | {note} |")
    return "\n".join(lines)
