"""Who runs the sites, and halls of one tier: one operator each, no more halls than stand."""

import pandas as pd

from planner.verify.checks import differing, exceeding, untrue
from planner.verify.run import Run

SITE_YEAR = ["site_id", "period"]


def operators(run: Run) -> list[str]:
    """Every open site has one operator of the scenario, the same in all periods."""
    case, rows, power = run.book.case, run.tables["operators"], run.tables["power"]
    homes = case["operator_home"]
    if not homes:
        return ["operators.csv: has rows, but the scenario names no operators"] if len(rows) else []
    found = untrue("operators", rows, rows["operator"].isin(list(homes)), "no operator to choose")
    stated = rows["operator"].map(homes)
    found += untrue("operators", rows, rows["home_country"] == stated, "has another home")
    one = rows.groupby("site_id")["operator"].transform("nunique") == 1
    found += untrue("operators", rows, one, "the site has another operator in another period")
    run_by = set(zip(rows["site_id"], rows["period"], strict=True))
    at = list(zip(power["site_id"], power["period"], strict=True))
    found += untrue("power", power, [i in run_by for i in at], "operators.csv has no row for it")
    load = run.tables["halls"].groupby(SITE_YEAR)["it_mw"].sum()
    wanted = load.reindex(pd.MultiIndex.from_frame(rows[SITE_YEAR])).fillna(0.0).to_numpy()
    return found + differing("operators", rows, "it_mw", wanted, "halls.csv")


def tier_halls(run: Run) -> list[str]:
    """Halls of one tier are among those that stand, of their design and class."""
    case, rows, halls = run.book.case, run.tables["tier_halls"], run.tables["halls"]
    key = ["site_id", "period", "design_id"]
    tiers = set(case["dedicated"])
    country = rows["site_id"].map(case["country"])
    asked = [i in tiers for i in zip(country, rows["sovereignty_class"], strict=True)]
    words = "the scenario asks for no such halls"
    found = untrue("tier_halls", rows, asked, words)
    fits = rows["design_id"].map(case["cooling_class"]) == rows["cooling_class"]
    found += untrue("tier_halls", rows, fits, "the cooling design is not of that class")
    standing = halls.set_index(key)[["halls_count", "hall_mw"]]
    here = standing.reindex(pd.MultiIndex.from_frame(rows[key])).fillna(0.0)
    every = rows.groupby(key)["halls_count"].transform("sum")
    most = here["halls_count"].to_numpy()
    found += exceeding("tier_halls", rows.assign(halls_count=every), "halls_count", most,
                       "the halls that stand")  # fmt: skip
    each = (here["hall_mw"] / here["halls_count"].where(here["halls_count"] > 0)).to_numpy()
    return found + differing("tier_halls", rows, "hall_mw", rows["halls_count"] * each,
                             "the number of halls")  # fmt: skip


CHECKS = (operators, tier_halls)
