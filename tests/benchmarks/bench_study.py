"""A study by one worker and by two, and what the machine itself gains by a second process.

Two processes share caches, memory and whatever else runs: two plans side by side, each in a process
of its own, take longer than one. That is the ceiling of any pool of workers.
"""

import statistics
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.benchmarks.child import measured
from tests.benchmarks.sizes import instance, over

STUDIES = {
    "korea-japan-2027-2029": (16, "tariffs[*].energy_local_per_kwh"),
    "korea-100mw-2027": (48, "systems[*].price_musd"),
}
"""Runs, and what differs: each run is built anew and takes seconds, or is answered by the loaded
model in half of one, so that what is done once weighs more."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    over(metafunc, tuple(STUDIES))


def side_by_side(size: str, count: int) -> float:
    """Plans a second where so many are made at a time."""
    with ThreadPoolExecutor(count) as pool:
        asked = [pool.submit(measured, "plan", instance=instance(size)) for _ in range(count)]
        found = [one.result() for one in asked]
    assert all(run["state"] == "optimal" for run in found), found
    return count / max(run["wall_s"] for run in found)


def test_study(benchmark: Any, size: str, repeats: int) -> None:
    """Runs a second by two workers over those by one; the same of plans side by side."""
    found: list[dict] = []
    runs, changed = STUDIES[size]

    def once() -> None:
        pair = [
            measured("study", instance=instance(size), runs=runs, workers=workers, over=changed)
            for workers in (1, 2)
        ]
        assert all(run["state"] == "optimal" for run in pair), pair
        one, two = (side_by_side(size, count) for count in (1, 2))
        found.append(
            {
                "one_s": pair[0]["wall_s"],
                "two_s": pair[1]["wall_s"],
                "gain": pair[0]["wall_s"] / pair[1]["wall_s"],
                "ceiling": two / one,
                "parent_cpu_s": pair[1]["cpu_s"],
            }
        )

    benchmark.pedantic(once, rounds=repeats)
    benchmark.extra_info["runs"] = found
    for name in ("one_s", "two_s", "gain", "ceiling"):
        benchmark.extra_info[name] = statistics.median(run[name] for run in found)
