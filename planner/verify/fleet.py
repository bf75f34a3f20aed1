"""Racks: bought when they exist, at work no more than they stand, inside their halls."""

from typing import Any

import pandas as pd

from planner.results.extrapolated import extrapolated_tokens_frac
from planner.verify.checks import (
    FRAC,
    TOKENS,
    differing,
    too_large,
    unequal_sums,
    untrue,
)
from planner.verify.run import Run

PLACE = ["site_id", "cooling_class", "period"]
STOCK = ["site_id", "system_id", "cooling_class", "period"]


def sums(rows: pd.DataFrame, by: list[str], amount: Any) -> dict[Any, float]:
    """Sum of an amount by key."""
    return {key: float(v) for key, v in rows.assign(_a=amount).groupby(by)["_a"].sum().items()}


def installs(run: Run) -> list[str]:
    """Racks are not bought before their year, and stand for their life."""
    case, rows = run.book.case, run.tables["installs"]
    year = rows["system_id"].map(case["available_from_year"])
    ordered = case["decision_year"]["all"] + rows["site_id"].map(case["country"]).map(
        case["rack_lead_years"]
    )
    words = "racks are installed before the year they become available, or could be ordered"
    late = (rows["period"] >= year) & (rows["period"] >= ordered)
    early = late | (rows["racks_new_count"] == 0)
    new = sums(rows, STOCK, rows["racks_new_count"])
    standing = [
        sum(new.get((s, k, c, u), 0.0) for u in case["delivered_in"][k, t])
        for s, k, c, t in zip(*(rows[name] for name in STOCK), strict=True)
    ]
    price = rows["racks_new_count"] * rows["system_id"].map(case["rack_musd"])
    forgotten = _forgotten(run, new)
    return [
        *untrue("installs", rows, early, words),
        *differing("installs", rows, "racks_count", standing, "racks installed and not retired", 0),
        *differing("installs", rows, "capex_musd", price, "racks x price"),
        *forgotten,
    ]


def _forgotten(run: Run, new: dict[Any, float]) -> list[str]:
    """Racks that still stand in a period that has no row for them."""
    case, rows = run.book.case, run.tables["installs"]
    there = set(zip(*(rows[name] for name in STOCK), strict=True))
    return [
        f"installs.csv: racks of {k} ({c}) at {s} of {u} still stand in {t}, which has no row"
        for (s, k, c, u), racks in new.items()
        for t in run.book.periods
        if racks > 0 and u in case["delivered_in"][k, t] and (s, k, c, t) not in there
    ]


def racks(run: Run) -> list[str]:
    """Rows of the fleet share out the racks that stand; those at work are available."""
    case, rows = run.book.case, run.tables["fleet"]
    stock = run.tables["installs"]
    standing = sums(stock, STOCK, stock["racks_count"])
    usable = {i: n * case["availability_frac"][i[1]] for i, n in standing.items()}
    words = "{have} racks in its rows, but installs.csv has {want} standing"
    at_work = "{have} racks at work, more than the {most} of those standing that are available"
    return [
        *unequal_sums("fleet.csv", sums(rows, STOCK, rows["racks_count"]), standing, words, 0.0),
        *too_large(
            "fleet.csv", sums(rows, STOCK, rows["racks_at_work_count"]), usable, at_work, 1e-4
        ),
    ]


def work(run: Run) -> list[str]:
    """Tokens and kW of a row are those of its racks at work in their power state."""
    case, rows = run.book.case, run.tables["fleet"]
    modes = list(zip(rows["system_id"], rows["state_id"], rows["workload_id"], strict=True))
    each = [case["theta_mtokens_per_s"].get(m, 0.0) * 1e6 for m in modes]
    made = rows["racks_at_work_count"] * each * rows["period"].map(case["software_gain"])
    drawn = rows["racks_at_work_count"] * [case["kappa_mw"].get(m, 0.0) * 1e3 for m in modes]
    why = "racks at work x serving x software gain"
    return [
        *differing("fleet", rows, "peak_tokens_per_s", made, why, TOKENS),
        *differing("fleet", rows, "it_kw", drawn, "racks at work x kW", 0.1),
    ]


def in_halls(run: Run) -> list[str]:
    """The racks of a cooling class draw the IT load of its halls and fit them by nameplate."""
    case, rows, halls = run.book.case, run.tables["fleet"], run.tables["halls"]
    stock = run.tables["installs"]
    mean = rows["it_kw"] / 1e3 * rows["workload_id"].map(case["mean_load_frac"]).fillna(0.0)
    plate = stock["racks_count"] * stock["system_id"].map(case["rack_mw"])
    pairs = set(zip(halls["site_id"], halls["design_id"], halls["period"], strict=True))
    at = zip(rows["site_id"], rows["design_id"], rows["period"], strict=True)
    words = "{have} MW at work, but its halls carry {want}"
    room = "racks of {have} MW by nameplate, more than the {most} MW of halls"
    return [
        *untrue("fleet", rows, [i in pairs for i in at], "the site has no hall of that design"),
        *unequal_sums("fleet.csv", sums(rows, PLACE, rows["it_kw"] / 1e3),
                      sums(halls, PLACE, halls["it_mw"]), words, 1e-4),
        *unequal_sums("fleet.csv", sums(rows, PLACE, mean),
                      sums(halls, PLACE, halls["it_mean_mw"]), f"mean of the year: {words}", 1e-4),
        *too_large("installs.csv", sums(stock, PLACE, plate),
                   sums(halls, PLACE, halls["hall_mw"]), room, 1e-4),
    ]  # fmt: skip


def extrapolated(run: Run) -> list[str]:
    """The share of tokens that plan.json counts as resting on extrapolation is the tables'."""
    stated = (run.document.get("counts") or {}).get("extrapolated_tokens_frac")
    share = extrapolated_tokens_frac(run.tables, run.book.periods[-1])
    if isinstance(stated, int | float) and abs(stated - share) <= FRAC:
        return []
    return [f"plan.json: counts extrapolated_tokens_frac as {stated!r}, not {share:.9g}"]


CHECKS = (installs, racks, work, in_halls, extrapolated)
