"""All candidate sites, ranked, each with what the objective loses by it and why.

The ranking is that of the relaxation (see `planner.losses`), which takes seconds where a plan of
whole racks takes minutes: first the sites the relaxation builds at, by the loss without them, then
all others by the loss with them, then those that no plan can use.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from models.case import Case
from models.columns import Column
from planner.coefficients.case import make_case
from planner.coefficients.context import Context
from planner.coefficients.grid import with_cuts
from planner.coefficients.where import candidate_sites, interconnection
from planner.errors import Infeasible
from planner.exact_losses import exact_losses
from planner.folders import whole_folder
from planner.grid.root import ROUNDS, broken_cuts
from planner.losses import EXACT_FRAC, UNIT, Relaxation, losses
from planner.optimize import starters
from planner.reading import read
from planner.scenario import Scenario
from planner.solve.compile import compile_case
from planner.solve.order import Limits, relaxed_in_order
from planner.solve.own import NONE
from planner.solve.watch import Watch
from planner.tables import Region
from planner.workers import Workers

MARK = "ranking.csv"
SHOWN = 15
TRACE_MW = 1e-3
"""Less load than this is rounding of the solver."""

LOSSES = {
    "loss_if_excluded": "what the objective loses if the site is ruled out",
    "loss_if_forced": "what the objective loses if the site must be used",
    "ceiling_if_excluded": "no plan without the site is better than this",
    "ceiling_if_forced": "no plan with the site is better than this",
}
COLUMNS = (
    Column("ranking", "rank", "1 is the best site", "whole"),
    Column("ranking", "site_id", "the site", "text"),
    Column("ranking", "name", "place and node or estate", "text"),
    Column("ranking", "country", "ISO 3166-1 code", "text"),
    Column("ranking", "admin1", "ISO 3166-2 code of province or prefecture", "text"),
    Column("ranking", "lat_deg", "latitude"),
    Column("ranking", "lon_deg", "longitude"),
    Column("ranking", "chosen", "1 where the relaxation builds", "flag"),
    Column("ranking", "it_mw", "peak IT load in the relaxation, last period"),
    Column("ranking", "facility_mw", "load at the meter in the relaxation, last period"),
    Column("ranking", "facility_per_it_frac", "MW at the meter per IT MW, its best usual design"),
    Column("ranking", "earliest_period", "first period in which power can flow; blank: none"),
    Column("ranking", "forced_it_mw", "IT load that counts as using the site"),
    *(
        Column("ranking", f"{name}_{unit}", meaning)
        for unit in UNIT.values()
        for name, meaning in LOSSES.items()
    ),
    Column("ranking", "loss_basis", "bound: at least this; exact: solved again; none: no plan",
           "text"),
    Column("ranking", "binding", "limits the site is at, or why it is not used", "text"),
)  # fmt: skip

LIMITS = {
    "water_day_limit": "water of the peak day",
    "water_year_limit": "water of the year",
    "parcel": "land",
    "pue_ceiling": "PUE ceiling",
    "zone_headroom": "headroom of the grid zone",
    "staff_supply": "staff of the region",
}
"""Limits of a site, its zone or its region that a dual price can name."""


@dataclass(frozen=True)
class Ranking:
    """Every candidate site in `table`, best first; `value` is the relaxation's own objective."""

    table: pd.DataFrame
    objective: str
    value: float
    within_gap: bool
    seconds: float

    def document(self) -> dict[str, Any]:
        """The ranking as plain values."""
        rows = self.table.astype(object).where(self.table.notna(), None)
        return {
            "objective": self.objective,
            "unit": UNIT[self.objective],
            "relaxation": self.value,
            "seconds": round(self.seconds, 2),
            "sites": rows.to_dict("records"),
        }

    def summary(self) -> Table:
        """The best sites, for the screen."""
        unit = UNIT[self.objective]
        wide = Table(title=f"sites by {self.objective} ({unit}); relaxation {self.value:,.6g}")
        for name in ("", "site", "MW", "loss", "basis", "why"):
            wide.add_column(name, justify="right" if name in ("", "MW", "loss") else "left")
        loss = self.table[f"loss_if_excluded_{unit}"].fillna(self.table[f"loss_if_forced_{unit}"])
        known = self.table.assign(_loss=loss)[loss.notna() | (self.table["chosen"] == 1)]
        for _, row in known.head(SHOWN).iterrows():
            mark = f"{row['rank']}{'*' if row['chosen'] else ''}"
            lost = "" if pd.isna(row["_loss"]) else f"{row['_loss']:,.4g}"
            cells = (f"{row['facility_mw']:,.0f}", lost)
            wide.add_row(mark, row["site_id"], *cells, row["loss_basis"], row["binding"])
        wide.caption = (
            "* built at: the loss is without it; others: the loss with it\n"
            f"{len(self.table) - len(known)} of {len(self.table)} candidates cannot be used"
        )
        return wide

    def write(self, folder: str | Path) -> Path:
        """Write `ranking.csv` into a folder, whole or not at all."""
        with whole_folder(folder, MARK) as fresh:
            self.table.to_csv(fresh / MARK, index=False, lineterminator="\n", encoding="utf-8")
        return Path(folder)


