"""Losses of sites: by hand, against the relaxation solved again, and against whole plans."""

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.blocks.objective import OBJECTIVES
from models.build import build
from models.case import Case
from planner.exact_losses import exact_losses
from planner.losses import Relaxation, losses
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from planner.solve.ratio import Fraction, best_ratio
from planner.solve.sift import relaxed_ratio
from planner.solve.split import split
from tests.tiny import tiny_case

IN, OUT = "loss_if_forced_tokens_per_s_per_mw", "loss_if_excluded_tokens_per_s_per_mw"


def relaxation(case: Case, objective: str = "tokens_per_mw") -> Relaxation:
    compiled = compile_model(build(case))
    parts = split(compiled, case.sets["SITE"])
    every = np.ones(len(parts.sites), dtype=bool)
    best = relaxed_ratio(compiled, parts, OBJECTIVES[objective], every, 0.0, soon())
    assert best.x is not None
    return Relaxation(case, compiled, best, objective)


def soon() -> float:
    return time.monotonic() + 60


def by_site(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("site_id")


def test_by_hand() -> None:
    # IT makes 20e6 tokens/s per MW; a meters 1.2 MW per IT MW, so 12 MW of floor give 20/1.2.
    # With 10 MW of IT at b (13 MW at the meter) the best is to fill a to its 24 MW (20 MW of IT):
    # 20 * (10 + 20) / (13 + 24). Without a the best is b alone: 20/1.3.
    found = relaxation(tiny_case(2))
    table = by_site(exact_losses(found, losses(found, {"a"}, soon()), ["a", "b"], soon()))
    assert table.loc["b", IN] == pytest.approx(1e6 * (20 / 1.2 - 600 / 37))
    assert table.loc["a", OUT] == pytest.approx(1e6 * (20 / 1.2 - 20 / 1.3))
    assert table.loc["b", "ceiling_if_forced_tokens_per_s_per_mw"] == pytest.approx(1e6 * 600 / 37)
    assert list(table["loss_basis"]) == ["exact", "exact"]
    assert np.isnan(table.loc["a", IN])
    assert np.isnan(table.loc["b", OUT])


def test_a_loss_is_in_the_unit_of_the_objective() -> None:
    # npv without revenue is minus the cost; b costs as a does, but meters 1.3 MW for each 1.2 of a
    found = relaxation(tiny_case(2), "npv")
    table = losses(found, {"a"}, soon())
    assert {"loss_if_forced_musd", "ceiling_if_excluded_musd"} <= set(table.columns)
    assert (table[["loss_if_forced_musd", "loss_if_excluded_musd"]].fillna(0) >= 0).all(axis=None)


def test_a_site_that_no_plan_can_do_without_says_so() -> None:
    # the floor of 40 MW needs both sites of 24 MW
    found = relaxation(tiny_case(2, facility_mw_min={("all", 2027): 40.0}))
    table = by_site(exact_losses(found, losses(found, {"a", "b"}, soon()), ["a"], soon()))
    assert table.loc["a", "loss_basis"] == "none"
    assert np.isnan(table.loc["a", OUT])


def test_a_site_that_can_carry_nothing_has_no_loss() -> None:
    # b has a step of 0 MW
    steps = {("a", 1): 24.0, ("b", 1): 0.0}
    table = by_site(losses(relaxation(tiny_case(2, step_mw=steps)), {"a"}, soon()))
    assert table.loc["b", "forced_it_mw"] == 0
    assert table.loc["b", "loss_basis"] == ""
    assert np.isnan(table.loc["b", IN])


def cases() -> Any:
    share = st.floats(1.05, 1.6)
    return st.builds(
        lambda meter, floor, budget, price, water: tiny_case(
            len(meter),
            facility_per_it_frac={(chr(97 + i), "dry"): m for i, m in enumerate(meter)},
            energy_per_it_frac={(chr(97 + i), "dry"): m for i, m in enumerate(meter)},
            facility_mw_min={("all", 2027): floor},
            capex_total_musd_max={"all": budget} if budget else {},
            step_musd={(chr(97 + i), 1): p for i, p in enumerate((*price, 1, 1, 1, 1))},
            wue_peak_l_per_kwh={(chr(97 + i), "dry"): 1.0 for i in range(len(meter))},
            water_limit_m3_per_day={("a", "city"): water},
        ),
        meter=st.lists(share, min_size=2, max_size=4),
        floor=st.floats(1.0, 30.0),
        budget=st.none() | st.floats(450.0, 1200.0),
        price=st.lists(st.floats(0.0, 50.0), max_size=2),
        water=st.floats(24.0, 480.0),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.sampled_from(["tokens_per_mw", "cost_per_mtoken"]))
def test_a_bound_never_exceeds_the_loss(case: Case, objective: str) -> None:
    """Neither that of the relaxation solved again, nor its ceiling any whole plan."""
    try:
        found = relaxation(case, objective)
    except AssertionError:
        return  # infeasible by its budget: nothing to lose
    chosen = {"a"}
    bounds = losses(found, chosen, soon())
    exact = by_site(exact_losses(found, bounds, [*"abcd"[: len(bounds)]], soon()))
    for s, row in by_site(bounds).iterrows():
        site = str(s)
        name = "excluded" if site in chosen else "forced"
        change = found, site, name == "excluded", float(row["forced_it_mw"])
        again = best_with(*change, whole=False)
        if again is None:
            assert exact.loc[site, "loss_basis"] == "none"
            continue
        rounding = 1e-6 * abs(float(found.shown(again)))
        column = f"loss_if_{name}_{found.unit}"
        assert exact.loc[site, "loss_basis"] == "exact"
        assert exact.loc[site, column] == pytest.approx(float(found.loss(again)), abs=rounding)
        assert float(row[column]) <= float(found.loss(again)) + rounding
        best = best_with(*change, whole=True)
        if best is not None:
            ceiling = float(row[f"ceiling_if_{name}_{found.unit}"])
            sign = 1 if OBJECTIVES[objective].more_is_better else -1
            shown = float(found.shown(best))
            assert sign * shown <= sign * ceiling + 1e-6 * abs(ceiling)


def best_with(
    found: Relaxation, site: str, out: bool, least_mw: float, whole: bool
) -> float | None:
    """The best ratio with the site ruled out or forced in, from nothing; halls whole or not."""
    compiled = found.compiled
    solver = Solver(compiled, threads=1)
    solver.whole(whole)
    if out:
        own = np.array([i for n, i in compiled.column.items() if f"[{site}," in n])
        solver.bounds(own, np.zeros(len(own)), np.zeros(len(own)))
    else:
        own = np.array([compiled.column[f"open[{site},2027]"]])
        solver.bounds(own, np.ones(1), np.ones(1))
        solver.add_row({f"it_mw[{site},dry,2027]": 1.0}, least_mw, float("inf"))
    fraction = Fraction(solver, OBJECTIVES[found.objective])
    best = best_ratio(fraction, found.relaxed.value, 1e-9, soon())
    return best.value if best.x is not None else None
