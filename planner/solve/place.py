"""Whole racks at sites: the site-indexed model on the few sites that the where/what model uses.

The where/what model is a relaxation of the site-indexed one (racks of a group are not told apart
by site, and need not be whole), so its bound holds for the full problem. Placing whole racks at the
sites it uses gives a plan; the distance of the two is the proven gap.
"""

from collections.abc import Collection

from models.case import Case
from planner.coefficients import regrouped

BY_SITE = ("SITE_PERIOD", "SITE_DESIGN", "HALL", "STEP_PERIOD")


def site_indexed(case: Case) -> Case:
    """The reference form: every rack decision at its site."""
    return regrouped(case, {s: s for s in case.sets["SITE"]})


def at_sites(case: Case, sites: Collection[str]) -> Case:
    """The site-indexed case of these sites alone, with whole racks."""
    keep = set(sites)
    sets = {
        **case.sets,
        "SITE": tuple(s for s in case.sets["SITE"] if s in keep),
        "FORCED_SITE": tuple(s for s in case.sets["FORCED_SITE"] if s in keep),
        **{name: tuple(i for i in case.sets[name] if i[0] in keep) for name in BY_SITE},
    }
    return site_indexed(case.having(sets=sets, whole_racks=True))
