"""Which whole number to halve next: by what halving it gave before, tried first where unknown.

A number x between k and k + 1 is cut off on both sides, x <= k and x >= k + 1, and what is made
best falls by some amount on each. By unit of distance that is much the same wherever it is done, so
    score(i) = fall below x fall above,    each no more than what is left to fall
Source: Achterberg, Koch and Martin, Branching rules revisited, Oper. Res. Lett. 33 (2005) 42-54,
doi:10.1016/j.orl.2004.04.002 (reliability branching, reliable once seen on both sides).
"""

from collections.abc import Callable

import numpy as np

LEAST_FRAC = 1e-6
"""A fall counts as no less than this share of what is left: nothing on one side is not all."""


class Falls:
    """What was seen of each whole number: how far what is made best fell, per unit cut off."""

    def __init__(self, count: int) -> None:
        self._sum, self._seen = np.zeros((2, count)), np.zeros((2, count))

    def saw(self, i: int, value: float, below: float, above: float) -> None:
        """Number i, of that value, was cut off on both sides."""
        away = value - np.floor(value)
        self._sum[:, i] += max(below, 0.0) / away, max(above, 0.0) / (1.0 - away)
        self._seen[:, i] += 1

    def best(
        self,
        broken: np.ndarray,
        values: np.ndarray,
        left: float,
        tried: Callable[[int], tuple[float, float]],
    ) -> int:
        """The one of `broken` to halve, given all values and how far what is made best may fall.

        `tried` says how far it falls on both sides of one that was never halved.
        """
        for i in broken:
            if not self._seen[:, i].all():
                self.saw(int(i), float(values[i]), *tried(int(i)))
        away = values[broken] - np.floor(values[broken])
        falls = self._sum[:, broken] / self._seen[:, broken] * np.stack([away, 1.0 - away])
        return int(broken[np.argmax(np.clip(falls, LEAST_FRAC * left, left).prod(axis=0))])
