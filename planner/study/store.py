"""The tables of all runs as Parquet, one file a table: `store/fleet.parquet`, keyed by `run_key`.

A study of a thousand runs is twenty thousand CSV files; DuckDB, pandas, Polars or a spreadsheet
read one Parquet file a table in an instant. Written by DuckDB, from the CSV files of the runs.
"""

from collections.abc import Iterable
from pathlib import Path

from planner.errors import InputError, Problem
from planner.folders import whole_folder
from planner.results.columns import ORDER, declared, names_of
from planner.study.lock import RUNS
from planner.study.work import read_record

STORE = "store"
OWN = ("runs", "effects", "site_shares")
"""Tables of the study itself."""

KINDS = {"text": "VARCHAR", "number": "DOUBLE", "whole": "DOUBLE", "flag": "DOUBLE"}
"""Whole numbers may be blank, as numbers are; DuckDB reads both as DOUBLE."""

OPTION = "--store"
INSTALL = "pip install 'ai-factory-planner[store]'"


def check_store() -> None:
    """Refuse to begin what could not be stored.

    Raises
    ------
    InputError
        DuckDB is not installed.
    """
    try:
        import duckdb  # noqa: F401
    except ImportError:
        raise InputError(Problem(OPTION, "", "needs DuckDB", allowed=INSTALL)) from None


def store(folder: Path, keys: Iterable[str]) -> Path:
    """Write the tables of the study and of these runs into `store/` of its folder.

    Parameters
    ----------
    folder
        The study's folder.
    keys
        Names of the runs' folders; those without a plan are left out.
    """
    import duckdb

    solved = [folder / RUNS / key for key in dict.fromkeys(keys)]
    solved = [run for run in solved if (read_record(run) or {}).get("value") is not None]
    files = tuple(f"{name}.parquet" for name in (*ORDER, *OWN))
    beside = whole_folder(folder / STORE, f"{OWN[0]}.parquet", files)
    with beside as fresh, duckdb.connect() as base:
        for name in OWN:
            source = f"read_csv({_text(folder / f'{name}.csv')}, header=true)"
            base.execute(f"COPY (SELECT * FROM {source}) TO {_text(fresh / f'{name}.parquet')}")
        for name in ORDER:
            written = [run / f"{name}.csv" for run in solved if (run / f"{name}.csv").is_file()]
            if written:
                _table(base, name, written, fresh)
    return folder / STORE


def _table(base: object, name: str, files: list[Path], fresh: Path) -> None:
    columns = ", ".join(
        f"{_text(column)}: {_text(KINDS[declared()[name, column].kind])}"
        for column in names_of(name)
    )
    listed = ", ".join(_text(file) for file in files)
    source = f"read_csv([{listed}], header=true, filename=true, columns={{{columns}}}, quote='\"')"
    key = "parse_path(filename)[-2] AS run_key"
    order = f"SELECT {key}, * EXCLUDE filename FROM {source}"
    base.execute(f"COPY ({order}) TO {_text(fresh / f'{name}.parquet')}")  # type: ignore[attr-defined]


def _text(value: object) -> str:
    """A text in SQL."""
    return "'" + str(value).replace("'", "''") + "'"
