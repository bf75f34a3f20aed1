"""A tighter bound than the relaxation's: halls, sites and steps of a kind are whole numbers.

    total[n,c,q,t] = sum over sites s of n, designs d of class c with halls of q MW, of halls[s,d,t]
    sites[n,t]     = sum over sites s of n, of open[s,t];      steps[n,q,t] likewise, by their MW
are whole in every plan, wherever they stand. Where these are what is paid for, half a hall too many
is what a plan loses to the relaxation, and halves at sites do not show it: another site has the
other half. So the search is over totals alone, and all else is divisible. To prove that no plan is
better than a ratio r, F(r) = max N - r * D is bounded in ever smaller parts:

    the part with the highest F(r) is halved at one total, until none is above 0
    a part's F(r):  the columns in play by the dual simplex, from where the whole stood,
                    and what all sites could add at its prices (planner/solve/few.py)
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
from planner.halt import HALT
from planner.solve.box import Range
from planner.solve.branching import Falls
from planner.solve.compile import Compiled
from planner.solve.few import Ended, Few
from planner.solve.highs import Answer
from planner.solve.own import Others, own_rows
from planner.solve.ratio import Fraction, costs_at
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import Split, further, with_row, with_slack, with_sums

PENALTY = 1.0
"""Price of a hall out of a range, as a share of the whole: none is worth more than all are."""

NEARLY = 1e-4
"""A total this near to a whole number is taken as whole."""

TAKEN = 8
"""Sites taken into play at once: what is solved again and again is to stay small."""

ROUNDS = 3
"""How often sites are taken into play for one part at most; what is left is added to its bound."""


@dataclass(frozen=True)
class Part:
    """Ranges of totals, what F(r) is there at most, the totals there, and where that ended."""

    gain: float
    ranges: Mapping[int, Range]
    totals: np.ndarray
    ended: Ended | None = None
    size: int = 0
    """How many columns were in play where it was bounded; if 0, all that is known is what the part
    it is of has."""


class WholeTotals:
    """The search over totals at one ratio r, begun at the relaxation."""

    def __init__(
        self,
        compiled: Compiled,
        parts: Split,
        sums: Mapping[str, np.ndarray],
        ratio: Ratio,
        relaxed: Relaxed,
        r: float,
    ) -> None:
        assert relaxed.x is not None
        self._r, self._ratio, self._most = r, ratio, relaxed.bound
        size = r * relaxed.x[compiled.column[ratio.under]]
        self._width = width = len(compiled.low)
        rows = len(compiled.row_low) + np.arange(len(sums))
        self._model = with_slack(with_sums(compiled, sums), rows)
        self._totals = np.arange(width, width + len(sums))
        costs = costs_at(self._model, ratio, r)
        costs[-2 * len(sums) :] = -PENALTY * abs(size)
        own = own_rows(compiled, parts, relaxed.own)
        parts_here = further(parts, self._model)
        self._few = Few(self._model, parts_here, Others(self._model, parts_here, own), costs)
        self._few.take(np.flatnonzero(np.abs(relaxed.x) > NEARLY))
        self._fraction = Fraction(self._few.solver, ratio)
        self._open: list[tuple[float, int, Part]] = []
        self._first = Part(np.inf, {}, np.zeros(len(sums)))
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
        return bool(self.top.size) and not len(self._broken(self.top))

    @property
    def top(self) -> Part:
        """The part with the highest F(r)."""
        return self._open[0][2] if self._open else self._first

    @property
    def x(self) -> np.ndarray | None:
        """Where F(r) is reached in the top, in the columns of the model without totals."""
        ended = self.top.ended
        return None if ended is None else self._few.spread(ended)[: self._width]

    def search(self, target: float, deadline: float, tell: Callable[[float], None]) -> None:
        """Halve parts until the bound is no more than a target, all totals whole, or no time."""
        parts = [entry[2] for entry in self._open] or [self._first]
        self._open.clear()
        for part in parts:
            self._keep(part if part.size else self._solved(part, deadline))
        self._under = self._under or self._least_under(deadline)
        while self.bound > target and time.monotonic() < deadline and not HALT.asked:
            tell(self.bound)
            part = self.top
            if 0 < part.size < self._few.size:
                heapq.heappop(self._open)
                self._keep(self._solved(part, deadline))
                continue
            broken = self._broken(part)
            if not part.size or not len(broken):
                return
            heapq.heappop(self._open)
            tried = partial(self._tried, part, deadline)
            i = self._falls.best(broken, part.totals, part.gain, tried)
            for ranges in self._halves(part, i):
                self._keep(self._half(part, ranges, deadline))

    def _half(self, part: Part, ranges: Mapping[int, Range], deadline: float) -> Part:
        """A half of a part, by the dual simplex from where the part ended."""
        half = replace(part, ranges=ranges, size=0)
        return self._solved(half, deadline, self._within(ranges, part.ended, deadline))

    def _tried(self, part: Part, deadline: float, i: int) -> tuple[float, float]:
        """How far the best of what is in play falls where total i is halved."""
        found = (self._within(ranges, part.ended, deadline) for ranges in self._halves(part, i))
        below, above = (
            part.gain - half.objective if half.state == "optimal" else 0.0 for half in found
        )
        return below, above

    def _solved(self, part: Part, deadline: float, answer: Answer | None = None) -> Part:
        """F(r) bounded in a part: by what is in play, with more of it until that will do.

        Columns that come in leave the point as it is, so the primal simplex goes on from there.
        """
        few = self._few
        for _ in range(ROUNDS):
            answer = answer or self._within(part.ranges, part.ended, deadline, keeps_rows=True)
            if answer.state != "optimal" or answer.x is None:
                break
            bounded = few.bounded(answer, deadline)
            if bounded is None:
                break
            gain, missed = min(bounded.most, part.gain), bounded.missed.sum()
            ended = few.ended(answer)
            totals = answer.x[np.searchsorted(few.columns, self._totals)]
            part = Part(gain, part.ranges, totals, ended, few.size)
            if gain <= 0 or missed <= 0.01 * abs(gain):
                break
            few.take(few.worthiest(bounded, TAKEN))
            answer = None
        return part

    def _keep(self, part: Part) -> None:
        heapq.heappush(self._open, (-part.gain, self._count, part))
        self._count += 1

    def _within(
        self,
        ranges: Mapping[int, Range],
        ended: Ended | None,
        deadline: float,
        keeps_rows: bool = False,
    ) -> Answer:
        """What is in play within ranges, from where the simplex ended before."""
        low, high = self._model.low[self._totals].copy(), self._model.high[self._totals].copy()
        for i, (least, most) in ranges.items():
            low[i], high[i] = least, most
        self._few.bounds(self._totals, low, high)
        return self._few.run(ended, keeps_rows, deadline)

    def _broken(self, part: Part) -> np.ndarray:
        """The totals that are not whole."""
        return np.flatnonzero(np.abs(part.totals - np.round(part.totals)) > NEARLY)

    def _halves(self, part: Part, i: int) -> list[dict[int, Range]]:
        """The ranges of both halves of a part."""
        low, high = self._model.low[self._totals[i]], self._model.high[self._totals[i]]
        least, most = part.ranges.get(i, (low, high))
        below = float(np.floor(part.totals[i]))
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
