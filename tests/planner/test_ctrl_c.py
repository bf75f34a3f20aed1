"""Ctrl-C, sent to a real process: the solve ends, and what is known by then is written."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from planner.halt import HALT, halting
from planner.solve.highs import Solver
from planner.verify import verify
from tests.tiny import tiny_case

ROOT = Path(__file__).resolve().parents[2]
# a plan free of money costs 15,600 M$; under the budget the first plan is far from the best
SCENARIO = """\
name: interrupted
periods: [2027, 2028, 2029]
scale: {facility_mw_min: {2027: 40, 2028: 90, 2029: 200}}
demand:
  mix: {chat: 0.5, reasoning: 0.3, enterprise-kr: 0.2}
filters:
  countries: [KR]
policies: {first_year: {KR: 2027}}
budget: {capex_musd_total: 14500}
solve: {gap_frac: 1.0e-9, time_limit_s: 600}
"""
AT_THE_FIRST_PLAN = """\
import os, signal, sys
import cli
from planner.progress import Progress

def incumbent(self, value):
    if not hasattr(self, "sent"):
        self.sent = True
        sys.stderr.write("sent\\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGINT)

Progress.incumbent = incumbent
cli.app(["plan", *sys.argv[1:]])
"""
"""The command itself; it sends itself the signal when it first knows of a plan."""

AT_A_CALL = """\
import importlib, os, signal, sys
import cli

module, name, command = sys.argv[1:4]
*owners, last = name.split(".")
owner = importlib.import_module(module)
for part in owners:
    owner = getattr(owner, part)
call = getattr(owner, last)

def pressed(*args, **named):
    setattr(owner, last, call)
    sys.stderr.write("sent\\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGINT)
    return call(*args, **named)

setattr(owner, last, pressed)
cli.app([command, *sys.argv[4:]])
"""
"""A command; it sends itself the signal when it first calls a function."""

NATIONAL = ROOT / "examples" / "korea-japan-2027-2029.yaml"
SMALL = ROOT / "examples" / "korea-fuel-cell-2027.yaml"
LONGEST_S = 10.0
"""From the signal to the end of the process: two seconds alone, more beside other tests."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program with the scenario and a folder for the plan as its last words."""
    path = tmp_path / "interrupted.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    running = []

    def begin(*words: str, scenario: Path = path) -> subprocess.Popen[str]:
        command = [sys.executable, *words, str(scenario), "--out", str(tmp_path / "plan")]
        running.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], word: str) -> float:
    """Read what the process says until it says `word`; the time then."""
    assert process.stderr is not None
    for line in process.stderr:
        if word in line:
            return time.monotonic()
    raise AssertionError(f"ended without {word}")


def ends_soon(process: subprocess.Popen[str], status: int) -> str:
    """What it says after the signal that it sends itself; it ends in time, with that status."""
    begun = until(process, "sent")
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - begun < LONGEST_S
    assert process.returncode == status, said
    return said


def test_the_best_plan_by_then_is_written_with_its_bound(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start("-c", AT_THE_FIRST_PLAN)
    ends_soon(process, status=4)
    document = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert document["status"] == "stopped"
    assert document["bound"] >= document["value"] > 0
    assert verify(tmp_path / "plan") == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("models.blocks.halls", "add"),
        ("planner.solve.walk", "Walk.row"),
    ],
)
def test_while_a_national_model_is_made(
    module: str, name: str, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start("-c", AT_A_CALL, module, name, "plan", scenario=NATIONAL)
    ends_soon(process, status=4)
    document = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert (document["status"], document["value"]) == ("stopped", None)
    assert len(pd.read_csv(tmp_path / "plan" / "sites.csv")) > 600
    assert {path.name for path in tmp_path.iterdir()} == {"interrupted.yaml", "plan"}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("planner.worth", "losses"),
        ("planner.results.write", "csv_text"),
    ],
)
def test_a_plan_that_is_made_is_still_written(
    module: str, name: str, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start("-c", AT_A_CALL, module, name, "plan", scenario=SMALL)
    ends_soon(process, status=0)
    assert verify(tmp_path / "plan") == []


@pytest.mark.parametrize(
    ("module", "name", "command"),
    [
        ("planner.solve.highs", "Solver._solve", "rank"),
        ("multiprocessing.connection", "wait", "frontier"),
    ],
)
def test_other_commands_leave_nothing_half_written(
    module: str,
    name: str,
    command: str,
    start: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
) -> None:
    process = start("-c", AT_A_CALL, module, name, command, scenario=SMALL)
    said = ends_soon(process, status=130)
    assert "nothing half-written" in said
    assert not (tmp_path / "plan" / "plan.json").exists()
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".plan.")]


def press_twice() -> None:
    with halting():
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)  # the handler runs between two instructions of the interpreter


def test_a_second_one_is_not_held_back() -> None:
    with pytest.raises(KeyboardInterrupt):
        press_twice()
    assert not HALT.asked


def test_afterwards_solves_go_on_as_before() -> None:
    from models.build import build
    from planner.solve.compile import compile_model

    solver = Solver(compile_model(build(tiny_case())), threads=1)
    solver.maximise({"tokens_total": 1.0})
    with halting():
        os.kill(os.getpid(), signal.SIGINT)
        while not HALT.asked:
            time.sleep(0.01)
        assert solver.run().state == "stopped"
    assert solver.run().state == "optimal"


def test_another_thread_may_solve_without_a_handler() -> None:
    seen = []

    def solve() -> None:
        with halting() as halt:
            seen.append(halt.asked)

    thread = threading.Thread(target=solve)
    thread.start()
    thread.join()
    assert seen == [False]
