"""Two hundred runs, killed twenty times at random moments: parent or worker, never a run lost.

A kill counts where its victim was alive, and had runs left to do, until the kill: how many hit a
parent, and how many a worker, is asserted, and stated in the report (`-s` shows it, too).
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planner.verify import verify
from tests.planner.test_study import ROOT, SCENARIO, TOTAL
from tests.processes import at_work, kill, workers_of

STUDY = f"""\
name: many
scenario: one-site.yaml
design: latin_hypercube
samples: RUNS
over:
  {TOTAL}: [2000.0, 20000.0]
  "systems[*].price_musd": ["*0.8", "*1.25"]
"""


@pytest.mark.parametrize(("runs", "kills"), [(5, 2), pytest.param(200, 20, marks=pytest.mark.slow)])
def test_nothing_finished_is_lost_and_nothing_is_broken(
    tmp_path: Path, runs: int, kills: int, record_property: Callable[[str, object], None]
) -> None:
    (tmp_path / "one-site.yaml").write_text(SCENARIO)
    stated, out = tmp_path / "study.yaml", tmp_path / "out"
    stated.write_text(STUDY.replace("RUNS", str(runs)))
    command = [sys.executable, "cli.py", "study", str(stated), "--out", str(out), "--quiet"]
    rng = random.Random(1)
    stamps: dict[Path, int] = {}
    hits: Counter[str] = Counter()
    while hits.total() < kills:
        who = "worker" if hits["worker"] < hits["parent"] else "parent"
        parent = subprocess.Popen([*command, "--resume"], cwd=ROOT)
        _wait(out, len(stamps) + rng.randint(0, max(runs // kills - 6, 1)), parent)
        workers = _begun(parent)
        time.sleep(rng.uniform(0, 1))
        assert _finished(out) < runs, "the study ended before the last kill"
        victim = parent.pid if who == "parent" else rng.choice(workers)
        hits[who] += len(kill([victim]))
        if who == "worker":
            time.sleep(rng.uniform(1, 3))
            assert parent.poll() in (None, 0), "a worker that dies does not end the study"
            workers += workers_of(parent.pid)
            parent.kill()
        parent.wait()
        assert _gone(workers), "processes outlive the study that was killed"
        stamps = _sound(out, stamps, runs)
    (out / "runs" / ".half-written").mkdir()
    done = subprocess.run([*command, "--resume"], cwd=ROOT, check=False)
    assert done.returncode == 0
    _sound(out, stamps, runs)
    assert not list((out / "runs").glob(".*"))
    rows = pd.read_csv(out / "runs.csv")
    assert len(rows) == runs
    assert set(rows["status"]) <= {"optimal", "infeasible"}
    said = {f"{who}s_killed_at_work": count for who, count in sorted(hits.items())}
    for name, count in said.items():
        record_property(name, count)
    sys.stdout.write(f"{runs} runs, {said}\n")
    assert hits == {"parent": kills // 2, "worker": kills // 2}
    for folder in rows["folder"].sample(min(10, runs), random_state=1):
        assert verify(out / folder) == []


def _wait(out: Path, count: int, parent: subprocess.Popen) -> None:
    """Until so many runs have ended, or the study has."""
    while parent.poll() is None and _finished(out) < count:
        time.sleep(0.1)


def _finished(out: Path) -> int:
    return len(list(out.glob("runs/[!.]*/run.json")))


def _begun(parent: subprocess.Popen) -> list[int]:
    """Its workers, once there are any and while it is at work."""
    for _ in range(600):
        workers = workers_of(parent.pid)
        if workers or parent.poll() is not None:
            return workers
        time.sleep(0.05)
    return []


def _sound(out: Path, before: dict[Path, int], runs: int) -> dict[Path, int]:
    """Times of all finished runs: earlier ones are untouched, and every file is whole."""
    found = {path: path.stat().st_mtime_ns for path in out.glob("runs/[!.]*/run.json")}
    assert {path: found.get(path) for path in before} == before
    for path in found:
        assert json.loads(path.read_text("utf-8"))["status"] in ("optimal", "infeasible")
        assert json.loads((path.parent / "plan.json").read_text("utf-8"))
    for folder in out.glob("runs/[!.]*"):
        assert (folder / "run.json").is_file(), "a run's folder appears whole"
    if (out / "study.json").is_file():
        assert len(json.loads((out / "study.json").read_text("utf-8"))["runs"]) == runs
        assert len(pd.read_csv(out / "runs.csv")) == runs
    return found


def _gone(pids: list[int]) -> bool:
    for _ in range(200):
        if not any(at_work(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False
