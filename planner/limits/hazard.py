"""Hazard: no site above a ceiling, no zone with more than its share of the megawatts."""

from collections.abc import Iterator

from planner.limits.book import AT_MOST, Book, Limit, named

CEILINGS = {"pga_g_max": ("seismic_pga_g", "g"), "typhoon_count_max": ("typhoon_count", "typhoons")}


def of_hazard(book: Book) -> Iterator[Limit]:
    """The most exposed open site against each ceiling; the share of each zone."""
    power, case = book.tables["power"], book.case
    for key, (column, unit) in CEILINGS.items():
        most = getattr(book.scenario.policies.hazard, key)
        if most is not None:
            exposed = case.tables["sites"][column].reindex(power["site_id"].unique())
            worst = float(exposed.max()) if len(exposed) else 0.0
            rule = f"hazard_{key.removesuffix('_max')}"
            yield Limit(rule, "all", None, AT_MOST, most, worst, unit, "power.csv", ())
    for z, sites in case["hazard_zone"].items():
        n = case["hazard_of"][z]
        for t in book.periods:
            rows = power[power["period"] == t]
            total = sum(book.facility_mw[c, t] for c in book.countries if n in ("all", c))
            if total > 0 and sites:
                inside = float(rows.loc[rows["site_id"].isin(sites), "facility_mw"].sum())
                hold = ((named("hazard_share", z, t), total),)
                yield Limit(
                    "hazard_share", z, t, AT_MOST, case["hazard_share_max"][z], inside / total,
                    "share", "power.csv", hold,
                )  # fmt: skip
