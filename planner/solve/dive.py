"""A plan in little time: whole numbers one after the other, by linear programs from one basis.

Sites first, then connection steps and halls: the greatest part of one becomes a whole, and the
linear program is solved again, so that others may give way. Where that has no solution, or loses
too much, it goes the other way, if that is better. So that it does not turn up again at the next
site, no more of the like is wanted elsewhere then.
Racks come last (planner/solve/at_once.py). What is dived for is told by planner/solve/ways.py.
Where a limit may stand wherever a plan uses it up, as along a front, it is priced instead of held:
a dive ends near it, where one within it often ends with nothing. What a point is worth is then told
with the limit at its price.
Source: diving, as in Berthold, Primal Heuristics for Mixed Integer Programs, diploma thesis, TU
Berlin 2006.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import NamedTuple, Protocol

import numpy as np
from scipy.sparse import csr_array

from models.blocks.objective import OBJECTIVES
from planner.halt import HALT
from planner.solve.box import ROUNDING, fix, with_more
from planner.solve.compile import Compiled
from planner.solve.highs import Solver
from planner.solve.order import Limits
from planner.solve.ratio import NOTHING, costs_at
from planner.solve.refuted import Refuted
from planner.solve.watch import Watch

IN_TURN = ("open", "connect", "operate", "host", "water_link", "halls")
"""Made whole in this order, then what else is."""

SURE = 0.7
"""Parts as great as this are made whole together, those of a site whatever they are of."""

SECONDS, RACKS_SECONDS = 10.0, 1.0
"""Longest dive, and search for whole racks after it."""

LOST_FRAC = 0.3
"""A number made whole upwards that loses more than this share of the gap is tried downwards."""

FAR_TIMES = 4.0
"""But not so many gaps away from the bound: there any plan will do, as soon as can be."""

EXACT_FRAC = 0.1
"""Whole racks near the bound are searched for to this share of the gap."""


class InTurn(Protocol):
    """A linear program whose whole columns are held, some more each time."""

    @property
    def compiled(self) -> Compiled: ...  # noqa: D102
    @property
    def solver(self) -> Solver: ...  # noqa: D102
    @property
    def whole(self) -> np.ndarray: ...  # noqa: D102
    @property
    def kind(self) -> Sequence[str]: ...  # noqa: D102
    def held_at(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...  # noqa: D102
    def hold(self, columns: np.ndarray, low: np.ndarray, high: np.ndarray) -> None: ...  # noqa: D102
    def folded(self, x: np.ndarray) -> np.ndarray: ...  # noqa: D102


class Wanted(NamedTuple):
    """The objectives in order, the least wanted of the first, and what no plan can beat."""

    names: Sequence[str]
    least: float
    bound: float


class Held:
    """A model's relaxation under costs, its whole columns held in turn."""

    def __init__(self, compiled: Compiled, costs: np.ndarray, seed: int) -> None:
        self.compiled = compiled
        self.whole = np.flatnonzero(compiled.integer)
        self.kind = [name.partition("[")[0] for name in compiled.column_names]
        self._low, self._high = compiled.low.copy(), compiled.high.copy()
        self.solver = Solver(compiled, threads=1, seed=seed)
        self.solver.whole(False)
        self.solver.unperturbed()
        self.solver.from_nothing()
        self.solver.maximise_vector(costs)

    def held_at(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The bounds of columns now."""
        return self._low[columns], self._high[columns]

    def hold(self, columns: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Other bounds of columns."""
        self._low[columns], self._high[columns] = low, high
        self.solver.bounds(columns, low, high)

    def folded(self, x: np.ndarray) -> np.ndarray:
        """A point in the columns of the model: as it is."""
        return x


def priced(
    compiled: Compiled, row: int, times: float, wanted: Wanted, limits: Limits, seed: int
) -> np.ndarray | None:
    """A plan with whole racks, one row priced at so many times its worth there instead of held.

    So the row may be broken by a little, or leave something over; None where none is found.
    """
    ratio = OBJECTIVES[wanted.names[0]]
    costs = costs_at(compiled, ratio, wanted.bound)
    program, racks = Held(compiled, costs, seed), Solver(compiled, threads=1, seed=seed)
    if program.solver.run(deadline=limits.deadline).state != "optimal":
        return None
    price = times * program.solver.duals()[row]
    costs -= price * csr_array(compiled.matrix)[[row]].toarray().ravel()
    for solver in (program.solver, racks):
        solver.row_bounds(np.array([row]), np.array([-np.inf]), np.array([np.inf]))
    program.solver.maximise_vector(costs)
    racks.maximise_vector(costs)
    under, gap = compiled.column[ratio.under], wanted.bound - wanted.least
    worth = Worth(lambda x: wanted.bound + costs @ x / max(x[under], NOTHING), gap, wanted.bound)
    x = but_racks(program, min(limits.deadline, monotonic() + SECONDS), worth)
    if x is None:
        return None
    tolerance = EXACT_FRAC * gap * abs(float(x[under]))
    plans: list[np.ndarray] = []
    for bounds in with_more(compiled, x):
        fix(racks, bounds)
        soon = min(limits.deadline, monotonic() + RACKS_SECONDS)
        found = racks.run(tolerance, soon, _Kept(worth, x)).x
        plans += [] if found is None else [found]
        if plans and not worth.loses(x, plans[-1]):
            break
    return max(plans, key=worth.of, default=None)


class Worth(NamedTuple):
    """What a point is worth, how much of that is the gap, and the bound on it."""

    of: Callable[[np.ndarray], float]
    gap: float
    bound: float

    def far(self, x: np.ndarray) -> bool:
        """Whether a point is so far from the bound that any plan will do."""
        return self.of(x) < self.bound - FAR_TIMES * self.gap

    def loses(self, before: np.ndarray, after: np.ndarray) -> bool:
        """Whether much was lost from one point to the next."""
        return self.of(after) < self.of(before) - LOST_FRAC * self.gap


class _Kept(Watch):
    """Ends a search once what it finds is worth about as much as a point."""

    def __init__(self, worth: Worth, x: np.ndarray) -> None:
        self._worth, self._x = worth, x

    def plan(self, x: np.ndarray) -> None:
        self.stop = self.stop or not self._worth.loses(self._x, x)


class Point(NamedTuple):
    """A point of a dive, and whether all but its racks is whole."""

    x: np.ndarray
    whole: bool


def dived(
    program: InTurn, deadline: float, worth: Worth | None = None, least: float = -np.inf
) -> Iterator[Point]:
    """The program's best point, then each with more whole, while one is found worth the least.

    What is made whole upwards and thereby loses much is tried downwards, if that can be told.
    """
    x = _solved(program, deadline)
    while x is not None and (worth is None or worth.of(x) >= least):
        picked = _picked(program, x)
        yield Point(x, not len(picked))
        if not len(picked):
            return
        x = _made_whole(program, x, picked, deadline, worth)


def but_racks(program: InTurn, deadline: float, worth: Worth | None = None) -> np.ndarray | None:
    """All but racks whole; None where that is not found."""
    last = deque(dived(program, deadline, worth), maxlen=1)
    return last[0].x if last and last[0].whole else None


def _made_whole(
    program: InTurn, x: np.ndarray, picked: np.ndarray, deadline: float, worth: Worth | None
) -> np.ndarray | None:
    """The best with some columns whole: all upwards, else the first alone, upwards or downwards."""
    low, high = program.held_at(picked)
    up = np.ceil(x[picked])
    program.hold(picked, up, high)
    above = _solved(program, deadline)
    will_do = above is not None and (worth is None or worth.far(x) or not worth.loses(x, above))
    if will_do or over(deadline):
        return above
    if len(picked) > 1:
        program.hold(picked, low, high)
        return _made_whole(program, x, picked[:1], deadline, worth)
    like = _periods(program, picked[0])
    refuted = Refuted.of(program.solver, like) if above is None else None
    program.hold(picked, low, np.floor(x[picked]))
    if refuted is not None:
        _close(program, x, like[like != picked[0]], refuted)
    below = _below(program, x, picked[0], deadline, worth)
    if above is None or worth is None or (below is not None and worth.of(below) > worth.of(above)):
        return below
    program.hold(picked, up, high)
    return above


def _periods(program: InTurn, column: int) -> np.ndarray:
    """The whole columns of one kind at one place, such as an open site in all periods."""
    kind, place = program.kind[column], program.compiled.place
    here = program.whole[place[program.whole] == place[column]]
    return np.array([i for i in here.tolist() if program.kind[i] == kind], dtype=int)


def _close(program: InTurn, x: np.ndarray, columns: np.ndarray, refuted: Refuted) -> None:
    """Hold down those of some columns of which there can be no more than x has, either."""
    for i in columns.tolist():
        one = np.array([i])
        (low,), (high,) = program.held_at(one)
        down = max(np.floor(x[i] + ROUNDING), low)
        if down + 1.0 > high:
            continue
        program.hold(one, np.array([down + 1.0]), np.array([high]))
        never = refuted.still(*program.solver.column_bounds())
        program.hold(one, np.array([low]), np.array([down if never else high]))


def _below(
    program: InTurn, x: np.ndarray, column: int, deadline: float, worth: Worth | None
) -> np.ndarray | None:
    """The best with a column held downwards, and no more of its like if nothing much is lost."""
    if worth is not None:
        like = _alike(program, x, column)
        low, high = program.held_at(like)
        program.hold(like, low, np.maximum(np.round(x[like]), low))
        found = _solved(program, deadline)
        if found is not None and not worth.loses(x, found):
            return found
        program.hold(like, low, high)
    return _solved(program, deadline)


def _alike(program: InTurn, x: np.ndarray, column: int) -> np.ndarray:
    """Columns that are whole, of a kind with one, its site apart: `halls[*,immersion,2027]`."""

    def kind(i: int) -> tuple[str, str]:
        return program.kind[i], names[i].partition(",")[2]

    names, whole = program.compiled.column_names, program.whole
    whole, wanted = whole[np.abs(x[whole] - np.round(x[whole])) <= ROUNDING], kind(column)
    return np.array([i for i in whole if kind(i) == wanted], dtype=int)


def over(deadline: float) -> bool:
    """Whether time is up, or someone asked to end."""
    return HALT.asked or monotonic() > deadline


def _solved(program: InTurn, deadline: float) -> np.ndarray | None:
    """The program's best point, in the columns of the model; None where there is none in time."""
    answer = program.solver.run(deadline=deadline)
    return program.folded(answer.x) if answer.state == "optimal" and answer.x is not None else None


def _picked(program: InTurn, x: np.ndarray) -> np.ndarray:
    """Columns to be made whole next, the greatest part first; what is sure at their sites, too."""
    part = x - np.floor(x + ROUNDING)
    turn = {kind: i for i, kind in enumerate(IN_TURN)}
    broken = [i for i in program.whole if part[i] > ROUNDING and program.kind[i] != "install"]
    turns = [turn.get(program.kind[i], len(turn)) for i in broken]
    now = min(turns, default=0)
    soonest = [i for i, t in zip(broken, turns, strict=True) if t == now]
    soonest.sort(key=lambda i: -part[i])
    first = [i for i in soonest if part[i] >= min(SURE, part[soonest[0]])]
    place = program.compiled.place
    sites = {place[i] for i in first}
    later = [i for i, t in zip(broken, turns, strict=True) if t > now and part[i] >= SURE]
    return np.array([*first, *(i for i in later if place[i] in sites)], dtype=int)
