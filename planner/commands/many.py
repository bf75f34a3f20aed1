"""Commands of many plans: studies, fronts, alternatives, robust plans; imports wait."""

from pathlib import Path
from typing import Annotated, Any

import typer

from planner.commands.options import (
    Change,
    Dask,
    Json,
    Quiet,
    RegionFolder,
    Resume,
    ScenarioFile,
    Workers,
    aside,
    screen,
    show_json,
)
from planner.commands.status import INFEASIBLE, NO_PLAN_WITHIN_GAP

app = typer.Typer()

IN_WORKERS = ("planner.study.work", "planner.loaded", "planner.planning", "planner.plan_files")
"""What runs need: imported for workers while this process imports what it needs itself."""


@app.command()
def study(
    stated: Annotated[
        Path, typer.Argument(metavar="STUDY.yaml", help="The study.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the study.")],
    workers: Workers = 2,
    dask: Dask = None,
    resume: Resume = False,
    store: Annotated[
        bool, typer.Option("--store", help="Write the tables of all runs as Parquet, too.")
    ] = False,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Solve many scenarios, each run kept as it ends: a sweep, a tornado, a sample."""
    _workers_begin(dask)
    from planner.study import read_study
    from planner.study import study as solve
    from planner.study.store import check_store
    from planner.study.store import store as write_store

    asked = read_study(stated, set_)
    if store:
        check_store()
    with watching_runs(quiet) as progress:
        found = solve(asked, out, region=region, workers=dask or workers, resume=resume,
                      progress=progress)  # fmt: skip
    if store:
        write_store(out.resolve(), found.keys)
    _told(found, out, json, quiet)


@app.command()
def frontier(
    scenario: ScenarioFile,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the plans.")],
    x: Annotated[str, typer.Option("--x", help="Objective held.")] = "cost_per_mtoken",
    y: Annotated[str, typer.Option("--y", help="Objective made best.")] = "tokens_per_mw",
    points: Annotated[int, typer.Option("--points", metavar="N", help="Points wanted.")] = 10,
    patience: Annotated[
        float, typer.Option("--patience", metavar="TIMES", help="A point's proof, in first plans.")
    ] = 0.2,
    workers: Workers = 2,
    dask: Dask = None,
    resume: Resume = False,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Trade one objective against another: the plans that none beats in both."""
    _workers_begin(dask)
    from planner.frontier import Axes
    from planner.frontier import frontier as solve
    from planner.study.rounds import How

    with watching_runs(quiet) as progress:
        how = How(dask or workers, resume, progress)
        found = solve(scenario, Axes(x, y, points), out, region=region, overrides=set_,
                      patience=patience, how=how)  # fmt: skip
    _told_if_any(found, out, json, quiet)


@app.command()
def alternatives(
    scenario: ScenarioFile,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the plans.")],
    count: Annotated[int, typer.Option("--count", metavar="K", help="Alternatives wanted.")] = 3,
    within: Annotated[
        float, typer.Option("--within", metavar="SHARE", help="What each may lose of the best.")
    ] = 0.01,
    dask: Dask = None,
    resume: Resume = False,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find plans nearly as good as the best one that differ most in their sites."""
    _workers_begin(dask)
    from planner.alternatives import alternatives as solve
    from planner.study.rounds import How

    with watching_runs(quiet) as progress:
        found = solve(scenario, out, count=count, within=within, region=region, overrides=set_,
                      how=How(dask or 1, resume, progress))  # fmt: skip
    _told_if_any(found, out, json, quiet)


@app.command()
def robust(
    stated: Annotated[
        Path, typer.Argument(metavar="STUDY.yaml", help="Its runs are futures.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the plans.")],
    worst: Annotated[
        float, typer.Option("--worst", metavar="SHARE", help="Futures that count, worst first.")
    ] = 1.0,
    workers: Workers = 2,
    dask: Dask = None,
    resume: Resume = False,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Decide sites, connections and halls now, so that several futures are served best."""
    _workers_begin(dask)
    from planner.robust import robust as solve
    from planner.study import read_study
    from planner.study.rounds import How

    asked = read_study(stated, set_)
    with watching_runs(quiet) as progress:
        how = How(dask or workers, resume, progress)
        found = solve(asked, out, share=worst, region=region, how=how)
    without = INFEASIBLE if found.status == "infeasible" else NO_PLAN_WITHIN_GAP
    _told(found, out, json, quiet, without)


def _workers_begin(dask: str | None) -> None:
    from planner.workers import begin_ahead

    if dask is None:
        begin_ahead(*IN_WORKERS)


def _told_if_any(found: Any, out: Path, as_json: bool, quiet: bool) -> None:
    """As `_told`; where no plan exists nothing is written, and why is shown whatever is asked."""
    if found.status == "infeasible":
        screen().print(found.summary())
        raise typer.Exit(INFEASIBLE)
    _told(found, out, as_json, quiet)


def _told(
    found: Any, out: Path, as_json: bool, quiet: bool, without: int = NO_PLAN_WITHIN_GAP
) -> None:
    """Show what is written already, and leave with its exit status: `without` a plan to the gap."""
    if as_json:
        show_json(found.document())
    elif not quiet:
        screen().print(found.summary(), highlight=False)
        aside().print(f"wrote {out}", markup=False, highlight=False, soft_wrap=True)
    if not found.within_gap:
        raise typer.Exit(without)


def watching_runs(quiet: bool) -> Any:
    """A context with a live line of the runs done on standard error, or with none."""
    from contextlib import nullcontext

    from planner.study.progress import RunsProgress

    return nullcontext(None) if quiet else RunsProgress(aside())
