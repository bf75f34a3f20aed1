"""The model of a few sites, taken out of one that is at hand instead of built.

That has more sites, kinds of racks and work than are asked for: what is too much is left out, with
the rows about it. Where it lacks something, one of what is asked for is built and kept beside it.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

import numpy as np

from models.case import Case
from planner.solve.compile import Compiled, compile_case
from planner.solve.narrow import at_sites, designs_of, kind_at, kinds_of
from planner.solve.placed import opened
from planner.solve.split import restricted

RESCUE = "rescue"
"""Racks that take over what a lost site did: by that site, system, precision and workload."""

SENT = "sent"
"""Tokens: by sender, workload, market, period and block."""

LOST = ("survivors_it_load", "rescue_racks", "rescue_power", "outage")
"""Rows about a lost site, their first index, over the columns of others too. What else is about a
site is over its own columns, and says nothing without them."""

HALLS = "halls", "it_mw", "it_mean_mw"
"""Columns of halls: by site, design and period."""

AT_OPEN = "halls_at_open_sites"
"""Rows about halls, of the same index, over a column of their site too."""

FEW = 10
"""Sites up to which halls may be of any design: others' sizes are what fits there. In models of
more they are of the designs of plans, a third fewer rows."""

MOST = 40
"""Sites in the model of what was lacking: else it is begun anew with those asked for."""


class AtHand:
    """Models of a few sites of a case, site by site, with the kinds of racks of plans."""

    def __init__(self, case: Case, compiled: Compiled) -> None:
        """Begun with such a model of the case, as `planner.solve.placed.at_few` makes it."""
        every = dict.fromkeys(compiled.column_names, 1.0)
        kinds = kinds_of(case["group"], every)
        self._case, self._models = case, [_Known(case, opened(every), kinds, compiled)]

    @staticmethod
    def wide(case: Case, sites: Collection[str], plan: Iterable[str]) -> "AtHand":
        """Begun with these sites, each with the kinds of racks that a plan's columns have anywhere.

        So it seldom lacks what a plan of the case with other limits has.
        """
        group = case["group"]
        kinds = kinds_of(group, dict.fromkeys(plan, 1.0))
        kinds = {(g, *kind[1:]) for kind in kinds for g in {group[s] for s in sites}}
        return AtHand(case, compile_case(at_sites(case, sites, kinds)))

    def make_ready(self) -> None:
        """Look up now what the first model taken out of it would wait for."""
        self._models[0].make_ready()

    def at(self, sites: Collection[str], *plans: Mapping[str, float]) -> Compiled:
        """The model of these sites alone, with the kinds of racks and work of plans.

        And with halls of the designs that plans have anywhere, if the sites are many.
        """
        group = self._case["group"]
        here = {group[s] for s in sites}
        kinds = {kind for kind in kinds_of(group, *plans) if kind[0] in here}
        designs = designs_of(*plans) if len(sites) > FEW else set()
        for known in self._models:
            if known.has(sites, kinds):
                return known.part(sites, kinds, designs)
        self._models[1:] = [self._more(set(sites), kinds)]
        return self._models[1].part(sites, kinds, designs)

    def _more(self, sites: set[str], kinds: set[tuple[str, ...]]) -> "_Known":
        for known in self._models[1:]:
            if len(known.sites | sites) <= MOST:
                sites, kinds = known.sites | sites, known.kinds | kinds
        few = at_sites(self._case, sites, kinds)
        return _Known(self._case, sites, kinds, compile_case(few))


class _Known:
    """A model of some sites and kinds of racks and work, to be had without some of them."""

    def __init__(
        self, case: Case, sites: set[str], kinds: set[tuple[str, ...]], compiled: Compiled
    ) -> None:
        self.sites, self.kinds = sites, kinds
        self._case, self._compiled, self._group = case, compiled, case["group"]

    @cached_property
    def _columns(self) -> list[tuple[str, tuple[str, ...], str]]:
        """The first index of each column, its kind, and the design if it is of halls."""
        return [
            (_place(name), self._kind(name), _second(name) if _of(name) in HALLS else "")
            for name in self._compiled.column_names
        ]

    @cached_property
    def _about(self) -> list[tuple[str, str]]:
        """The lost site or the design of halls that each row is about, if any."""
        return [
            (
                _place(name) if _of(name) in LOST else "",
                _second(name) if _of(name) == AT_OPEN else "",
            )
            for name in self._compiled.row_names
        ]

    def make_ready(self) -> None:
        """Look up what its columns and rows are about."""
        _ = self._columns, self._about

    def has(self, sites: Collection[str], kinds: set[tuple[str, ...]]) -> bool:
        """Whether all of these are in it."""
        return self.sites >= set(sites) and self.kinds >= kinds

    def part(
        self, sites: Collection[str], kinds: set[tuple[str, ...]], designs: Collection[str]
    ) -> Compiled:
        """The model of these alone; where no designs are told, of any."""
        if self.sites == set(sites) and self.kinds == kinds and not designs:
            return self._compiled
        gone = self.sites - set(sites)
        every = {design for *_, design in self._columns} if designs else set()
        unlike = every - {"", *designs}
        wanted = {kind for kind in kinds if kind[:3] in kinds}  # no work without the racks
        wanted |= {("", k, p, w) for _, k, _, p, w in (kind for kind in wanted if len(kind) == 5)}
        wanted |= self._sending(sites)
        columns = [
            i
            for i, (place, kind, design) in enumerate(self._columns)
            if place not in gone and design not in unlike and (not kind or kind in wanted)
        ]
        rows = [
            i
            for i, (lost, design) in enumerate(self._about)
            if lost not in gone and design not in unlike
        ]
        return _saying(restricted(self._compiled, np.array(columns), np.array(rows)))

    def _sending(self, sites: Collection[str]) -> set[tuple[str, ...]]:
        """Senders of several sites, with workload and period, that some of these are part of."""
        sender, reach = self._case["site_sender"], self._case["reach"]
        return {
            (SENT, sender[s, w], w, str(t))
            for s, t in self._case.sets["SITE_PERIOD"]
            if s in sites
            for w, _ in reach[s]
        }

    def _kind(self, name: str) -> tuple[str, ...]:
        """The kind that a column is of; racks that take over the work of a lost site have no group.

        Tokens are of their sender, if that is no site. None where it is none of these.
        """
        variable, _, index = name.partition("[")
        if variable == SENT:
            sender, workload, _, period, _ = index.split(",")
            return () if sender in self._group else (SENT, sender, workload, period)
        return ("", *index.split(",")[1:4]) if variable == RESCUE else kind_at(self._group, name)


def _saying(compiled: Compiled) -> Compiled:
    """Without the rows of no column, but one held at 0, unless nothing satisfies them."""
    matrix, free = compiled.matrix, (compiled.low != 0.0) | (compiled.high != 0.0)
    some = matrix.indices[np.repeat(free, np.diff(matrix.indptr))]
    empty = np.bincount(some, minlength=len(compiled.row_low)) == 0
    rows = np.flatnonzero(~(empty & (compiled.row_low <= 0.0) & (compiled.row_high >= 0.0)))
    return restricted(compiled, np.arange(len(compiled.low)), rows)


def _of(name: str) -> str:
    """The component of a column or row."""
    return name.partition("[")[0]


def _place(name: str) -> str:
    """The first index of a column or row."""
    return name.partition("[")[2].partition(",")[0]


def _second(name: str) -> str:
    """The second index of a column or row of several."""
    return name.split(",", 2)[1]
