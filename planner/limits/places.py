"""What places allow: grid, land, water, people and carbon."""

from collections.abc import Iterator
from typing import Any

from models.blocks.power import HOURS_PER_YEAR
from planner.limits.book import AT_MOST, Book, Limit, named
from planner.limits.scale import MW


def of_grid(book: Book) -> Iterator[Limit]:
    """The connection of each open site, and the headroom of each zone."""
    case, power = book.case, book.tables["power"]
    for row in power.itertuples():
        s, t = str(row.site_id), int(row.period)
        steps = case.sets["STEP_PERIOD"]
        built = [i for r, i, u in steps if r == s and u == t and i <= int(row.steps_count)]
        mw = sum(case["step_mw"][s, i] for i in built)
        hold = ((named("grid_connection", s, t), 1.0),)
        drawn = book.grid_mw.get((s, t), 0.0)
        yield Limit("grid_connection", s, t, AT_MOST, mw, drawn, MW, "supply.csv", hold)
        if s in case["permit_free_mw"]:
            hold = ((named("permit_gate", s, t), 1.0),)
            most = case["permit_free_mw"][s]
            yield Limit("permit_gate", s, t, AT_MOST, most, drawn, MW, "supply.csv", hold)
    drawn_by_zone: dict[tuple, float] = {}
    for (s, t), drawn in book.grid_mw.items():
        zone = (case["zone"][s], t)
        drawn_by_zone[zone] = drawn_by_zone.get(zone, 0.0) + drawn
    for z in dict.fromkeys(case["zone"][s] for s in case.sets["SITE"]):
        for t in book.periods if z in case["zone_headroom_mw"] else ():
            drawn = drawn_by_zone.get((z, t), 0.0)
            hold = ((named("zone_headroom", z, t), 1.0),)
            most = case["zone_headroom_mw"][z]
            yield Limit("zone_headroom", z, t, AT_MOST, most, drawn, MW, "supply.csv", hold)


def of_water(book: Book) -> Iterator[Limit]:
    """Peak day and year of each source with a limit, where a design evaporates."""
    case = book.case
    wet = {s for (s, _), litres in case["wue_peak_l_per_kwh"].items() if litres > 0}
    for rule, values, column, hours, unit in (
        ("water_day_limit", "water_limit_m3_per_day", "water_m3_per_day", 24, "m3/day"),
        (
            "water_year_limit",
            "water_limit_m3_per_year",
            "water_m3_per_year",
            HOURS_PER_YEAR,
            "m3/year",
        ),
    ):
        for row in book.tables["water"].itertuples():
            s, r, t = str(row.site_id), str(row.water_source), int(row.period)
            if s in wet and (s, r) in case[values]:
                hold = ((named(rule, s, r, t), 1 / hours),)
                most, used = case[values][s, r], float(getattr(row, column))
                yield Limit(rule, f"{s}, {r}", t, AT_MOST, most, used, unit, "water.csv", hold)


def of_land(book: Book) -> Iterator[Limit]:
    """Halls and substation within the parcel."""
    case, halls = book.case, book.tables["halls"]
    each = [case["hall_m2"].get(i, 0.0) for i in _pairs(halls)]
    area = (halls["halls_count"] * each).groupby([halls["site_id"], halls["period"]]).sum()
    rows = book.supply
    plant = rows["capacity_mw"] * rows["source_id"].map(case["supply_m2_per_mw"]).fillna(0.0)
    taken = plant.groupby([rows["site_id"], rows["period"]]).sum()
    for s, t in _open(book):
        if s in case["buildable_m2"]:
            built = case["substation_m2"][s] + float(area.get((s, t), 0.0))
            built += float(taken.get((s, t), 0.0))
            hold = ((named("parcel", s, t), 1e-4),)
            most = case["buildable_m2"][s]
            yield Limit("parcel", s, t, AT_MOST, most, built, "m2", "halls.csv", hold)


def of_people(book: Book) -> Iterator[Limit]:
    """Staff of the open sites of a labour region."""
    case = book.case
    people = staff(book)
    region = people["site_id"].map(case["labour_region"])
    sums = people.groupby([region, "period"])["staff_count"].sum()
    for (r, t), needed in sums.items():
        if r in case["staff_supply_count"]:
            hold = ((named("staff_supply", r, t), 1.0),)
            most = float(case["staff_supply_count"][r])
            yield Limit(
                "staff_supply", str(r), int(t), AT_MOST, most, float(needed), "people",
                "power.csv", hold,
            )  # fmt: skip


def of_builders(book: Book) -> Iterator[Limit]:
    """Worker-years of the halls added in a province, against those of its workers."""
    case, halls = book.case, book.tables["halls"]
    most = case["builders_max_count"]
    if not most:
        return
    count = halls.set_index(["site_id", "design_id", "period"])["halls_count"].astype(float)
    work: dict[tuple[str, int], float] = {}
    for (s, d, t), standing in count.items():
        new = standing - count.get((s, d, case["previous"].get(t)), 0.0)
        at = (case["labour_region"][s], int(t))
        mw = new * case["hall_mw"][s, d]
        work[at] = work.get(at, 0.0) + case["construction_staff_per_mw"][s] * mw
    regions = {case["labour_region"][s] for s in case.sets["SITE"]} & set(most)
    for r in sorted(regions):
        for t in book.periods:
            hold = ((named("builders", r, t), 1.0),)
            required = most[r] * case["years_before"][t]
            yield Limit(
                "builders", r, t, AT_MOST, required, work.get((r, t), 0.0), "worker-years",
                "halls.csv", hold,
            )  # fmt: skip


def staff(book: Book) -> Any:
    """Operations staff of every open site: site_id, period, staff_count."""
    case, power = book.case, book.tables["power"]
    fixed = power["site_id"].map(case["staff_fixed_count"]).astype(float)
    per_mw = power["site_id"].map(case["staff_per_mw_count"]).astype(float)
    count = fixed + per_mw * power["facility_mw"]
    return power[["site_id", "period"]].assign(staff_count=count)


def of_climate(book: Book) -> Iterator[Limit]:
    """Carbon of a year."""
    case = book.case
    carbon = book.tables["power"].groupby("period")["carbon_t_per_year"].sum()
    for t, most in case["carbon_kt_max"].items():
        hold = ((named("carbon_ceiling", t), 1e-3),)
        made = float(carbon.get(t, 0.0))
        yield Limit(
            "carbon_ceiling", "all", t, AT_MOST, most * 1e3, made, "t CO2/year", "power.csv", hold
        )


def _pairs(halls: Any) -> Iterator[tuple[str, str]]:
    return zip(halls["site_id"], halls["design_id"], strict=True)


def _open(book: Book) -> list[tuple[str, int]]:
    rows = book.tables["power"]
    return [(str(s), int(t)) for s, t in zip(rows["site_id"], rows["period"], strict=True)]
