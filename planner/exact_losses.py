"""Losses of sites made exact: the relaxation solved again with one site in or out.

Only bounds change, and one row for a forced site: the dual simplex goes on from where the best
ratio was found, and all sites that are not in play are priced. Where one of those would come in,
the relaxation is sifted anew. Every question begins at the same point, so the answers are the same
in whatever order, and by however many workers, they are found.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.blocks.objective import OBJECTIVES, Ratio
from planner.losses import EXACT_FRAC, Relaxation, load_columns
from planner.solve.compile import Compiled
from planner.solve.in_play import InPlay
from planner.solve.sift import Relaxed, relaxed_ratio
from planner.solve.split import Split, split, with_row
from planner.workers import Lost, Setup, Task, Workers, crew

FIRST = 8
"""So many sites are asked about in this process, to see how long one takes."""

BEGIN_S = 5.0
"""Seconds that a process takes to begin: what takes as long for each is worth other processes."""


@dataclass(frozen=True)
class Question:
    """A site left out; or open, and under at least some IT load: `at_one`, `loads`, `least_mw`."""

    site: str
    at_one: int = -1
    loads: tuple[int, ...] = ()
    least_mw: float = 0.0

    @property
    def forced(self) -> bool:
        """Whether the site is in."""
        return self.at_one >= 0


@dataclass(frozen=True)
class Handed:
    """What a worker begins with: the relaxation as it was solved, and all that will be asked."""

    compiled: Compiled
    parts: Split
    objective: str
    relaxed: Relaxed
    questions: tuple[Question, ...]

    @property
    def ratio(self) -> Ratio:
        """The objective."""
        return OBJECTIVES[self.objective]


def exact_losses(
    found: Relaxation,
    table: pd.DataFrame,
    sites: Iterable[str],
    deadline: float,
    workers: Workers = 1,
) -> pd.DataFrame:
    """The table of `losses` with those of these sites made exact, as far as time allows.

    A site whose loss with it is stated is forced in; one whose loss without it is stated is left
    out. By `workers` processes, or on the Dask cluster at that address; a few in this one.
    """
    table = table.set_index("site_id")
    excluded = table[f"loss_if_excluded_{found.unit}"].notna()
    asked = {s: _question(found, s, excluded[s], table["forced_it_mw"][s]) for s in sites}
    for s, ratio in _answers(found, asked, deadline, workers).items():
        name = "excluded" if excluded[s] else "forced"
        loss, ceiling = f"loss_if_{name}_{found.unit}", f"ceiling_if_{name}_{found.unit}"
        if ratio is None:
            new: dict[str, Any] = {loss: np.nan, ceiling: np.nan, "loss_basis": "none"}
        else:
            shown = float(found.shown(ratio[1]))
            new = {loss: float(found.loss(ratio[0])), ceiling: shown, "loss_basis": "exact"}
        for column, value in new.items():
            table.at[s, column] = value
    return table.reset_index()


def _question(found: Relaxation, site: str, out: bool, least_mw: float) -> Question:
    if out:
        return Question(site)
    last = found.case.sets["PERIOD"][-1]
    at_one = found.compiled.column[f"open[{site},{last}]"]
    loads = load_columns(found.case, found.compiled, last, site)
    return Question(site, at_one, tuple(loads.tolist()), float(least_mw))


Answered = tuple[float, float] | None
"""Ratio and its bound, as near as rounding; None where no plan is."""


def _answers(
    found: Relaxation, asked: Mapping[str, Question], deadline: float, workers: Workers
) -> dict[str, Answered]:
    """What is known by the deadline; a question whose worker died too often has no answer."""
    parts = split(found.compiled, found.case.sets["SITE"])
    handed = Handed(
        found.compiled,
        parts,
        found.objective,
        replace(found.relaxed, own=None),
        tuple(asked.values()),
    )
    until = time.time() + deadline - time.monotonic()  # a clock that other machines have, too
    answers: dict[str, Answered] = {}

    def ended(task: Task, answer: Any) -> None:
        if not isinstance(answer, Lost) and answer != UNKNOWN:
            answers[task.key] = answer

    tasks = [Task(s, ask, (question, until)) for s, question in asked.items()]
    if isinstance(workers, int):
        again, begun = Again(handed), time.monotonic()
        for i, task in enumerate(tasks):
            left_s = (time.monotonic() - begun) / max(i, 1) * (len(tasks) - i)
            if i == FIRST and workers > 1 and left_s > workers * BEGIN_S:
                with crew(Setup(Again, handed), workers) as run_all:
                    run_all(tasks[i:], ended)
                break
            ended(task, task.do(again, task.about))
    else:
        with crew(Setup(Again, handed), workers) as run_all:
            run_all(tasks, ended)
    return answers


UNKNOWN = "out of time"


def ask(again: "Again", about: tuple[Question, float]) -> Answered | str:
    """The answer to a question, or `UNKNOWN`."""
    question, until = about
    deadline = time.monotonic() + until - time.time()
    if time.monotonic() > deadline:
        return UNKNOWN
    state, value, bound = again.ask(question, deadline)
    if state == "infeasible":
        return None
    return (value, bound) if bound - value <= EXACT_FRAC * abs(value) else UNKNOWN


class Again:
    """The relaxation ready to be asked: the sites in play and all that will be asked about."""

    def __init__(self, handed: Handed) -> None:
        self._handed = handed
        relaxed, parts = handed.relaxed, handed.parts
        kept = relaxed.kept | np.isin(parts.sites, [q.site for q in handed.questions])
        self._relaxed = replace(relaxed, kept=kept)
        self._play = play = InPlay(handed.compiled, parts, handed.ratio, self._relaxed)
        self._place = np.full(len(handed.compiled.low), -1)
        self._place[play.columns] = np.arange(len(play.columns))
        names, infinity = play.part.column_names, float("inf")
        self._rows = {
            q.site: play.solver.add_row(
                {names[self._place[i]]: 1.0 for i in q.loads}, -infinity, infinity
            )
            for q in handed.questions
            if q.forced
        }
        play.best(relaxed.value, infinity)
        self._start = play.solver.basis()

    def ask(self, question: Question, deadline: float) -> tuple[str, float, float]:
        """State, ratio and bound of the relaxation with the site in or out."""
        part, solver = self._play.part, self._play.solver
        if question.forced:
            at = self._place[[question.at_one]]
            low, high = np.ones(1), np.maximum(part.high[at], 1.0)
        else:
            mine = self._handed.parts.of_column == self._handed.parts.sites.index(question.site)
            at = self._place[np.flatnonzero(mine)]
            low, high = np.minimum(part.low[at], 0.0), np.zeros(len(at))
        row = np.array([self._rows[question.site]] if question.forced else [], dtype=int)
        infinity = np.full(len(row), np.inf)
        self._play.aim(self._relaxed.value)
        solver.start_from_basis(self._start)
        solver.row_bounds(row, np.full(len(row), question.least_mw), infinity)
        solver.bounds(at, low, high)
        found = self._play.best(self._relaxed.value, deadline)
        solver.bounds(at, part.low[at], part.high[at])
        solver.row_bounds(row, -infinity, infinity)
        if found.worth is not None and found.bound - found.value <= EXACT_FRAC * abs(found.value):
            return found.state, found.value, found.bound
        more = found.worth > 0 if found.worth is not None else False
        anew = self._anew(question, self._relaxed.kept | more, deadline)
        return anew.state, anew.value, anew.bound

    def _anew(self, question: Question, kept: np.ndarray, deadline: float) -> Relaxed:
        """By sifting."""
        model, parts = self._handed.compiled, self._handed.parts
        site = parts.sites.index(question.site)
        if question.forced:
            low = model.low.copy()
            low[question.at_one] = 1.0
            loads = {model.column_names[i]: 1.0 for i in question.loads}
            name = f"forced[{question.site}]"
            model = with_row(replace(model, low=low), loads, question.least_mw, name)
            parts = replace(parts, of_row=np.append(parts.of_row, site))
        else:
            high = model.high.copy()
            high[parts.of_column == site] = 0.0
            model = replace(model, high=high)
        start = self._relaxed.value
        return relaxed_ratio(model, parts, self._handed.ratio, kept, start, deadline)
