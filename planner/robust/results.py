"""What a robust plan is told by: a row a future, what is decided now, what knowing is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from models.blocks.objective import OBJECTIVES, Ratio
from planner import __version__
from planner.robust.futures import Future
from planner.robust.here_and_now import Decided
from planner.robust.measure import Totals
from planner.study import write
from planner.study.schema import Study
from planner.study.work import Record

MARK = "robust.json"
PLANS = "plans"


@dataclass
class Said:
    """What is known so far; values in the model's columns, more being better."""

    study: Study
    share: float
    futures: Sequence[Future]
    records: Sequence[Record]
    known_totals: Sequence[Totals] = ()
    known: float | None = None
    value: float | None = None
    bound: float | None = None
    basis: str = ""
    decided: Decided = field(default_factory=dict)
    totals: list[Totals | None] = field(default_factory=list)
    mean: float | None = None
    mean_decided: Decided | None = None
    mean_totals: Sequence[Totals | None] = ()
    infeasible: bool = False

    def value_or(self, other: float | None) -> float:
        """The value of the robust plan, or another where there is none."""
        found = other if self.value is None else self.value
        return 0.0 if found is None else found

    @property
    def ratio(self) -> Ratio:
        """The objective."""
        return OBJECTIVES[self.futures[0].scenario.objective.name]

    def shown(self, value: float | None) -> float | None:
        """A value of the model's columns as people read it."""
        sign = 1.0 if self.ratio.more_is_better else -1.0
        return None if value is None else sign * value * self.ratio.factor


@dataclass(frozen=True)
class Robust:
    """The robust plan: a row a future in `futures`, what is decided now in `choice`.

    `value`, `bound`, `known` and `mean` are in the unit of the objective, of the worst `share` of
    the futures: of the robust plan, of any plan, of plans that know their future, and of the plan
    for the mean future (None where some future cannot be served by it, or inputs have no mean).
    `bound_basis` says what the bound is proven by: divisible halls at every candidate
    (`relaxation`), or whole ones at all that are not ruled out by prices (`whole halls`).
    `status` is `infeasible` where some future has no plan at all.
    """

    name: str
    unit: str
    share: float
    value: float | None
    bound: float | None
    bound_basis: str
    known: float | None
    mean: float | None
    mean_is_known: bool
    gap_frac_wanted: float
    futures: pd.DataFrame
    choice: pd.DataFrame
    said: str
    seconds: float
    more_is_better: bool
    status: str = ""

    @property
    def gap_frac(self) -> float | None:
        """Distance of bound and value relative to the value; None without a plan."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.bound - self.value) / max(abs(self.value), 1e-12)

    @property
    def within_gap(self) -> bool:
        """Whether the robust plan is proven within the gap that the scenario asks for."""
        return self.gap_frac is not None and self.gap_frac <= self.gap_frac_wanted

    @property
    def information(self) -> float | None:
        """What knowing the future would gain, in the objective's unit.

        Nothing where the plans that know theirs, found within their gaps, are no better.
        """
        return self._lead(self.known, self.value)

    @property
    def solution(self) -> float | None:
        """What the robust plan gains over the plan for the mean future, in the objective's unit."""
        return self._lead(self.value, self.mean)

    def _lead(self, one: float | None, other: float | None) -> float | None:
        """By how much one is better than another; 0 where it is not."""
        if one is None or other is None:
            return None
        return max(one - other if self.more_is_better else other - one, 0.0)

    def document(self) -> dict[str, Any]:
        """What `robust.json` holds."""
        return {
            "name": self.name,
            "unit": self.unit,
            "worst_share_frac": self.share,
            "value": self.value,
            "bound": self.bound,
            "bound_basis": self.bound_basis,
            "gap_frac": self.gap_frac,
            "value_of_plans_that_know": self.known,
            "value_of_plan_for_the_mean": self.mean,
            "value_of_perfect_information": self.information,
            "value_of_stochastic_solution": self.solution,
            "said": self.said,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "planner": __version__,
            "futures": _records(self.futures),
            "choice": _records(self.choice),
        }

    def summary(self) -> Group:
        """Values, futures and choices on a screen of 100 columns."""
        parts: list[Any] = [self._head()]
        if self.said:
            parts.append(Text(f"No choice serves every future: {self.said}."))
        parts.append(self._futures())
        if len(self.choice):
            parts.append(self._choice())
        return Group(*parts)

    def _head(self) -> Text:
        which = "all futures" if self.share == 1 else f"the worst {100 * self.share:g} % of futures"
        text = Text(f"{self.name}: {len(self.futures)} futures, over {which}", style="bold")
        if self.value is None:
            return text
        gap = self.gap_frac
        text.append(f"\n{self.value:,.6g} {self.unit}", style="bold green")
        if self.bound is not None and gap is not None:
            said = f"  nothing beats {self.bound:,.6g} ({self.bound_basis}), gap {100 * gap:.3g} %"
            text.append(said, "default")
        gain = _of(self.information, self.value)
        text.append(f"\nknowing the future would gain {gain}", "default")
        text.append(f"\n{self._of_the_mean()}", "default")
        return text

    def _of_the_mean(self) -> str:
        """What the choices for the mean future are worth."""
        if self.solution:
            return f"the plan for the mean future is worth {_of(self.solution, self.value)} less"
        if self.mean is not None:
            return "the plan for the mean future is as good"
        if self.mean_is_known:
            return "the plan for the mean future cannot serve every future"
        return "no plan for the mean future: an input has no mean, or none was found"

    def _futures(self) -> Table:
        view = _view(f"\nFutures, {self.unit}, if known and if not")
        for name in ("future", "known", "robust", "regret", "mean plan", "MW"):
            view.add_column(name, justify="left" if name == "future" else "right")
        for _, row in self.futures.iterrows():
            view.add_row(
                Text(str(row["future"])),
                _number(row["known_value"], ",.6g"),
                _number(row["robust_value"], ",.6g"),
                _number(row["regret_frac"], ".2%"),
                _number(row["mean_plan_value"], ",.6g"),
                _number(row["facility_mw"], ",.1f"),
            )
        return view

    def _choice(self) -> Table:
        view = _view("\nDecided now")
        for name in ("site", "since", "steps", "halls", "designs", "the mean plan"):
            view.add_column(name, justify="right" if name in ("steps", "halls") else "left")
        for _, row in self.choice.iterrows():
            view.add_row(
                Text(row["site_id"]),
                str(row["first_period"]),
                f"{row['steps_count']:g}",
                f"{row['halls_count']:g}",
                Text(row["designs"]),
                f"{row['mean_plan_halls_count']:g} halls" if row["mean_plan_halls_count"] else "-",
            )
        return view


