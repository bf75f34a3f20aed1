"""Plans nearly as good as the best one at other sites: what is worth insisting on, and what not.

Each alternative holds the objective within a share of the best plan and is the one furthest apart
from all plans before it: it leaves the sites that carry most of their megawatts (the objective
`apart`, models/blocks/apart.py), then comes as near to the best as it can, at least cost. A site
that no alternative leaves is one that the best is owed to; one that all leave is a matter of taste.
Source: modelling to generate alternatives, Brill 1979, doi:10.1287/mnsc.25.5.413.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from models.blocks.objective import OBJECTIVES
from planner import __version__
from planner.errors import InputError, Problem
from planner.study import write
from planner.study.rounds import Asked, How, Rounds
from planner.study.work import Record
from planner.tables import Region
from planner.verify import verify

MARK = "alternatives.json"
APART_GAP_FRAC = 0.05
"""How nearly the greatest distance must be proven: a plan is sought, not a number."""

NOTHING = 1e-3
"""A plan that leaves less than this share of the earlier megawatts is no other plan."""


@dataclass(frozen=True)
class Alternatives:
    """The best plan and its alternatives in `plans`, a row each; by site their MW in `sites`."""

    objective: str
    within_frac: float
    plans: pd.DataFrame
    sites: pd.DataFrame
    said: str
    seconds: float

    @property
    def within_gap(self) -> bool:
        """Whether the best plan is proven within its gap, and every plan verified."""
        plans = self.plans
        return bool(len(plans)) and plans["status"].iloc[0] == "optimal" and all(plans["verified"])

    @property
    def status(self) -> str:
        """`infeasible` where no plan exists."""
        return "infeasible" if self.plans.empty and self.said == "infeasible" else ""

    def document(self) -> dict[str, Any]:
        """What `alternatives.json` holds."""
        return {
            "objective": self.objective,
            "unit": OBJECTIVES[self.objective].unit,
            "within_frac": self.within_frac,
            "said": self.said,
            "seconds": round(self.seconds, 3),
            "planner": __version__,
            "plans": _records(self.plans),
            "sites": _records(self.sites),
        }

    def summary(self) -> Group | Text:
        """Plans and their sites on a screen of 100 columns."""
        if self.plans.empty:
            return Text("No plan satisfies this scenario. `planner explain` says why.")
        return Group(self._plans(), self._sites(), Text(f"\n{self.said}"))

    def _plans(self) -> Table:
        unit = OBJECTIVES[self.objective].unit
        head = (
            f"Plans within {100 * self.within_frac:g} % of the best, each furthest from all before"
        )
        view = _view(head)
        for name in ("plan", unit, "loss", "apart", "at most", "MW", "$/Mtoken", "capex M$"):
            view.add_column(name, justify="left" if name == "plan" else "right")
        view.add_column("checked")
        for _, row in self.plans.iterrows():
            view.add_row(
                str(row["plan"]),
                f"{row['value']:,.6g}",
                f"{100 * row['loss_frac']:.2f} %",
                _percent(row["apart_frac"]),
                _percent(row["bound_apart_frac"]),
                f"{row['facility_mw']:,.1f}",
                f"{row['cost_usd_per_mtoken']:.3g}",
                f"{row['capex_musd']:,.0f}",
                "yes" if row["verified"] else "refused",
            )
        return view

    def _sites(self) -> Table:
        view = _view("\nMW by site, last period: in most plans first")
        view.add_column("", overflow="fold")
        for name in self.plans["plan"]:
            view.add_column(str(name), justify="right")
        for _, row in self.sites.iterrows():
            load = (row[f"{name}_mw"] for name in self.plans["plan"])
            view.add_row(Text(row["site_id"]), *(f"{mw:,.1f}" if mw > 0 else "-" for mw in load))
        return view


def alternatives(
    scenario: str | Path,
    out: str | Path,
    *,
    count: int = 3,
    within: float = 0.01,
    region: Region | str | Path | None = None,
    overrides: Sequence[str] = (),
    how: How | None = None,
) -> Alternatives:
    """The best plan, and plans nearly as good at other sites, written as they are found.

    Parameters
    ----------
    scenario, region, overrides
        As for `planner.plan`; the scenario is a file.
    out
        A folder: `alternatives.csv`, `alternative_sites.csv`, `alternatives.json`, and each plan's
        files under `runs/`.
    count
        Alternatives looked for; fewer are found where every plan so near the best uses sites of
        those before.
    within
        Share of the best plan's objective that an alternative may lose.
    how
        Workers, whether to resume, progress: as for `planner.study.study`.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once; or a folder that holds something else.
    """
    begun = time.monotonic()
    _check(count, within)
    rounds = Rounds(scenario, region, overrides, how or How(), count + 1)
    name = rounds.scenario.objective.name
    sound = cache(lambda plan: not verify(folder / plan))

    def result(found: list[Record], said: str) -> Alternatives:
        plans, sites = _tables(found, folder, name, sound)
        answer = Alternatives(name, within, plans, sites, said, time.monotonic() - begun)
        tables = {"alternatives": plans, "alternative_sites": sites}
        write(folder, MARK, answer.document(), tables)
        return answer

    with rounds.open(out, MARK) as folder:
        best = rounds.solve([Asked([])])[0]
        if best.get("value") is None:
            return result([], best["status"])
        found = [best]
        while len(found) <= count:
            changes = _texts(found, folder, rounds.scenario.objective, within)
            new = rounds.solve([Asked(changes)])[0]
            if new.get("value") is None or new["value"] < NOTHING:
                return result(found, _said(new, within))
            found.append(new)
            result(found, "")
        return result(found, f"{count} alternatives, as asked for.")


def _said(record: Record, within: float) -> str:
    near = f"within {100 * within:g} % of the best"
    if record.get("value") is not None:
        return f"Every further plan {near} uses the sites of those before."
    if record["status"] == "infeasible":
        return f"No further plan {near}."
    return f"No further plan {near} was found in time: {record.get('reason', '')}"


def _texts(found: Sequence[Record], folder: Path, objective: Any, within: float) -> list[str]:
    """What is asked of the next plan, as `--set` states it."""
    name, value = objective.name, found[0]["objectives"][objective.name]
    worse = -within if OBJECTIVES[name].more_is_better else within
    limit = value + worse * abs(value)
    loads = [_load_mw(folder / record["folder"]) for record in found]
    weight: dict[str, float] = {}
    for load in loads:
        for s, mw in load.items():
            weight[s] = weight.get(s, 0.0) + mw / sum(load.values()) / len(loads)
    apart = {s: float(f"{w:.12g}") for s, w in sorted(weight.items())}
    then = list(dict.fromkeys([name, *objective.then]))
    return [
        "objective.name=apart",
        f"objective.then={json.dumps(then)}",
        f"objective.no_worse_than.{name}={limit!r}",
        f"objective.apart_from={json.dumps(apart)}",
        f"solve.gap_frac={APART_GAP_FRAC}",
    ]


def _load_mw(folder: Path) -> dict[str, float]:
    """MW at the meter by site of a plan, last period."""
    power = pd.read_csv(folder / "power.csv")
    last: Any = power[power["period"] == power["period"].max()]
    load = last.set_index("site_id")["facility_mw"]
    return {str(s): float(mw) for s, mw in load[load > 0].items()}


def _tables(
    found: Sequence[Record], folder: Path, name: str, sound: Callable[[str], bool]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, loads = [], {}
    for i, record in enumerate(found):
        plan = f"alternative {i}" if i else "best"
        load = loads[plan] = _load_mw(folder / record["folder"])
        value = record["objectives"][name]
        best = found[0]["objectives"][name]
        worse = best - value if OBJECTIVES[name].more_is_better else value - best
        row = {
            "plan": plan,
            "status": record["status"],
            "value": value,
            "loss_frac": worse / abs(best) if best else 0.0,
            "apart_frac": record["value"] if i else None,
            "bound_apart_frac": record["bound"] if i else None,
            "least_apart_frac": _least_apart(load, [loads[p] for p in list(loads)[:-1]]),
            **record["figures"],
            "sites": ";".join(load),
            "verified": sound(record["folder"]),
            "folder": record["folder"],
        }
        rows.append(row)
    return pd.DataFrame(rows), _by_site(loads)


def _least_apart(load: Mapping[str, float], earlier: Sequence[Mapping[str, float]]) -> float | None:
    """Of the earlier plan most like it, the share of MW at sites that the plan leaves."""
    return min(
        (sum(mw for s, mw in other.items() if s not in load) / sum(other.values())
         for other in earlier),
        default=None,
    )  # fmt: skip


def _by_site(loads: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """MW of each plan at each site of any; sites of most plans first."""
    sites = list(dict.fromkeys(s for load in loads.values() for s in load))
    frame = pd.DataFrame({"site_id": sites})
    for plan, load in loads.items():
        frame[f"{plan}_mw"] = [load.get(s, 0.0) for s in sites]
    plans = frame.drop(columns="site_id")
    frame.insert(1, "plans_count", (plans > 0).sum(axis=1))
    frame.insert(2, "mean_mw", plans.mean(axis=1))
    order = ["plans_count", "mean_mw", "site_id"]
    return frame.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _check(count: int, within: float) -> None:
    problems = []
    if count < 1:
        problems.append(Problem("--count", "", "is too small", count, "at least 1"))
    if not 0 < within < 1:
        problems.append(Problem("--within", "", "is no share", within, "more than 0, less than 1"))
    if problems:
        raise InputError(problems)


def _view(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _percent(share: Any) -> str:
    return "-" if share is None or pd.isna(share) else f"{100 * share:.0f} %"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: Any = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return list(rows)
