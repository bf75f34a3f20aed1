"""How the house is laid out, held: who imports whom, sizes, units, packages, words of the data."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.columns import CONFIDENCE, UNITS, Column, unit_of
from planner import catalogue

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted([*ROOT.glob("models/**/*.py"), *ROOT.glob("planner/**/*.py"), ROOT / "cli.py"])
HEAVY = {"pyomo", "highspy", "pandas", "numpy", "scipy", "geopandas", "pydantic", "yaml", "rich"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(module: str, path: Path, top_only: bool = False) -> Iterator[str]:
    """Full names of what a module imports; `top_only` leaves out imports inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def within(name: str, *rooms: str) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def breaches(module: str, path: Path) -> Iterator[str]:
    for name in sorted(set(imports(module, path))):
        top = name.split(".")[0]
        arrow = f"{module} imports {name}"
        if within(module, "models") and within(name, "planner", "cli"):
            yield f"{arrow}: models never import planner"
        known = top in {"numpy", *sys.stdlib_module_names} or within(name, "models.physics")
        if within(module, "models.physics") and not known:
            yield f"{arrow}: physics import numpy only"
        is_block = within(module, "models.blocks") and module != "models.blocks"
        if is_block and within(name, "models.blocks"):
            yield f"{arrow}: blocks do not import blocks"
        if top == "highspy" and not within(module, "planner.solve.highs"):
            yield f"{arrow}: planner.solve.highs is the only importer of the solver"
        if top == "geopandas" and not within(module, "planner.places"):
            yield f"{arrow}: planner.places is the only importer of geopandas"
        if top == "pyomo" and not within(module, "models", "planner.solve", "planner.export"):
            yield f"{arrow}: algebra stays in models, its compilation in planner.solve"
        if within(module, "planner") and within(name, "cli"):
            yield f"{arrow}: planner does not know the command line"


def test_modules_are_found() -> None:
    assert {"cli", "planner.tables", "models.columns"} <= {name_of(path) for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arrows_between_rooms(path: Path) -> None:
    assert list(breaches(name_of(path), path)) == []


@pytest.mark.parametrize(
    ("module", "line", "rule"),
    [
        ("models.case", "from planner import tables", "models never import planner"),
        ("models.blocks.water", "from models.blocks import power", "blocks do not import blocks"),
        ("models.blocks.water", "from .power import add", "blocks do not import blocks"),
        ("models.physics.power", "import pandas as pd", "physics import numpy only"),
        ("models.physics.power", "from models import case", "physics import numpy only"),
        ("planner.plan", "def f():\n    import highspy", "the only importer of the solver"),
        ("planner.rank", "import geopandas as gpd", "the only importer of geopandas"),
        ("planner.rank", "from pyomo import environ", "algebra stays in models"),
        ("planner.rank", "import cli", "does not know the command line"),
    ],
)
def test_a_breach_is_seen(module: str, line: str, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "spoiled.py"
    path.write_text(line)
    assert rule in " ".join(breaches(module, path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_is_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_are_at_most_50_lines(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    long = {f.name: lines for f in functions if (lines := _body_lines(f)) > 50}
    assert long == {}


def _body_lines(function: ast.FunctionDef) -> int:
    """Lines of code: the parameters (a command's options) and the docstring are not counted."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_the_command_line_starts_without_heavy_imports() -> None:
    light = [ROOT / "cli.py", *sorted(ROOT.glob("planner/commands/*.py"))]
    for path in [*light, ROOT / "planner" / "__init__.py"]:
        if path.name == "start.py":  # imported by its command
            continue
        found = imports(name_of(path), path, top_only=True)
        assert [name for name in found if name.split(".")[0] in HEAVY] == [], path


# -- the data dictionary -------------------------------------------------------------------------

COLUMNS = [column for of_table in catalogue.columns().values() for column in of_table]
NO_UNIT = {"value", "low", "high"}
"""Columns whose unit is in the name of their row's parameter, or coefficient."""


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: f"{c.table}.{c.name}")
def test_column_is_declared_well(column: Column) -> None:
    assert column.kind in ("number", "whole", "text", "flag")
    assert column.meaning
    assert column.meaning == column.meaning.strip()
    if column.kind in ("number", "whole") and column.name not in NO_UNIT:
        assert unit_of(column.name), f"{column.name} does not end in a unit of {sorted(UNITS)}"
    if column.kind == "flag":
        assert column.name.endswith("_flag")
    if column.low is not None and column.high is not None:
        assert column.low <= column.high
    if column.refers:
        table, _, name = column.refers.partition(".")
        assert name in {other.name for other in catalogue.columns()[table]}


def test_every_table_has_columns_and_a_key_among_them() -> None:
    for name, table in catalogue.tables().items():
        names = [column.name for column in catalogue.columns()[name]]
        assert names, name
        assert len(names) == len(set(names)), name
        assert set(table.key) <= set(names), name
    assert set(catalogue.columns()) == set(catalogue.tables())


def test_unit_of_reads_the_closed_list() -> None:
    assert unit_of("price_usd_per_mwh") == "usd_per_mwh"
    assert unit_of("loss_if_forced_tokens_per_s_per_mw") == "tokens_per_s_per_mw"
    assert unit_of("water_limit_m3_per_day") == "m3_per_day"
    assert unit_of("name") is None
    assert unit_of("miles_per_gallon") is None


def test_confidence_is_a_closed_list() -> None:
    assert set(CONFIDENCE) >= {"verified", "secondary", "derived", "recalled", "assumed"}


# -- packaging -----------------------------------------------------------------------------------


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_and_data_folder_is_shipped() -> None:
    stated = set(project()["tool"]["setuptools"]["packages"])
    found = {name_of(path) for path in MODULES if path.name == "__init__.py"}
    folders = {path.parent for path in (ROOT / "data").rglob("*.csv")} | {ROOT / "data"}
    parts = {path.relative_to(ROOT / "data").parts for path in folders}
    assert stated == found | {".".join(("planner", "_data", *part)) for part in parts}


def test_every_data_file_has_a_shipped_ending() -> None:
    endings = project()["tool"]["setuptools"]["package-data"]["*"]
    for path in (ROOT / "data").rglob("*"):
        assert path.is_dir() or any(path.match(ending) for ending in endings), path


def test_continuous_integration_runs_the_second_command_of_the_readme() -> None:
    commands = [
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("python3 -m venv .venv && ")
    ]
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_nothing_points_outside_the_project() -> None:
    words = ("/ro" + "ot/", "/ho" + "me/", "../" + "shared")
    rooms = ("models", "planner", "data", "examples", "docs", "tests", ".ci")
    inside = [path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file()]
    files = [path for path in inside if path.suffix in ("", ".py", ".csv", ".md", ".yaml")]
    for path in [*files, ROOT / "README.md", ROOT / "cli.py"]:
        text = path.read_text(encoding="utf-8")
        assert [word for word in words if word in text] == [], path
