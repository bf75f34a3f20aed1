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

import time
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
    forced, ratio = ForcedIn(found, parts), OBJECTIVES[found.objective]
    most = ceilings(found.compiled, parts, ratio, found.relaxed, forced.most, deadline)
    inside = np.array([s in chosen for s in parts.sites], dtype=bool)
    able = forced.least_mw > NONE
    must = np.isin(parts.sites, found.case.sets["FORCED_SITE"])
    columns: dict[str, Any] = {"site_id": list(parts.sites), "forced_it_mw": forced.least_mw}
    for name, ceiling, shown in (
        ("excluded", most.without, inside & ~must),
        ("forced", most.having, ~inside & able & ~must),
    ):
        columns[f"loss_if_{name}_{found.unit}"] = np.where(shown, found.loss(ceiling), np.nan)
        columns[f"ceiling_if_{name}_{found.unit}"] = np.where(shown, found.shown(ceiling), np.nan)
    basis = np.select([must, inside | able], ["none", "bound"], "")
    return pd.DataFrame({**columns, "loss_basis": basis})


class ForcedIn:
    """The sites' own rows with each site forced in: open, with the IT MW that it must have.

    `least_mw` is that load, 0 of a site that cannot carry it: what each can have at most is looked
    for only once some cannot.
    """

    def __init__(self, found: Relaxation, parts: Split) -> None:
        case, compiled = found.case, found.compiled
        last = case.sets["PERIOD"][-1]
        asked = least_it_mw(case, parts.sites)
        self._compiled, self._parts = compiled, parts
        open_last = [compiled.column[f"open[{s},{last}]"] for s in parts.sites]
        self._at_one = np.array(open_last, dtype=int)
        self._load = load_columns(case, compiled, last)
        self.least_mw = np.array([asked[s] for s in parts.sites])
        self._own, self._all_can = self._forced(), False

    def most(self, costs: np.ndarray, deadline: float) -> np.ndarray | None:
        """Greatest sum of cost x column by site, given costs of all columns; None if time is up."""
        most = self._own.most(costs, deadline)
        if most is None and not self._all_can and time.monotonic() <= deadline:
            load = np.zeros(len(self._compiled.low))
            load[self._load] = 1.0
            can_mw = OwnRows(self._compiled, self._parts).most(load, deadline)
            able = self.least_mw <= (0.0 if can_mw is None else can_mw)
            self.least_mw = np.where(able, self.least_mw, 0.0)
            self._own = self._forced()
            most = self._own.most(costs, deadline)
        self._all_can = True
        return most

    def _forced(self) -> OwnRows:
        forcing = Forcing(self._at_one, self._load, self.least_mw)
        return OwnRows(self._compiled, self._parts, forcing)


def load_columns(case: Case, compiled: Compiled, t: int, site: str | None = None) -> np.ndarray:
    """Columns of IT load in a period, of all sites or of one."""
    names = [f"it_mw[{s},{d},{u}]" for s, d, u in case.sets["HALL"] if u == t and site in (None, s)]
    return np.array([compiled.column[name] for name in names], dtype=int)
