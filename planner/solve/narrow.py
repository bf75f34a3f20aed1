"""Smaller cases: the reference form, some sites alone, the kinds of racks of a plan alone."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, compress
from operator import itemgetter

from models.case import Case
from planner.coefficients.case import regrouped
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


def at_sites(case: Case, sites: Collection[str]) -> Case:
    """The case of these sites alone, with whole racks at each; tokens are sent as before."""
    return _site_by_site(_of(case, sites), case["site_sender"]).having(whole_racks=True)


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


def _site_by_site(case: Case, sender: Senders) -> Case:
    return regrouped(case, {s: s for s in case.sets["SITE"]}, sender)


def narrowed(case: Case, group: Mapping[str, str], *plans: Mapping[str, float]) -> Case:
    """The site-indexed case with only those racks, and that work, that plans in groups have."""
    return narrowed_to(case, group, kinds_of(group, *plans))


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


def kind_at(group: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The kind that a column is of; none where it is neither racks nor work."""
    variable, _, index = name.partition("[")
    if variable not in KINDS:
        return ()
    place, *what = index[:-1].split(",")
    return (group.get(place, place), *what[: KINDS[variable]])


def narrowed_to(case: Case, group: Mapping[str, str], kinds: Collection[tuple[str, ...]]) -> Case:
    """The site-indexed case with only those kinds of racks and work, `group` that of each site.

    A kind that the group buys in one period may be bought in others, and what a kind does, at each
    of its sites.
    """
    install = tuple(i for i in case.sets["INSTALL"] if (group[i[0]], *i[1:3]) in kinds)
    run = tuple(
        i
        for i in case.sets["RUN"]
        if (group[i[0]], *i[1:3]) in kinds and (group[i[0]], *i[1:5]) in kinds
    )
    there = set(install)
    train = tuple((g, j, k, c, t) for g, j, k, c, t in case.sets["TRAIN"] if (g, k, c, t) in there)
    gang = tuple(dict.fromkeys((g, j, k) for g, j, k, _, _ in train))
    few = {"INSTALL": install, "RUN": run, "TRAIN": train, "GANG": gang}
    return case.having(sets={**case.sets, **few})
