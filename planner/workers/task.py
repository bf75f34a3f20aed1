"""What a worker is given: something to make and keep first, then one task after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

ATTEMPTS = 3
"""A task whose process dies this often is lost: the last time it ran alone."""

DIED = f"its process ended {ATTEMPTS} times, the last time alone: out of memory, or killed"


@dataclass(frozen=True)
class Setup:
    """Done once in each worker, before its tasks: a function of a module, and its argument.

    What it returns is kept for the tasks.
    """

    do: Callable[[Any], Any]
    about: Any


@dataclass(frozen=True)
class Task:
    """A function of a module, of what the setup made and an argument; the key is its own."""

    key: str
    do: Callable[[Any, Any], Any]
    about: Any


@dataclass(frozen=True)
class Lost:
    """In place of a result: why there is none."""

    reason: str


Ended = Callable[[Task, Any], None]
"""Told of each task as it ends: its result, or `Lost`."""

RunAll = Callable[[Sequence[Task], Ended], None]
"""Does every task of a list."""


_kept: dict[str, Any] = {}


def make(name: str, setup: Setup) -> None:
    """Do the setup and keep what it made in this process, under a name."""
    _kept[name] = setup.do(setup.about)


def forget(name: str) -> None:
    """Keep it no longer."""
    _kept.pop(name, None)


def do(name: str, task: Task) -> Any:
    """Do a task with what was made under that name."""
    return task.do(_kept[name], task.about)


def lost(error: BaseException) -> Lost:
    """What is said of a task that raised an error."""
    return Lost(f"{type(error).__name__}: {error}")
