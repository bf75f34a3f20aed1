"""What the plan says of itself: objective, bound, gap, rules, ranking, inputs, dictionary."""

from typing import Any

import numpy as np
import pandas as pd

from models.blocks.objective import OBJECTIVES
from planner.coefficients.where import candidate_sites
from planner.limits import limits
from planner.limits.book import AT_LEAST, EXACTLY
from planner.limits.objectives import totals_of
from planner.provenance import recalled_count
from planner.results.columns import dictionary
from planner.results.inputs import plan_inputs, recalled_of_sites
from planner.results.money import money
from planner.results.policies import policies
from planner.results.sites import LOSSES, sites
from planner.verify.checks import FRAC, differing, named
from planner.verify.run import KEYS, Run

GAP_DIGITS = 1e-9
VALUE_FRAC = 1e-6


def objective(run: Run) -> list[str]:
    """The value is what the tables give; bound, gap and status follow from it."""
    document, book = run.document, run.book
    name = run.context.scenario.objective.name
    if document.get("objective") != name:
        return [
            f"plan.json: objective is {document.get('objective')!r}, the scenario's is {name!r}"
        ]
    ratio = OBJECTIVES[name]
    totals = totals_of(book)
    sign = 1.0 if ratio.more_is_better else -1.0
    value = totals[ratio.over] / totals[ratio.under] * ratio.factor if totals[ratio.under] else 0.0
    numbers: list[Any] = [document.get(key) for key in ("value", "bound", "gap_frac")]
    stated, bound, gap = numbers
    if not all(isinstance(number, int | float) for number in numbers):
        return ["plan.json: a plan states its value, bound and gap_frac as numbers"]
    found = []
    if not abs(stated - value) <= VALUE_FRAC * abs(value) + 1e-9:
        found.append(f"plan.json: value is {stated:.9g}, but the tables give {value:.9g}")
    if sign * (bound - stated) < -FRAC * abs(stated):
        found.append(f"plan.json: bound {bound:.9g} is worse than the value {stated:.9g}")
    apart = abs(bound - stated) / max(abs(stated), 1e-12)
    if abs(apart - gap) > GAP_DIGITS + FRAC * apart:
        found.append(f"plan.json: gap_frac is {gap:.9g}, but bound and value are {apart:.9g} apart")
    wanted = run.context.scenario.solve.gap_frac
    if (document.get("status") == "optimal") != (gap <= wanted):
        found.append(f"plan.json: status is {document.get('status')!r} at a gap of {gap:.3g}, "
                     f"wanted {wanted:g}")  # fmt: skip
    return found + _every_objective(document.get("objectives"), totals)


def _every_objective(stated: Any, totals: dict[str, float]) -> list[str]:
    """What the plan says it reaches in each objective is what the tables give."""
    stated = stated if isinstance(stated, dict) else {}
    found = []
    for name, ratio in OBJECTIVES.items():
        under = totals.get(ratio.under, 0.0)
        if under > 1e-9 and ratio.over in totals:
            value, said = totals[ratio.over] / under * ratio.factor, stated.get(name)
            far = not isinstance(said, int | float)
            if far or not abs(said - value) <= VALUE_FRAC * abs(value) + 1e-9:
                found.append(f"plan.json: objectives.{name} is {said!r}, not {value:.9g}")
    return found


def invested(run: Run) -> list[str]:
    """Capex by item and per MW are what the budget gives."""
    stated, wanted = run.document.get("money"), money(run.tables)
    stated = stated if isinstance(stated, dict) else {}
    by_item = stated.get("capex_musd_by_item")
    pairs = [(name, stated.get(name), wanted[name]) for name in ("capex_musd", "capex_musd_per_mw")]
    pairs += [
        (
            f"capex_musd_by_item.{item}",
            by_item.get(item) if isinstance(by_item, dict) else None,
            musd,
        )
        for item, musd in wanted["capex_musd_by_item"].items()
    ]
    return [
        f"plan.json: money.{name} is {said!r}, not {value:.9g}"
        for name, said, value in pairs
        if value is not None
        and not (isinstance(said, int | float) and abs(said - value) <= FRAC * abs(value) + 1e-6)
    ]


def rules(run: Run) -> list[str]:
    """Every limit of law, budget, place and supply holds, and policies.csv says so truly."""
    found = limits(run.book)
    broken = [
        f"{limit.file}: {limit.rule.replace('_', ' ')} ({limit.where}"
        f"{'' if limit.period is None else f', {limit.period}'}) is {limit.achieved:.9g} "
        f"{limit.unit}, must be {limit.sense} {limit.required:.9g}"
        for limit in found
        if limit.slack < -limit.rounding
    ]
    stated = run.tables["policies"]
    asked, done = stated["required"], stated["achieved"]
    slack = (done - asked).where(stated["sense"] == AT_LEAST, asked - done)
    slack = slack.where(stated["sense"] != EXACTLY, -(asked - done).abs())
    small = GAP_DIGITS * (asked.abs() + 1.0)
    return [
        *broken,
        *_compared("policies", stated, policies(found, {}), ["shadow_price", "slack"]),
        *differing("policies", stated, "slack", slack, "required and achieved", small),
    ]


