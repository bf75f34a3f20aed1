"""Fronts: on a curve known in advance, and on plans that are checked by solving them again."""

import json
import math
from collections.abc import Callable
from inspect import signature
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import Result

from planner.commands import many
from planner.frontier import PATIENCE
from planner.frontier.front import Axes, beaten_by, front
from planner.frontier.trace import MORE, trace
from planner.planning import plan
from planner.study.rounds import Asked
from planner.verify import verify
from tests.region import shipped

SCENARIO = """\
name: two-sites
periods: [2028]
scale: {facility_mw_min: {2028: 12}, facility_mw_max: {2028: 20}}
demand: {mix: {chat: 1.0}}
filters:
  sites: {include: [ulsan-mipo, ulsan-ulju-154kv-1]}
  cooling: {include: ["dtc-*"]}
solve: {gap_frac: 0.01}  # whole racks: one of 85 is more than a percent
"""


def curve(plans: list[tuple[float, float]], axes: Axes) -> Callable[..., Any]:
    """A solver of plans that are known: each (x, y)."""

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        return [answer(one) for one in asked]

    def answer(one: Asked) -> dict[str, Any]:
        texts = one.changes
        if one.movable is not None and not one.movable.ranges:
            at = (min(x for x, _ in plans) + max(x for x, _ in plans)) / 2
            limited = [*texts, f"objective.no_worse_than.{axes.x}={at}"]
            return {**answer(Asked(limited)), "limits": {axes.x: at}}
        limits = [float(t.split("=")[1]) for t in texts if "no_worse_than" in t]
        able = [p for p in plans if all(axes.less(p[0]) <= axes.less(at) for at in limits)]
        best_y = [-axes.more(p[1]) for p in able], [axes.less(p[0]) for p in able]
        if f"objective.name={axes.x}" in texts:
            best_y = best_y[::-1]
        _, _, (x, y) = min(zip(*best_y, able, strict=True))
        value = x if f"objective.name={axes.x}" in texts else y
        objectives = {axes.x: x, axes.y: y}
        return {"status": "optimal", "value": value, "bound": value, "objectives": objectives}

    return solve


def hidden(known: Callable[..., Any], low: float, high: float, rounds: list[list[float]]) -> Any:
    """The solver, but within limits of a part no plan of it is found, nor proven to be none.

    It keeps the limits of each round. Sums are rounded, each time in another way.
    """

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        rounds.append([])
        return [answer(one) for one in asked]

    def answer(one: Asked) -> dict[str, Any]:
        found = known([one])[0]
        rounding = 1 + 1e-12 * sum(map(len, rounds))
        found["objectives"] = {name: v * rounding for name, v in found["objectives"].items()}
        stated = [float(t.split("=")[1]) for t in one.changes if "no_worse_than" in t]
        rounds[-1].extend(stated)
        if stated and low < stated[0] < high:
            return {**found, "status": "stopped", "bound": stated[0] ** 0.5}
        return found

    return solve


@pytest.mark.parametrize("axes", [Axes("cost_per_mtoken", "tokens_per_mw", 9),
                                  Axes("tokens_per_mw", "cost_per_mtoken", 9)])  # fmt: skip
def test_points_are_on_the_front_and_evenly_spread(axes: Axes) -> None:
    # cost c in 0..1 buys sqrt(c) tokens; beside it plans that are dearer for as much
    curved = [(i / 1000, (i / 1000) ** 0.5) for i in range(1, 1001)]
    plans = curved + [(c + 0.05, t) for c, t in curved]
    if axes.x == "tokens_per_mw":
        plans = [(t, c) for c, t in plans]
        curved = [(t, c) for c, t in curved]
    seen: list[int] = []
    found, reasons = trace(axes, 1e-9, curve(plans, axes), lambda found, _: seen.append(len(found)))
    assert not reasons
    assert seen[0] == 2, "none at all, and one in the middle"
    assert len(found) == 9
    assert all((point.x, point.y) in curved for point in found)
    steps = [
        ((b.x - a.x) ** 2 + (b.y - a.y) ** 2) ** 0.5 for a, b in zip(found, found[1:], strict=False)
    ]
    assert max(steps) < 3.5 * min(steps)  # halving gives steps within a factor of two in x


