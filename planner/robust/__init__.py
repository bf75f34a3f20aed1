"""One choice of sites, connections and halls for several futures, and what knowing is worth.

Sites, interconnection steps and halls are decided now, the same in every future; racks, their work
and the flows follow once the future is known. What is made best: the value of the worst share of
the futures (planner/robust/measure.py); with a share of 1, all of them alike. Reported beside it:
    the plans that know their future, one for each: the value of perfect information is their lead
    the plan for the mean of all inputs, its choices kept in every future: the value of the
    stochastic solution is the lead over it
Where those choices serve every future better than what was found within the gap, they are taken.
Source: Birge and Louveaux, Introduction to Stochastic Programming, 2011, ch. 4.
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.coefficients.grid import with_cuts
from planner.errors import InputError, Problem
from planner.grid.root import ROUNDS, broken_cuts
from planner.limits import Book
from planner.limits.objectives import totals_of
from planner.optimize import optimize
from planner.outcome import Outcome
from planner.plan_files import read_files
from planner.planning import Plan
from planner.results import plan_tables
from planner.robust.futures import Future, future_of, mean_of
from planner.robust.here_and_now import Aim, Decided, Found, decided_of, here_and_now
from planner.robust.measure import value_of
from planner.robust.recourse import Recourse, served
from planner.robust.results import MARK, PLANS, Robust, Said, write_robust
from planner.robust.spare import with_spare
from planner.solve.placed import Placed
from planner.study.designs import check, runs_of
from planner.study.draws import with_draws
from planner.study.rounds import Asked, How, Rounds
from planner.study.schema import Study, read_study
from planner.study.work import Record
from planner.tables import Region
from planner.worth import Worth

__all__ = ["Robust", "robust"]


def robust(
    stated: Study | str | Path,
    out: str | Path,
    *,
    share: float = 1.0,
    region: Region | str | Path | None = None,
    how: How | None = None,
) -> Robust:
    """The choice that serves the futures of a study best, with a bound, and what knowing is worth.

    Parameters
    ----------
    stated
        A Study, or the path of its YAML file: each of its runs is a future, all equally likely.
    out
        A folder: `robust.csv` (a row a future), `robust_choice.csv`, `robust.json`; the plan of
        each future under `plans/`, the plans that know theirs under `runs/`.
    share
        Share of the futures that counts, the worst first: 1 for all, 0.1 for the worst tenth.
    region, how
        As for `planner.study.study`.

    Raises
    ------
    InputError
        Everything that is wrong with the study, or a folder that holds something else.
    """
    begun = time.monotonic()
    asked = stated if isinstance(stated, Study) else read_study(stated)
    with asked.placing():
        rounds = Rounds(asked.scenario_path, region, asked.changes, how or How())
    asked = with_draws(asked, rounds.scenario, rounds.facts) if asked.draw else asked
    runs = runs_of(asked)
    _check(asked, share, len(runs))
    check(asked, runs, rounds.values, rounds.facts)
    futures = [future_of(run, asked.scenario_path, asked.changes, rounds.facts) for run in runs]
    _check_alike(asked, futures)
    with rounds.open(out, MARK, asked.name) as folder:
        known = rounds.solve([Asked(list(run.overrides)) for run in runs])
    said = Said(asked, share, futures, known)
    lost = [(run.name, r) for run, r in zip(runs, known, strict=True) if r.get("value") is None]
    if lost:
        said.infeasible = any(record["status"] == "infeasible" for _, record in lost)
        why = "; ".join(f"no plan in {name}: {record['reason']}" for name, record in lost)
        return write_robust(said, folder, time.monotonic() - begun, why)
    aim = _aim(futures[0], share)
    said.known_totals = [
        _totals(folder, record, f) for f, record in zip(futures, known, strict=True)
    ]
    said.known = value_of(said.known_totals, share)
    sites = {s for record in known for s in record["sites"]}
    best = max(_inner(record["bound"], aim) for record in known)
    usual = float(np.mean([under for _, under in said.known_totals]))
    choices: list[Choice] = []
    for _ in range(ROUNDS):
        found = here_and_now([f.case for f in said.futures], sites, (best, usual), aim)
        if found is None:
            break
        said.bound, said.basis = found.bound, found.basis
        choice = _whole_racks(said, found, aim)
        if choice is None:
            break
        if not _refused(said, choice):
            choices.append(choice)
            break
    mean = mean_of(runs, asked.scenario_path, asked.changes, rounds.facts)
    if mean is not None:
        choices += _of_the_mean(said, mean, aim)
    if choices:
        _keep(said, max(choices, key=lambda choice: choice.value), folder, aim)
    return write_robust(said, folder, time.monotonic() - begun, "")


class Choice(NamedTuple):
    """What is decided now, what it is worth, and each future with its plan."""

    decided: Decided
    value: float
    parts: Sequence[Recourse]
    plans: Sequence[np.ndarray]


def _whole_racks(said: Said, found: Found, aim: Aim) -> Choice | None:
    """Whole racks in every future, with halls to spare where they do not fit; None if nowhere."""
    parts = _recourse(said, found.sites, found.decided, aim)
    value, plans = served(parts, found.value, aim.share)
    if value is None:
        wider = with_spare([future.case for future in said.futures], found, aim)
        if wider is None:
            return None
        found = wider
        parts = _recourse(said, found.sites, found.decided, aim)
        value, plans = served(parts, found.value, aim.share)
    if value is None:
        return None
    return Choice(found.decided, value, parts, [x for x in plans if x is not None])


def _of_the_mean(said: Said, mean: Future, aim: Aim) -> list[Choice]:
    """What the choices of the plan for the mean future come to; none where they serve not all."""
    outcome = optimize(mean.case, mean.scenario)
    if outcome.placed is None:
        return []
    decided, sites = decided_of(outcome.placed.found_in.column_names, outcome.placed.solution)
    said.mean_decided = decided
    for _ in range(ROUNDS):
        parts = _recourse(said, sites, decided, aim)
        said.mean, plans = served(parts, said.value_or(said.known), aim.share)
        said.mean_totals = [
            None if x is None else part.totals(x) for part, x in zip(parts, plans, strict=True)
        ]
        if said.mean is None:
            return []
        choice = Choice(decided, said.mean, parts, [x for x in plans if x is not None])
        if not _refused(said, choice):
            return [choice]
    said.mean = None
    return []


def _keep(said: Said, choice: Choice, folder: Path, aim: Aim) -> None:
    """Take a choice as the robust one, and write the plan of each future."""
    said.value, said.decided = choice.value, choice.decided
    pairs = list(zip(choice.parts, choice.plans, strict=True))
    said.totals = [part.totals(x) for part, x in pairs]
    for earlier in (folder / PLANS).glob("*"):
        if earlier.name not in {future.run.name for future in said.futures}:
            shutil.rmtree(earlier)
    for future, record, (part, x) in zip(said.futures, said.records, pairs, strict=True):
        made = _plan(future, part, x, float(record["bound"]), aim)
        made.write(folder / PLANS / future.run.name)


def _refused(said: Said, choice: Choice) -> bool:
    """Whether the network of some future refuses its plan; the future has the cuts, then."""
    triples = list(zip(said.futures, choice.parts, choice.plans, strict=True))
    cuts = [broken_cuts(future.case, part.compiled, x) for future, part, x in triples]
    said.futures = [
        replace(future, case=with_cuts(future.case, more)) if more else future
        for (future, _, _), more in zip(triples, cuts, strict=True)
    ]
    return any(cuts)


def _plan(future: Future, part: Recourse, x: np.ndarray, bound: float, aim: Aim) -> Plan:
    """The plan of one future, as if it had been solved alone: its bound is that of the future."""
    over, under = part.totals(x)
    sign = 1.0 if aim.ratio.more_is_better else -1.0
    value = sign * over / under * aim.ratio.factor
    placed = Placed(part.case, part.compiled, x, part.model)
    outcome = Outcome("stopped", value, bound, over / under, placed)
    gap = outcome.gap_frac
    if gap is not None and gap <= future.scenario.solve.gap_frac:
        outcome.status = "optimal"
    worth = Worth(future.case, future.scenario.objective.name, outcome)
    tables = plan_tables(future.context, future.case, outcome, worth)
    return Plan(future.scenario, future.region, future.case, outcome, tables)


def _recourse(said: Said, sites: set[str], decided: Decided, aim: Aim) -> list[Recourse]:
    """Each future with what was decided held."""
    return [
        Recourse(future.case, sites & set(future.case.sets["SITE"]), decided, aim)
        for future in said.futures
    ]


def _totals(folder: Path, record: Record, future: Future) -> tuple[float, float]:
    """Numerator (more is better) and denominator of a plan in files."""
    book = Book(future.case, future.scenario, read_files(folder / record["folder"]).tables)
    ratio, totals = OBJECTIVES[future.scenario.objective.name], totals_of(book)
    sign = 1.0 if ratio.more_is_better else -1.0
    return sign * totals[ratio.over], totals[ratio.under]


def _inner(value: float, aim: Aim) -> float:
    """A ratio as people read it, in the model's columns, more being better."""
    return value / aim.ratio.factor * (1.0 if aim.ratio.more_is_better else -1.0)


