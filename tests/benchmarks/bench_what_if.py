"""Questions to a loaded model, against the cold plan of the same process."""

from typing import Any

import pytest

from tests.benchmarks.child import measured
from tests.benchmarks.sizes import instance, over


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    over(metafunc, ("korea-japan-2027-2029",))


def test_what_if(benchmark: Any, size: str, repeats: int) -> None:
    """Budgets, floors, a price, a forced and two forbidden sites, demand."""
    found: list[dict] = []
    benchmark.pedantic(
        lambda: found.append(measured("what_if", instance=instance(size))), rounds=repeats
    )
    benchmark.extra_info["runs"] = found
    for run in found:
        assert [a["state"] for a in run["answers"]] == ["optimal"] * len(run["answers"]), run


def test_rank(benchmark: Any, size: str, repeats: int) -> None:
    """The ranking, exact for the best fifty."""
    found: list[dict] = []
    benchmark.pedantic(
        lambda: found.append(measured("rank", instance=instance(size), exact=50)), rounds=repeats
    )
    benchmark.extra_info["runs"] = found
