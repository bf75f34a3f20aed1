"""One study at a time in a folder: two would take each other's tables for their own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import InputError, Problem
from planner.folders import OPTION

FILE = ".lock"
RUNS = "runs"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, swept of what was half-written when an earlier process was killed.

    It is made if it is new, and gone again if nothing was written there. The system lets go of it
    when the process ends, however it ends.

    Raises
    ------
    InputError
        Another process holds it.
    """
    is_new = not folder.exists()
    (folder / RUNS).mkdir(parents=True, exist_ok=True)
    with _held(folder):
        _sweep(folder)
        try:
            yield
        finally:
            _leave_nothing(folder, is_new)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        yield
        return
    with (folder / FILE).open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "is being worked on by another study"
            problem = Problem(OPTION, str(folder), message, allowed="wait for it, or a new folder")
            raise InputError(problem) from None
        except OSError:  # a file system without locks
            pass
        yield


def _leave_nothing(folder: Path, is_new: bool) -> None:
    """Remove what a study without any result made."""
    if any((folder / RUNS).iterdir()) or {p.name for p in folder.iterdir()} - {FILE, RUNS}:
        return
    (folder / RUNS).rmdir()
    (folder / FILE).unlink(missing_ok=True)
    if is_new:
        folder.rmdir()


def _sweep(folder: Path) -> None:
    """Remove the hidden folders in which files are written before they take their place."""
    for place in (folder, folder / RUNS):
        for left_over in place.glob(".*"):
            if left_over.is_dir():
                shutil.rmtree(left_over, ignore_errors=True)
