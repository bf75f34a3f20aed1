"""`--set path.to.key=value` and `--set table[glob].column*=1.5`, put into a scenario's values."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from planner.errors import Problem, refuse
from planner.origin import Path
from planner.scenario_yaml import parse_value

_WRITTEN = re.compile(r"^(?P<path>[^=]+?)(?P<change>[*+]?)=(?P<value>.*)$", re.DOTALL)
_FACT = re.compile(r"^\w+\[[^\]]*\]\.\w+$")


FACTS = "facts"


class _Override(NamedTuple):
    path: Path
    value: Any


class _WrittenError(Exception):
    def __init__(self, message: str, allowed: str = "") -> None:
        self.allowed = allowed
        super().__init__(message)


def overridden(
    values: Mapping[Any, Any], texts: Sequence[str]
) -> tuple[dict[Any, Any], dict[Path, str]]:
    """The values with each override in place, the last one winning, and which option set what.

    Raises
    ------
    InputError
        Every override that cannot be read, or leads nowhere, at once.
    """
    tree: Any = dict(values)
    options: dict[Path, str] = {}
    problems = []
    for text in texts:
        try:
            path, value = _read(text)
            if path[0] == FACTS and isinstance(tree.get(FACTS), dict):  # the last one wins
                tree = {**tree, FACTS: {k: v for k, v in tree[FACTS].items() if k != path[1]}}
            tree = _put(tree, path, value)
            options[path] = _option(text)
        except _WrittenError as error:
            problems.append(_problem(text, error))
    refuse(problems)
    return tree, options


def readable(texts: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """The overrides that can be read, and what is wrong with the others."""
    good, problems = [], []
    for text in texts:
        try:
            _read(text)
        except _WrittenError as error:
            problems.append(_problem(text, error))
        else:
            good.append(text)
    return good, problems


def _option(text: str) -> str:
    return f"--set {text}"


def _problem(text: str, error: _WrittenError) -> Problem:
    return Problem(_option(text), "", str(error), allowed=error.allowed)


def _read(text: str) -> _Override:
    parts = _WRITTEN.match(text)
    if parts is None and text.startswith("="):
        raise _WrittenError("names no key", "path.to.key=value or table[name].column=value")
    if parts is None:
        raise _WrittenError("has no '='", "path.to.key=value or table[name].column=value")
    written, change = parts["path"].strip(), parts["change"]
    try:
        value = parse_value(parts["value"])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = str(error).splitlines()[0]
        raise _WrittenError(f"the value is not valid YAML: {said}") from None
    if _FACT.match(written):
        return _Override((FACTS, written), f"{change}{value}" if change else value)
    if "[" in written:
        message = f"{written!r} is not the name of a fact"
        raise _WrittenError(message, "table[key or glob].column, then '=', '*=' or '+='")
    if change:
        example = "sites[ulsan-*].headroom_mw"
        raise _WrittenError(
            f"'{change}=' is not allowed", f"'{change}=' for facts only, e.g. {example}{change}=1.5"
        )
    return _Override(tuple(int(p) if p.isdigit() else p for p in written.split(".")), value)


def _put(tree: Any, path: Path, value: Any) -> Any:
    """A copy of `tree` with `value` at `path`, missing mappings on the way made."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(tree, list) and isinstance(head, int) and head < len(tree):
        return [*tree[:head], _put(tree[head], rest, value), *tree[head + 1 :]]
    if tree is None or isinstance(tree, dict):
        inside = tree or {}
        return {**inside, head: _put(inside.get(head), rest, value)}
    raise _WrittenError(f"nothing can be set at {head!r} in {tree!r}", "the path of a key")


def override_text(path: str, value: Any) -> str:
    """A change as `--set` states it: `periods=[2027, 2028]`, `systems[*].price_musd*=1.1`."""
    if isinstance(value, str) and "[" in path and value[:1] in ("*", "+"):
        return f"{path}{value[0]}={value[1:].strip()}"
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**9)
    return f"{path}={text.removesuffix('...' + chr(10)).strip()}"