@pytest.mark.parametrize("axes", [Axes("cost_per_mtoken", "tokens_per_mw", 7),
                                  Axes("tokens_per_mw", "cost_per_mtoken", 7)])  # fmt: skip
def test_a_limit_stands_where_a_plan_uses_it_up(axes: Axes) -> None:
    """Whoever solves may move a limit within its gap; the point is the best of what it then is."""
    plans = [(i / 1000, (i / 1000) ** 0.5) for i in range(1, 1001)]
    if axes.x == "tokens_per_mw":
        plans = [(t, c) for c, t in plans]
    known, moved = curve(plans, axes), []

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        return [answer(one) for one in asked]

    def answer(one: Asked) -> dict[str, Any]:
        changes = one.changes
        if one.movable is not None and one.movable.ranges:
            name, ((low, high), *_), (y, *_) = one.movable
            assert axes.more(y) < axes.more(known([one])[0]["objectives"][axes.y])
            at = low + 0.4 * (high - low)
            assert name == axes.x
            assert low < float(changes[-1].split("=")[1]) < high
            changes = [*changes[:-1], f"objective.no_worse_than.{axes.x}={at}"]
            moved.append(at)
            return {**known([Asked(changes)])[0], "limits": {axes.x: at}}
        return known([one._replace(changes=changes)])[0]

    found, reasons = trace(axes, 1e-9, solve, lambda *_: None)
    assert not reasons
    assert len(found) == 7
    assert moved
    assert set(moved) <= {point.limit for point in found}
    assert all((point.x, point.y) in plans for point in found)
    assert all(
        axes.less(point.x) <= axes.less(point.limit) for point in found if point.limit is not None
    )


def test_where_nothing_is_found_others_are_looked_for_first() -> None:
    """Plans of a part of it are not found, nor proven to be none: no limit is asked twice."""
    axes = Axes("cost_per_mtoken", "tokens_per_mw", 8)
    plans = [(i / 1000, (i / 1000) ** 0.5) for i in range(1, 1001)]
    known = curve([p for p in plans if not 0.1 < p[0] < 0.45], axes)
    rounds: list[list[float]] = []
    found, reasons = trace(axes, 1e-9, hidden(known, 0.1, 0.45, rounds), lambda *_: None)
    limits = [*chain(*rounds)]
    assert not reasons
    assert len(limits) == len(set(limits)) <= axes.points + MORE
    missed = [at for at in limits if 0.1 < at < 0.45]
    assert 1 <= len(missed) <= 3
    assert len(front(axes, found)) == 8
    first = next(p for p in found if math.isclose(p.x, 0.1))
    assert first.missed == len(missed) - 1, "the first of these found it"


@pytest.mark.parametrize("points", [6, 7])
def test_a_miss_counts_though_another_limit_of_its_gap_found_one(points: int) -> None:
    """Of two limits of one gap the left one finds nothing: its part is left for later.

    And nobody waits for the best y at the best x alone.
    """
    axes = Axes("cost_per_mtoken", "tokens_per_mw", points)
    plans = [(i / 1000, (i / 1000) ** 0.5) for i in range(1, 1001)]
    known = curve([p for p in plans if not 0.001 < p[0] < 0.4], axes)
    rounds: list[list[float]] = []
    found, _ = trace(axes, 1e-9, hidden(known, 0.001, 0.4, rounds), lambda *_: None)
    missed = [at for at in chain(*rounds) if 0.001 < at < 0.4]
    assert len([at for at in missed if at > 0.002]) <= 2
    assert found[0].again or found[0].missed == len(missed)
    assert len(front(axes, found)) == points
    alone = rounds[-1] if len(rounds[-1]) == 1 else []
    assert not any(math.isclose(at, found[0].x) for at in alone)


def test_a_limit_without_a_plan_ends_nothing() -> None:
    """Time may be up before any plan is known within a limit: others are looked for."""
    axes = Axes("cost_per_mtoken", "tokens_per_mw", 8)
    known = curve([(i / 1000, (i / 1000) ** 0.5) for i in range(1, 1001)], axes)
    lost: list[float] = []

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        return [answer(one) for one in asked]

    def answer(one: Asked) -> dict[str, Any]:
        stated = [float(t.split("=")[1]) for t in one.changes if "no_worse_than" in t]
        if stated and not lost:
            lost.extend(stated)
            return {"status": "stopped", "value": None}
        return known([one])[0]

    found, reasons = trace(axes, 1e-9, solve, lambda *_: None)
    assert reasons == ["stopped"]
    assert len(front(axes, found)) == 8
    assert lost[0] not in {point.limit for point in found}


