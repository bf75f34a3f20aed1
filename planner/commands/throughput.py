"""`planner throughput`: predict, validate, calibrate, and the accuracy table."""

from pathlib import Path
from typing import Annotated, Any

import typer

from planner.commands.options import Json, aside, screen, show_json

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="The throughput core: predict, validate on measurements, calibrate, accuracy.",
)

Measurements = Annotated[
    Path, typer.Argument(metavar="FILE.csv", help="Measurements.", show_default=False)
]
Llms = Annotated[
    Path | None, typer.Option("--llms", metavar="FILE.csv", help="LLMs the catalogue lacks.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write here.")]
Count = Annotated[float | None, typer.Option(show_default=False)]


@app.command()
def predict(
    llm: Annotated[str, typer.Argument(help="LLM, by any usual name.", show_default=False)],
    accelerator: Annotated[str, typer.Argument(help="Chip.", show_default=False)],
    precision: Annotated[str, typer.Option(help="bf16, fp8, int8, fp4 or int4.")] = "fp8",
    engine: Annotated[str, typer.Option(help="vllm, sglang, trtllm or reference.")] = "reference",
    isl: Annotated[float, typer.Option(help="Mean input tokens.")] = 1024,
    osl: Annotated[float, typer.Option(help="Mean output tokens.")] = 1024,
    chips: Annotated[int, typer.Option(help="Chips.")] = 8,
    concurrency: Annotated[
        float | None, typer.Option(help="Requests in flight; without it, as many as fit.")
    ] = None,
    tpot_ms: Annotated[
        float | None, typer.Option(help="Limit on time per output token, instead of --concurrency.")
    ] = None,
    tp: Annotated[float | None, typer.Option(help="Tensor parallel; best without it.")] = None,
    dp: Annotated[float | None, typer.Option(help="Attention replicas.")] = None,
    cap: Annotated[float, typer.Option(help="Power cap as a share of TDP.")] = 1.0,
    prefix_hit: Annotated[float, typer.Option(help="Share of the input found in cache.")] = 0.0,
    drafts: Annotated[float, typer.Option(help="Tokens drafted per step.")] = 0.0,
    acceptance: Annotated[float, typer.Option(help="Chance that a draft is accepted.")] = 0.0,
    json: Json = False,
) -> None:
    """Tokens/s, latencies, batch, memory and watts of one configuration, with an 80 % interval."""
    import pandas as pd

    from planner.throughput.one import predicted

    row = pd.DataFrame(
        [
            {
                "llm": llm,
                "accelerator": accelerator,
                "precision": precision,
                "engine": engine,
                "isl_tokens": isl,
                "osl_tokens": osl,
                "num_accelerators": chips,
                "concurrency_reqs": concurrency,
                "tpot_limit_ms": tpot_ms,
                "tp": tp,
                "attention_dp": dp,
                "prefix_hit_frac": prefix_hit,
                "draft_tokens_count": drafts,
                "draft_acceptance_frac": acceptance,
                "output_tokens_per_s": 1.0,
            }
        ]
    )
    answer = predicted(row, cap)
    if json:
        show_json(answer)
        return
    _pairs(f"{answer['llm']} on {chips} x {answer['accelerator']}", answer)


@app.command()
def validate(file: Measurements, llms: Llms = None, out: Out = None, json: Json = False) -> None:
    """Predict every row of a file of measurements; errors by LLM, chip, precision, engine."""
    from planner.throughput.validate import report, validated

    rows = validated(file, llms)
    tables = report(rows)
    if out:
        _write(out, rows.to_csv(index=False))
    if json:
        show_json({name: t.reset_index().to_dict("records") for name, t in tables.items()})
        return
    for name, table in tables.items():
        _table(f"Error of predictions by {name}, in percent", table.reset_index())


@app.command()
def calibrate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]", help="More measurements.", show_default=False),
    ] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Refit the coefficients to the shipped rows and yours; write the coefficient table."""
    from planner.throughput.one import recalibrated

    with aside().status("fitting, each LLM and each chip left out in turn"):
        done = recalibrated(files or [])
    if out:
        _write(out, done.coefficients.to_csv(index=False))
        _write(out.with_name(f"{out.stem}_fit.csv"), done.fit.to_csv(index=False))
        _write(out.with_name(f"{out.stem}_intervals.csv"), done.intervals.to_csv(index=False))
    if json:
        show_json(done.coefficients[["coefficient", "value"]].to_dict("records"))
        return
    _table("Coefficients", done.coefficients[["coefficient", "value", "unit", "meaning"]])
    _table("80 % intervals", done.intervals)


@app.command()
def accuracy(out: Out = None) -> None:
    """Make the accuracy table: every split refitted, cleaned and uncleaned (some minutes)."""
    from planner.throughput.measured import catalogue
    from planner.throughput.table import markdown

    with aside().status("starting") as status:
        text = markdown(catalogue(), lambda what: status.update(f"held out: {what}"))
    if out:
        _write(out, text)
    else:
        typer.echo(text)


@app.command("import")
def import_(
    source: Annotated[str, typer.Argument(help="Importer, e.g. inferencex.", show_default=False)],
    file: Measurements,
    out: Out = None,
) -> None:
    """Turn a published table into the measurement schema; rows that look wrong are marked."""
    from planner.throughput.one import imported

    text = imported(source, file).to_csv(index=False)
    if out:
        _write(out, text)
    else:
        typer.echo(text)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    aside().print(f"wrote {path}", highlight=False)


def _pairs(title: str, values: dict[str, Any]) -> None:
    from rich.table import Table

    view = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
    for name, value in values.items():
        view.add_row(name, f"{value:,.4g}" if isinstance(value, float) else str(value))
    screen().print(view, markup=False)


def _table(title: str, frame: Any) -> None:
    from rich.table import Table

    view = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in frame.columns:
        view.add_column(str(name), justify="left" if frame[name].dtype == object else "right")
    for row in frame.itertuples(index=False):
        view.add_row(*(f"{v:,.4g}" if isinstance(v, float) else str(v) for v in row))
    screen().print(view, markup=False)
