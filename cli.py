"""The `planner` command: a thin skin over the calls in `planner`; imports wait for their command.

Exit status: 0 done, 2 bad input, 3 infeasible, 4 stopped with no plan within the gap.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from planner.commands import data as data_commands
from planner.commands import many as many_commands
from planner.commands import throughput as throughput_commands
from planner.commands.data import DEFAULT_REGION
from planner.commands.options import (
    Change,
    Dask,
    Gap,
    Json,
    OutFolder,
    Quiet,
    RegionFolder,
    ScenarioFile,
    Seed,
    Threads,
    TimeLimit,
    Variant,
    Workers,
    aside,
    changes,
    screen,
    show_json,
)
from planner.commands.status import BAD_INPUT, INFEASIBLE, INTERRUPTED, NO_PLAN_WITHIN_GAP


class Door(TyperGroup):
    """Turns what can go wrong into a message and an exit status, for every command."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        from planner.uncollected import collect_seldom

        collect_seldom()
        from planner.errors import Infeasible, InputError
        from planner.halt import HALT, halting

        try:
            with halting(), HALT.at_once():
                return super().invoke(ctx)
        except InputError as error:
            aside().print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(BAD_INPUT) from None
        except Infeasible as answer:
            screen().print(answer.report, highlight=False)
            raise typer.Exit(INFEASIBLE) from None
        except BrokenPipeError:
            raise
        except OSError as error:  # a disk that is full, a file that vanished
            aside().print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            aside().print("stopped; nothing half-written is left", highlight=False)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Door,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 100},
    rich_markup_mode=None,  # plain help: importing Rich would take longer than all the rest
    help="Where AI factories go in Korea and Japan and what goes into them: "
    "the most tokens per megawatt, proven.",
)
app.add_typer(many_commands.app)
app.add_typer(data_commands.app, name="data")
app.add_typer(throughput_commands.app, name="throughput")


def _show_version(asked: bool) -> None:
    if asked:
        from planner import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version."),
    ] = False,
) -> None:
    """Options that stand before any command."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to write it.")] = Path(),
) -> None:
    """Write a commented scenario to start from, and its schema for editors."""
    from planner.commands.start import init as write

    for path in write(folder):
        typer.echo(f"wrote {path}")


@app.command()
def plan(
    scenario: ScenarioFile,
    out: OutFolder = None,
    variant: Variant = None,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    rule_costs: Annotated[
        bool, typer.Option("--rule-costs", help="Also find what each rule costs: rule_costs.csv.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Solve a scenario: sites, racks, cooling and power states, with a proven bound."""
    from planner.folders import check_folder
    from planner.reading import read

    chosen, facts = read(scenario, region, changes(set_, gap, time_limit, threads, seed, variant))
    if out is not None:
        check_folder(out)
    from planner import plan as solve
    from planner.halt import HALT

    with HALT.at_once(raises=False):  # the best plan by then is still written
        with watching(quiet, chosen.solve.time_limit_s) as progress:
            found = solve(chosen, region=facts, progress=progress, cost_of_rules=rule_costs)
        _answer(found, out, json, quiet)


