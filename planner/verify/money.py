"""Every item of money, recomputed from what stands and what works."""

from collections import defaultdict
from typing import Any

from models.blocks.supply import BATTERY, HOURS_PER_YEAR, PPA
from planner.limits.places import staff
from planner.results.supply import BACKUP, GRID
from planner.verify.checks import unequal_sums
from planner.verify.fleet import sums
from planner.verify.run import Run

Items = dict[tuple[str, str, int, str, str], float]
"""Country, site, period, kind, item -> M$."""


def items(run: Run) -> list[str]:
    """The budget, line by line."""
    case, budget = run.book.case, run.tables["budget"]
    found: Items = defaultdict(float)
    parts = (_places, _halls, _racks, _running, _connections, _sources, _backup, _tokens,
             _unserved, _capital)  # fmt: skip
    for part in parts:
        part(run, found)
    have = sums(budget, ["country", "site_id", "period", "kind", "item"], budget["amount_musd"])
    home = case["country"]
    lost = [
        f"budget.csv: the site {s} is not in {n}" for n, s, *_ in have if s and home.get(s) != n
    ]
    return lost + unequal_sums("budget.csv", have, found, "{have} M$, but it comes to {want}", 1e-4)


def _put(run: Run, found: Items, site: str, t: int, kind: str, item: str, musd: float) -> None:
    found[run.book.case["country"][site], site, t, kind, item] += musd


def _grown(run: Run, amounts: dict[Any, float]) -> dict[Any, float]:
    """Increase over the period before; the period is the last part of the key."""
    back = run.book.case["previous"]
    return {i: v - amounts.get((*i[:-1], back.get(i[-1])), 0.0) for i, v in amounts.items()}


def _places(run: Run, found: Items) -> None:
    """Development, connection and the land of the substation."""
    case, power = run.book.case, run.tables["power"]
    is_open = sums(power, ["site_id", "period"], 1.0)
    steps: dict[Any, float] = {}
    for s, t, n in zip(power["site_id"], power["period"], power["steps_count"], strict=True):
        steps[s, t] = sum(case["step_musd"][s, i] for i in range(1, int(n) + 1))
    for (s, t), new in _grown(run, is_open).items():
        land = case["land_musd_per_m2"][s] * case["substation_m2"][s]
        _put(run, found, s, t, "capex", "site development", case["site_musd"][s] * new)
        _put(run, found, s, t, "capex", "land", land * new)
        yearly = case["facility_crf_per_year"][s] * case["site_musd"][s]
        _put(run, found, s, t, "annuity", "site development", yearly)
        _put(run, found, s, t, "annuity", "land", case["discount_frac"][s] * land)
    for (s, t), new in _grown(run, steps).items():
        yearly = case["interconnection_crf_per_year"][s] * steps[s, t]
        _put(run, found, s, t, "capex", "interconnection", new)
        _put(run, found, s, t, "annuity", "interconnection", yearly)


def _halls(run: Run, found: Items) -> None:
    """Building, electrical plant, cooling and the land of the halls."""
    case, halls = run.book.case, run.tables["halls"]
    count = sums(halls, ["site_id", "design_id", "period"], halls["halls_count"])
    for (s, d, t), new in _grown(run, count).items():
        standing = count[s, d, t]
        for item in ("shell", "electrical", "cooling"):
            each = case[f"{item}_musd_per_hall"][s, d]
            _put(run, found, s, t, "capex", item, each * new)
            yearly = case["facility_crf_per_year"][s] * each * standing
            _put(run, found, s, t, "annuity", item, yearly)
            upkeep = case["maintenance_facility_frac"][s] * each * standing
            _put(run, found, s, t, "opex", "facility maintenance", upkeep)
        land = case["land_musd_per_m2"][s] * case["hall_m2"][s, d]
        _put(run, found, s, t, "capex", "land", land * new)
        _put(run, found, s, t, "annuity", "land", case["discount_frac"][s] * land * standing)


def _racks(run: Run, found: Items) -> None:
    """Racks bought, their annuity and their upkeep."""
    case, rows = run.book.case, run.tables["installs"]
    for row in rows.itertuples():
        s, t, k, price = (
            row.site_id,
            int(row.period),
            row.system_id,
            case["rack_musd"][row.system_id],
        )
        worth = price * row.racks_count
        network = case["network_frac"].get(k, 0.0)
        for item, share in (("racks", 1 - network), ("network", network)):
            yearly = case["rack_crf_per_year"][k] * share * worth
            _put(run, found, s, t, "capex", item, share * price * row.racks_new_count)
            _put(run, found, s, t, "annuity", item, yearly)
        upkeep = case["maintenance_it_frac"][k] * worth
        _put(run, found, s, t, "opex", "rack maintenance", upkeep)


def _running(run: Run, found: Items) -> None:
    """Grid energy, demand charge, staff and water."""
    case, supply, water = run.book.case, run.book.supply, run.tables["water"]
    for row in supply[supply["source_id"] == GRID].itertuples():
        s, t = row.site_id, int(row.period)
        energy = case["energy_usd_per_mwh"][s] * row.energy_mwh_per_year / 1e6
        billed = max(row.carried_mw, case["billed_floor_frac"].get(s, 0.0) * row.capacity_mw)
        demand = case["demand_usd_per_kw_year"][s] * billed / 1e3
        _put(run, found, s, t, "opex", "energy", energy)
        _put(run, found, s, t, "opex", "demand charge", demand)
    for row in staff(run.book).itertuples():
        wages = case["staff_usd_per_year"][row.site_id] * row.staff_count / 1e6
        _put(run, found, row.site_id, int(row.period), "opex", "staff", wages)
    for row in water.itertuples():
        price = case["water_usd_per_m3"][row.site_id, row.water_source]
        musd = price * row.water_m3_per_year / 1e6
        _put(run, found, row.site_id, int(row.period), "opex", "water", musd)


