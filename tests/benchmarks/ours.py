"""What the planner needs for an instance or an example: seconds by stage, each solve, the proof."""

import tempfile
import time
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Clock:
    """Seconds by stage; `lap` ends one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._begun = time.monotonic()

    def lap(self, name: str) -> None:
        """The time since the last lap belongs to `name`."""
        now = time.monotonic()
        self.seconds[name] = round(self.seconds.get(name, 0.0) + now - self._begun, 3)
        self._begun = now


def listened() -> list[dict[str, Any]]:
    """Every solve from now on, with its size, seconds and nodes."""
    from planner.solve.highs import Solver

    found: list[dict[str, Any]] = []
    run = Solver.run

    def noted(self: Any, *args: Any, **named: Any) -> Any:
        answer = run(self, *args, **named)
        found.append(
            {
                "kind": "mip" if self.is_mip() else "lp",
                "rows": self.highs.getNumRow(),
                "columns": self.highs.getNumCol(),
                "seconds": round(answer.seconds, 3),
                "nodes": answer.nodes,
                "state": answer.state,
            }
        )
        return answer

    Solver.run = noted  # type: ignore[method-assign]
    return found


def read_instance(
    asked: dict[str, Any], solve: dict[str, Any], clock: Clock | None = None
) -> tuple[Any, Any]:
    """Scenario and facts of a size, or of an example by name.

    What the benchmark itself does, drawing and breeding sites, is the clock's `instance`.
    """
    from planner.reading import read
    from planner.tables import read_region
    from tests.benchmarks.instances import REGION, Size, region, scenario

    clock = Clock() if clock is None else clock

    if "example" in asked:
        changes = [f"solve.{key}={value}" for key, value in solve.items()]
        return read(EXAMPLES / f"{asked['example']}.yaml", overrides=changes)
    size = Size(**asked)
    read_region(REGION)
    clock.lap("facts")
    facts = region(size)
    clock.lap("instance")
    return read(scenario(size, **solve), facts)


def plan(instance: dict[str, Any], **solve: Any) -> dict[str, Any]:
    """The whole plan, from the facts to its written files."""
    clock = Clock()
    from planner.coefficients.case import make_case
    from planner.optimize import optimize
    from planner.planning import plan_of

    solves = listened()
    clock.lap("import")
    chosen, facts = read_instance(instance, solve, clock)
    clock.lap("facts")
    case = make_case(facts, chosen)
    clock.lap("physics")
    outcome = optimize(case, chosen)
    clock.seconds.update({name: round(s, 3) for name, s in outcome.seconds.items()})
    clock.lap("solve in all")
    found = plan_of(facts, chosen, case, outcome, worth=True)
    clock.lap("tables")
    with tempfile.TemporaryDirectory() as folder:
        found.write(Path(folder) / "plan")
    clock.lap("write")
    shape = outcome.grouped.matrix.shape if outcome.grouped is not None else (0, 0)
    return {
        "state": found.status,
        "value": found.value,
        "bound": found.bound,
        "gap_frac": found.gap_frac,
        "rows": shape[0],
        "columns": shape[1],
        "under": _under(outcome),
        "nodes": outcome.nodes,
        "seconds": clock.seconds,
        "solves": solves,
        "chosen": int(found.tables["sites"]["chosen"].sum()),
    }


def _under(outcome: Any) -> float | None:
    """The denominator of the plan's ratio."""
    if outcome.placed is None:
        return None
    return float(outcome.placed.x[outcome.placed.compiled.column["facility_total"]])


def parts(instance: dict[str, Any]) -> dict[str, Any]:
    """Facts, physics, build and compile alone."""
    clock = Clock()
    from models.build import build
    from planner.coefficients.case import make_case
    from planner.solve.compile import compile_model

    clock.lap("import")
    chosen, facts = read_instance(instance, {}, clock)
    clock.lap("facts")
    case = make_case(facts, chosen)
    clock.lap("physics")
    model = build(case)
    clock.lap("build")
    compiled = compile_model(model)
    clock.lap("compile")
    return {"seconds": clock.seconds, "columns": len(compiled.low), "rows": len(compiled.row_low)}