@pytest.mark.parametrize("again", [True, False])
def test_the_best_y_at_the_best_x_stands_for_it(again: bool) -> None:
    """Of the best x, known to the gap, any plan is found first; its y is asked for in the end.

    The first stays where that is found again, with what is then proven of it.
    """
    axes, gap_frac = Axes("cost_per_mtoken", "tokens_per_mw", 5), 1e-3
    plans = [(1.0, 1.0), *((1.0005 + i / 1000, 3.0 + i) for i in range(200))]
    known, asked_at = curve([p for p in plans if not again or p[0] != 1.0005], axes), []

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        stated = [t.split("=")[1] for one in asked for t in one.changes if "no_worse_than" in t]
        asked_at.append([float(limit) for limit in stated])
        return known(asked)

    found, reasons = trace(axes, gap_frac, solve, lambda *_: None)
    assert not reasons
    assert asked_at[-1][-1] == 1.0 * (1 + gap_frac), "beside the last of the others, or after it"
    assert all(1.0 * (1 + gap_frac) not in limits for limits in asked_at[:-1])
    assert len(found) == len(front(axes, found))
    assert (found[0].x, found[0].y) == ((1.0, 1.0) if again else (1.0005, 3.0))
    assert beaten_by(axes, found[0].x, found) == found[0].y


def test_of_two_plans_within_one_limit_the_better_stands() -> None:
    axes = Axes("cost_per_mtoken", "tokens_per_mw", 6)
    records = iter([(1.4, 2.0), (1.3, 3.0), (1.45, 1.0)])

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        return [answer(one) for one in asked]

    def answer(one: Asked) -> dict[str, Any]:
        free = one.movable is None and not any("no_worse_than" in t for t in one.changes)
        if free:
            x, y = (1.0, 0.5) if f"objective.name={axes.x}" in one.changes else (2.0, 5.0)
            value = x if f"objective.name={axes.x}" in one.changes else y
        else:
            x, y = next(records, (1.0, 0.5))
            value = y
        limits = {} if free else {axes.x: 1.5}
        objectives = {axes.x: x, axes.y: y}
        return {"status": "stopped", "value": value, "bound": 5.0,
                "objectives": objectives, "limits": limits}  # fmt: skip

    found, _ = trace(axes, 1e-3, solve, lambda *_: None)
    assert [(point.x, point.y) for point in front(axes, found)] == [(1.0, 0.5), (1.3, 3.0),
                                                                    (2.0, 5.0)]  # fmt: skip


def test_a_front_of_three_plans_has_three_points_at_most() -> None:
    axes = Axes("cost_per_mtoken", "tokens_per_mw", 20)
    plans = [(1.0, 1.0), (2.0, 5.0), (3.0, 6.0), (2.5, 4.0)]
    solves: list[int] = []
    known = curve(plans, axes)

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        solves.extend(len(one.changes) for one in asked)
        return known(asked)

    found, _ = trace(axes, 1e-9, solve, lambda *_: None)
    assert [(point.x, point.y) for point in front(axes, found)] == plans[:3]
    assert len(solves) <= 11, "two ends and their limit, two between; three tries close a gap"


def test_a_narrow_front_is_not_lost_in_the_gap_of_its_end() -> None:
    # x of 100 to 100.5: asked for to 1 %, the best x may be the plan with the best y
    axes = Axes("cost_per_mtoken", "tokens_per_mw", 5)
    plans = [(100 + i / 20, 10.0 + i) for i in range(11)]
    exactly = curve(plans, axes)
    asked_to: list[str] = []

    def solve(asked: list[Asked]) -> list[dict[str, Any]]:
        loose = [t for one in asked for t in one.changes if t.startswith("solve.gap_frac=")]
        asked_to.extend(loose)
        best_y = exactly([Asked([f"objective.name={axes.y}"])])[0]
        return [
            best_y if "solve.gap_frac=0.01" in one.changes else found
            for one, found in zip(asked, exactly(asked), strict=True)
        ]

    found, reasons = trace(axes, 1e-3, solve, lambda *_: None)
    assert asked_to == ["solve.gap_frac=0.01", "solve.gap_frac=0.001"]
    assert not reasons
    assert [found[0].x, found[-1].x] == [100.1, 100.5]  # the best x is known to 0.1
    assert len(found) == 5


