"""Options that several commands share, and how a command answers."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100
"""Columns of a table on screen."""

ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO.yaml", help="The scenario.", show_default=False)
]
Change = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        show_default=False,
        help="Change the scenario, e.g. budget.capex_musd_total=5000, "
        "or a fact: sites[ulsan-*].headroom_mw*=1.5. Repeatable.",
    ),
]
RegionFolder = Annotated[
    Path | None,
    typer.Option("--region", metavar="DIR", help="Facts of your own, in the same schema."),
]
OutFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for the result files; written whole."),
]
Variant = Annotated[
    str | None,
    typer.Option("--variant", metavar="NAME", help="One of the scenario's variants; same as "
                 "--set variant=NAME."),
]  # fmt: skip
Gap = Annotated[  # a text, like all that follow: the schema says best what is wrong with it
    str | None,
    typer.Option("--gap", metavar="FRACTION", help="Same as --set solve.gap_frac=..."),
]
TimeLimit = Annotated[
    str | None,
    typer.Option("--time-limit", metavar="SECONDS", help="Same as --set solve.time_limit_s=..."),
]
Threads = Annotated[
    str | None, typer.Option("--threads", metavar="N", help="Same as --set solve.threads=...")
]
Seed = Annotated[
    str | None, typer.Option("--seed", metavar="N", help="Same as --set solve.seed=...")
]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", min=1, help="Processes, each with one thread.")
]
Dask = Annotated[
    str | None,
    typer.Option("--dask", metavar="ADDRESS", help="Solve on a Dask cluster, not here."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where an earlier start left off.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress and no summary.")]


def screen() -> "Console":
    """Standard output, at most WIDTH columns wide."""
    from rich.console import Console

    console = Console()
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    return console


def aside() -> "Console":
    """Standard error: progress, notes and problems, so that standard output stays the answer."""
    from rich.console import Console

    return Console(stderr=True)


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def changes(
    stated: list[str],
    gap: str | None = None,
    time_limit: str | None = None,
    threads: str | None = None,
    seed: str | None = None,
    variant: str | None = None,
) -> list[str]:
    """The `--set` texts, the short forms among them."""
    short = {"gap_frac": gap, "time_limit_s": time_limit, "threads": threads, "seed": seed}
    solve = [f"solve.{key}={value}" for key, value in short.items() if value is not None]
    return [*stated, *solve, *([] if variant is None else [f"variant={variant}"])]
