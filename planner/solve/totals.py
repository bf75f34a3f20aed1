"""A tighter bound than the relaxation's: halls of a kind in a country are a whole number.

    total[n,c,q] = sum over sites s of n, designs d of class c with halls of q MW, of halls[s,d,T]

is whole in every plan, wherever the halls stand. Where money binds, half a hall too many is what a
plan loses to the relaxation, and halves at sites do not show it: another site has the other half.
So the search is over totals alone, and all else is divisible. To prove that no plan is better than
a ratio r, F(r) = max N - r * D is bounded in ever smaller parts:

    the part with the highest F(r) is halved at its most fractional total, until none is above 0
    a part's F(r):  the sites in play by the dual simplex, from where the whole stood,
                    and what all other sites could add at its prices (planner/solve/sift.py)
A total out of its range costs PENALTY, so a part without any plan needs no other treatment.
Source: Land and Doig, An automatic method of solving discrete programming problems, Econometrica 28
(1960) 497-520, doi:10.2307/1910129.
"""

import heapq
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.blocks.objective import Ratio
from models.case import Case
from planner.solve.basis import Basis
from planner.solve.box import Range
from planner.solve.compile import Compiled
from planner.solve.halt import HALT
from planner.solve.highs import Solver
from planner.solve.own import Others, own_rows
from planner.solve.ratio import Fraction, costs_at
from planner.solve.sift import Relaxed, worthiest
from planner.solve.split import Split, further, inside, restricted, with_sums

PENALTY = 0.02
"""Price of a hall out of a range, as a share of the whole: many times what one can be worth."""

NEARLY = 1e-4
"""A total this near to a whole number is taken as whole."""


@dataclass(frozen=True)
class Part:
    """Ranges of totals, what F(r) is there at most, where it is reached and where that ended."""

    gain: float
    ranges: Mapping[int, Range]
    x: np.ndarray
    basis: Basis
    known: bool = True
    """Whether it was solved; else all that is known is what the part it is of has."""


class WholeTotals:
    """The search over totals of halls at one ratio r, begun at the relaxation."""

    def __init__(
        self,
        compiled: Compiled,
        parts: Split,
        sums: Mapping[str, np.ndarray],
        ratio: Ratio,
        relaxed: Relaxed,
        r: float,
    ) -> None:
        self._r, self._ratio, self._most = r, ratio, relaxed.bound
        assert relaxed.x is not None
        self._size = r * relaxed.x[compiled.column[ratio.under]]
        width = len(compiled.low)
        self._model = with_sums(compiled, sums)
        self._totals = np.arange(width, width + len(sums))
        self._parts = further(parts, self._model)
        self._whole = (len(self._model.low), len(self._model.row_low))
        own = own_rows(compiled, parts, relaxed.own)
        self._others = Others(self._model, self._parts, own)
        self._costs = self._priced()
        self._weight = np.array([float(n.rsplit(",", 1)[1][:-1]) for n in sums])
        self._kept = relaxed.kept
        self._master()
        basis = relaxed.basis.within(*self._whole) if relaxed.basis else Basis.fresh(*self._whole)
        self._first = Part(np.inf, {}, np.zeros(self._whole[0]), basis)
        self._open: list[tuple[float, int, Part]] = []
        self._count = 0

    @property
    def bound(self) -> float:
        """What no plan can beat; r itself where that is proven."""
        return min(self._fraction.above(self._r, self.top.gain), self._most)

    @property
    def whole(self) -> bool:
        """Whether all totals of the top are whole, so that no further search lowers the bound."""
        return not self._halves(self.top)

    @property
    def top(self) -> Part:
        """The part with the highest F(r)."""
        return self._open[0][2] if self._open else self._first

    def search(self, target: float, deadline: float, tell: Callable[[float], None]) -> None:
        """Halve parts until the bound is no more than a target, all totals whole, or no time."""
        if not self._open:
            self._add({}, self._first, deadline)
        while self.bound > target and time.monotonic() < deadline and not HALT.asked:
            tell(self.bound)
            halves = self._halves(self.top)
            if not halves:
                return
            _, _, part = heapq.heappop(self._open)
            for ranges in halves:
                self._add(ranges, part, deadline)

    def _priced(self) -> np.ndarray:
        costs = costs_at(self._model, self._ratio, self._r)
        costs[-2 * len(self._totals) :] = -PENALTY * abs(self._size)
        return costs

    def _master(self) -> None:
        """The linear program of the sites in play."""
        self._columns, self._rows = inside(self._parts, self._kept)
        part = restricted(self._model, self._columns, self._rows)
        self._solver = Solver(part, threads=1)
        self._solver.whole(False)
        self._solver.unperturbed()
        self._fraction = Fraction(self._solver, self._ratio)
        self._solver.maximise_vector(self._costs[self._columns])
        self._at = np.searchsorted(self._columns, self._totals)

    def _add(self, ranges: Mapping[int, Range], above: Part, deadline: float) -> None:
        """Bound F(r) within ranges, and keep the part for later."""
        low, high = self._model.low[self._totals].copy(), self._model.high[self._totals].copy()
        for i, (least, most) in ranges.items():
            low[i], high[i] = least, most
        part = above
        for _ in range(3):
            self._solver.start_from_basis(part.basis.part(self._columns, self._rows))
            self._solver.bounds(self._at, low, high)
            answer = self._solver.run(deadline=deadline)
            if answer.state != "optimal" or answer.x is None:
                break
            y = np.zeros(self._whole[1])
            y[self._rows] = self._solver.duals()
            worth = self._others.worth(self._costs, y, self._kept, deadline)
            if worth is None:
                break
            x = np.zeros(self._whole[0])
            x[self._columns] = answer.x
            basis = self._solver.basis().spread(self._columns, self._rows, *self._whole)
            gain = min(answer.objective + worth.sum(), part.gain)
            part = Part(gain, ranges, x, basis)
            if gain <= 0 or worth.sum() <= 0.01 * abs(gain):
                break
            self._kept = self._kept | worthiest(worth)
            self._master()
        if part is above:
            part = replace(above, ranges=ranges, known=False)
        heapq.heappush(self._open, (-part.gain, self._count, part))
        self._count += 1

    def _halves(self, part: Part) -> list[dict[int, Range]]:
        totals = part.x[self._totals]
        away = np.abs(totals - np.round(totals))
        i = int(np.argmax(away * self._weight))
        if away.max() <= NEARLY or not part.known:
            return []
        low, high = self._model.low[self._totals[i]], self._model.high[self._totals[i]]
        least, most = part.ranges.get(i, (low, high))
        down, up = float(np.floor(totals[i])), float(np.ceil(totals[i]))
        return [{**part.ranges, i: (least, down)}, {**part.ranges, i: (up, most)}]


def halls_by_kind(case: Case, compiled: Compiled) -> dict[str, np.ndarray]:
    """Columns of the halls of the last period by country, cooling class and size."""
    last = str(case.sets["PERIOD"][-1])
    found: dict[str, list[int]] = {}
    for name, index in compiled.column.items():
        kind, _, rest = name.partition("[")
        if kind != "halls":
            continue
        s, d, t = rest[:-1].split(",")
        if t == last:
            key = f"{case['country'][s]},{case['cooling_class'][d]},{case['hall_mw'][s, d]}"
            found.setdefault(f"total[{key}]", []).append(index)
    return {key: np.array(columns) for key, columns in found.items()}
