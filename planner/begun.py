"""Where a solve goes on after a change: what is kept of the one before."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.solve.beside import Stood
from planner.solve.compile import Compiled, holds
from planner.solve.placed import Placed, at_few
from planner.solve.ratio import value_at
from planner.solve.sift import Relaxed
from planner.solve.split import Split


@dataclass(frozen=True)
class Begun:
    """Where a solve goes on after a change.

    The where/what model compiled, its relaxation as it was solved before, and the plan in groups of
    that time with its sites; no columns in `where` if that plan cannot stand any more. `placed` is
    the plan with whole racks, `stood` the same as a place to begin from, and `stands_in` the model
    that it was found in, with the limits of now. `parts` says what each site owns. `objective` is
    the one of before. `near` are further plans, of this case. `at` takes the model of a few sites
    with the kinds of racks of plans out of one at hand (planner/solve/at_hand.py), or gives None.
    `bound` is what no plan can beat where every plan of now was one before, in the objective then.
    """

    compiled: Compiled
    relaxed: Relaxed
    where: Mapping[str, float]
    sites: Collection[str]
    objective: str
    stood: Stood
    placed: Placed | None = None
    stands_in: Compiled | None = None
    parts: Split | None = None
    near: Sequence[Placed] = ()
    at: Callable[..., Compiled | None] | None = None
    bound: float = float("inf")

    def few(self, case: Case, sites: Collection[str], *plans: Mapping[str, float]) -> Compiled:
        """The model of some sites of this case, with the kinds of racks and work of plans.

        Out of one at hand, with halls of their designs alone where the sites are many.
        """
        out_of_one = self.at(sites, *plans) if self.at else None
        return at_few(case, sites, *plans) if out_of_one is None else out_of_one

    def in_play(self, case: Case) -> set[str]:
        """Sites of this case that the relaxation begins with."""
        there = case.sets["SITE"]
        return self.relaxed.in_play(self.parts.sites if self.parts else there) & set(there)

    def reached(self, objective: str) -> float | None:
        """What the relaxation, or else the plan, reached in an objective; None where not known."""
        if objective == self.objective:
            return self.relaxed.value
        if self.placed is None:
            return None
        return value_at(self.placed.found_in, OBJECTIVES[objective], self.placed.solution)

    def standing(self, case: Case) -> list[Placed]:
        """The plans of before, and near, that break no limit of now."""
        plans = [*self.near]
        before, few = self.placed, self.stands_in
        if before is not None and few is not None and holds(few, before.solution):
            plans.append(Placed(case, few, before.solution))
        return plans
