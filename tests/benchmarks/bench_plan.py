"""The whole plan, cold, in a process of its own: every size, and the shipped examples."""

from typing import Any

import pytest

from tests.benchmarks.child import measured
from tests.benchmarks.sizes import EXAMPLES, PERIODS, SITES, SYSTEMS, instance, over


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    over(metafunc, (*SITES, *PERIODS, *SYSTEMS, *EXAMPLES))


def test_plan(benchmark: Any, size: str, repeats: int) -> None:
    """Facts, physics, build, compile, relaxation, halls, racks, tables, files."""
    found: list[dict] = []
    benchmark.pedantic(
        lambda: found.append(measured("plan", instance=instance(size))), rounds=repeats
    )
    benchmark.extra_info["runs"] = found
    for run in found:
        assert run["state"] == "optimal", run
        assert run["bound"] >= run["value"] * (1 - 1e-6)
        assert run["gap_frac"] <= 1e-3