@app.command()
def rank(
    scenario: ScenarioFile,
    out: OutFolder = None,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    exact: Annotated[
        int, typer.Option("--exact", metavar="K", min=0, help="Sites solved again, in or out.")
    ] = 0,
    workers: Workers = 2,
    dask: Dask = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rank every candidate site, with what it gains or loses and why."""
    from planner.folders import check_folder
    from planner.reading import read

    chosen, facts = read(scenario, region, changes(set_, gap, time_limit, threads, seed))
    if out is not None:
        check_folder(out, mark="ranking.csv")
    from planner.rank import rank as solve

    with watching(quiet, chosen.solve.time_limit_s) as progress:
        found = solve(chosen, region=facts, progress=progress, exact=exact, workers=dask or workers)
    _answer(found, out, json, quiet)


@app.command()
def grid(
    scenario: ScenarioFile,
    out: OutFolder = None,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what load the network can take at every node and site, what limits it, its price."""
    from planner.folders import check_folder
    from planner.grid.report import FILES, MARK
    from planner.grid.report import grid as solve
    from planner.reading import read

    chosen, facts = read(scenario, region, set_)
    if out is not None:
        check_folder(out, MARK, FILES)
    found = solve(chosen, facts)
    if out is not None:
        found.write(out)
    if json:
        show_json(found.document())
    elif not quiet:
        screen().print(found.summary(), highlight=False)
        if out is not None:
            aside().print(f"wrote {out}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def sites(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
    region: RegionFolder = None,
    quiet: Quiet = False,
) -> None:
    """Compute the candidate sites of a region from its layers: CSV and GeoPackage."""
    from planner.commands.sites import sites as compute
    from planner.folders import whole_folder

    written = ("sites.csv", "site_markets.csv", "sites.gpkg")
    with whole_folder(out, "site_markets.csv", written) as folder:
        paths = compute(region or DEFAULT_REGION, folder)
    if not quiet:
        for path in paths:
            typer.echo(f"wrote {out / path.name}")


@app.command()
def explain(
    scenario: Annotated[
        Path,
        typer.Argument(
            metavar="SCENARIO.yaml", help="The scenario, or a plan's folder.", show_default=False
        ),
    ],
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
    time_limit: TimeLimit = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say which rules conflict and the least that would resolve it; or what binds a plan."""
    from planner.reading import plan_or_file, read

    source, where = plan_or_file(scenario, region)
    chosen, facts = read(source, where, changes(set_, time_limit=time_limit))
    from planner.explain import explain as solve

    with watching(quiet, chosen.solve.time_limit_s) as watch:
        found = solve(chosen, region=facts, progress=watch)
    if scenario.is_dir() and not set_ and region is None:
        from planner.plan_files import read_files

        found = found.of_plan(read_files(scenario).tables["policies"])
    if json:
        show_json(found.document())
    else:
        screen().print(found, highlight=False)
    if not found.feasible:
        raise typer.Exit(NO_PLAN_WITHIN_GAP if found.feasible is None else INFEASIBLE)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A plan's result files.")],
    region: RegionFolder = None,
    json: Json = False,
) -> None:
    """Recompute a plan from its files, without the solver; refuse one that breaks a rule."""
    from planner.verify import verify as recompute

    violations = recompute(folder, region)
    if json:
        show_json({"accepted": not violations, "violations": violations})
    elif violations:
        typer.echo("\n".join(violations))
    else:
        typer.echo(f"{folder}: accepted")
    if violations:
        raise typer.Exit(BAD_INPUT)


@app.command()
def compare(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR DIR...", help="Plans.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Write every row here.")
    ] = None,
    json: Json = False,
) -> None:
    """Say in what plans differ: inputs, choices, and what that changed."""
    from planner.compare import compare as side_by_side
    from planner.folders import check_file

    if out is not None:
        check_file(out)
    found = side_by_side(folders)
    if out is not None:
        found.write(out)
    if json:
        show_json(found.document())
    else:
        screen().print(found.summary(), highlight=False)


@app.command()
def export(
    scenario: ScenarioFile,
    mps: Annotated[Path, typer.Option("--mps", metavar="FILE", help="The file to write.")],
    reference: Annotated[
        bool, typer.Option("--reference", help="Every rack at its site and whole: much larger.")
    ] = False,
    set_: Change = [],  # noqa: B006 - typer never changes it
    region: RegionFolder = None,
) -> None:
    """Write the model of a scenario for another solver."""
    from planner.folders import check_file
    from planner.reading import read

    chosen, facts = read(scenario, region, set_)
    check_file(mps)
    from planner.export import export as write

    write(chosen, mps, "reference" if reference else "where-what", region=facts)
    typer.echo(f"wrote {mps}")


def _answer(found: Any, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Write a plan or a ranking, show it, and leave with its exit status."""
    if out is not None:
        found.write(out)
    if as_json:
        show_json(found.document())
    elif not quiet:
        screen().print(found.summary())
        where = (
            "nothing was written: --out DIR writes result files" if out is None else f"wrote {out}"
        )
        aside().print(where, markup=False, highlight=False, soft_wrap=True)
    if getattr(found, "status", "") == "infeasible":
        raise typer.Exit(INFEASIBLE)
    if not found.within_gap:
        raise typer.Exit(NO_PLAN_WITHIN_GAP)


def watching(quiet: bool, time_limit_s: float) -> Any:
    """A context with a live progress line on standard error, or with none."""
    from contextlib import nullcontext

    from planner.progress import Progress

    return nullcontext(None) if quiet else Progress(aside(), time_limit_s)


def main() -> None:
    """The program: a command, then the end at once.

    Python would give back its memory object by object, half a second to a second after a plan.
    """
    status = 0
    try:
        app(prog_name="planner")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a reader that has gone
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