def write_robust(said: Said, folder: Path, seconds: float, why: str) -> Robust:
    """The results, written."""
    solve = said.futures[0].scenario.solve
    found = Robust(
        name=said.study.name,
        unit=said.ratio.unit,
        share=said.share,
        value=said.shown(said.value),
        bound=said.shown(said.bound),
        bound_basis=said.basis,
        known=said.shown(said.known),
        mean=said.shown(said.mean),
        mean_is_known=said.mean_decided is not None,
        gap_frac_wanted=solve.gap_frac,
        futures=_futures(said),
        choice=_choice(said),
        said=why or ("none was found in time" if said.value is None else ""),
        seconds=seconds,
        more_is_better=said.ratio.more_is_better,
        status="infeasible" if said.infeasible else "",
    )
    write(folder, MARK, found.document(), {"robust": found.futures, "robust_choice": found.choice})
    return found


def _futures(said: Said) -> pd.DataFrame:
    """A row a future: inputs, the best plan that knows it, the robust one, the mean one."""
    rows = []
    for k, (future, record) in enumerate(zip(said.futures, said.records, strict=True)):
        robust, mean = _at(said.totals, k), _at(said.mean_totals, k)
        known, value = record.get("value"), _ratio(said, robust)
        rows.append(
            {
                "future": future.run.name,
                **future.run.inputs,
                "status": record["status"],
                "reason": record.get("reason", ""),
                "known_value": known,
                "known_bound": record.get("bound"),
                "robust_value": value,
                "regret_frac": regret(said.ratio, known, value),
                "mean_plan_value": _ratio(said, mean),
                "facility_mw": _load_mw(said, future, robust),
                "known_sites": ";".join(record.get("sites") or ()),
                "known_folder": record["folder"],
                "robust_folder": f"{PLANS}/{future.run.name}" if robust else "",
            }
        )
    return pd.DataFrame(rows)


def regret(ratio: Ratio, known: float | None, value: float | None) -> float | None:
    """What a plan loses to the one that knows the future, relative to it.

    Nothing where that one, found within its gap, is no better: it could be this plan.
    """
    if known is None or value is None:
        return None
    lost = known - value if ratio.more_is_better else value - known
    return max(lost, 0.0) / abs(known)


def _load_mw(said: Said, future: Future, totals: Totals | None) -> float | None:
    """Mean MW at the meter over the years of the plan, where the objective is per MW."""
    if totals is None or said.ratio.under != "facility_total":
        return None
    return totals[1] / sum(future.scenario.period_years.values())


def _choice(said: Said) -> pd.DataFrame:
    """By site: first period; steps, halls and designs in the last period, the mean plan's halls."""
    last = said.futures[0].scenario.periods[-1]
    chosen, mean = _by_site(said.decided, last), _by_site(said.mean_decided or {}, last)
    rows = [
        {
            "site_id": s,
            "first_period": site["first"],
            "steps_count": site["steps"],
            "halls_count": sum(site["halls"].values()),
            "designs": ", ".join(sorted(site["halls"])),
            "mean_plan_halls_count": sum(mean.get(s, {"halls": {}})["halls"].values()),
        }
        for s, site in sorted(chosen.items(), key=lambda item: -sum(item[1]["halls"].values()))
    ]
    columns = ["site_id", "first_period", "steps_count", "halls_count", "designs",
               "mean_plan_halls_count"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _by_site(decided: Mapping[str, float], last: int) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, value in decided.items():
        kind, _, rest = name.partition("[")
        s, *index = rest[:-1].split(",")
        site = found.setdefault(s, {"first": last, "steps": 0.0, "halls": {}})
        period = int(index[-1])
        if kind == "open":
            site["first"] = min(site["first"], period)
        elif kind == "connect" and period == last:
            site["steps"] += value
        elif kind == "halls" and period == last:
            site["halls"][index[0]] = value
    return found


def _at(values: Sequence[Totals | None], k: int) -> Totals | None:
    return values[k] if k < len(values) else None


def _ratio(said: Said, totals: Totals | None) -> float | None:
    return None if totals is None else said.shown(totals[0] / totals[1])


def _of(amount: float | None, value: float | None) -> str:
    if amount is None or value is None:
        return "-"
    return f"{amount:,.4g} ({100 * amount / abs(value):.2g} %)" if amount else "nothing"


def _number(value: Any, form: str) -> str:
    if value is None or pd.isna(value):
        return "-"
    return format(value, form).replace("%", " %")


def _view(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: Any = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return list(rows)
