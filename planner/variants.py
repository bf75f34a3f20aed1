"""Named variants of a scenario: `variants:` states changes, `--variant NAME` makes one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from planner.errors import InputError, Problem, listed, nearest
from planner.origin import Origin, Path
from planner.overrides import overridden, override_text


def with_variant(
    data: Mapping[Any, Any], overrides: Sequence[str], origin: Origin
) -> tuple[dict[Any, Any], dict[Path, str]]:
    """The values with their variant made, then each override; and which option set what.

    Raises
    ------
    InputError
        A variant that is not named, or changes or overrides that cannot be made.
    """
    tree, options = overridden(data, overrides)
    name, variants = tree.get("variant"), tree.get("variants") or {}
    asked = ("variant",) in options
    if name is None or not isinstance(variants, Mapping) or not (asked or variants):
        return tree, options
    changes = variants.get(name)
    if not isinstance(changes, Mapping):
        message = "is no variant of this scenario"
        place = options.get(("variant",)) or origin.file
        known = listed(variants, 20) if variants else "a scenario that names variants"
        raise InputError(Problem(place, "variant", message, name, known, nearest(name, variants)))
    try:
        tree, options = overridden(data, [*texts_of(changes), *overrides])
    except InputError as error:
        raise InputError([placed(origin, name, problem) for problem in error.problems]) from None
    del tree["variants"]
    return tree, options


def texts_of(changes: Mapping[str, Any]) -> list[str]:
    """The changes of a variant as `--set` states them."""
    return [override_text(str(path), value) for path, value in changes.items()]


def placed(origin: Origin, name: str, problem: Problem) -> Problem:
    """A problem of a variant, at the variant's place in the scenario."""
    at = origin.problem(("variants", name), "")
    place = ", ".join(part for part in (at.place, problem.file, problem.place) if part)
    return Problem(at.file, place, problem.message, problem.value, problem.allowed, problem.nearest)
