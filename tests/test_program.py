"""The program leaves at once, all said and with its status, whoever reads it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAIN = "import sys, cli; sys.argv[0] = 'planner'; cli.main(); sys.exit(99)"


def program(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--help",), 0, "Usage: planner"),
        (("plan", "--help"), 0, "Usage: planner plan"),
        (("data", "list"), 0, "sites"),
        (("plan", "nowhere.yaml"), 2, "nowhere.yaml: no such file"),
        (("plan", "--nothing"), 2, "No such option"),
        (("draw",), 2, "No such command"),
    ],
)
def test_its_status_and_its_words(words: tuple[str, ...], status: int, said: str) -> None:
    done = program(*words)
    assert done.returncode == status
    assert said in done.stdout + done.stderr


def test_a_reader_that_goes_is_no_fault() -> None:
    command = [sys.executable, "-c", MAIN, "data", "list"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert b"Traceback" not in run.stderr.read()
    assert run.returncode in (0, 1)
