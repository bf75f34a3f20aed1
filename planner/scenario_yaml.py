"""YAML into plain values: YAML 1.2 words only, no duplicate keys, a line number for every key.

YAML 1.1, which PyYAML reads by default, takes `no` for false (and so Norway), `1e-3` for a text
and `2027-01-01` for a date; here only the core words of YAML 1.2 have a meaning.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from planner.errors import InputError, Problem, nearest, refuse
from planner.origin import Origin
from planner.origin import Path as KeyPath

LARGEST_BYTES = 1_000_000
MOST_VALUES = 100_000
"""After aliases are followed: a few lines of aliases can stand for billions of values."""


class _Loader(yaml.SafeLoader):
    """A safe loader that knows the core words of YAML 1.2; pure Python, so depth is caught."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - filled below


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+0123456789."),
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def _int(loader: Any, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))  # 010 is ten, not eight


_Loader.add_constructor("tag:yaml.org,2002:int", _int)


def parse_value(text: str) -> Any:
    """One value as YAML types it: `3` is a number, `[a, b]` a list, `ulsan` a text."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader


def read_text(path: Path, largest_bytes: int = LARGEST_BYTES) -> str:
    """The text of a UTF-8 file.

    Raises
    ------
    InputError
        No such file, a folder, unreadable, too large, or not UTF-8.
    """
    file = str(path)
    if path.is_dir():
        raise InputError(Problem(file, "", "is a folder", allowed="a file"))
    if not path.is_file():
        siblings = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
        near = nearest(path.name, siblings)
        hint = str(path.parent / near) if near else ""
        raise InputError(Problem(file, "", "no such file", nearest=hint))
    size = path.stat().st_size
    if size > largest_bytes:
        most = f"at most {largest_bytes / 1e6:g} MB"
        raise InputError(Problem(file, "", f"is too large, {size / 1e6:.1f} MB", allowed=most))
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(Problem(file, "", f"cannot be read: {reason}")) from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = Problem(
            file, f"line {line}", "is not UTF-8", raw[error.start : error.end], "text in UTF-8"
        )
        raise InputError(problem) from None


def load(text: str, file: str) -> tuple[dict[Any, Any], Origin]:
    """The mapping a YAML text holds, and where each of its keys stands.

    Raises
    ------
    InputError
        Not YAML, empty, not a mapping, duplicate keys (all of them named).
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise InputError(Problem(file, "", "is empty", allowed="a scenario in YAML"))
        lines = _lines(node, file)
        data = loader.construct_document(node)
    except yaml.YAMLError as error:
        raise InputError(_syntax(error, file, text)) from None
    except RecursionError:
        message = "is nested too deeply"
        raise InputError(Problem(file, "", message, allowed="a scenario in YAML")) from None
    except ValueError as error:  # e.g. a number with more digits than Python converts
        raise InputError(Problem(file, "", f"is not readable: {error}")) from None
    if not isinstance(data, dict):
        kind = "a list" if isinstance(data, list) else "a single value"
        message = f"holds {kind}, not a scenario"
        raise InputError(Problem(file, "line 1", message, allowed="keys and values (key: value)"))
    return data, Origin(file, lines)


def _lines(node: yaml.Node, file: str) -> dict[KeyPath, int]:
    lines: dict[KeyPath, int] = {}
    problems = []
    for path, line in _keys(node, ()):
        if path in lines:
            message = f"is stated twice, first in line {lines[path]}"
            found = Origin(file, {path: line}).problem(path, message, allowed="each key once")
            problems.append(found)
        lines.setdefault(path, line)
        if len(lines) > MOST_VALUES:
            allowed = f"at most {MOST_VALUES}, aliases counted each time"
            raise InputError(Problem(file, "", "holds too many values", allowed=allowed))
    refuse(problems)
    return lines


def _keys(node: yaml.Node, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    """Each key and list item with its line; a repeated key once more, but not what is in it."""
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield (*path, position), item.start_mark.line + 1
            yield from _keys(item, (*path, position))
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key_node, value in node.value:
            whole = key_node.tag.endswith(":int")
            key = int(key_node.value) if whole else str(key_node.value)
            yield (*path, key), key_node.start_mark.line + 1
            if key not in seen:
                seen.add(key)
                yield from _keys(value, (*path, key))


def _syntax(error: yaml.YAMLError, file: str, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    if mark is None:
        return Problem(file, "", f"is not valid YAML: {said}")
    place = f"line {mark.line + 1}, column {mark.column + 1}"
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Problem(file, place, "begins with a tab", allowed="spaces to indent")
    return Problem(file, place, f"is not valid YAML: {said}", value=line.strip() or None)
