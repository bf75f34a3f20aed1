"""Every declared table and column, and where the shipped facts lie."""

from functools import cache
from importlib import import_module
from pathlib import Path

from models.columns import Column, Table

DECLARED = (
    "models.facts.compute",
    "models.facts.facility",
    "models.facts.measurements",
    "models.facts.money",
    "models.facts.places",
    "models.facts.supply",
    "models.blocks.sovereignty",
)
"""Modules that declare tables of facts; a new one is one more name here."""


@cache
def tables() -> dict[str, Table]:
    """The tables by name, results without provenance included."""
    return {table.name: table for module in DECLARED for table in import_module(module).TABLES}


@cache
def columns() -> dict[str, tuple[Column, ...]]:
    """The declared columns of each table, in the order declared."""
    found: dict[str, list[Column]] = {name: [] for name in tables()}
    for module in DECLARED:
        for column in import_module(module).COLUMNS:
            found.setdefault(column.table, []).append(column)
    return {name: tuple(of_table) for name, of_table in found.items()}


def fact_tables() -> dict[str, Table]:
    """The tables a region holds as files: those whose rows carry their source."""
    return {name: table for name, table in tables().items() if table.provenance}


def data_folder() -> Path:
    """The folder of the shipped regions: in the installed package, else in the checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "_data"
    return installed if installed.is_dir() else here.parent / "data"


def shipped_regions() -> list[str]:
    """Names of the regions that ship, e.g. `kr-jp`."""
    folder = data_folder()
    return sorted(path.parent.name for path in folder.glob("*/systems.csv"))
