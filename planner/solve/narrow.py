"""Smaller cases: the reference form, some sites alone, the kinds of racks of a plan alone."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, compress
from operator import itemgetter

from models.case import Case
from planner.coefficients.case import Kinds, regrouped
from planner.coefficients.senders import Senders, own

BY_SITE = ("SITE_PERIOD", "SITE_DESIGN", "HALL", "STEP_PERIOD", "HOST", "WATER", "SUPPLY")
KINDS = {"install": 2, "work": 4}
"""So much of their index, after the site, says of what kind columns are."""

SOME = 1e-7
"""More than the solver's rounding."""


def site_indexed(case: Case) -> Case:
    """The reference form: every decision on racks and tokens at its site."""
    return _site_by_site(case, own(case))


def among(case: Case, sites: Collection[str]) -> Case:
    """The case of these sites alone, grouped as before."""
    return regrouped(_of(case, sites), case["group"], case["site_sender"])


def at_sites(case: Case, sites: Collection[str], kinds: Kinds | None = None) -> Case:
    """The case of these sites alone, with whole racks at each; tokens are sent as before.

    With `kinds` there are no other racks, and they do no other work: a kind that a group buys in
    one period may be bought in others, and what a kind does, at each of its sites.
    """
    few = _site_by_site(_of(case, sites), case["site_sender"], kinds)
    return few.having(whole_racks=True)


def _of(case: Case, sites: Collection[str]) -> Case:
    """The case of these sites alone, its sets of groups left as they are."""
    keep = set(sites)
    sets = {
        **case.sets,
        "SITE": tuple(s for s in case.sets["SITE"] if s in keep),
        "FORCED_SITE": tuple(s for s in case.sets["FORCED_SITE"] if s in keep),
        **{name: _at(case.sets[name], keep) for name in BY_SITE},
    }
    return case.having(sets=sets)


def _at(indices: Sequence[tuple], keep: Collection[str]) -> tuple[tuple, ...]:
    """Those whose first part is to be kept."""
    return tuple(compress(indices, map(keep.__contains__, map(itemgetter(0), indices))))


def _site_by_site(case: Case, sender: Senders, kinds: Kinds | None = None) -> Case:
    return regrouped(case, {s: s for s in case.sets["SITE"]}, sender, kinds)


def kinds_of(group: Mapping[str, str], *plans: Mapping[str, float]) -> set[tuple[str, ...]]:
    """Kinds of racks and work that plans have: a column's index without its period, by group.

    Each holds its columns by name, in groups or at sites, `group` the group of each site.
    """
    found = set()
    for name, value in chain.from_iterable(plan.items() for plan in plans):
        kind = kind_at(group, name) if value > SOME else ()
        if kind:
            found.add(kind)
    return found


def designs_of(*plans: Mapping[str, float]) -> set[str]:
    """Designs of the halls that plans have, each with its columns by name."""
    every = chain.from_iterable(plan.items() for plan in plans)
    return {
        name.split(",")[1] for name, value in every if value > SOME and name.startswith("halls[")
    }


def kind_at(group: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The kind that a column is of; none where it is neither racks nor work."""
    variable, _, index = name.partition("[")
    if variable not in KINDS:
        return ()
    place, *what = index[:-1].split(",")
    return (group.get(place, place), *what[: KINDS[variable]])
