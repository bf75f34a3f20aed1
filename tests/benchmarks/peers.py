"""What a user would pick instead: the site-indexed reference model on plain HiGHS and on SCIP.

Every rack stands at its site and is whole; the best ratio is given for free, so one linear MIP is
left: minimise r * D - N. It is solved from the file that `planner export --reference` writes, to
the absolute gap that the plan's gap means at the best plan's denominator. And linopy is asked to
build the matrix of the where/what model, its terms given for free.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np


def reference(instance: dict[str, Any], path: str) -> dict[str, Any]:
    """Write the reference model of an instance, and what a peer is given for free."""
    from planner.export import export
    from tests.benchmarks.ours import read_instance

    chosen, facts = read_instance(instance, {})
    begun = time.monotonic()
    export(chosen, path, "reference", facts)
    seconds = time.monotonic() - begun
    with Path(path).open(encoding="ascii") as file:
        about = [next(file), next(file)]
    r = float(about[1].rsplit(" ", 1)[1])
    return {"state": "written", "r": r, "seconds": {"export": round(seconds, 3)}}


def highs(
    path: str, r: float, under: float, gap_frac: float, threads: int, limit_s: float
) -> dict[str, Any]:
    """Plain HiGHS, its own defaults but for the gap, the threads and the limit."""
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.readModel(path)
    for name, value in {
        "threads": threads,
        "time_limit": float(limit_s),
        "mip_rel_gap": 0.0,
        "mip_abs_gap": gap_frac * r * under,
    }.items():
        solver.setOptionValue(name, value)
    begun = time.monotonic()
    solver.run()
    info = solver.getInfo()
    state = solver.modelStatusToString(solver.getModelStatus())
    has = info.primal_solution_status == 2
    value = info.objective_function_value if has else None
    end = _end(r, under, value, info.mip_dual_bound)
    size = {"columns": solver.getNumCol(), "rows": solver.getNumRow()}
    return {**_state(state == "Optimal", state), **end, **size, "nodes": info.mip_node_count,
            "seconds": {"solve": round(time.monotonic() - begun, 3)}}  # fmt: skip


def scip(
    path: str, r: float, under: float, gap_frac: float, threads: int, limit_s: float
) -> dict[str, Any]:
    """SCIP as it comes; its parallel mode is experimental, so it has one thread."""
    from pyscipopt import Model

    model = Model()
    model.hideOutput()
    model.readProblem(path)
    for name, value in {
        "limits/time": float(limit_s),
        "limits/gap": 0.0,
        "limits/absgap": gap_frac * r * under,
    }.items():
        model.setParam(name, value)
    begun = time.monotonic()
    model.optimize()
    state = model.getStatus()
    value = model.getObjVal() if model.getNSols() else None
    end = _end(r, under, value, model.getDualbound())
    size = {"columns": model.getNVars(transformed=False)}
    proven = state in ("optimal", "gaplimit")
    return {**_state(proven, state), **end, **size, "nodes": model.getNNodes(),
            "seconds": {"solve": round(time.monotonic() - begun, 3)}}  # fmt: skip


def _state(proven: bool, said: str) -> dict[str, Any]:
    return {"state": "optimal" if proven else "stopped", "said": said}


def _end(r: float, under: float, value: float | None, bound: float) -> dict[str, Any]:
    """The ratio reached and its bound, with the denominator of the best plan."""
    known = np.isfinite(bound) and abs(bound) < 1e19
    best = None if value is None else r - value / under
    most = r - bound / under if known else None
    gap = None if best is None or most is None else max(most - best, 0.0) / abs(best)
    return {"value": best, "bound": most, "gap_frac": gap}


def linopy(instance: dict[str, Any]) -> dict[str, Any]:
    """Our build and compile, and linopy's model of the same matrix handed to HiGHS's form."""
    import linopy as peer
    import pandas as pd
    import xarray as xr
    from scipy.sparse import csr_array

    from models.build import build
    from planner.coefficients.case import make_case
    from planner.solve.compile import compile_model
    from tests.benchmarks.ours import Clock, read_instance

    chosen, facts = read_instance(instance, {})
    case = make_case(facts, chosen)
    clock = Clock()
    model = build(case)
    clock.lap("build")
    compiled = compile_model(model)
    clock.lap("compile")
    rows = csr_array(compiled.matrix)
    families: dict[str, list[int]] = {}
    for i, name in enumerate(compiled.row_names):
        families.setdefault(name.partition("[")[0], []).append(i)
    clock.lap("terms")
    other = peer.Model()
    index = pd.RangeIndex(len(compiled.low), name="column")
    whole = compiled.integer
    low, high = (xr.DataArray(v, {"column": index}) for v in (compiled.low, compiled.high))
    free = other.add_variables(low, high, name="free", mask=xr.DataArray(~whole, {"column": index}))
    ints = other.add_variables(
        low, high, name="whole", integer=True, mask=xr.DataArray(whole, {"column": index})
    )
    label = np.where(whole, ints.labels.to_numpy(), free.labels.to_numpy())
    for name, members in families.items():
        for kind, at in _by_kind(compiled, np.array(members)):
            block = rows[at]
            data = _terms(block, label, name)
            rhs = compiled.row_low[at] if kind == ">=" else compiled.row_high[at]
            expression = peer.LinearExpression(data, other)
            right = xr.DataArray(rhs, {data.attrs["rows"]: data[data.attrs["rows"]]})
            other.add_constraints(expression, kind, right, name=f"{name} {kind}")
    clock.lap("linopy build")
    matrices = other.matrices
    shape = matrices.A.shape
    clock.lap("linopy matrix")
    assert shape == compiled.matrix.shape, (shape, compiled.matrix.shape)
    return {"state": "built", "seconds": clock.seconds, "columns": shape[1], "rows": shape[0]}


def _by_kind(compiled: Any, at: np.ndarray) -> list[tuple[str, np.ndarray]]:
    low, high = compiled.row_low[at], compiled.row_high[at]
    same = low == high
    kinds = {"=": same, ">=": ~same & np.isfinite(low), "<=": ~same & ~np.isfinite(low)}
    return [(kind, at[mask]) for kind, mask in kinds.items() if mask.any()]


def _terms(block: Any, label: np.ndarray, name: str) -> Any:
    """Rows of a family as linopy keeps them: labels and coefficients, padded to the longest."""
    import pandas as pd
    import xarray as xr

    lengths = np.diff(block.indptr)
    longest = max(int(lengths.max(initial=0)), 1)
    labels = np.full((len(lengths), longest), -1)
    coefficients = np.full((len(lengths), longest), np.nan)
    row = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(block.indices)) - np.repeat(block.indptr[:-1], lengths)
    labels[row, place] = label[block.indices]
    coefficients[row, place] = block.data
    at = pd.RangeIndex(len(lengths), name=f"{name}_row")
    sides = {"coeffs": coefficients, "vars": labels}
    dims = (at.name, "_term")
    arrays = {key: (dims, value) for key, value in sides.items()}
    constants = ((at.name,), np.zeros(len(at)))
    return xr.Dataset({**arrays, "const": constants}, {at.name: at}, {"rows": at.name})
