"""The same instance by what a user would pick instead, in the same run as the plan itself.

The planner iterates on the ratio and places whole racks; the peers get the best ratio for free and
solve one linear MIP. A peer that is stopped counts as long as its limit.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.child import measured
from tests.benchmarks.sizes import WITH_PEERS, instance, over

THREADS = {"highs": 2, "scip": 1}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    over(metafunc, WITH_PEERS)


def test_peers(
    benchmark: Any, size: str, repeats: int, peer_limit_s: float, tmp_path: Path
) -> None:
    """Plan, then the reference model on plain HiGHS and on SCIP, then linopy's matrix."""
    asked = instance(size)
    plans: list[dict] = []
    benchmark.pedantic(lambda: plans.append(measured("plan", instance=asked)), rounds=repeats)
    file = tmp_path / "reference.mps"
    given = measured("reference", instance=asked, path=str(file))
    assert given["state"] == "written", given
    best = plans[-1]
    same = {"path": str(file), "r": given["r"], "under": best["under"], "gap_frac": 1e-3}
    found = {
        name: measured(name, peer_limit_s + 600, **same, threads=threads, limit_s=peer_limit_s)
        for name, threads in THREADS.items()
    }
    found["linopy"] = measured("linopy", instance=asked)
    benchmark.extra_info.update(runs=plans, peers=found, given=given, file_mb=_mb(file))
    for name in THREADS:
        peer = found[name]
        assert peer["state"] in ("optimal", "stopped"), peer
        if peer.get("value") is not None:  # no peer finds what the proof rules out
            assert peer["value"] <= best["bound"] / 1e6 * (1 + 1e-6)
        if peer["state"] == "optimal":
            assert peer["value"] == pytest.approx(best["value"] / 1e6, rel=2e-3)


def _mb(file: Path) -> float:
    return round(file.stat().st_size / 1e6, 1)