def ranking(run: Run) -> list[str]:
    """Each figure of sites.csv follows from the other files; ranks are in order."""
    stated = run.tables["sites"]
    losses = stated[["site_id", *LOSSES]]
    found = limits(run.book)
    recalled = recalled_of_sites(run.context)
    wanted = sites(candidate_sites(run.context), run.book, found, recalled, losses)
    return _compared("sites", stated, wanted, [*LOSSES, "rank"]) + _in_order(stated)


def _in_order(stated: pd.DataFrame) -> list[str]:
    """Ranks count up; each site comes before those that are worse by its first key that differs."""
    rows = stated.sort_values("rank")
    if list(rows["rank"]) != list(range(1, len(rows) + 1)):
        return ["sites.csv: rank does not count the sites from 1 on"]
    forced = rows["loss_if_forced_tokens_per_s_per_mw"].where(rows["chosen"] == 0, np.inf)
    keys = [
        -rows["chosen"],
        -rows["tokens_per_s"],
        forced.fillna(np.inf),
        -rows["potential_tokens_per_s_per_mw"].fillna(0.0),
    ]
    found = []
    at: list[Any] = list(rows.index)
    for one, other in zip(at, at[1:], strict=False):
        for key in keys:
            a, b = float(key[one]), float(key[other])
            if a == b:
                continue
            # a key that differs by rounding alone has decided, either way
            if a > b and a - b > FRAC * abs(a) + GAP_DIGITS:
                name = named("sites", rows.loc[other])
                found.append(f"{name}: rank {int(rows['rank'][other])} is below a worse site")
            break
    return found


def inputs(run: Run) -> list[str]:
    """inputs.csv has each number of the region that the plan rests on, unchanged."""
    stated, wanted = run.tables["inputs"], plan_inputs(run.context, run.tables)
    found = _compared("inputs", stated, wanted, [])
    count = run.document.get("counts") or {}
    if count.get("recalled_or_assumed_inputs") != recalled_count(wanted):
        found.append(
            f"plan.json: counts {count.get('recalled_or_assumed_inputs')} recalled or assumed "
            f"inputs, not {recalled_count(wanted)}"
        )
    return found


def dictionaries(run: Run) -> list[str]:
    """columns.csv describes every column; serving.csv is what the physics gives."""
    serving = run.book.case.tables["serving"]
    return [
        *_compared("columns", run.tables["columns"], dictionary(), []),
        *_compared("serving", run.tables["serving"], serving, []),
    ]


def _compared(name: str, stated: pd.DataFrame, wanted: pd.DataFrame, leave: list[str]) -> list[str]:
    """Cells of a table that are not what they are recomputed to be; rows too few or too many."""
    key = KEYS[name]
    wanted = wanted.set_index(_labels(wanted, key))
    labels = _labels(stated, key)
    found = [
        f"{name}.csv: no row for {label}" for label in wanted.index.difference(pd.Index(labels))
    ]
    for i in stated.index[~labels.isin(wanted.index)]:
        found.append(f"{named(name, stated.loc[i])}: a row of nothing that exists")
    both = stated[labels.isin(wanted.index)]
    other = wanted.loc[labels[both.index]].set_index(both.index)
    for column in stated.columns.difference([*key, *leave], sort=False):
        have, want = both[column], other[column]
        if pd.api.types.is_numeric_dtype(have):
            want = want.astype(float)
            far = (have - want).abs() > FRAC * want.abs() + _small(have, want)
            wrong = far | (have.isna() != want.isna())
        else:
            wrong = have.fillna("").astype(str) != want.fillna("").astype(str)
        found += [
            f"{named(name, both.loc[i])}: {column} is {_cell(have[i])}, but it comes to "
            f"{_cell(want[i])}"
            for i in both.index[wrong]
        ]
    return found


def _cell(cell: Any) -> str:
    return f"{cell:.9g}" if isinstance(cell, int | float | np.number) else repr(cell)


def _small(have: pd.Series, want: pd.Series) -> pd.Series:
    """Figures are written to 12 digits; differences of large ones lose some of them."""
    return pd.concat([have.abs(), want.abs()], axis=1).max(axis=1) * FRAC + 1e-9


def _labels(frame: pd.DataFrame, key: list[str]) -> pd.Series:
    parts = [frame[name].astype(object).where(frame[name].notna(), "") for name in key]
    texts = [p.map(lambda v: f"{v:g}" if isinstance(v, int | float) else str(v)) for p in parts]
    return pd.Series(["/".join(row) for row in zip(*texts, strict=True)], frame.index)


CHECKS = (objective, invested, rules, ranking, inputs, dictionaries)
