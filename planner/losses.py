"""What the objective loses without a chosen site, or with another, in the objective's own unit.

A loss is stated for the relaxation of the where/what model, in which halls, racks and connection
steps are divisible. There it is exact to 1e-7; the loss of a plan of whole racks would drown in the
plan's own gap, since one hall more or less moves a national ratio by less than that gap.
    bound: the loss is at least this, by dual prices, for every site at once
    exact: the relaxation was solved again with the site in, or out
    none:  no plan exists without (or with) the site
A ceiling holds for plans of whole racks too: with (or without) the site none exceeds it; where less
is better, none falls below it.
A site is forced in as the scenario would do it: open, and with the IT load of its smallest hall in
the last period, or what its connection, land and water allow if that is less
(planner/coefficients/forced.py). Without a site that the scenario forces there is no plan.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.blocks.objective import OBJECTIVES
from models.case import Case
from planner.coefficients.forced import least_it_mw
from planner.solve.compile import Compiled
from planner.solve.idle import NONE
from planner.solve.losses import ceilings
from planner.solve.own import Forcing, OwnRows
from planner.solve.sift import Relaxed
from planner.solve.split import Split, split

UNIT = {
    "tokens_per_mw": "tokens_per_s_per_mw",
    "tokens": "tokens_per_s_years",
    "cost_per_mtoken": "usd_per_mtoken",
    "npv": "musd",
    "carbon_per_mtoken": "gco2_per_mtoken",
    "water_per_mtoken": "l_per_mtoken",
    "in_country_frac": "frac",
    "cost": "musd",
    "apart": "frac",
}
"""By objective, the end of the names of columns in its unit."""

EXACT_FRAC = 1e-7
"""A relaxation solved again is exact where value and bound are as near as this; a loss as small
as this share of the objective is the solver's rounding."""


@dataclass(frozen=True)
class Relaxation:
    """The where/what model compiled, its best ratio without whole halls, and the objective."""

    case: Case
    compiled: Compiled
    relaxed: Relaxed
    objective: str

    @property
    def unit(self) -> str:
        """Unit suffix of the objective."""
        return UNIT[self.objective]

    def shown(self, ratio: np.ndarray | float) -> np.ndarray | float:
        """A ratio of the model's columns (more is better) in the unit people read."""
        of = OBJECTIVES[self.objective]
        return ratio * of.factor * (1.0 if of.more_is_better else -1.0)

    def loss(self, ratio: np.ndarray | float) -> np.ndarray:
        """How far a ratio is below the best one, in the unit people read; never negative."""
        factor = OBJECTIVES[self.objective].factor
        fall = np.asarray(self.relaxed.value - ratio) * factor
        rounding = EXACT_FRAC * abs(self.relaxed.value) * factor
        return np.where(fall > rounding, fall, 0.0)


def losses(found: Relaxation, chosen: Collection[str], deadline: float) -> pd.DataFrame:
    """Bounds of the losses of all sites.

    Parameters
    ----------
    found
        The relaxation, solved.
    chosen
        Sites of the plan: for these the loss without them is given, for others the loss with them.
    deadline
        A time.monotonic() value.

    Returns
    -------
    DataFrame
        site_id, forced_it_mw; loss_if_excluded, loss_if_forced, ceiling_if_excluded,
        ceiling_if_forced, each name ended by the objective's unit; loss_basis. Blank where a site
        cannot carry the load that counts as using it.
    """
    parts = split(found.compiled, found.case.sets["SITE"])
    forced, least_mw = forced_in(found, parts, deadline)
    ratio = OBJECTIVES[found.objective]
    most = ceilings(found.compiled, parts, ratio, found.relaxed, forced, deadline)
    inside = np.array([s in chosen for s in parts.sites], dtype=bool)
    able = least_mw > NONE
    must = np.isin(parts.sites, found.case.sets["FORCED_SITE"])
    columns: dict[str, Any] = {"site_id": list(parts.sites), "forced_it_mw": least_mw}
    for name, ceiling, shown in (
        ("excluded", most.without, inside & ~must),
        ("forced", most.having, ~inside & able & ~must),
    ):
        columns[f"loss_if_{name}_{found.unit}"] = np.where(shown, found.loss(ceiling), np.nan)
        columns[f"ceiling_if_{name}_{found.unit}"] = np.where(shown, found.shown(ceiling), np.nan)
    basis = np.select([must, inside | able], ["none", "bound"], "")
    return pd.DataFrame({**columns, "loss_basis": basis})


def forced_in(found: Relaxation, parts: Split, deadline: float) -> tuple[OwnRows, np.ndarray]:
    """The sites' own rows with each site forced in, and the IT MW that it must have.

    None where it cannot carry them: what each can have at most is looked for only if some cannot.
    """
    case, compiled = found.case, found.compiled
    last = case.sets["PERIOD"][-1]
    asked = least_it_mw(case, parts.sites)
    at_one = np.array([compiled.column[f"open[{s},{last}]"] for s in parts.sites], dtype=int)
    least, summed = np.array([asked[s] for s in parts.sites]), load_columns(case, compiled, last)
    forced = OwnRows(compiled, parts, Forcing(at_one, summed, least))
    if forced.possible(deadline):
        return forced, least
    costs = np.zeros(len(compiled.low))
    costs[summed] = 1.0
    most = OwnRows(compiled, parts).most(costs, deadline)
    least = np.where(least <= (0.0 if most is None else most), least, 0.0)
    return OwnRows(compiled, parts, Forcing(at_one, summed, least)), least


def load_columns(case: Case, compiled: Compiled, t: int, site: str | None = None) -> np.ndarray:
    """Columns of IT load in a period, of all sites or of one."""
    names = [f"it_mw[{s},{d},{u}]" for s, d, u in case.sets["HALL"] if u == t and site in (None, s)]
    return np.array([compiled.column[name] for name in names], dtype=int)
