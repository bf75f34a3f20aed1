"""A tighter bound than the relaxation's: halls of a kind in a country are a whole number.

    total[n,c,q,t] = sum over sites s of n, designs d of class c with halls of q MW, of halls[s,d,t]

is whole in every plan, wherever the halls stand. Where halls are what is paid for, half a hall too
many is what a plan loses to the relaxation, and halves at sites do not show it: another site has
the other half. So the search is over totals alone, and all else is divisible. To prove that no plan
is better than a ratio r, F(r) = max N - r * D is bounded in ever smaller parts:

    the part with the highest F(r) is halved at one total, until none is above 0
    a part's F(r):  the sites in play by the dual simplex, from where the whole stood,
                    and what all other sites could add at its prices (planner/solve/sift.py)
    the total:      both of whose halves fall most by what halving it gave before; one that was
                    never halved is tried first
    then            best ratio <= r + F(r) / D_min,  D_min of the relaxation with N - r * D >= 0
A total out of its range costs PENALTY, so a part without any plan needs no other treatment.
Sources: Land and Doig, An automatic method of solving discrete programming problems, Econometrica
28 (1960) 497-520, doi:10.2307/1910129; which total to halve: Achterberg, Koch and Martin, Branching
rules revisited, Oper. Res. Lett. 33 (2005) 42-54, doi:10.1016/j.orl.2004.04.002.
"""

import heapq
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from models.blocks.objective import Ratio
from models.case import Case
from planner.solve.basis import Basis
from planner.solve.box import Range
from planner.solve.branching import Falls
from planner.solve.compile import Compiled
from planner.solve.halt import HALT
from planner.solve.highs import Answer, Solver
from planner.solve.own import Others, own_rows
from planner.solve.ratio import Fraction, costs_at
from planner.solve.sift import Relaxed, relaxed_ratio, worthiest
from planner.solve.split import Split, further, inside, restricted, with_row, with_slack, with_sums

PENALTY = 0.02
"""Price of a hall out of a range, as a share of the whole: many times what one can be worth."""

NEARLY = 1e-4
"""A total this near to a whole number is taken as whole."""

TAKEN = 8
"""Sites taken into play at once: what is solved again and again is to stay small."""

ROUNDS = 3
"""How often sites are taken into play for one part at most; what is left is added to its bound."""


