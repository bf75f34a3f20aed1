"""Benchmarks' JSON as the tables of docs/speed.md: `python -m tests.benchmarks.table FILE...`."""

import json
import math
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

STAGES = ("import", "facts", "instance", "physics", "build", "compile", "relaxation",
          "where and what", "place racks", "prove", "tables", "write")  # fmt: skip
OURS = ("facts", "physics", "build", "compile")


def main(paths: Sequence[str]) -> None:
    """Print every table that the files have figures for."""
    found = [b for path in paths for b in json.loads(Path(path).read_text())["benchmarks"]]
    of = {"test_plan": plans, "test_peers": peers, "test_parts": parts,
          "test_what_if": what_ifs, "test_rank": ranks, "test_study": studies}  # fmt: skip
    for name, table in of.items():
        rows = [b for b in found if b["name"].startswith(f"{name}[")]
        if rows:
            sys.stdout.write("\n".join(["", *table(rows)]) + "\n")


def middle(runs: Sequence[dict[str, Any]], *path: str) -> float:
    """The median of a figure over the runs."""

    def at(run: Any) -> float:
        for key in path:
            run = run.get(key, 0.0)
        return float(run)

    return statistics.median(at(run) for run in runs)


def size(bench: dict[str, Any]) -> str:
    """The instance of a benchmark."""
    return str(bench["params"]["size"])


def plans(benches: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Seconds by stage, processor seconds, memory, bound and gap; growth with the sites."""
    heads = [
        "instance",
        "columns",
        "wall s",
        "cpu s",
        *STAGES,
        "first four",
        "MB",
        "gap %",
        "nodes",
    ]
    yield from _heads(heads)
    for bench in benches:
        runs = bench["extra_info"]["runs"]
        stages = [middle(runs, "seconds", name) for name in STAGES]
        first = sum(middle(runs, "seconds", name) for name in OURS) / middle(runs, "wall_s")
        yield _row(
            size(bench), f"{runs[-1]['columns']:,}", middle(runs, "wall_s"), middle(runs, "cpu_s"),
            *stages, f"{100 * first:.0f} %", f"{middle(runs, 'peak_mb'):.0f}",
            f"{100 * middle(runs, 'gap_frac'):.3f}", f"{middle(runs, 'nodes'):.0f}",
        )  # fmt: skip
    by_sites = {
        int(size(b).split("x")[0]): middle(b["extra_info"]["runs"], "cpu_s")
        for b in benches
        if size(b).endswith("x6x16")
    }
    if {100, 2000} <= set(by_sites):
        power = math.log(by_sites[2000] / by_sites[100]) / math.log(20)
        yield f"\nFrom 100 to 2,000 sites processor time grows as sites^{power:.2f}."


def peers(benches: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The plan beside the reference model on other solvers."""
    yield from _heads(["instance", "what", "columns", "state", "wall s", "cpu s", "times ours",
                       "times ours, cpu", "value", "bound", "gap %", "nodes", "MB"])  # fmt: skip
    for bench in benches:
        info = bench["extra_info"]
        ours, ours_cpu = middle(info["runs"], "wall_s"), middle(info["runs"], "cpu_s")
        best = info["runs"][-1]
        plan = {**best, "value": best["value"] / 1e6, "bound": best["bound"] / 1e6}
        for name, run in {"planner": plan, **info["peers"]}.items():
            wall = ours if name == "planner" else run["wall_s"]
            cpu = ours_cpu if name == "planner" else run.get("cpu_s", float("nan"))
            gap = run.get("gap_frac")
            yield _row(
                size(bench), name, f"{run.get('columns', 0):,}", run["state"], wall, cpu,
                wall / ours, cpu / ours_cpu, _ratio(run.get("value")), _ratio(run.get("bound")),
                "-" if gap is None else f"{100 * gap:.3f}", run.get("nodes", 0),
                f"{run.get('peak_mb', 0):.0f}",
            )  # fmt: skip


def parts(benches: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Facts, physics, build and compile."""
    yield from _heads(["instance", "columns", *OURS, "MB"])
    for bench in benches:
        runs = bench["extra_info"]["runs"]
        stages = [middle(runs, "seconds", name) for name in OURS]
        yield _row(size(bench), f"{runs[-1]['columns']:,}", *stages, middle(runs, "peak_mb"))


def what_ifs(benches: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Changes answered on a loaded model, against the cold plan of the same process."""
    yield from _heads(["instance", "change", "how", "s", "of the cold plan", "state", "gap %"])
    for bench in benches:
        runs = bench["extra_info"]["runs"]
        for i, answer in enumerate(runs[-1]["answers"]):
            seconds = statistics.median(run["answers"][i]["seconds"] for run in runs)
            cold = middle(runs, "cold_s")
            gap = answer["gap_frac"]
            yield _row(size(bench), answer["change"], answer["how"], seconds,
                       f"{100 * seconds / cold:.0f} %", answer["state"],
                       "-" if gap is None else f"{100 * gap:.3f}")  # fmt: skip


def ranks(benches: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The ranking of all sites, exact for the best, in cold plans."""
    yield from _heads(["instance", "exact", "s", "cold plans"])
    for bench in benches:
        runs = bench["extra_info"]["runs"]
        seconds, cold = middle(runs, "rank_s"), middle(runs, "cold_s")
        yield _row(size(bench), runs[-1]["exact"], seconds, seconds / cold)


def studies(benches: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A study by one worker and by two, beside plans of separate processes."""
    yield from _heads(["example", "one worker s", "two s", "times", "two plans side by side"])
    for bench in benches:
        info = bench["extra_info"]
        yield _row(size(bench), *(info[name] for name in ("one_s", "two_s", "gain", "ceiling")))


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.5f}"


def _heads(names: Sequence[str]) -> Iterator[str]:
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)


def _row(*cells: Any) -> str:
    return "| " + " | ".join(f"{c:.2f}" if isinstance(c, float) else str(c) for c in cells) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])
