"""Things that can be seen to fail without solving: necessary conditions, in words."""

from collections.abc import Iterator

from models.case import Case
from planner.explain.words import number


def checks(case: Case) -> list[str]:
    """What cannot be met whatever is built, each in one sentence."""
    return [*_nowhere(case), *_unserved(case), *_megawatts(case), *_money(case)]


def connectable_mw(case: Case, t: int, country: str | None = None) -> float:
    """MW that grid and plant on the sites can carry by a period, in all or in a country."""
    grid = sum(
        case["step_mw"][s, step]
        for s, step, u in case.sets["STEP_PERIOD"]
        if u == t and country in (None, case["country"][s])
    )
    firm, most = case["supply_firm_frac"], case["supply_most_mw"]
    return grid + sum(
        firm[e] * most.get(e, float("inf"))
        for s, e, u in case.sets["SUPPLY"]
        if u == t and firm[e] > 0 and country in (None, case["country"][s])
    )


def connectable(case: Case) -> str:
    """What power can reach, in one sentence: MW by period and country."""
    by_period = [
        f"{t}: "
        + ", ".join(f"{n} {number(connectable_mw(case, t, n))}" for n in case.sets["COUNTRY"])
        for t in case.sets["PERIOD"]
    ]
    return f"MW that can be connected, whatever they cost: {'; '.join(by_period)}."


def _nowhere(case: Case) -> Iterator[str]:
    if not case.sets["SITE"]:
        last = case.sets["PERIOD"][-1]
        yield f"no candidate site can have power, cooling and room for a hall by {last}"


def _unserved(case: Case) -> Iterator[str]:
    made = {w for _, _, w in case["theta_mtokens_per_s"]}
    reached = {w for pairs in case["reach"].values() for w, _ in pairs}
    for w in case.sets["WORKLOAD"]:
        if w not in made:
            yield f"workload {w}: no rack system of the scenario serves it within its targets"
        elif case.sets["SITE"] and w not in reached:
            yield f"workload {w}: no candidate site is within its latency limit and the law"


def _megawatts(case: Case) -> Iterator[str]:
    for (n, t), floor in case["facility_mw_min"].items():
        if t not in case.sets["PERIOD"]:
            continue
        most = connectable_mw(case, t, None if n == "all" else n)
        where = "" if n == "all" else f" in {n}"
        if most == 0:
            yield f"{number(floor)} MW asked for{where} in {t}, but power reaches no site by then"
        elif floor > most:
            yield (
                f"{number(floor)} MW asked for{where} in {t}, "
                f"but only {number(most)} MW can be connected by then"
            )
    for (n, t), floor in case["mtokens_per_s_min"].items():
        if n in ("all", *case.sets["COUNTRY"]) and not connectable_mw(case, t):
            tokens = number(floor * 1e6)
            yield f"{tokens} tokens/s asked for in {t}, but power reaches no site by then"


def _money(case: Case) -> Iterator[str]:
    """The racks alone that a floor on MW needs, at the least price of a MW of them."""
    budget = case["capex_total_musd_max"].get("all")
    if budget is None or not case["facility_per_it_frac"] or not case["kappa_mw"]:
        return
    draw: dict[str, float] = {}
    for (k, _, _), kappa in case["kappa_mw"].items():
        draw[k] = max(kappa, draw.get(k, 0.0))
    per_it_mw = min(case["rack_musd"][k] / kappa for k, kappa in draw.items())
    per_mw = per_it_mw / max(case["facility_per_it_frac"].values())
    floor = max((mw for (_, _), mw in case["facility_mw_min"].items()), default=0.0)
    if floor * per_mw > budget:
        yield (
            f"{number(floor)} MW need at least {number(floor * per_mw)} M$ of racks alone, "
            f"but budget.capex_musd_total is {number(budget)} M$"
        )