def test_an_infeasible_scenario_has_no_front() -> None:
    found, reasons = trace(
        Axes("npv", "tokens", 5),
        1e-3,
        lambda asked: [{"status": "infeasible"}] * len(asked),
        lambda *_: None,
    )
    assert (found, reasons) == ([], ["infeasible"])


def test_a_front_of_plans(tmp_path: Path, run: Callable[..., Result]) -> None:
    path, out = tmp_path / "two.yaml", tmp_path / "out"
    path.write_text(SCENARIO)
    result = run("frontier", path, "--points", "4", "--out", out, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    rows = pd.read_csv(out / "frontier.csv")
    assert len(rows) == len(document["points"]) >= 3
    assert rows["usd_per_mtoken"].is_monotonic_increasing
    assert rows["tokens_per_s_per_mw"].is_monotonic_increasing
    assert (rows["bound_tokens_per_s_per_mw"] >= rows["tokens_per_s_per_mw"]).all()
    assert (rows["gap_frac"] <= 0.01).all()
    held = rows[rows["limit_usd_per_mtoken"].notna()]
    assert len(held) >= len(rows) - 1  # the plan without a limit, unless another beats it
    assert (held["usd_per_mtoken"] <= held["limit_usd_per_mtoken"] * (1 + 1e-6)).all()
    runs = [json.loads(path.read_text()) for path in (out / "runs").glob("*/run.json")]
    with_plan = {path.parent.name for path in (out / "runs").glob("*/plan.json")}
    assert len(with_plan) >= len(rows)
    same = [run["same_as"].removeprefix("runs/") for run in runs if "same_as" in run]
    assert len(with_plan) + len(same) == len(runs)
    assert set(same) <= with_plan
    assert {run["objective"] for run in runs} == {"tokens_per_mw", "cost_per_mtoken"}
    for folder in rows["folder"]:
        assert verify(out / folder) == []
    rules = pd.read_csv(out / held["folder"].iloc[1] / "policies.csv").set_index("rule")
    limit = rules.loc["objective_ceiling"]
    assert limit["required"] == pytest.approx(held["limit_usd_per_mtoken"].iloc[1])
    assert limit["achieved"] == pytest.approx(held["usd_per_mtoken"].iloc[1])
    cheapest = plan(path, region=shipped(), overrides=["objective.name=cost_per_mtoken"])
    assert cheapest.value is not None
    # the cheapest is known to the gap, and the limit is a gap above it
    assert rows["usd_per_mtoken"].iloc[0] <= cheapest.value * 1.01**2
    again = run("frontier", path, "--points", "4", "--out", out, "--resume")
    assert again.exit_code == 0, again.output
    assert max(len(line) for line in again.stdout.splitlines()) <= 100
    assert "nothing beats" in again.stdout


def test_the_command_is_as_patient_as_the_function() -> None:
    assert signature(many.frontier).parameters["patience"].default == PATIENCE


def test_a_front_that_makes_no_sense_is_refused(tmp_path: Path, run: Callable[..., Result]) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(SCENARIO)
    result = run(
        "frontier", path, "--x", "cost_per_token", "--points", "1", "--patience", "0",
        "--out", tmp_path / "o",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "--patience: is no length of time" in result.stderr
    assert "did you mean 'cost_per_mtoken'" in result.stderr
    assert "--points: is too small" in result.stderr
    assert not (tmp_path / "o").exists()


def test_no_front_is_status_3(tmp_path: Path, run: Callable[..., Result]) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(SCENARIO)
    result = run("frontier", path, "--out", tmp_path / "o", "--set", "budget.capex_musd_total=0.1")
    assert result.exit_code == 3
    assert "No plan satisfies this scenario" in result.stdout
    assert not (tmp_path / "o").exists()
