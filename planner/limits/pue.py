"""PUE of the sites that a country's ceiling reaches."""

from collections.abc import Iterator

from models.blocks.pue import HOURS_PER_YEAR
from planner.limits.book import AT_MOST, Book, Limit, named


def of_pue(book: Book) -> Iterator[Limit]:
    """PUE of each site with a ceiling; not of one opened before the law, nor of a small one."""
    case, halls = book.case, book.tables["halls"]
    opened = book.tables["power"].groupby("site_id")["period"].min()
    pairs = zip(halls["site_id"], halls["design_id"], strict=True)
    ratio = [case["energy_per_it_frac"].get(i, 0.0) for i in pairs]
    both = halls.assign(facility=halls["it_mean_mw"] * ratio)
    sums = both.groupby(["site_id", "period"])[["facility", "it_mean_mw"]].sum()
    for (s, t), row in sums.iterrows():
        if s not in case["pue_max"] or row["it_mean_mw"] <= 1e-6:
            continue
        least_mw = case["pue_above_mwh_per_year"].get(s, 0.0) / HOURS_PER_YEAR
        old = opened.get(s, t) <= case["pue_opened_before"].get(s, 0)
        if old or row["facility"] <= least_mw:
            continue
        pue = float(row["facility"] / row["it_mean_mw"])
        hold = ((named("pue_ceiling", s, t), float(row["it_mean_mw"])),)
        most = case["pue_max"][s]
        yield Limit("pue_ceiling", str(s), int(t), AT_MOST, most, pue, "PUE", "halls.csv", hold)
