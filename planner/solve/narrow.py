"""Smaller cases: the reference form, some sites alone, the racks and halls of a plan alone."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, compress
from operator import itemgetter

from models.case import Case
from planner.coefficients.case import Kinds, regrouped
from planner.coefficients.senders import Senders, own

BY_SITE = ("SITE_PERIOD", "SITE_DESIGN", "HALL", "STEP_PERIOD", "HOST", "WATER", "SUPPLY")
KINDS = {"install": 2, "work": 4}
"""So much of their index, after the site, says of what kind columns of racks are."""

HALLS = "halls", "it_mw", "it_mean_mw"
"""Columns of halls, which are of the kind of their design."""

OF_DESIGNS = ("SITE_DESIGN", "HALL")

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
    one period may be bought in others, and what a kind does, at each of its sites. Nor are there
    halls of other designs, wherever those of these are.
    """
    few = _of(case, sites)
    few = few if kinds is None else _of_kinds(few, kinds)
    return _site_by_site(few, case["site_sender"], kinds).having(whole_racks=True)


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


def _of_kinds(case: Case, kinds: Kinds) -> Case:
    """The case with halls of these kinds alone."""
    designs = {d for d in case["cooling_class"] if (d,) in kinds}
    halls = {name: tuple(i for i in case.sets[name] if i[1] in designs) for name in OF_DESIGNS}
    return case.having(sets={**case.sets, **halls})


def _at(indices: Sequence[tuple], keep: Collection[str]) -> tuple[tuple, ...]:
    """Those whose first part is to be kept."""
    return tuple(compress(indices, map(keep.__contains__, map(itemgetter(0), indices))))


def _site_by_site(case: Case, sender: Senders, kinds: Kinds | None = None) -> Case:
    return regrouped(case, {s: s for s in case.sets["SITE"]}, sender, kinds)


def kinds_of(group: Mapping[str, str], *plans: Mapping[str, float]) -> set[tuple[str, ...]]:
    """Kinds that plans have: of racks and work a column's index but its period, by group; of halls
    their design.

    Each holds its columns by name, in groups or at sites, `group` the group of each site.
    """
    found = set()
    for name, value in chain.from_iterable(plan.items() for plan in plans):
        kind = kind_at(group, name) if value > SOME else ()
        if kind:
            found.add(kind)
    return found


def kind_at(group: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The kind that a column is of; none where it is neither racks, nor their work, nor halls."""
    variable, _, index = name.partition("[")
    if variable not in KINDS and variable not in HALLS:
        return ()
    place, *what = index[:-1].split(",")
    if variable in HALLS:
        return (what[0],)
    return (group.get(place, place), *what[: KINDS[variable]])
