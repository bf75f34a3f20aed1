"""Names of columns and rows, made into text when they are first asked for."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from pyomo.core.base.component_namer import name_repr


class Names:
    """Names in order, and the place of each; most models are solved without ever asking."""

    def __init__(self, made: Callable[[], Iterable[str]]) -> None:
        self._made = made

    @staticmethod
    def of(names: Iterable[str]) -> "Names":
        """Names that are known."""
        return Names(lambda: names)

    def __reduce__(self) -> tuple[Any, ...]:
        """What goes to another process: the names themselves."""
        return Names.of, (self.all,)

    @cached_property
    def all(self) -> tuple[str, ...]:
        """Every name, in order."""
        return tuple(self._made())

    @cached_property
    def at(self) -> dict[str, int]:
        """Place by name."""
        return {name: i for i, name in enumerate(self.all)}

    def part(self, places: np.ndarray) -> "Names":
        """Those at these places."""
        return Names(lambda: map(self.all.__getitem__, places.tolist()))

    def more(self, names: Iterable[str]) -> "Names":
        """These, and further ones at the end."""
        return Names(lambda: (*self.all, *names))


def indexed(families: Sequence[tuple[str, Sequence[Any]]]) -> Iterable[str]:
    """Names of components and their indices as Pyomo gives them, each label made into text once."""
    text: dict[Any, str] = {}
    for name, indices in families:
        for index in indices:
            if index is None:
                yield name
                continue
            parts = []
            for label in index if index.__class__ is tuple else (index,):
                known = text.get(label)
                if known is None:
                    known = text[label] = name_repr(label)
                parts.append(known)
            yield f"{name}[{','.join(parts)}]"


def name_at(name: str, index: Any) -> str:
    """The name of a row or column by its index, e.g. `facility_floor[all,2027]`."""
    return next(iter(indexed([(name, [index])])))