def _aim(future: Future, share: float) -> Aim:
    solve = future.scenario.solve
    ratio = OBJECTIVES[future.scenario.objective.name]
    return Aim(ratio, share, solve.gap_frac, time.monotonic() + solve.time_limit_s, solve.seed)


def _check(study: Study, share: float, count: int) -> None:
    problems = []
    if not 0 < share <= 1:
        problems.append(Problem("--worst", "", "is no share", share, "more than 0, at most 1"))
    if count < 2:
        at = study.origin.problem((), "has one future", value=count, allowed="at least 2 runs")
        problems.append(at)
    if problems:
        raise InputError(problems)


def _check_alike(study: Study, futures: Sequence[Future]) -> None:
    """One choice is of the same years in all futures, and is measured by one objective."""
    first, problems = futures[0], []
    for future in futures[1:]:
        for path in ("periods", "objective.name"):
            value, wanted = _stated(future, path), _stated(first, path)
            if value != wanted:
                run = future.run.name
                at = {"list": ("runs", run), "variants": ("design",)}.get(study.design, ("over",))
                message = f"run '{run}' has another {path} than run '{first.run.name}'"
                problems.append(study.origin.problem(at, message, value=value, allowed=wanted))
    if problems:
        raise InputError(problems)


def _stated(future: Future, path: str) -> str:
    scenario = future.scenario
    return str(scenario.periods if path == "periods" else scenario.objective.name)
