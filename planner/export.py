"""The model of a scenario as an MPS file, for another solver.

A ratio N / D is no linear objective: the file minimises r * D - N at the best ratio r of the
relaxation, which is in its first lines. A least value of v proves that no plan beats
r - v / D (v >= 0, D the plan's denominator); a solver may start Dinkelbach's iteration there.
Free MPS with the model's own names, in which a blank becomes an underscore.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TextIO

import numpy as np

from models.blocks.objective import OBJECTIVES
from planner.coefficients.case import make_case
from planner.errors import Infeasible, InputError, Problem
from planner.explain import explain_case
from planner.folders import check_file, whole_file
from planner.optimize import starters
from planner.reading import read
from planner.scenario import Scenario
from planner.solve.compile import Compiled, compile_case
from planner.solve.narrow import site_indexed
from planner.solve.sift import relaxed_ratio
from planner.solve.split import split
from planner.tables import Region

Form = Literal["where-what", "reference"]
ENDING = ".mps"
GOAL = "goal"


def export(
    scenario: Scenario | dict[str, Any] | str | Path,
    path: str | Path,
    form: Form = "where-what",
    region: Region | str | Path | None = None,
) -> Path:
    """Write the model of a scenario.

    Parameters
    ----------
    scenario, region
        As for `planner.plan`.
    path
        The file, ending in `.mps`; written whole or not at all.
    form
        `where-what`: racks by group of sites, the form that is solved; `reference`: every rack at
        its site and whole, the problem itself.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once.
    Infeasible
        No plan exists, so there is no ratio to aim at.
    """
    path = check_file(path)
    if path.suffix != ENDING:
        raise InputError(
            Problem("--mps", str(path), "is no MPS file", allowed=f"a name ending in {ENDING}")
        )
    chosen, facts = read(scenario, region)
    case = make_case(facts, chosen)
    compiled = compile_case(case)
    name, deadline = chosen.objective.name, time.monotonic() + chosen.solve.time_limit_s
    ratio = OBJECTIVES[name]
    parts = split(compiled, case.sets["SITE"])
    best = relaxed_ratio(compiled, parts, ratio, starters(case), 0.0, deadline)
    if best.x is None:
        raise Infeasible(explain_case(case, chosen, region=facts))
    if form == "reference":
        compiled = compile_case(site_indexed(case).having(whole_racks=True))
    sign = 1.0 if ratio.more_is_better else -1.0
    goal = {compiled.column[ratio.over]: -sign, compiled.column[ratio.under]: best.value}
    about = [
        f"{chosen.name}: {form} form, objective {name} [{ratio.unit}]",
        f"minimise r * {ratio.under} - {'' if sign > 0 else '-'}{ratio.over}, r = {best.value!r}",
        f"r is the relaxation's best ratio; times {sign * ratio.factor:g} it is in the unit above",
    ]
    with whole_file(path) as fresh, fresh.open("w", encoding="ascii", newline="\n") as file:
        write_mps(file, compiled, goal, about)
    return path


def write_mps(file: TextIO, compiled: Compiled, goal: dict[int, float], about: list[str]) -> None:
    """Write `minimise goal` over a compiled model in free MPS format.

    Parameters
    ----------
    file
        A text file open for writing.
    compiled
        The model.
    goal
        Coefficients of the objective, by number of the column.
    about
        Lines of comment for the top.
    """
    rows, columns = _names(compiled.row_names), _names(compiled.column_names)
    low, high = compiled.row_low, compiled.row_high
    kind = np.where(low == high, "E", np.where(np.isfinite(high), "L", "G"))
    free = ~np.isfinite(low) & ~np.isfinite(high)
    kind[free] = "N"
    rhs = np.where(kind == "G", low, high).tolist()
    file.writelines(f"* {line}\n" for line in about)
    file.write(f"NAME ai_factories\nROWS\n N {GOAL}\n")
    file.writelines(f" {k} {name}\n" for k, name in zip(kind, rows, strict=True))
    file.write("COLUMNS\n")
    file.writelines(_columns(compiled, goal, rows, columns))
    file.write("RHS\n")
    file.writelines(
        f" RHS {name} {limit!r}\n"
        for name, limit, none in zip(rows, rhs, free, strict=True)
        if limit != 0 and not none
    )
    ranged = np.flatnonzero((low != high) & np.isfinite(low) & np.isfinite(high)).tolist()
    if ranged:
        file.write("RANGES\n")
        file.writelines(f" RNG {rows[i]} {float(high[i] - low[i])!r}\n" for i in ranged)
    file.write("BOUNDS\n")
    file.writelines(_bounds(compiled, columns))
    file.write("ENDATA\n")


def _names(names: tuple[str, ...]) -> list[str]:
    """Names without blanks, in ASCII; two that would be alike are numbered."""
    plain = [name.replace(" ", "_").encode("ascii", "replace").decode() for name in names]
    seen: dict[str, int] = {}
    for i, name in enumerate(plain):
        if name in seen:
            plain[i] = f"{name}#{i}"
        seen[name] = i
    return plain


def _columns(
    compiled: Compiled, goal: dict[int, float], rows: list[str], columns: list[str]
) -> Iterator[str]:
    matrix, whole = compiled.matrix, False
    start, row, value = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    for j, name in enumerate(columns):
        if bool(compiled.integer[j]) != whole:
            whole = not whole
            yield f" MARKER 'MARKER' '{'INTORG' if whole else 'INTEND'}'\n"
        if j in goal:
            yield f" {name} {GOAL} {goal[j]!r}\n"
        for at in range(start[j], start[j + 1]):
            yield f" {name} {rows[row[at]]} {value[at]!r}\n"
    if whole:
        yield " MARKER 'MARKER' 'INTEND'\n"


def _bounds(compiled: Compiled, columns: list[str]) -> Iterator[str]:
    """Bounds other than `0 <= x`; all of whole columns, whose defaults differ between solvers."""
    bounds = zip(
        columns, compiled.low.tolist(), compiled.high.tolist(), compiled.integer, strict=True
    )
    for name, low, high, whole in bounds:
        if low == high:
            yield f" FX BND {name} {low!r}\n"
            continue
        if low == -np.inf and high == np.inf:
            yield f" FR BND {name}\n"
            continue
        if low == -np.inf:
            yield f" MI BND {name}\n"
        elif low != 0 or whole:
            yield f" LO BND {name} {low!r}\n"
        if high != np.inf:
            yield f" UP BND {name} {high!r}\n"
        elif whole:
            yield f" PL BND {name}\n"
