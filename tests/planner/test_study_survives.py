"""Two hundred runs, killed twenty times at random moments: parent or worker, never a run lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from planner.verify import verify
from tests.planner.test_study import ROOT, SCENARIO, TOTAL, _children

RUNS, KILLS = 200, 20
STUDY = f"""\
name: two-hundred
scenario: one-site.yaml
design: latin_hypercube
samples: {RUNS}
over:
  {TOTAL}: [2000.0, 20000.0]
  "systems[*].price_musd": ["*0.8", "*1.25"]
"""


@pytest.mark.slow
def test_nothing_finished_is_lost_and_nothing_is_broken(tmp_path: Path) -> None:
    (tmp_path / "one-site.yaml").write_text(SCENARIO)
    stated, out = tmp_path / "study.yaml", tmp_path / "out"
    stated.write_text(STUDY)
    command = [sys.executable, "cli.py", "study", str(stated), "--out", str(out), "--quiet"]
    rng = random.Random(1)
    stamps: dict[Path, int] = {}
    kills: list[str] = []
    while len(kills) < KILLS and len(stamps) < RUNS:
        parent = subprocess.Popen([*command, "--resume"], cwd=ROOT)
        _wait(out, len(stamps) + rng.randint(0, RUNS // KILLS), parent)
        time.sleep(rng.uniform(0, 3))
        victims = [pid for pid in _grandchildren(parent.pid) if "spawn_main" in _command(pid)]
        who = rng.choice(["parent", "worker"]) if victims else "parent"
        if parent.poll() is not None:
            break
        os.kill(parent.pid if who == "parent" else rng.choice(victims), signal.SIGKILL)
        kills.append(who)
        if who == "worker":
            time.sleep(rng.uniform(1, 10))
            assert parent.poll() is None, "a worker that dies does not end the study"
            parent.kill()
        parent.wait()
        assert _gone(victims), "processes outlive the study that was killed"
        stamps = _sound(out, stamps)
    done = subprocess.run([*command, "--resume"], cwd=ROOT, check=False)
    assert done.returncode == 0
    _sound(out, stamps)
    rows = pd.read_csv(out / "runs.csv")
    assert len(rows) == RUNS
    assert set(rows["status"]) <= {"optimal", "infeasible"}
    assert {"parent", "worker"} <= set(kills)
    for folder in rows["folder"].sample(10, random_state=1):
        assert verify(out / folder) == []


def _wait(out: Path, count: int, parent: subprocess.Popen) -> None:
    """Until so many runs have ended, or the study has."""
    while parent.poll() is None and len(list(out.glob("runs/[!.]*/run.json"))) < count:
        time.sleep(0.1)


def _sound(out: Path, before: dict[Path, int]) -> dict[Path, int]:
    """Times of all finished runs: earlier ones are untouched, and every file is whole."""
    found = {path: path.stat().st_mtime_ns for path in out.glob("runs/[!.]*/run.json")}
    assert {path: found.get(path) for path in before} == before
    for path in found:
        assert json.loads(path.read_text("utf-8"))["status"] in ("optimal", "infeasible")
        assert json.loads((path.parent / "plan.json").read_text("utf-8"))
    for folder in out.glob("runs/[!.]*"):
        assert (folder / "run.json").is_file(), "a run's folder appears whole"
    if (out / "study.json").is_file():
        assert len(json.loads((out / "study.json").read_text("utf-8"))["runs"]) == RUNS
        assert len(pd.read_csv(out / "runs.csv")) == RUNS
    return found


def _grandchildren(pid: int) -> list[int]:
    return [one for child in _children(pid) for one in (child, *_children(child))]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _gone(pids: list[int]) -> bool:
    for _ in range(200):
        if not any(_command(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False
