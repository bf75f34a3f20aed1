"""Whole racks at sites: the site-indexed model on the few sites that the where/what model uses.

The where/what model is a relaxation of the site-indexed one (racks of a group are not told apart
by site, and need not be whole), so its bound holds for the full problem. Placing whole racks at the
sites it uses gives a plan; the distance of the two is the proven gap.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from models.build import build
from models.case import Case
from planner.coefficients import regrouped
from planner.solve.compile import Compiled, compile_model
from planner.solve.highs import Solver, Watch
from planner.solve.order import Limits, in_order

BY_SITE = ("SITE_PERIOD", "SITE_DESIGN", "HALL", "STEP_PERIOD", "HOST", "WATER", "SUPPLY")
WHERE = ("open", "connect", "halls", "operate", "host", "water_link")


def site_indexed(case: Case) -> Case:
    """The reference form: every rack decision at its site."""
    return regrouped(case, {s: s for s in case.sets["SITE"]})


def among(case: Case, sites: Collection[str]) -> Case:
    """The case of these sites alone, grouped as before."""
    keep = set(sites)
    sets = {
        **case.sets,
        "SITE": tuple(s for s in case.sets["SITE"] if s in keep),
        "FORCED_SITE": tuple(s for s in case.sets["FORCED_SITE"] if s in keep),
        **{name: tuple(i for i in case.sets[name] if i[0] in keep) for name in BY_SITE},
    }
    return regrouped(case.having(sets=sets), case["group"])


def at_sites(case: Case, sites: Collection[str]) -> Case:
    """The site-indexed case of these sites alone, with whole racks."""
    return site_indexed(among(case, sites)).having(whole_racks=True)


class Placement:
    """Whole racks put at sites: first where the halls of a where/what plan stand, else freely."""

    def __init__(self, case: Case, sites: Collection[str], threads: int, seed: int) -> None:
        self.case = at_sites(case, sites)
        self.model: Any = build(self.case)
        self.compiled: Compiled = compile_model(self.model)
        self._new = lambda: Solver(self.compiled, threads, seed)

    def best(
        self,
        where: Mapping[str, float],
        names: Sequence[str],
        start: float,
        enough: float,
        limits: Limits,
        watch: Watch | None = None,
    ) -> tuple[float, np.ndarray | None]:
        """The best ratio of a plan with whole racks, and the plan after all objectives in turn.

        `where` holds the halls, steps and sites to keep at first. Three tries, each freer, until a
        ratio is `enough`: racks next to their fractional number in the given halls; the same where
        a hall more of each design in use may be built; anything at all, begun from the best so far.
        """
        value, plan = -np.inf, None
        for spare in (0.0, 1.0, None):
            solver = self._new()
            if spare is not None:
                halls = self._fixed(where, spare)
                racks = self._around(halls, names, start, limits)
                if not racks:
                    continue
                self._fix(solver, {**halls, **racks})
            elif plan is not None:
                solver.start_from(plan)
            best, x = in_order(solver, names, start, limits, watch)
            if x is not None and best.value > value:
                value, plan = best.value, x
            if value >= enough or (watch is not None and watch.stop):
                break
        return value, plan

    def _fixed(self, where: Mapping[str, float], spare: float) -> dict[int, tuple[float, float]]:
        """Bounds that hold sites and steps as given, and halls so or with `spare` more."""
        bounds = {}
        for i, name in enumerate(self.compiled.column_names):
            kind = name.split("[")[0]
            if kind in WHERE:
                value = float(round(where.get(name, 0.0)))
                more = spare if kind == "halls" and value > 0 else 0.0
                bounds[i] = (value, min(value + more, float(self.compiled.high[i])))
        return bounds

    def _around(
        self,
        halls: Mapping[int, tuple[float, float]],
        names: Sequence[str],
        start: float,
        limits: Limits,
    ) -> dict[int, tuple[float, float]]:
        """Bounds next to the fractional racks of the relaxation within these halls."""
        solver = self._new()
        self._fix(solver, halls)
        solver.whole(False)
        _, x = in_order(solver, names, start, limits)
        if x is None:
            return {}
        racks = {
            i: x[i]
            for i, name in enumerate(self.compiled.column_names)
            if name.startswith("install[")
        }
        return {i: (np.floor(v + 1e-6), np.ceil(v - 1e-6)) for i, v in racks.items()}

    def _fix(self, solver: Solver, bounds: Mapping[int, tuple[float, float]]) -> None:
        if not bounds:
            return
        index = np.fromiter(bounds, dtype=np.int32)
        low = np.array([bounds[i][0] for i in index])
        high = np.array([bounds[i][1] for i in index])
        solver.bounds(index, low, high)
