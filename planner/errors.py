"""What goes wrong, in plain words: bad input is listed whole, an infeasible plan is an answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

SHOWN = 50
"""Problems listed in full; the rest are counted."""

LONGEST = 80
"""Characters of a bad value shown before it is cut."""


def nearest(name: object, names: Iterable[object]) -> str:
    """The valid name most like `name`, or an empty text where none is near."""
    by_lower = {str(n).lower(): str(n) for n in names}
    wanted = str(name).lower()
    close = get_close_matches(wanted, by_lower, n=1, cutoff=0.6)
    longer = sorted(n for n in by_lower if len(wanted) > 2 and n.startswith(wanted))
    best = (close or longer or [""])[0]
    return by_lower.get(best, "")


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names in a sentence, the tail counted: `a, b, c and 40 more`."""
    texts = [str(name) for name in names]
    if len(texts) <= most:
        return ", ".join(texts)
    return f"{', '.join(texts[:most])} and {len(texts) - most} more"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: where, the value found, what is allowed there."""

    file: str
    place: str
    message: str
    value: Any = field(default=None, hash=False)
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place) if part)
        text = f"{where}: {self.message}" if where else self.message
        if self.value is not None:
            text += f", found {_shown(self.value)}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        return text


class InputError(Exception):
    """Every problem found in the input, at once."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        if count == 1:
            return str(self.problems[0])
        lines = [f"{count} problems in the input:"]
        lines += [f"  {n}. {problem}" for n, problem in enumerate(self.problems[:SHOWN], start=1)]
        if count > SHOWN:
            lines.append(f"  ... and {count - SHOWN} more")
        return "\n".join(lines)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise InputError where there is any problem."""
    if problems:
        raise InputError(problems)


class Infeasible(Exception):  # noqa: N818 - an answer, no error
    """No plan satisfies the scenario: an answer. `report` says which rules conflict."""

    def __init__(self, report: Any) -> None:
        self.report = report
        super().__init__(str(report))
