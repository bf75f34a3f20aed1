"""A scenario from its file and the `--set` options, with every problem named at once."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from planner.errors import InputError, Problem, listed, nearest, refuse
from planner.origin import Origin
from planner.origin import Path as KeyPath
from planner.overrides import readable
from planner.scenario import Scenario
from planner.scenario_yaml import load, read_text
from planner.variants import with_variant

Checked = TypeVar("Checked", bound=BaseModel)

_PLAIN = {
    "bool_type": "is not true or false",
    "date_type": "is not a date",
    "dict_type": "is not a mapping (key: value)",
    "finite_number": "is not a finite number",
    "float_type": "is not a number",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "int_from_float": "is not a whole number",
    "int_type": "is not a whole number",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "list_type": "is not a list",
    "literal_error": "is not a known word",
    "model_type": "is not a mapping (key: value)",
    "string_pattern_mismatch": "has characters that are not allowed",
    "string_too_short": "is empty",
    "string_type": "is not a text",
    "too_short": "is empty",
}
_BOUNDS = (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than"))


def read_scenario(path: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """The scenario in a YAML file, changed by `key=value` overrides, checked against the schema.

    Parameters
    ----------
    path
        The YAML file.
    overrides
        Texts like `budget.capex_musd_total=5000`, `periods=[2027,2028]` or, for a fact of the
        region, `sites[ulsan-*].headroom_mw*=1.5`; later ones win.

    Raises
    ------
    InputError
        Every problem of the file, or of the options, at once.
    """
    data, origin = load(read_text(Path(path)), str(path))
    return scenario_from(data, origin, overrides)


def scenario_from(
    data: Mapping[Any, Any], origin: Origin | None = None, overrides: Sequence[str] = ()
) -> Scenario:
    """The scenario that plain values hold, changed by overrides, checked against the schema.

    Raises
    ------
    InputError
        Every problem, at once.
    """
    origin = origin or Origin()
    good, problems = readable(overrides)
    try:
        data, options = with_variant(data, good, origin)
        origin = Origin(origin.file, origin.lines, options)
        scenario = validated(Scenario, data, origin)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    refuse(problems)
    scenario.keep_origin(origin)
    return scenario


def the_rest(
    data: Mapping[Any, Any], origin: Origin | None = None, overrides: Sequence[str] = ()
) -> Scenario | None:
    """The scenario without the values that the schema refuses, so that the others can be checked.

    None where nothing is refused, or the scenario is none without them.
    """
    origin = origin or Origin()
    try:
        tree, options = with_variant(data, readable(overrides)[0], origin)
        Scenario.model_validate(tree)
    except InputError:
        return None
    except ValidationError as error:
        for item in error.errors(include_url=False):
            tree = _without(tree, tuple(part for part in item["loc"] if part != "[key]"))
    else:
        return None
    try:
        scenario = Scenario.model_validate(tree)
    except ValidationError:
        return None
    scenario.keep_origin(Origin(origin.file, origin.lines, options))
    return scenario


def _without(tree: Any, path: KeyPath) -> Any:
    """A copy without the value at a path, or with the part of the path that is there removed."""
    head, rest = path[0] if path else None, path[1:]
    if not isinstance(tree, dict) or head not in tree:
        return tree
    if rest and isinstance(tree[head], dict) and rest[0] in tree[head]:
        return {**tree, head: _without(tree[head], rest)}
    return {key: value for key, value in tree.items() if key != head}


def validated(model: type[Checked], data: Any, origin: Origin) -> Checked:
    """Plain values as a model, every problem placed where it was written.

    Raises
    ------
    InputError
        Every problem, at once.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(_translated(error, origin, model)) from None


def _translated(error: ValidationError, origin: Origin, model: type[BaseModel]) -> list[Problem]:
    found: dict[Problem, int] = {}
    for item in error.errors(include_url=False):
        path = tuple(part for part in item["loc"] if part != "[key]")
        path = path[:2] if path[:1] == ("facts",) else path  # pydantic adds the union's members
        near = [path[:depth] for depth in range(len(path), 0, -1) if path[:depth] in origin.lines]
        found.setdefault(_one(item, path, origin, model), origin.lines[near[0]] if near else 0)
    return sorted(found, key=found.__getitem__)


def _one(item: Any, path: KeyPath, origin: Origin, model: type[BaseModel]) -> Problem:
    kind, value, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "missing":
        return origin.problem(path, "is missing", allowed="this key is required")
    if kind in ("extra_forbidden", "invalid_key"):
        names = _keys_at(model, path[:-1])
        near = nearest(path[-1], names)
        return origin.problem(path, "unknown key", allowed=listed(names, 20), nearest=near)
    if kind == "value_error":
        return origin.problem(path, str(context["error"]))
    if path[:1] == ("facts",):
        allowed = "a number, or a text such as '*1.5' or '+3'"
        return origin.problem(path, "is not a fact's value", value=value, allowed=allowed)
    if value is None:
        return origin.problem(path, "has no value", allowed="a value, or leave the key out")
    message = _PLAIN.get(kind, item["msg"].lower())
    if value != value:  # not a number passes no comparison
        message, context = _PLAIN["finite_number"], {}
    if isinstance(value, str) and kind in ("int_type", "float_type"):
        message += " but a text" + (" (remove the quotes)" if _is_number(value) else "")
    words = [str(word) for word in _words(context.get("expected", ""))]
    near = nearest(value, words) if kind == "literal_error" else ""
    allowed = ", ".join(words) or _bounds(context)
    if kind == "string_pattern_mismatch":
        allowed = "letters, digits, spaces and . _ -"
    return origin.problem(path, message, value=value, allowed=allowed, nearest=near)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _words(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", str(expected))


def _bounds(context: Mapping[str, Any]) -> str:
    return " and ".join(f"{word} {context[key]:g}" for key, word in _BOUNDS if key in context)


def _keys_at(model: Any, path: KeyPath) -> list[str]:
    """The keys a scenario may have at `path`, found by following the schema's annotations."""
    kind: Any = model
    for part in path:
        kind = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[part].annotation if part in kind.model_fields else None
        elif get_origin(kind) in (dict, list):
            kind = get_args(kind)[-1]
    kind = _bare(kind)
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return list(kind.model_fields) if is_model else []


def _bare(kind: Any) -> Any:
    """The annotation without `Annotated` and without `| None`."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (UnionType, Union):
        return _bare(next(arg for arg in get_args(kind) if arg is not type(None)))
    return kind
