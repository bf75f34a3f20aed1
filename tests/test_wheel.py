"""What is installed: the wheel holds code and facts, and finds its facts by itself."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_WHEEL = ("models", "planner", "data", "cli.py", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel of this checkout, built from a copy that has nothing else in it."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in IN_WHEEL:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", built, source], check=True, capture_output=True)
    with zipfile.ZipFile(next(built.glob("*.whl"))) as opened:
        yield opened


def names(wheel: zipfile.ZipFile) -> set[str]:
    return set(wheel.namelist())


def test_the_wheel_holds_all_code_and_all_facts(wheel: zipfile.ZipFile) -> None:
    code = {str(p.relative_to(ROOT)) for room in ("models", "planner") for p in _files(room)}
    facts = {f"planner/_data/{p.relative_to(ROOT / 'data')}" for p in _files("data")}
    held = {name for name in names(wheel) if ".dist-info/" not in name}
    assert held == {name for name in code if name.endswith(".py")} | facts | {"cli.py"}


def _files(room: str) -> list[Path]:
    inside = [path for path in (ROOT / room).rglob("*") if path.is_file()]
    return [path for path in inside if "__pycache__" not in path.parts]


def test_the_wheel_carries_its_licence(wheel: zipfile.ZipFile) -> None:
    licence = next(name for name in names(wheel) if name.endswith("licenses/LICENSE"))
    assert "Apache License" in wheel.read(licence).decode()


def test_the_installed_program_finds_its_facts(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    run = [sys.executable, "-m", "cli", "data", "check"]
    done = subprocess.run(
        run,
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no problem found" in done.stdout
