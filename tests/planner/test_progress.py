"""Progress lines: what they say, and how seldom."""

import io

import pytest
from rich.console import Console

from planner import progress as module
from planner.progress import Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_a_line_says_stage_best_bound_gap_and_time_left(clock: list[float]) -> None:
    shown = Progress(Console(file=io.StringIO()), time_limit_s=600)
    shown.stage("place racks")
    shown.incumbent(4000.0)
    shown.bound(4100.0)
    clock[0] = 65.0
    assert shown.line() == "1:05 place racks  best 4,000  bound 4,100  gap 2.5 %  8:55 left"


def test_what_is_known_holds_in_the_next_stage(clock: list[float]) -> None:
    shown = Progress(Console(file=io.StringIO()))
    shown.stage("relaxation")
    shown.bound(1.0)
    shown.stage("place racks")
    assert shown.line() == "0:00 place racks  bound 1"


def test_plain_lines_come_at_stages_and_then_every_few_seconds(clock: list[float]) -> None:
    file = io.StringIO()
    with Progress(Console(file=file, width=40)) as shown:
        shown.stage("build")
        for second in range(1, 12):
            clock[0] = float(second)
            shown.bound(100.0 - second)
    assert file.getvalue().splitlines() == [
        "0:00 build",
        "0:05 build  bound 95",
        "0:10 build  bound 90",
    ]


def test_a_terminal_keeps_no_trace_of_the_live_line() -> None:
    file = io.StringIO()
    with Progress(Console(file=file, force_terminal=True, width=80)) as shown:
        shown.stage("build")
        shown.bound(1.0)
    assert "build" not in file.getvalue().rpartition("\x1b[2K")[2]