def rank(
    scenario: Scenario | dict[str, Any] | str | Path,
    region: Region | str | Path | None = None,
    exact: int = 0,
    progress: Watch | None = None,
    workers: Workers = 2,
) -> Ranking:
    """All candidate sites of a scenario, ranked.

    Parameters
    ----------
    scenario, region
        As for `planner.plan`.
    exact
        Every site built at and this many of the next best are solved again, in or out; 0 for none.
    progress
        Told of stages and of the bound.
    workers
        Processes that solve again, each with one thread; or the address of a Dask scheduler. The
        ranking is the same with any.

    Raises
    ------
    InputError
        Every problem of the input.
    Infeasible
        No plan exists.
    """
    begun, watch = time.monotonic(), progress or Watch()
    chosen, facts = read(scenario, region)
    deadline = begun + chosen.solve.time_limit_s
    watch.stage("relaxation")
    found, relaxed = _relaxation(chosen, facts, deadline)
    watch.bound(float(found.shown(found.relaxed.bound)))
    watch.stage("losses")
    load = _loads(found, relaxed)
    used = set(load.index[load["facility_mw"] > TRACE_MW])
    lost = losses(found, used, deadline)
    table = _ranked(found, facts, chosen, load, lost)
    if exact:
        watch.stage("solved again")
        best = [*used, *table["site_id"][len(used) : len(used) + exact]]
        open_to = set(lost.loc[lost["loss_basis"] == "bound", "site_id"])
        asked = [s for s in best if s in open_to]
        lost = exact_losses(found, lost, asked, deadline, workers)
        table = _ranked(found, facts, chosen, load, lost)
    value = float(found.shown(found.relaxed.value))
    closed = found.relaxed.bound - found.relaxed.value <= chosen.solve.gap_frac * abs(
        found.relaxed.value
    )
    return Ranking(table, found.objective, value, bool(closed), time.monotonic() - begun)


def _relaxation(
    scenario: Scenario, region: Region, deadline: float
) -> tuple[Relaxation, np.ndarray]:
    """The relaxation, and its solution of least cost, which every hour of the network can serve."""
    case = make_case(region, scenario)
    for _ in range(ROUNDS):
        found, x = _relaxed(scenario, region, case, deadline)
        cuts = broken_cuts(case, found.compiled, x)
        if not cuts or time.monotonic() > deadline:
            break
        case = with_cuts(case, cuts)
    return found, x


def _relaxed(
    scenario: Scenario, region: Region, case: Case, deadline: float
) -> tuple[Relaxation, np.ndarray]:
    compiled = compile_case(case)
    names = list(dict.fromkeys([scenario.objective.name, *scenario.objective.then, "cost"]))
    limits = Limits(0.0, scenario.objective.tolerance_frac, deadline)
    steps = relaxed_in_order(compiled, case.sets["SITE"], names, starters(case), limits)
    if steps[0].x is None or steps[-1].x is None:
        from planner.explain import explain  # only where there is something to explain

        raise Infeasible(explain(scenario, region))
    return Relaxation(case, compiled, steps[0], names[0]), steps[-1].x


def _loads(found: Relaxation, x: np.ndarray) -> pd.DataFrame:
    """IT MW and MW at the meter by site in the last period."""
    case, column = found.case, found.compiled.column
    last = case.sets["PERIOD"][-1]
    rows = []
    for s, d, t in case.sets["HALL"]:
        if t == last:
            it_mw = max(float(x[column[f"it_mw[{s},{d},{t}]"]]), 0.0)
            rows.append((s, it_mw, it_mw * case["facility_per_it_frac"][s, d]))
    frame = pd.DataFrame(rows, columns=["site_id", "it_mw", "facility_mw"])
    return frame.groupby("site_id").sum()


