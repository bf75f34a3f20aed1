"""One choice of sites, connections and halls for several futures, and what knowing is worth.

Sites, interconnection steps and halls are decided now, the same in every future; racks, their work
and the flows follow once the future is known. What is made best: the value of the worst share of
the futures (planner/robust/measure.py); with a share of 1, all of them alike. Reported beside it:
    the plans that know their future, one for each: the value of perfect information is their lead
    the plan for the mean of all inputs, its choices kept in every future: the value of the
    stochastic solution is the lead over it
Source: Birge and Louveaux, Introduction to Stochastic Programming, 2011, ch. 4.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

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
from planner.robust.here_and_now import Aim, Decided, Found, here_and_now
from planner.robust.joined import NOW
from planner.robust.measure import value_of
from planner.robust.recourse import Recourse, served
from planner.robust.results import MARK, Robust, Said, write_robust
from planner.robust.spare import with_spare
from planner.solve.placed import Placed
from planner.study.designs import check, runs_of
from planner.study.draws import with_draws
from planner.study.rounds import Asked, How, Rounds
from planner.study.schema import Study, read_study
from planner.study.work import Record
from planner.tables import Region

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
    rounds = Rounds(asked.scenario_path, region, asked.changes, how or How())
    asked = with_draws(asked, rounds.scenario, rounds.facts) if asked.draw else asked
    runs = runs_of(asked)
    _check(share, len(runs))
    check(asked, rounds.values, rounds.facts)
    with rounds.open(out, MARK) as folder:
        futures = [future_of(run, asked.scenario_path, asked.changes, rounds.facts) for run in runs]
        known = rounds.solve([Asked(list(run.overrides)) for run in runs])
    said = Said(asked, share, futures, known)
    lost = [
        run.name for run, record in zip(runs, known, strict=True) if record.get("value") is None
    ]
    if lost:
        return write_robust(said, folder, time.monotonic() - begun, f"no plan in {', '.join(lost)}")
    aim = _aim(futures[0], share)
    said.known_totals = [
        _totals(folder, record, f) for f, record in zip(futures, known, strict=True)
    ]
    said.known = value_of(said.known_totals, share)
    sites = {s for record in known for s in record["sites"]}
    best = max(_inner(record["bound"], aim) for record in known)
    usual = float(np.mean([under for _, under in said.known_totals]))
    for _ in range(ROUNDS):
        found = here_and_now([f.case for f in said.futures], sites, (best, usual), aim)
        if found is None or _serve(said, found, aim, folder):
            break
    mean = mean_of(runs, asked.scenario_path, asked.changes, rounds.facts)
    if mean is not None:
        _against_the_mean(said, mean, aim)
    return write_robust(said, folder, time.monotonic() - begun, "")


def _serve(said: Said, found: Found, aim: Aim, folder: Path) -> bool:
    """Whole racks in every future, and its plan in files; or cuts of a network that refuses it."""
    said.bound, said.basis = found.bound, found.basis
    parts = _recourse(said, found.sites, found.decided, aim)
    value, plans = served(parts, found.value, aim.share)
    if value is None:  # racks do not fit whole: with halls to spare
        wider = with_spare([future.case for future in said.futures], found, aim)
        if wider is None:
            return True
        found = wider
        parts = _recourse(said, found.sites, found.decided, aim)
        value, plans = served(parts, found.value, aim.share)
    if _refused(said, parts, plans) and time.monotonic() < aim.deadline:
        return False
    said.value, said.decided = value, found.decided
    for future, record, part, x in zip(said.futures, said.records, parts, plans, strict=True):
        said.totals.append(None if x is None else part.totals(x))
        if x is not None:
            made = _plan(future, part, x, float(record["bound"]), aim)
            made.write(folder / "plans" / future.run.name)
    return True


def _against_the_mean(said: Said, mean: Future, aim: Aim) -> None:
    """What the choices of the plan for the mean future come to in every future."""
    outcome = optimize(mean.case, mean.scenario)
    if outcome.placed is None:
        return
    decided = _decided(outcome.placed.found_in.column_names, outcome.placed.solution)
    sites = {name[5:].rsplit(",", 1)[0] for name in decided if name.startswith("open[")}
    said.mean_decided = decided
    for _ in range(ROUNDS):
        parts = _recourse(said, sites, decided, aim)
        said.mean, plans = served(parts, said.value_or(said.known), aim.share)
        if not _refused(said, parts, plans):
            break
    said.mean_totals = [
        None if x is None else part.totals(x) for part, x in zip(parts, plans, strict=True)
    ]


def _refused(said: Said, parts: Sequence[Recourse], plans: Sequence[np.ndarray | None]) -> bool:
    """Whether the network of some future refuses its plan; the future has the cuts, then."""
    triples = list(zip(said.futures, parts, plans, strict=True))
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
    tables = plan_tables(future.context, future.case, outcome)
    return Plan(future.scenario, future.region, future.case, outcome, tables)


def _recourse(said: Said, sites: set[str], decided: Decided, aim: Aim) -> list[Recourse]:
    """Each future with what was decided held."""
    return [
        Recourse(future.case, sites & set(future.case.sets["SITE"]), decided, aim)
        for future in said.futures
    ]


def _decided(names: Sequence[str], x: np.ndarray) -> Decided:
    held = zip(names, x, strict=True)
    return {n: float(round(v)) for n, v in held if n.split("[")[0] in NOW and round(v)}


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


def _check(share: float, count: int) -> None:
    problems = []
    if not 0 < share <= 1:
        problems.append(Problem("--worst", "", "is no share", share, "more than 0, at most 1"))
    if count < 2:
        problems.append(Problem("study", "", "has one future", count, "at least 2 runs"))
    if problems:
        raise InputError(problems)
