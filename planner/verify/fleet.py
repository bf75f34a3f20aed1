"""Racks: bought when they exist, at work no more than they stand, inside their halls."""

from typing import Any

import pandas as pd

from models.case import Case
from planner.results.extrapolated import extrapolated_tokens_frac
from planner.results.fleet import drawn_mw
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
    usable = {
        (*i, h): n * case["availability_frac"][i[1]]
        for i, n in standing.items()
        for h in case.sets["HOUR"]
    }
    working = run.book.work
    words = "{have} racks in its rows, but installs.csv has {want} standing"
    at_work = "{have} racks at work, more than the {most} of those standing that are available"
    return [
        *unequal_sums("fleet.csv", sums(rows, STOCK, rows["racks_count"]), standing, words, 0.0),
        *too_large(
            "fleet.csv",
            sums(working, [*STOCK, "hour_block"], working["racks_at_work_count"]),
            usable,
            at_work,
            1e-4,
        ),
    ]


def work(run: Run) -> list[str]:
    """Tokens and kW of a row are those of its racks at work in their power state."""
    case, found = run.book.case, []
    for name in ("fleet", "hours"):
        rows = run.tables[name]
        modes = list(zip(rows["system_id"], rows["state_id"], rows["workload_id"], strict=True))
        each = [case["theta_mtokens_per_s"].get(m, 0.0) * 1e6 for m in modes]
        made = rows["racks_at_work_count"] * each * rows["period"].map(case["software_gain"])
        drawn = rows["racks_at_work_count"] * [drawn_mw(case, m) * 1e3 for m in modes]
        why = "racks at work x serving x software gain"
        found += differing(name, rows, "peak_tokens_per_s", made, why, TOKENS)
        found += differing(name, rows, "it_kw", drawn, "racks at work x kW", 0.1)
    return found


def in_halls(run: Run) -> list[str]:
    """The racks of a cooling class draw the IT load of its halls, in each block and as a mean."""
    case, rows, halls = run.book.case, run.tables["fleet"], run.tables["halls"]
    idle, working = case["idle_frac"]["it"], run.book.work
    pairs = set(zip(halls["site_id"], halls["design_id"], halls["period"], strict=True))
    hours = halls["site_id"].map(case["country"]).map(case["curtailed_frac"]).fillna(0.0)
    lost = hours.astype(float) * halls["curtailed_it_mw"]
    lost_mean = case["mean_load_frac"]["high"] * lost
    at = zip(rows["site_id"], rows["design_id"], rows["period"], strict=True)
    load = sums(halls, PLACE, halls["it_mw"] - lost)
    drawn = sums(working, [*PLACE, "hour_block"], working["it_kw"] / 1e3)
    modes = zip(working["workload_id"], working["hour_block"], strict=True)
    jobs = [case["work_frac"].get(m, case["hour_frac"].get(m[1], 0.0)) for m in modes]
    at_work = sums(working, PLACE, working["it_kw"] / 1e3 * jobs)
    mean = {i: idle * mw + (1 - idle) * at_work.get(i, 0.0) for i, mw in load.items()}
    words = "{have} MW at work, but its halls carry {want}"
    kinds = list(zip(halls["site_id"], halls["design_id"], halls["period"], strict=True))
    share = _drawn_at_most(case)
    full = halls["hall_mw"] * halls["design_id"].map(case["cooling_class"]).map(share)
    beyond = "{have} MW in halls where racks can draw {most}"
    return [
        *too_large("halls.csv", dict(zip(kinds, halls["it_mw"], strict=True)),
                   dict(zip(kinds, full, strict=True)), beyond, 1e-4),
        *untrue("fleet", rows, [i in pairs for i in at], "the site has no hall of that design"),
        *_highest(run, drawn, load, words),
        *unequal_sums("fleet.csv", mean, sums(halls, PLACE, halls["it_mean_mw"] - lost_mean),
                      f"mean of the year: {words}", 1e-4),
    ]  # fmt: skip


