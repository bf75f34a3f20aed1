"""`planner data`: the tables of facts, listed, checked, cited, explained."""

from typing import Annotated, Any

import typer

from planner.commands.options import Json, RegionFolder, screen, show_json

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The tables of facts: list, check, cite, columns.",
)

TableName = Annotated[
    str | None, typer.Argument(metavar="[TABLE]", help="Only this table.", show_default=False)
]
DEFAULT_REGION = "kr-jp"


@app.command("list")
def list_(region: RegionFolder = None, json: Json = False) -> None:
    """The tables, with their rows and how sure they are."""
    from planner import catalogue
    from planner.provenance import inputs, recalled_count
    from planner.tables import read_region

    facts = read_region(region or DEFAULT_REGION)
    rows = []
    for name, frame in facts.tables.items():
        numbers = inputs(facts, {name: None})
        rows.append(
            {
                "table": name,
                "rows_count": len(frame),
                "numbers_count": len(numbers),
                "recalled_count": recalled_count(numbers),
                "meaning": catalogue.tables()[name].meaning,
            }
        )
    _show(rows, json, f"Facts of {facts.name} ({facts.folder})")


@app.command()
def check(region: RegionFolder = None, json: Json = False) -> None:
    """Read every table; name everything that is wrong with it."""
    from planner.tables import read_region

    facts = read_region(region or DEFAULT_REGION)
    count = sum(len(frame) for frame in facts.tables.values())
    if json:
        show_json({"region": facts.name, "tables": facts.hashes, "rows_count": count})
    else:
        typer.echo(f"{facts.name}: {len(facts.tables)} tables, {count:,} rows, no problem found")


@app.command()
def cite(table: TableName = None, region: RegionFolder = None, json: Json = False) -> None:
    """The sources to credit, by licence."""
    import pandas as pd
    from rich.padding import Padding
    from rich.text import Text

    from planner.tables import read_region

    facts = read_region(region or DEFAULT_REGION)
    names = _chosen(table, list(facts.tables))
    columns = ["licence", "table", "source"]
    parts = [facts.tables[name].assign(table=name)[columns] for name in names]
    credits_ = pd.concat(parts).drop_duplicates().sort_values(columns)
    if json:
        show_json(credits_.to_dict("records"))
        return
    console = screen()
    for licence, of_licence in credits_.groupby("licence"):
        console.print(f"\n[bold]{licence}[/bold]", highlight=False)
        for source, tables in of_licence.groupby("source")["table"]:
            console.print(Padding(Text(f"{source} ({', '.join(tables)})"), (0, 0, 0, 2)))


@app.command()
def columns(table: TableName = None, json: Json = False) -> None:
    """The dictionary: name, unit, meaning and limits of every column."""
    from models.columns import REQUIRED, UNITS, unit_of
    from planner import catalogue
    from planner.table_checks import bounds

    declared = catalogue.columns()
    rows = []
    for name in _chosen(table, list(declared)):
        for column in declared[name]:
            unit = unit_of(column.name) if column.kind in ("number", "whole") else None
            words = unit.split("_per_") if unit else []
            blank = "" if column.default is REQUIRED else f"; blank: {column.default!r}"
            rows.append(
                {
                    "table": name,
                    "column": column.name,
                    "unit": " per ".join(UNITS[word] for word in words),
                    "meaning": column.meaning,
                    "limits": bounds(column) + blank,
                }
            )
    _show(rows, json, "Columns")


def _chosen(table: str | None, names: list[str]) -> list[str]:
    from planner.errors import InputError, Problem, listed, nearest

    if table is None:
        return names
    if table not in names:
        near = nearest(table, names)
        raise InputError(Problem("TABLE", "", "unknown table", table, listed(names, 60), near))
    return [table]


def _show(rows: list[dict[str, Any]], as_json: bool, title: str) -> None:
    from rich.table import Table

    if as_json:
        show_json(rows)
        return
    view = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, value in rows[0].items():
        view.add_column(name, justify="right" if isinstance(value, int) else "left")
    for row in rows:
        cells = (f"{value:,}" if isinstance(value, int) else str(value) for value in row.values())
        view.add_row(*cells)
    screen().print(view, markup=False)