@dataclass(frozen=True)
class Part:
    """Ranges of totals, what F(r) is there at most, where it is reached and where that ended."""

    gain: float
    ranges: Mapping[int, Range]
    x: np.ndarray
    basis: Basis
    sites: int = 0
    """How many were in play where it was solved; if 0, all that is known is what the part it is of
    has."""


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
        rows = len(compiled.row_low) + np.arange(len(sums))
        self._model = with_slack(with_sums(compiled, sums), rows)
        self._totals = np.arange(width, width + len(sums))
        self._parts = further(parts, self._model)
        self._whole = (len(self._model.low), len(self._model.row_low))
        own = own_rows(compiled, parts, relaxed.own)
        self._others = Others(self._model, self._parts, own)
        self._costs = self._priced()
        self._kept = in_use(parts, relaxed.x)
        self._master()
        basis = relaxed.basis.within(*self._whole) if relaxed.basis else Basis.fresh(*self._whole)
        self._first = Part(np.inf, {}, np.zeros(self._whole[0]), basis)
        self._open: list[tuple[float, int, Part]] = []
        self._count = 0
        self._falls = Falls(len(sums))
        self._relaxation = compiled, parts, replace(relaxed, own=own)
        self._under = 0.0

    @property
    def bound(self) -> float:
        """What no plan can beat; r itself where that is proven."""
        gain = self.top.gain
        known = self._fraction.above(self._r, gain)
        by_least = self._r + gain / self._under if gain > 0 and self._under > 0 else known
        return min(known, by_least, self._most)

    @property
    def whole(self) -> bool:
        """Whether all totals of the top are whole, so that no further search lowers the bound."""
        return bool(self.top.sites) and not len(self._broken(self.top))

    @property
    def top(self) -> Part:
        """The part with the highest F(r)."""
        return self._open[0][2] if self._open else self._first

    def search(self, target: float, deadline: float, tell: Callable[[float], None]) -> None:
        """Halve parts until the bound is no more than a target, all totals whole, or no time."""
        parts = [self._first] if not self._open else [entry[2] for entry in self._open]
        self._open.clear()
        for part in parts:
            self._keep(part if part.sites else self._solved(part, deadline))
        self._under = self._under or self._least_under(deadline)
        while self.bound > target and time.monotonic() < deadline and not HALT.asked:
            tell(self.bound)
            part = self.top
            broken = self._broken(part)
            if not part.sites or not len(broken):
                return
            heapq.heappop(self._open)
            if part.sites < self._kept.sum():
                self._keep(self._solved(part, deadline))
                continue
            tried = partial(self._tried, part, deadline)
            i = self._falls.best(broken, part.x[self._totals], part.gain, tried)
            for ranges in self._halves(part, i):
                self._keep(self._half(part, ranges, deadline))

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

    def _half(self, part: Part, ranges: Mapping[int, Range], deadline: float) -> Part:
        """A half of a part, by the dual simplex from where the part ended."""
        half = replace(part, ranges=ranges, sites=0)
        answer = self._within(ranges, part.basis, deadline)
        return self._solved(half, deadline, answer)

    def _tried(self, part: Part, deadline: float, i: int) -> tuple[float, float]:
        """How far the best of the sites in play falls where total i is halved."""
        found = (self._within(ranges, part.basis, deadline) for ranges in self._halves(part, i))
        below, above = (
            part.gain - half.objective if half.state == "optimal" else 0.0 for half in found
        )
        return below, above

    def _solved(self, part: Part, deadline: float, answer: Answer | None = None) -> Part:
        """F(r) bounded in a part: by the sites in play, with more of them until that will do.

        Sites that come in leave the point as it is, so the primal simplex goes on from there.
        """
        for _ in range(ROUNDS):
            answer = answer or self._within(part.ranges, part.basis, deadline, keeps_rows=True)
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
            part = Part(gain, part.ranges, x, basis, int(self._kept.sum()))
            if gain <= 0 or worth.sum() <= 0.01 * abs(gain):
                break
            self._kept = self._kept | worthiest(worth, TAKEN)
            self._master()
            answer = None
        return part

    def _keep(self, part: Part) -> None:
        heapq.heappush(self._open, (-part.gain, self._count, part))
        self._count += 1

    def _within(
        self,
        ranges: Mapping[int, Range],
        basis: Basis,
        deadline: float,
        keeps_rows: bool = False,
    ) -> Answer:
        """The sites in play within ranges, from where the simplex ended before."""
        low, high = self._model.low[self._totals].copy(), self._model.high[self._totals].copy()
        for i, (least, most) in ranges.items():
            low[i], high[i] = least, most
        self._solver.bounds(self._at, low, high)
        self._solver.start_from_basis(basis.part(self._columns, self._rows), keeps_rows)
        return self._solver.run(deadline=deadline)

    def _broken(self, part: Part) -> np.ndarray:
        """The totals that are not whole."""
        totals = part.x[self._totals]
        return np.flatnonzero(np.abs(totals - np.round(totals)) > NEARLY)

    def _halves(self, part: Part, i: int) -> list[dict[int, Range]]:
        """The ranges of both halves of a part."""
        low, high = self._model.low[self._totals[i]], self._model.high[self._totals[i]]
        least, most = part.ranges.get(i, (low, high))
        below = float(np.floor(part.x[self._totals[i]]))
        return [{**part.ranges, i: (least, below)}, {**part.ranges, i: (below + 1.0, most)}]

    def _least_under(self, deadline: float) -> float:
        """D_min: what every plan as good as r divides by at least."""
        if self._fraction.is_total:
            return 1.0
        compiled, parts, relaxed = self._relaxation
        assert relaxed.x is not None
        sign = self._fraction.sign
        row = {self._ratio.over: sign, self._ratio.under: -self._r}
        better = with_row(compiled, row, 0.0, "as_good_as_r")
        under = Ratio(self._ratio.under, "one", False, 1.0, "")
        start = -relaxed.x[compiled.column[self._ratio.under]]
        found = relaxed_ratio(better, further(parts, better), under, relaxed, start, deadline)
        return max(-found.bound, 0.0) if np.isfinite(found.bound) else 0.0


def in_use(parts: Split, x: np.ndarray) -> np.ndarray:
    """Marks of the sites of which a solution has something."""
    marks = np.zeros(len(parts.sites) + 1, dtype=bool)
    marks[parts.of_column[np.abs(x) > NEARLY]] = True  # what no site owns is the last of them
    return marks[:-1]


def halls_by_kind(case: Case, compiled: Compiled) -> dict[str, np.ndarray]:
    """Columns of the halls of a country, cooling class, size and period."""
    found: dict[str, list[int]] = {}
    for name, index in compiled.column.items():
        kind, _, rest = name.partition("[")
        if kind != "halls":
            continue
        s, d, t = rest[:-1].split(",")
        key = f"{case['country'][s]},{case['cooling_class'][d]},{case['hall_mw'][s, d]},{t}"
        found.setdefault(f"total[{key}]", []).append(index)
    return {key: np.array(columns) for key, columns in found.items()}
