"""Tasks on processes: each once, whichever dies; a task that always kills its process is lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from planner.aside import Aside
from planner.workers import Lost, Setup, Task, crew
from planner.workers.start import FORKED
from tests.processes import at_work


def base(number: int) -> int:
    return number * 10


def add(kept: int, number: int) -> int:
    return kept + number


def fall(kept: int, marks: str) -> str:
    """Kills its own process while fewer than so many marks are in the folder."""
    folder, wanted = marks.split(":")
    stood = len(list(Path(folder).iterdir()))
    if stood < int(wanted):
        (Path(folder) / str(stood)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "stands"


def stumble(kept: int, number: int) -> int:
    raise ValueError(f"no {number}")


def refuse(about: Any) -> None:
    raise OSError("nothing to begin with")


BEGIN = Setup(base, 1)


def done(tasks: list[Task], workers: int = 2, setup: Setup = BEGIN) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def ended(task: Task, result: Any) -> None:
        assert task.key not in found, "told once of each"
        found[task.key] = result

    with crew(setup, workers) as run_all:
        run_all(tasks, ended)
    return found


def beside(kept: int, about: Any) -> bool:
    """Whether work aside is done in a thread of its own."""
    return Aside(threading.get_ident).result() != threading.get_ident()


def test_a_worker_has_one_thread_for_its_task_and_what_is_aside() -> None:
    tasks = [Task(str(i), beside, None) for i in range(2)]
    assert done(tasks) == {"0": False, "1": False}
    assert beside(1, None)


def test_every_task_has_what_the_setup_made() -> None:
    tasks = [Task(str(i), add, i) for i in range(5)]
    assert done(tasks) == {"0": 10, "1": 11, "2": 12, "3": 13, "4": 14}
    assert done([]) == {}


def process_of(kept: int, about: Any) -> int:
    return os.getpid()


def test_processes_stay_from_list_to_list() -> None:
    seen: list[int] = []
    with crew(BEGIN, 1) as run_all:
        for i in range(3):
            run_all([Task(str(i), process_of, None)], lambda _, found: seen.append(found))
    assert len(set(seen)) == 1
    assert seen[0] != os.getpid()


@pytest.mark.parametrize("falls", [1, 2])
def test_a_task_whose_process_dies_is_begun_again(tmp_path: Path, falls: int) -> None:
    others = [Task(str(i), add, i) for i in range(3)]
    found = done([Task("falls", fall, f"{tmp_path}:{falls}"), *others])
    assert found == {"falls": "stands", "0": 10, "1": 11, "2": 12}
    assert len(list(tmp_path.iterdir())) == falls


def test_a_task_that_always_kills_its_process_takes_no_other_with_it(tmp_path: Path) -> None:
    found = done([Task("falls", fall, f"{tmp_path}:9"), Task("adds", add, 1)], workers=1)
    assert found["adds"] == 11
    assert found["falls"].reason.startswith("its process ended 3 times")
    assert len(list(tmp_path.iterdir())) == 3


def test_errors_are_results() -> None:
    found = done([Task("stumbles", stumble, 7), Task("adds", add, 1)], workers=1)
    assert found == {"stumbles": Lost("ValueError: no 7"), "adds": 11}
    found = done([Task("adds", add, 1)], setup=Setup(refuse, None))
    assert found == {"adds": Lost("OSError: nothing to begin with")}


def test_nothing_is_left_at_work_where_the_caller_stops() -> None:
    def stop(task: Task, result: Any) -> None:
        raise KeyboardInterrupt

    begun = time.monotonic()
    tasks = [Task("adds", add, 1), Task("sleeps", sleep, 60)]
    with pytest.raises(KeyboardInterrupt), crew(BEGIN, 2) as run_all:
        run_all(tasks, stop)
    assert time.monotonic() - begun < 30


def sleep(kept: int, seconds: float) -> None:
    time.sleep(seconds)


def test_the_process_that_forks_may_be_killed() -> None:
    """Where there is one; elsewhere each process begins on its own, and none is found."""
    tasks = [Task(str(i), process_of, None) for i in range(2)]
    done(tasks)
    forks = [c for c in psutil.Process().children() if any("forkserver" in w for w in c.cmdline())]
    assert len(forks) == int(FORKED)
    for fork in forks:
        fork.kill()
        while at_work(fork.pid):
            time.sleep(0.01)
    assert len(set(done(tasks).values())) == 2


LOCKED = """
from multiprocessing import Lock
from planner.workers import Setup, Task, crew

def make(about):
    return Lock()  # as a package of the plan may, when it is imported

def use(lock, number):
    with lock:
        return number

if __name__ == "__main__":
    with crew(Setup(make, None), 2) as run_all:
        run_all([Task(str(i), use, i) for i in range(2)], lambda task, found: print(found))
"""


def test_processes_give_back_what_the_system_counts(tmp_path: Path) -> None:
    """Else the system's tracker complains on the screen after each study."""
    script = tmp_path / "locked.py"
    script.write_text(LOCKED)
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert (sorted(ended.stdout.split()), ended.stderr) == (["0", "1"], "")
