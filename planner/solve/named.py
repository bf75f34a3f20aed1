"""Names of columns and rows, made into text when they are first asked for."""

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from pyomo.core.base.component_namer import name_repr

NOWHERE = -1
"""The place of what is not there."""


@dataclass(frozen=True)
class _Families:
    """Components with their indices, one after the other; where each begins."""

    indices: dict[str, Sequence[Any]]
    begins: dict[str, int]
    count: int

    def places_in(self, known: "_Families", names: Iterable[str]) -> np.ndarray:
        """By place here the place there, of some components; as a whole where indices are equal."""
        found = np.full(self.count, NOWHERE)
        for name in names:
            mine = self.indices[name]
            theirs = known.indices.get(name, ())
            if mine is theirs or list(mine) == list(theirs):
                at = np.arange(len(mine))
            else:
                place = {index: i for i, index in enumerate(theirs)}
                at = np.array([place.get(index, NOWHERE) for index in mine], dtype=int)
            here = found[self.begins[name] :][: len(mine)]
            here[at >= 0] = known.begins.get(name, 0) + at[at >= 0]
        return found


class Names(Mapping[str, int]):
    """Place by name, in order; most models are solved without ever asking for most of them.

    Names without an index, such as `tokens_total`, are found without making the others. `within`
    says at which places in which components names with an index are.
    """

    def __init__(
        self,
        made: Callable[[np.ndarray], Iterable[str]],
        count: int,
        single: Callable[[], dict[str, int]] = dict,
        within: tuple[_Families, np.ndarray] | None = None,
    ) -> None:
        self._made, self._count, self._find_single = made, count, single
        self._within = within

    @staticmethod
    def of(names: Iterable[str]) -> "Names":
        """Names that are known."""
        known = tuple(names)
        return Names(lambda places: map(known.__getitem__, places.tolist()), len(known))

    @staticmethod
    def indexed(families: Sequence[tuple[str, Sequence[Any]]]) -> "Names":
        """Those of components and their indices; a lone index None is no index."""
        ends = np.cumsum([len(indices) for _, indices in families], dtype=int)
        begins = np.append(0, ends)
        every = dict(families)
        known = _Families(every, dict(zip(every, begins.tolist(), strict=False)), int(begins[-1]))

        def made(places: np.ndarray) -> Iterable[str]:
            if np.array_equal(places, np.arange(begins[-1])):
                return indexed(families)
            of = np.searchsorted(ends, places, side="right")
            at = zip(of.tolist(), (places - begins[of]).tolist(), strict=True)
            return indexed([(families[f][0], [families[f][1][i]]) for f, i in at])

        def single() -> dict[str, int]:
            alone = (name for name, at in families if len(at) == 1 and at[0] is None)
            return {name: known.begins[name] for name in alone}

        return Names(made, known.count, single, (known, np.arange(known.count)))

    def __reduce__(self) -> tuple[Any, ...]:
        """What goes to another process: the names themselves."""
        return Names.of, (self.all,)

    def __getitem__(self, name: str) -> int:
        """The place of a name."""
        place = self._single.get(name)
        return self.at[name] if place is None else place

    def __contains__(self, name: object) -> bool:
        return name in self._single or name in self.at

    def __iter__(self) -> Iterator[str]:
        return iter(self.all)

    def __len__(self) -> int:
        return self._count

    def items(self) -> ItemsView[str, int]:
        """Each name with its place, in order."""
        return self.at.items()

    @cached_property
    def all(self) -> tuple[str, ...]:
        """Every name, in order."""
        return tuple(self._made(np.arange(self._count)))

    def some(self, places: np.ndarray) -> list[str]:
        """The names at these places; all are made where most are asked for."""
        if "all" in self.__dict__ or 2 * len(places) > self._count:
            return [self.all[place] for place in places.tolist()]
        return list(self._made(places))

    @cached_property
    def at(self) -> dict[str, int]:
        """Place by name, all made."""
        return {name: i for i, name in enumerate(self.all)}

    @cached_property
    def _single(self) -> dict[str, int]:
        return self._find_single()

    def part(self, places: np.ndarray) -> "Names":
        """Those at these places."""

        def single() -> dict[str, int]:
            to = np.full(self._count, -1)
            to[places] = np.arange(len(places))
            found = {name: int(to[place]) for name, place in self._single.items()}
            return {name: place for name, place in found.items() if place >= 0}

        within = self._within and (self._within[0], self._within[1][places])
        return Names(lambda some: self.some(places[some]), len(places), single, within)

    @cached_property
    def components(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The components, such as `open`, and the number of each name's."""
        if self._within is None:
            firsts = [name.partition("[")[0] for name in self.all]
            number = {name: i for i, name in enumerate(dict.fromkeys(firsts))}
            return tuple(number), np.array([number[name] for name in firsts], dtype=int)
        known, here = self._within
        begins = np.array(list(known.begins.values()), dtype=int)
        return tuple(known.begins), np.searchsorted(begins, here, side="right") - 1

    def places_in(self, known: "Names") -> np.ndarray:
        """By name here the place there; of components whose indices are known no name is made."""
        if self._within is None or known._within is None:
            return np.array([known.at.get(name, NOWHERE) for name in self.all], dtype=int)
        (mine, here), (theirs, there) = self._within, known._within
        place = np.full(theirs.count + 1, NOWHERE)  # what is not there is the last
        place[there] = np.arange(len(there))
        names, of = self.components
        return place[mine.places_in(theirs, [names[i] for i in np.unique(of)])[here]]

    def more(self, names: Sequence[str]) -> "Names":
        """These, and further ones at the end."""

        def made(places: np.ndarray) -> Iterable[str]:
            before = places[places < self._count]
            known = dict(zip(before.tolist(), self.some(before), strict=True))
            return (known.get(i) or names[i - self._count] for i in places.tolist())

        def single() -> dict[str, int]:
            return self._single | {name: self._count + i for i, name in enumerate(names)}

        return Names(made, self._count + len(names), single)


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
