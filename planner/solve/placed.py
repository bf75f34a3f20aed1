"""Plans of whole racks at sites, the sites they use, and what else they may stand in."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from models.build import build
from models.case import Case
from planner.solve.compile import Compiled, compile_case, compile_model, holds, load
from planner.solve.narrow import at_sites, kinds_of


def used(compiled: Compiled, x: np.ndarray | None) -> set[str]:
    """Sites that a solution opens, however little, at any time."""
    return set() if x is None else opened(compiled.named(x))


def opened(named: Mapping[str, float]) -> set[str]:
    """The same of a solution by the names of its columns."""
    return {
        name.removeprefix("open[").rsplit(",", 1)[0]
        for name, value in named.items()
        if value > 1e-6 and name.startswith("open[")
    }


class Placed:
    """A plan of whole racks at sites: a solution of the model it was found in.

    That model has the kinds of racks that were tried, at all sites that were. The site-indexed one
    of the plan's own sites, with all kinds and the plan as the values of its variables, is built
    when it is asked for; `model` is given where the plan was found in just that, and is the case's.
    """

    def __init__(
        self, case: Case, found_in: Compiled, solution: np.ndarray, model: Any = None
    ) -> None:
        self.found_in, self.solution, self._given = found_in, solution, model
        self._case = case

    @cached_property
    def case(self) -> Case:
        """The case of its own sites alone, site by site."""
        return self._case if self._given is not None else at_sites(self._case, self.sites())

    def sites(self) -> set[str]:
        """Its sites."""
        return used(self.found_in, self.solution)

    def columns(self) -> dict[str, float]:
        """Its columns by name, those that are nothing left out but for racks and work.

        They say which could be had: that many rules rest on.
        """
        names = self.found_in.column_names
        could = (name for name in names if name.startswith(("install[", "work[")))
        return dict.fromkeys(could, 0.0) | self.found_in.named(self.solution)

    def value(self, column: str) -> float:
        """How much of one column the plan has."""
        return float(self.solution[self.found_in.column[column]])

    @cached_property
    def model(self) -> Any:
        """The site-indexed model with the plan's values."""
        load(self._built, self.compiled, self.x)
        return self._built

    @cached_property
    def stated(self) -> Any:
        """The model of its own kinds of racks and work alone, with the plan's values.

        That is enough for its tables; what a limit is worth takes all kinds.
        """
        if self._given is not None:
            return self.model
        kinds = kinds_of(self.case["group"], self.found_in.named(self.solution))
        model = build(at_sites(self.case, self.case.sets["SITE"], kinds))
        compiled = compile_model(model)
        load(model, compiled, in_columns(compiled, self.found_in, self.solution))
        return model

    @cached_property
    def compiled(self) -> Compiled:
        """Its columns and rows."""
        return compile_model(self._built) if self._given is None else self.found_in

    @cached_property
    def x(self) -> np.ndarray:
        """The plan in these columns."""
        return in_columns(self.compiled, self.found_in, self.solution)

    @cached_property
    def _built(self) -> Any:
        return build(self.case) if self._given is None else self._given


def in_columns(wanted: Compiled, known: Compiled, x: np.ndarray) -> np.ndarray:
    """A solution in the columns of another model; what one of them knows nothing of is none."""
    return x if wanted is known else wanted.point(known.named(x))


def at_few(case: Case, sites: Collection[str], *plans: Mapping[str, float]) -> Compiled:
    """The model of some sites of a case, with the kinds of racks and work of plans."""
    return compile_case(at_sites(case, sites, kinds_of(case["group"], *plans)))


def standing(case: Case, plan: Mapping[str, float]) -> Placed | None:
    """A plan as one of a case, its columns at sites by name; None where it breaks a limit.

    The kinds of racks that can be had say how much a full hall draws, so that a plan may stand
    among all kinds though not among those that it names.
    """
    sites = opened(plan)
    if not sites <= set(case.sets["SITE"]):
        return None
    for kinds in (kinds_of(case["group"], dict.fromkeys(plan, 1.0)), None):
        compiled = compile_case(at_sites(case, sites, kinds))
        x = compiled.point(plan)
        if holds(compiled, x):
            return Placed(at_sites(case, sites), compiled, x)
    return None