def what_if(instance: dict[str, Any]) -> dict[str, Any]:
    """A cold plan, then one question of each kind; processor seconds, since clocks are shared."""
    from planner.loaded import load_model
    from planner.planning import plan as solve
    from tests.benchmarks.instances import Size, region, values

    example, facts = EXAMPLES / f"{instance.get('example')}.yaml", None
    if "example" not in instance:
        size = Size(**instance)
        example, facts = values(size), region(size)  # type: ignore[assignment]
    begun = time.process_time()
    solve(example, region=facts, worth=False)
    cold = time.process_time() - begun
    loaded = load_model(example, region=facts)
    plan, scenario = loaded.outcome, loaded.scenario
    assert plan.placed is not None
    stand = sorted(plan.placed.sites())
    other = next(s for s in loaded.case.sets["SITE"] if s not in stand)
    last, floors = scenario.periods[-1], scenario.scale.facility_mw_min
    changes = [
        f"budget.capex_musd_total={0.98 * (scenario.budget.capex_musd_total or 1e6)}",
        f"budget.capex_musd_total={0.88 * (scenario.budget.capex_musd_total or 1e6)}",
        f"scale.facility_mw_min.{last}={1.05 * floors[last]}",
        f"scale.facility_mw_min.{last}={1.2 * floors[last]}",
        f"forbid={stand[0]}",
        f"forbid={other}",
        f"force={other}",
        "systems[helios-mi455x].price_musd*=1.1",
        "demand.peak_to_mean_ratio=1.7",
        f"demand.mix={_shifted(scenario.demand.mix)}",
    ]
    answers = []
    for change in changes:
        begun = time.process_time()
        answer = loaded.what_if([change])
        answers.append(
            {
                "change": change,
                "how": answer.how,
                "state": answer.status,
                "gap_frac": answer.gap_frac,
                "seconds": round(time.process_time() - begun, 3),
            }
        )
    return {"state": plan.status, "cold_s": round(cold, 3), "answers": answers}


def _shifted(mix: dict[str, float]) -> str:
    """A mix with a little more of its first workload, and less of its second."""
    more, less, *_ = mix
    moved = {more: 0.02, less: -0.02}
    shares = {name: share + moved.get(name, 0.0) for name, share in mix.items()}
    return "{" + ", ".join(f"{name}: {share:g}" for name, share in shares.items()) + "}"


def rank(instance: dict[str, Any], exact: int) -> dict[str, Any]:
    """The ranking of all sites and a cold plan of the same scenario, in processor seconds."""
    from planner.planning import plan as solve
    from planner.rank import rank as ranking

    chosen, facts = read_instance(instance, {})
    begun = time.process_time()
    found = solve(chosen, region=facts, worth=False)
    cold = time.process_time() - begun
    begun = time.process_time()
    ranking(chosen, facts, exact=exact, workers=1)  # other processes have clocks of their own
    seconds = time.process_time() - begun
    return {"state": found.status, "cold_s": cold, "rank_s": seconds, "exact": exact}


def study(instance: dict[str, Any], runs: int, workers: int, over: str) -> dict[str, Any]:
    """So many runs of an example, facts of that name changed a little."""
    from planner.study import study as solve
    from planner.study.schema import study_from

    stated = {
        "name": "runs",
        "scenario": str(EXAMPLES / f"{instance['example']}.yaml"),
        "design": "latin_hypercube",
        "samples": runs,
        "over": {over: ["*0.97", "*1.03"]},
    }
    with tempfile.TemporaryDirectory() as out:
        found = solve(study_from(stated), Path(out) / "study", workers=workers)
    return {"state": "optimal" if found.within_gap else "stopped", "study_s": found.seconds}
