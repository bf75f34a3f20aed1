"""The halls of a case in numbers: what is known by site, design or period, for each hall at once.

A case has many halls: every design at every site in every period. Coefficients are known for less,
so they are looked up there once, and spread over the halls as arrays.
"""

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from models.case import Case
from models.periods import NONE


class HallNumbers:
    """Of each index in the set HALL, where its parts stand in SITE_DESIGN and SITE_PERIOD."""

    def __init__(self, case: Case) -> None:
        at = case.sets["HALL"]
        self._pairs, self._periods = case.sets["SITE_DESIGN"], case.sets["PERIOD"]
        self._previous = case["previous"]
        self.pair = _places(self._pairs, [i[:2] for i in at])
        self.site_period = _places(case.sets["SITE_PERIOD"], [(s, t) for s, _, t in at])
        self._period = _places(self._periods, [t for _, _, t in at])

    @cached_property
    def sites(self) -> np.ndarray:
        """The site of each hall."""
        return np.array([s for s, _ in self._pairs], dtype=object)[self.pair]

    @cached_property
    def designs(self) -> np.ndarray:
        """The design of each hall."""
        return np.array([d for _, d in self._pairs], dtype=object)[self.pair]

    def of_pair(self, by_pair: Mapping[Any, float]) -> np.ndarray:
        """A number known by site and design."""
        return np.array([*map(by_pair.__getitem__, self._pairs)], dtype=float)[self.pair]

    def of_site(self, by_site: Mapping[str, float]) -> np.ndarray:
        """A number known by site."""
        return np.array([by_site[s] for s, _ in self._pairs], dtype=float)[self.pair]

    def kinds(self, of_pairs: Sequence[tuple[Hashable, ...]]) -> tuple[list[Any], np.ndarray]:
        """All indices made of a kind and a period, and the place there of each hall's own.

        The kinds are those of each site and design, in their order.
        """
        number = {kind: n for n, kind in enumerate(dict.fromkeys(of_pairs))}
        indices = [(*kind, t) for kind in number for t in self._periods]
        kind = np.array([*map(number.__getitem__, of_pairs)], dtype=int)
        return indices, kind[self.pair] * len(self._periods) + self._period

    def earlier(self) -> np.ndarray:
        """Place of the same halls in the period before; `NONE` where there is none."""
        place = np.full((len(self._pairs), len(self._periods) + 1), NONE)  # the last: no period
        place[self.pair, self._period] = np.arange(len(self.pair))
        number = {t: n for n, t in enumerate(self._periods)}
        before = [number.get(self._previous.get(t), NONE) for t in self._periods]
        return place[self.pair, np.array(before, dtype=int)[self._period]]


def _places(where: Sequence[Hashable], of: Sequence[Hashable]) -> np.ndarray:
    """The place of each."""
    place = {index: n for n, index in enumerate(where)}
    return np.fromiter(map(place.__getitem__, of), dtype=int, count=len(of))
