"""Tables of facts that say what cannot be: cells, rows, bytes, files; each problem in words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from planner import catalogue, tables
from tests.refused import refused

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("read_once")


def cell(row: int, column: str, value: str) -> Callable[[list[list[str]]], None]:
    """Put a value in a cell; the row counts as in a spreadsheet, the header being 1."""

    def change(rows: list[list[str]]) -> None:
        rows[row - 1][rows[0].index(column)] = value

    return change


def drop(column: str) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        at = rows[0].index(column)
        for row in rows:
            del row[at]

    return change


TABLES = {
    "text in a number": (
        cell(3, "rack_kw", "many"),
        "row 3, column rack_kw: is not a finite number, found 'many'; allowed: a number, at",
    ),
    "NaN": (
        cell(3, "rack_kw", "NaN"),
        "row 3, column rack_kw: is not a finite number, found 'NaN'",
    ),
    "infinite": (
        cell(3, "price_musd", "inf"),
        "column price_musd: is not a finite number, found 'inf'",
    ),
    "thousands separator": (
        cell(3, "chip_tdp_w", "1,000"),
        "is not a finite number, found '1,000'",
    ),
    "unit in the cell": (cell(3, "rack_kw", "132 kW"), "is not a finite number, found '132 kW'"),
    "out of range": (
        cell(4, "rack_kw", "-1"),
        "row 4, column rack_kw: is out of range, found '-1'; allowed: a number, at least 0.1",
    ),
    "fraction of a chip": (cell(3, "chips_count", "7.5"), "is not a whole number, found '7.5'"),
    "two for a flag": (
        cell(3, "training_capable_flag", "2"),
        "column training_capable_flag: is not 0 or 1, found '2'; allowed: 0 or 1",
    ),
    "unknown word": (
        cell(3, "hbm_generation", "HBM33"),
        "row 3, column hbm_generation: is not allowed, found 'HBM33'; allowed: HBM2E,",
        "did you mean 'HBM3'?",
    ),
    "blank": (cell(3, "rack_kw", ""), "row 3, column rack_kw: is blank; allowed: a number"),
    "same key twice": (
        lambda rows: rows.append(rows[1]),
        "column system_id: repeats the key of row 2",
        "allowed: each key once",
    ),
    "missing column": (
        drop("rack_kw"),
        "row 1, column rack_kw: is missing; allowed: it is required",
    ),
    "misspelt column": (
        cell(1, "rack_kw", "rack_kW"),
        "row 1, column rack_kW: unknown column",
        "did you mean 'rack_kw'?",
    ),
    "wrong unit in the column": (cell(1, "rack_kw", "rack_mw"), "column rack_mw: unknown column"),
    "column twice": (
        cell(1, "rack_kw", "host_kw"),
        "row 1, column host_kw: is stated twice; allowed: each column once",
    ),
    "short row": (lambda rows: rows[4].pop(), "row 5: has ", " cells, the header "),
    "no rows": (lambda rows: rows.__delitem__(slice(1, None)), "has a header but no rows"),
    "no source": (cell(3, "source", ""), "row 3, column source: is blank; allowed: a text"),
    "unknown confidence": (
        cell(3, "confidence", "verfied"),
        "row 3, column confidence: is not allowed, found 'verfied'; allowed: verified, secondary,",
        "did you mean 'verified'?",
    ),
    "no year": (
        cell(3, "year", "lately"),
        "row 3, column year: is not allowed, found 'lately'; allowed: a year",
    ),
    "recalled names nothing": (
        cell(3, "recalled", "rack_kw;chip_w"),
        "row 3, column recalled: names no column, found 'chip_w'",
    ),
}


@pytest.mark.parametrize("case", TABLES.values(), ids=TABLES)
def test_cells_of_a_table(case: tuple, spoiled: Callable[..., Path], run: Run) -> None:
    spoil, *said = case
    folder = spoiled("systems", spoil)
    refused(run("data", "check", "--region", folder), str(folder / "systems.csv"), *said)


def test_reference_to_nothing(spoiled: Callable[..., Path], run: Run) -> None:
    folder = spoiled("system_supply", cell(2, "system_id", "h2000"))
    said = "row 2, column system_id: refers to nothing, found 'h2000'; allowed: a system_id of"
    refused(run("data", "check", "--region", folder), said, "did you mean 'h200'?")


@pytest.mark.parametrize(
    ("table", "name", "said"),
    [
        (
            "parameters",
            "discount_frac",
            "parameters.csv, column parameter: has no row 'discount_frac'",
        ),
        ("throughput_coefficients", "memory_usable_frac", "has no row 'memory_usable_frac'"),
    ],
)
def test_row_that_an_equation_asks_for(
    table: str, name: str, said: str, spoiled: Callable[..., Path], run: Run
) -> None:
    def misspell(rows: list[list[str]]) -> None:
        for row in rows:
            row[:] = [text.replace(name, f"{name}s") for text in row]

    folder = spoiled(table, misspell)
    refused(run("data", "check", "--region", folder), said, f"did you mean '{name}s'?")


def test_parameter_of_one_country_only(spoiled: Callable[..., Path], run: Run) -> None:
    def leave_out(rows: list[list[str]]) -> None:
        rows[:] = [row for row in rows if row[:2] != ["JP", "staff_local_per_year"]]

    said = "has no row 'staff_local_per_year' for JP; allowed: a row for * or for each country"
    refused(run("data", "check", "--region", spoiled("parameters", leave_out)), said)


RAWS = {
    "empty": (b"", "is empty; allowed: a header and rows"),
    "not UTF-8": ("system_id\n울산\n".encode("cp949"), "row 2: is not UTF-8"),
    "semicolons": (b"system_id;name\na;b\n", "row 1: is not separated by commas"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00", "systems.csv"),
    "null characters": (b"system_id\n\x00\n", "systems.csv"),
    "open quote": (b'system_id,name\n"a,b\n', "is not a CSV file: unexpected end of data"),
}


@pytest.mark.parametrize(("raw", "said"), RAWS.values(), ids=RAWS)
def test_bytes_of_a_table(raw: bytes, said: str, spoiled: Callable[..., Path], run: Run) -> None:
    folder = spoiled("systems", lambda rows: None)
    (folder / "systems.csv").write_bytes(raw)
    refused(run("data", "check", "--region", folder), str(folder / "systems.csv"), said)


def test_missing_table_names_the_nearest_file(spoiled: Callable[..., Path], run: Run) -> None:
    folder = spoiled("systems", lambda rows: None)
    (folder / "systems.csv").rename(folder / "system.csv")
    said = (
        f"{folder / 'systems.csv'}: no such file; allowed: every table; did you mean 'system.csv'?"
    )
    refused(run("data", "check", "--region", folder), said)


def test_huge_table(
    spoiled: Callable[..., Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = spoiled("systems", lambda rows: None)
    monkeypatch.setattr(tables, "LARGEST_BYTES", 1000)  # the check, without writing 200 MB
    refused(run("data", "check", "--region", folder), "systems.csv: is too large, 0 MB")


def test_long_lists_are_cut_and_counted(spoiled: Callable[..., Path], run: Run) -> None:
    def spoil(rows: list[list[str]]) -> None:
        for column in ("rack_kw", "host_kw", "price_musd", "chip_tdp_w"):
            for row in rows[1:]:
                row[rows[0].index(column)] = "?"

    count = 4 * (len((catalogue.data_folder() / "kr-jp/systems.csv").read_text().splitlines()) - 1)
    result = run("data", "check", "--region", spoiled("systems", spoil))
    refused(result, f"{count} problems in the input:", f"... and {count - 50} more")
    assert len(result.stderr.splitlines()) == 52  # a head, fifty problems, a count of the rest