def _ranked(
    found: Relaxation, region: Region, scenario: Scenario, load: pd.DataFrame, lost: pd.DataFrame
) -> pd.DataFrame:
    """Every candidate of the region with its losses, best first."""
    case, unit = found.case, found.unit
    about = ["site_id", "name", "country", "admin1", "lat_deg", "lon_deg"]
    table = region.tables["sites"][about].set_index("site_id", drop=False)
    table = table.rename_axis(None).join(load).join(lost.set_index("site_id"))
    meter: dict[str, float] = {}
    usual = _main_class(found)
    for (s, d), per_it in case["facility_per_it_frac"].items():
        if case["cooling_class"][d] == usual:
            meter[s] = min(per_it, meter.get(s, per_it))
    table["facility_per_it_frac"] = pd.Series(meter)
    first: dict[str, int] = {}
    for s, t in case.sets["SITE_PERIOD"]:
        first[s] = min(t, first.get(s, t))
    table["earliest_period"] = pd.Series(first, dtype="Int64")
    table["chosen"] = (table["facility_mw"] > TRACE_MW).astype(int)
    table["loss_basis"] = table["loss_basis"].fillna("")
    table["binding"] = _reasons(found, region, scenario, table)
    size = EXACT_FRAC * abs(float(found.shown(found.relaxed.value)))
    lost_by = {  # to rounding, so that equals stand in the order of what follows
        name: (table[f"loss_if_{name}_{unit}"] / max(size, 1e-300)).round()
        for name in ("excluded", "forced")
    }
    keys = pd.DataFrame(
        {
            "chosen": -table["chosen"],
            "out": table["loss_basis"].isin(["", "none"]) & (table["chosen"] == 0),
            "lost": -lost_by["excluded"],
            "load": -table["facility_mw"].where(table["chosen"] == 1, 0.0).round(6),
            "forced": lost_by["forced"],
            "site_id": table["site_id"],
        }
    )
    table = table.loc[keys.sort_values([*keys.columns], kind="stable").index]
    table["rank"] = range(1, len(table) + 1)
    names = [column.name for column in COLUMNS if column.name in table]
    return table[names].reset_index(drop=True)


def _main_class(found: Relaxation) -> str:
    """The cooling class that carries most of the IT load of the relaxation."""
    load: dict[str, float] = {}
    for s, d, t in found.case.sets["HALL"]:
        c = found.case["cooling_class"][d]
        mw = 0.0 if found.relaxed.x is None else _value(found, f"it_mw[{s},{d},{t}]")
        load[c] = load.get(c, 0.0) + mw
    return max(load, key=lambda c: load[c])


def _value(found: Relaxation, name: str) -> float:
    assert found.relaxed.x is not None
    return float(found.relaxed.x[found.compiled.column[name]])


def _reasons(
    found: Relaxation, region: Region, scenario: Scenario, table: pd.DataFrame
) -> pd.Series:
    """The limits a used site is at; what speaks against another; why a third is out."""
    at = _at_limits(found, table.loc[table["chosen"] == 1, ["facility_mw"]])
    forced = {s: ["forced by the scenario"] for s in found.case.sets["FORCED_SITE"]}
    used = table["chosen"] == 1
    least = table[used].groupby("country")["facility_per_it_frac"].min()
    start = scenario.periods[0]
    left = candidate_sites(Context(region, scenario))
    powered = set(interconnection(Context(region, scenario), left)["site_id"])
    words = {}
    for s, row in table.iterrows():
        said = []
        if row["chosen"]:
            said = [*forced.get(str(s), []), *at.get(str(s), [])]
        elif s not in left.index:
            said = ["left out by the scenario's filters"]
        elif s not in powered:
            said = [f"no power by {scenario.periods[-1]}"]
        elif pd.isna(row["facility_per_it_frac"]):
            said = ["no cooling design with room for a hall"]
        elif row["loss_basis"] == "":
            said = ["cannot carry the load of a site in use"]
        else:
            if row["earliest_period"] > start:
                said.append(f"no power before {row['earliest_period']}")
            best = least.get(row["country"], least.min())
            if row["facility_per_it_frac"] > best + 5e-4:
                said.append(f"meters {row['facility_per_it_frac']:.3f} per IT MW, best {best:.3f}")
        words[s] = "; ".join(said)
    return pd.Series(words, dtype=object)


def _at_limits(found: Relaxation, load: pd.DataFrame) -> dict[str, list[str]]:
    """By site, the limits it is at: all of its connection, or those that have a dual price."""
    case, limits = found.case, {}
    connectable = pd.Series(case["step_mw"]).groupby(level=0).sum()
    full = load["facility_mw"] >= 0.999 * connectable.reindex(load.index)
    for s in load.index[full]:
        limits[str(s)] = ["grid connection"]
    duals = found.relaxed.row_dual
    named: set[tuple[str, str]] = set()
    for i in np.flatnonzero(np.abs(duals) > NONE) if duals is not None else ():
        family, _, index = found.compiled.row_names[i].partition("[")
        named.add((family, index.split(",")[0]))
    for s in load.index:
        for family, words in LIMITS.items():
            place = {"zone_headroom": case["zone"][s], "staff_supply": case["labour_region"][s]}
            if (family, place.get(family, s)) in named:
                limits.setdefault(str(s), []).append(words)
    return limits