def _connections(run: Run, found: Items) -> None:
    """Connections to further sources of water."""
    case, water = run.book.case, run.tables["water"]
    linked = sums(water, ["site_id", "water_source", "period"], 1.0)
    for (s, r, t), new in _grown(run, linked).items():
        cost = case["water_musd"].get((s, r), 0.0)
        _put(run, found, s, t, "capex", "water connection", cost * new)
        yearly = case["facility_crf_per_year"][s] * cost
        _put(run, found, s, t, "annuity", "water connection", yearly)


def _sources(run: Run, found: Items) -> None:
    """Plant, batteries and agreements: bought, kept up, fuelled, wheeled; what batteries earn."""
    case, rows = run.book.case, run.book.supply
    rows = rows[rows["source_id"].isin(list(case["supply_kind"]))]
    size = sums(rows, ["site_id", "source_id", "period"], rows["capacity_mw"])
    for (s, e, t), new in _grown(run, size).items():
        kind, worth = case["supply_kind"][e], case["supply_musd_per_mw"][e]
        if worth > 0:
            item = "battery" if kind == BATTERY else "on-site plant"
            land = case["land_musd_per_m2"][s] * case["supply_m2_per_mw"][e]
            stock = worth * size[s, e, t]
            _put(run, found, s, t, "capex", item, worth * new)
            _put(run, found, s, t, "annuity", item, case["supply_crf_per_year"][e] * stock)
            upkeep = case["supply_upkeep_frac_per_year"][e] * stock
            _put(run, found, s, t, "opex", f"{item} upkeep", upkeep)
            _put(run, found, s, t, "capex", "land", land * new)
            rent = case["discount_frac"][s] * land * size[s, e, t]
            _put(run, found, s, t, "annuity", "land", rent)
        if kind == BATTERY:
            earned = case["battery_usd_per_mw_year"][s, e] * size[s, e, t] / 1e6
            _put(run, found, s, t, "opex", "battery arbitrage", -earned)
        if kind == PPA:
            made = case["supply_output_frac"][e] * size[s, e, t] * HOURS_PER_YEAR
            bought = case["supply_usd_per_mwh"][e] * made / 1e6
            _put(run, found, s, t, "opex", "power purchase", bought)
    for row in rows.itertuples():
        s, e, t = row.site_id, row.source_id, int(row.period)
        if case["supply_kind"][e] != BATTERY:
            item = "wheeling" if case["supply_kind"][e] == PPA else "fuel"
            price = case["supply_used_usd_per_mwh"][e]
            _put(run, found, s, t, "opex", item, price * row.energy_mwh_per_year / 1e6)


def _backup(run: Run, found: Items) -> None:
    """Backup sets and their upkeep."""
    case, rows = run.book.case, run.book.supply
    rows = rows[rows["source_id"] == BACKUP]
    worth = rows["capacity_mw"] * rows["site_id"].map(case["backup_musd_per_mw"]).astype(float)
    stock = sums(rows, ["site_id", "period"], worth)
    for (s, t), new in _grown(run, stock).items():
        _put(run, found, s, t, "capex", "backup", new)
        _put(run, found, s, t, "annuity", "backup", case["facility_crf_per_year"][s] * stock[s, t])
        upkeep = case["maintenance_facility_frac"][s] * stock[s, t]
        _put(run, found, s, t, "opex", "facility maintenance", upkeep)


def _tokens(run: Run, found: Items) -> None:
    """Transit to markets, and revenue."""
    case = run.book.case
    year = case["seconds_per_year"]["s"] / 1e6
    for row in run.book.flows.itertuples():
        price = case["transit_usd_per_mtoken"].get((row.site_id, row.market_id), 0.0)
        musd = price * year * row.mtokens
        _put(run, found, row.site_id, int(row.period), "opex", "transit", musd)
    for (w, n, t), served in run.book.served.items():
        earned = case["revenue_usd_per_mtoken"].get(w, 0.0) * year * served
        found[n, "", t, "revenue", w] += earned


def _unserved(run: Run, found: Items) -> None:
    """Required tokens left unserved, at their price."""
    for row in run.tables["demand"].itertuples():
        found[row.country, "", int(row.period), "opex", "unserved demand"] += (
            row.unserved_musd_per_year
        )


def _capital(run: Run, found: Items) -> None:
    """What grants take off, and what the capital of funds costs beside the country's rate."""
    case = run.book.case
    yearly = case["item_crf_per_year"]
    for row in run.tables["grants"].itertuples():
        n, i, t, item = row.country, row.item, int(row.period), f"subsidy {row.programme_id}"
        like = i if (n, i) in yearly else ""
        found[n, "", t, "capex", item] -= row.granted_musd
        for u in case["item_paid_in"][n, like, t]:
            found[n, "", u, "annuity", item] -= yearly[n, like] * row.granted_musd
    for row in run.tables["funds"].itertuples():
        n, f, i, t = row.country, row.fund, row.item, int(row.period)
        like = i if (n, i) in yearly else ""
        extra = case["fund_crf_per_year"][n, f, like] - yearly[n, like]
        for u in case["item_paid_in"][n, like, t]:
            found[n, "", u, "annuity", f"capital of {f}"] += extra * row.drawn_musd


CHECKS = (items,)