def _drawn_at_most(case: Case) -> dict[str, float]:
    """By cooling class, what racks in a full hall can draw of what it can carry."""
    shares: dict[str, float] = {}
    for system, cooling in {index[1:3] for index in case.sets["INSTALL"]}:
        draws = [mw for (k, *_), mw in case["kappa_mw"].items() if k == system]
        most = max([*draws, case["training_mw"].get(system, 0.0)])
        rack = case["availability_frac"][system] * most / case["rack_mw"][system]
        filled = case["oversubscription_frac"].get("all", 1.0) * rack
        shares[cooling] = max(shares.get(cooling, 0.0), min(filled, 1.0))
    return shares


def _highest(run: Run, drawn: dict, load: dict, words: str) -> list[str]:
    """The highest block sets the IT load; more only as far as the racks that stand can draw it."""
    case, stock = run.book.case, run.tables["installs"]
    blocks = case.sets["HOUR"]
    if len(blocks) == 1:
        return unequal_sums("fleet.csv", drawn, {(*i, blocks[0]): x for i, x in load.items()},
                            words, 1e-4)  # fmt: skip
    highest = {(*i, h): mw for i, mw in load.items() for h in blocks}
    each = dict(case["training_mw"])
    for (k, _, _), kappa in case["kappa_mw"].items():
        each[k] = max(kappa, each.get(k, 0.0))
    racks = stock["racks_count"] * stock["system_id"].map(case["availability_frac"])
    most = sums(stock, PLACE, racks * stock["system_id"].map(each).fillna(0.0))
    beyond = "{have} MW in its halls, more than its racks can draw, {most}"
    less = words.replace("{want}", "{most}")
    return [
        *too_large("hours.csv", drawn, highest, less, 1e-4),
        *too_large("halls.csv", load, most, beyond, 1e-4),
    ]


def rooms(run: Run) -> list[str]:
    """Racks fit their halls by nameplate, or by what they draw where the scenario lets them."""
    case, halls, stock = run.book.case, run.tables["halls"], run.tables["installs"]
    plate = sums(stock, PLACE, stock["racks_count"] * stock["system_id"].map(case["rack_mw"]))
    room = sums(halls, PLACE, halls["hall_mw"])
    factor = case["oversubscription_frac"].get("all", 1.0)
    words = "racks of {have} MW by nameplate, more than the {most} MW of halls"
    most = {i: factor * mw for i, mw in room.items()}
    found = too_large("installs.csv", plate, most, words, 1e-4)
    if not case["oversubscription_frac"]:
        return found
    rows = run.book.work
    rows = rows[rows["workload_id"].isin(case["oversubscribed"])]
    full = rows["racks_at_work_count"] * rows["system_id"].map(case["rack_mw"])
    spared = sums(rows, [*PLACE, "hour_block"], full - rows["it_kw"] / 1e3)
    taken = {
        (*i, h): mw - spared.get((*i, h), 0.0) for i, mw in plate.items() for h in case.sets["HOUR"]
    }
    limit = {(*i, h): mw for i, mw in room.items() for h in case.sets["HOUR"]}
    words = "racks take the room of {have} MW, more than the {most} MW of halls"
    return found + too_large("installs.csv", taken, limit, words, 1e-4)


def extrapolated(run: Run) -> list[str]:
    """The share of tokens that plan.json counts as resting on extrapolation is the tables'."""
    stated = (run.document.get("counts") or {}).get("extrapolated_tokens_frac")
    share = extrapolated_tokens_frac(run.tables, run.book.periods[-1])
    if isinstance(stated, int | float) and abs(stated - share) <= FRAC:
        return []
    return [f"plan.json: counts extrapolated_tokens_frac as {stated!r}, not {share:.9g}"]


CHECKS = (installs, racks, work, in_halls, rooms, extrapolated)
