"""Where each value of a scenario was written: a line of its file, or a `--set` option."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.errors import Problem

Path = tuple[Any, ...]
"""Keys and list positions from the top of the scenario down to a value."""


def dotted(path: Path) -> str:
    """`demand.floors[0].tokens_per_s`: the path as a person writes it."""
    text = ""
    for part in path:
        in_list = isinstance(part, int) and part < 1000  # a larger number is a year, hence a key
        text += f"[{part}]" if in_list else f".{part}" if text else str(part)
    return text


@dataclass(frozen=True)
class Origin:
    """Lines and options by path. All origins are equal: they are no part of what is decided."""

    file: str = field(default="scenario", compare=False)
    lines: Mapping[Path, int] = field(default_factory=dict, compare=False)
    options: Mapping[Path, str] = field(default_factory=dict, compare=False)

    def problem(self, path: Path, message: str, **details: Any) -> Problem:
        """A problem placed where the value at `path`, or its nearest parent, was written."""
        if path not in self.lines:  # an option that reached below `path` made it
            for option_path, option in self.options.items():
                if path and option_path[: len(path)] == path:
                    return Problem(option, dotted(path), message, **details)
        for depth in range(len(path), -1, -1):
            if path[:depth] in self.options:
                return Problem(self.options[path[:depth]], dotted(path), message, **details)
            if path[:depth] in self.lines:
                line = f"line {self.lines[path[:depth]]}"
                return Problem(self.file, f"{line}, {dotted(path)}", message, **details)
        return Problem(self.file, dotted(path), message, **details)
