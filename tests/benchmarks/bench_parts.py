"""Facts, physics, build and compile alone; the command line's own start."""

import subprocess
import sys
from typing import Any

import pytest

from tests.benchmarks.child import ROOT, measured
from tests.benchmarks.sizes import instance, over


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    over(metafunc, ("100x6x16", "600x6x16", "2000x6x16"))


def test_parts(benchmark: Any, size: str, repeats: int) -> None:
    found: list[dict] = []
    benchmark.pedantic(
        lambda: found.append(measured("parts", instance=instance(size))), rounds=repeats
    )
    benchmark.extra_info["runs"] = found


@pytest.mark.parametrize("command", ["cli.py --help", "-c 'import typer'"])
def test_start(benchmark: Any, command: str) -> None:
    words = ["cli.py", "--help"] if "help" in command else ["-c", "import typer"]
    benchmark.pedantic(
        lambda: subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True),
        rounds=9,
        warmup_rounds=2,
    )
