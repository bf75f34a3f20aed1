"""Names exist, amounts are amounts, things are whole: else nothing can be recomputed."""

from typing import Any

from planner.coefficients.where import candidate_sites
from planner.results.fleet import IDLE, TRAINING
from planner.results.supply import BACKUP, GRID
from planner.verify.checks import negative, untrue, whole
from planner.verify.run import Run

KINDS = ("annuity", "capex", "opex", "revenue")
AMOUNTS = {
    "fleet": ("racks_count", "racks_at_work_count", "tokens_per_s", "peak_tokens_per_s", "it_kw"),
    "installs": ("racks_new_count", "racks_count", "capex_musd"),
    "halls": ("halls_count", "hall_mw", "it_mw", "it_mean_mw", "curtailed_it_mw",
              "land_m2"),
    "power": ("steps_count", "connected_mw", "facility_mw", "mean_facility_mw",
              "energy_mwh_per_year", "carbon_t_per_year"),
    "supply": ("capacity_mw", "carried_mw", "gco2_per_kwh"),
    "water": ("water_m3_per_day", "water_m3_per_year"),
    "flows": ("tokens_per_s",),
    "grants": ("eligible_musd", "granted_musd"),
    "funds": ("drawn_musd",),
    "operators": ("it_mw",),
    "tier_halls": ("halls_count", "hall_mw"),
    "hours": ("hours_h", "racks_at_work_count", "tokens_per_s", "peak_tokens_per_s", "it_kw"),
    "hour_flows": ("hours_h", "tokens_per_s"),
}  # fmt: skip


WHOLE = {
    "fleet": ("racks_count",),
    "installs": ("racks_new_count", "racks_count"),
    "halls": ("halls_count",),
    "power": ("steps_count",),
    "tier_halls": ("halls_count",),
}


def numbers(run: Run) -> list[str]:
    """Amounts are neither negative nor blank, and things are whole."""
    found = []
    for name, columns in AMOUNTS.items():
        found += negative(name, run.tables[name], columns)
    for name, columns in WHOLE.items():
        for column in columns:
            found += whole(name, run.tables[name], column)
    return found


def places(run: Run) -> list[str]:
    """Sites and periods of every table; each site that is used is open."""
    sets, found = run.book.case.sets, []
    power = run.tables["power"]
    found += untrue("power", power, power["site_id"].isin(sets["SITE"]),
                    "no candidate site that power can reach")  # fmt: skip
    for name in AMOUNTS:
        rows = run.tables[name]
        found += untrue(name, rows, rows["period"].isin(sets["PERIOD"]), "no planning period")
        if name != "power" and "site_id" in rows:
            at = zip(rows["site_id"], rows["period"], strict=True)
            is_open = set(zip(power["site_id"], power["period"], strict=True))
            words = "the site is not open then: power.csv has no such row"
            found += untrue(name, rows, [i in is_open for i in at], words)
    water, known = run.tables["water"], set(sets["WATER"])
    sources = zip(water["site_id"], water["water_source"], strict=True)
    found += untrue("water", water, [pair in known for pair in sources], "no source of the site")
    sites = run.tables["sites"]
    wanted = set(candidate_sites(run.context).index)
    found += untrue("sites", sites, sites["site_id"].isin(wanted), "no candidate of the scenario")
    lost = sorted(wanted - set(sites["site_id"]))
    return found + [f"sites.csv: the candidate {s} is missing" for s in lost]


def equipment(run: Run) -> list[str]:
    """Cooling designs, rack systems and what they may be combined with."""
    case = run.book.case
    halls, installs, fleet = (run.tables[name] for name in ("halls", "installs", "fleet"))
    pairs = set(case.sets["SITE_DESIGN"])
    known = [i in pairs for i in zip(halls["site_id"], halls["design_id"], strict=True)]
    found = untrue("halls", halls, known, "the cooling design is not possible at the site")
    for name, rows in (("halls", halls), ("fleet", fleet)):
        fits = rows["design_id"].map(case["cooling_class"]) == rows["cooling_class"]
        found += untrue(name, rows, fits, "the cooling design is not of that class")
    hours = run.tables["hours"]
    for name, rows in (("installs", installs), ("fleet", fleet), ("hours", hours)):
        hosted = [
            k in case["hosts"].get(c, ())
            for k, c in zip(rows["system_id"], rows["cooling_class"], strict=True)
        ]
        words = "cooling of that class cannot carry the rack: its density, or its cold plates"
        found += untrue(name, rows, hosted, words)
    words = "the rack cannot serve that workload in that power state within its latency"
    jobs = set(case.sets["JOB"])
    for name, rows in (("fleet", fleet), ("hours", hours)):
        modes = zip(rows["system_id"], rows["state_id"], rows["workload_id"], strict=True)
        works = [
            m in case["theta_mtokens_per_s"]
            or (m[1:] == (IDLE, "") and name == "fleet")
            or (m[1] == TRAINING and m[2] in jobs)
            for m in modes
        ]
        found += untrue(name, rows, works, words)
    return found


def users(run: Run) -> list[str]:
    """Workloads and markets, and the names of money."""
    case = run.book.case
    flows, budget = run.tables["flows"], run.tables["budget"]
    known = flows["workload_id"].isin(case.sets["WORKLOAD"])
    found = untrue("flows", flows, known, "no workload of the scenario")
    found += untrue("flows", flows, flows["market_id"].isin(case.sets["MARKET"]), "no market")
    found += untrue("budget", budget, budget["kind"].isin(KINDS), "no kind of money")
    found += untrue("budget", budget, budget["country"].isin(case.sets["COUNTRY"]), "no country")
    return found + untrue(
        "budget", budget, budget["period"].isin(case.sets["PERIOD"]), "no planning period"
    )


def payers(run: Run) -> list[str]:
    """Grants are of the scenario's programmes, on their own items; funds pay what they are for."""
    case, granted, drawn = run.book.case, run.tables["grants"], run.tables["funds"]
    known = set(case.sets.get("GRANT", ()))
    home = granted["programme_id"].map(case["subsidy_country"]) == granted["country"]
    keys = zip(granted["programme_id"], granted["item"], granted["period"], strict=True)
    there = [key in known and at_home for key, at_home in zip(keys, home, strict=True)]
    words = "the scenario has no such programme, or it does not pay for that then"
    found = untrue("grants", granted, there, words)
    rows = zip(drawn["country"], drawn["fund"], drawn["item"], drawn["period"], strict=True)
    words = "the scenario has no such fund, or it does not pay for that then"
    return found + untrue("funds", drawn, [_pays(case, *row) for row in rows], words)


def _pays(case: Any, n: str, f: str, i: str, t: int) -> bool:
    return (n, f, t) in case["fund_open"] and i in case["fund_use"].get((n, f), (i,))


def sources(run: Run) -> list[str]:
    """Sources of power exist at their site by then."""
    case, rows = run.book.case, run.tables["supply"]
    known = set(case.sets["SUPPLY"])
    backed = {s for s, n in case["country"].items() if n in case["backup_spare_count"]}
    exists = [
        e == GRID or (s, e, t) in known or (e == BACKUP and s in backed)
        for s, e, t in zip(rows["site_id"], rows["source_id"], rows["period"], strict=True)
    ]
    return untrue("supply", rows, exists, "no such source there by then")


CHECKS = (numbers, places, equipment, sources, users, payers)
