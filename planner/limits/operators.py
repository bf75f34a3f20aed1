"""Who runs the sites, for whom, and which halls serve one tier alone."""

from collections.abc import Iterator
from math import ceil

from planner.limits.book import AT_MOST, Book, Limit, named
from planner.limits.scale import MW

SHARE_MW = "share of IT MW"
FILE = "operators.csv"
WHOLE = 1e-6
"""A number of racks above a whole one by less than this is the solver's rounding."""


def of_operators(book: Book) -> Iterator[Limit]:
    """Share of an operator in all IT MW, and of foreign operators in a country's."""
    case, rows = book.case, book.tables["operators"]
    country = rows["site_id"].map(case["country"])
    for t in book.periods:
        now = rows["period"] == t
        total = float(rows.loc[now, "it_mw"].sum())
        for o, most in case["operator_share_max"].items() if total > 0 else ():
            share = float(rows.loc[now & (rows["operator"] == o), "it_mw"].sum()) / total
            hold = ((named("operator_share", o, t), total),)
            yield Limit("operator_share", o, t, AT_MOST, most, share, SHARE_MW, FILE, hold)
        for n, most in case["foreign_operated_max_frac"].items():
            here = rows[now & (country == n)]
            mw = float(here["it_mw"].sum())
            if mw > 0:
                foreign = [case["operator_foreign_frac"][o, n] for o in here["operator"]]
                share = float((here["it_mw"] * foreign).sum()) / mw
                hold = ((named("foreign_operated", n, t), mw),)
                yield Limit("foreign_operated", n, t, AT_MOST, most, share, SHARE_MW, FILE, hold)


def of_tiers(book: Book) -> Iterator[Limit]:
    """IT load of a tier at sites whose operator may not serve it; racks of barred systems on it."""
    case, flows = book.case, book.flows
    runs = dict(zip(book.tables["operators"]["site_id"], book.tables["operators"]["operator"],
                    strict=True))  # fmt: skip
    least = case["least_mw_per_mtoken_per_s"]
    for (n, q), able in case["tier_operators"].items():
        of_tier = flows[(flows["used_in"] == n) & (flows["sovereignty"] == q)]
        wrong = of_tier[~of_tier["site_id"].map(runs).isin(able)]
        for t in book.periods:
            now = wrong[wrong["period"] == t]
            per = [least[w] * case["peak_to_mean_ratio"][w] for w in now["workload_id"]]
            load = float((now["mtokens"] * per).sum()) / case["software_gain"][t]
            rows = [(named("tier_operator", s, n, q, t), 1.0) for s in now["site_id"].unique()]
            yield Limit("tier_operator", f"{q} data of {n}", t, AT_MOST, 0.0, load, "IT MW",
                        FILE, tuple(rows))  # fmt: skip
    fleet = book.tables["fleet"]
    place = fleet["site_id"].map(case["country"])
    of_class = fleet["workload_id"].map(case["sovereignty_class"])
    for (n, q), barred in case["barred_systems"].items():
        rows = fleet[(place == n) & (of_class == q) & fleet["system_id"].isin(barred)]
        for t in book.periods:
            racks = float(rows.loc[rows["period"] == t, "racks_at_work_count"].sum())
            hold = ((named("barred_systems", n, q, t), 1.0),)
            name = f"{q} work in {n}"
            yield Limit("barred_systems", name, t, AT_MOST, 0.0, racks, "racks", "fleet.csv", hold)


def of_halls(book: Book) -> Iterator[Limit]:
    """Racks at work for a tier within its own halls, and those of all other work within the rest.

    Racks are whole: as many as the work needs at least. `where` names site and cooling class.
    """
    case = book.case
    if not case["dedicated"]:
        return
    halls, own = book.tables["halls"], book.tables["tier_halls"]
    at = ["site_id", "cooling_class", "period"]
    every = halls.groupby(at)["hall_mw"].sum()
    apart = own.groupby([*at, "sovereignty_class"])["hall_mw"].sum()
    needs = _needs(book)
    for s, c, t in every.index:
        n = case["country"][s]
        tiers = [q for of, q in case["dedicated"] if of == n]
        for q in tiers:
            mw, most = needs.get((s, c, t, q), 0.0), float(apart.get((s, c, t, q), 0.0))
            if mw > 0 or most > 0:
                hold = ((named("dedicated_halls", s, n, q, c, t), 1.0),)
                where = f"{q} work at {s}, {c}"
                yield Limit("dedicated_halls", where, int(t), AT_MOST, most, mw, MW,
                            "tier_halls.csv", hold)  # fmt: skip
        if tiers:
            rest = float(every[s, c, t]) - sum(float(apart.get((s, c, t, q), 0.0)) for q in tiers)
            mw = needs.get((s, c, t, ""), 0.0)
            hold = ((named("other_halls", s, c, t), 1.0),)
            where = f"other work at {s}, {c}"
            yield Limit("other_halls", where, int(t), AT_MOST, rest, mw, MW, "tier_halls.csv",
                        hold)  # fmt: skip


def _needs(book: Book) -> dict[tuple, float]:
    """Nameplate MW of the least whole racks that do each tier's work; `""` is all other work.

    Where the day has several blocks, enough of each rack system for the block that needs most.
    """
    case = book.case
    tiers = {(n, q) for n, q in case["dedicated"]}
    at_work: dict[tuple, float] = {}
    for row in book.work.itertuples():
        q = case["sovereignty_class"].get(row.workload_id, "")
        q = q if (case["country"].get(row.site_id), q) in tiers else ""
        place = (row.site_id, row.cooling_class, int(row.period), q)
        key = (*place, row.system_id, row.hour_block)
        at_work[key] = at_work.get(key, 0.0) + float(row.racks_at_work_count)
    most: dict[tuple, float] = {}
    for (*kind, _), racks in at_work.items():
        most[tuple(kind)] = max(racks, most.get(tuple(kind), 0.0))
    needs: dict[tuple, float] = {}
    for (*at, k), racks in most.items():
        whole = ceil(racks / case["availability_frac"][k] - WHOLE)
        needs[tuple(at)] = needs.get(tuple(at), 0.0) + whole * case["rack_mw"][k]
    return needs
