"""By which year each part of a plan is decided, recomputed from what is new in it and its lead."""

from typing import Any

import pandas as pd

from planner.verify.checks import differing, untrue
from planner.verify.fleet import sums
from planner.verify.run import Run


def additions(run: Run) -> list[str]:
    """What is new in a period is what stands, less what stood before."""
    halls, power = run.tables["halls"], run.tables["power"]
    return [
        *_new(run, "halls", halls, ["site_id", "design_id"], ("halls_new_count", "halls_count")),
        *_new(run, "power", power, ["site_id"], ("connected_new_mw", "connected_mw")),
    ]


def _new(
    run: Run, name: str, rows: pd.DataFrame, key: list[str], columns: tuple[str, str]
) -> list[str]:
    new, stock = columns
    stood = sums(rows, [*key, "period"], rows[stock])
    back = run.book.case["previous"]
    want = [
        amount - stood.get((*at, back.get(t)), 0.0)
        for amount, t, at in zip(
            rows[stock], rows["period"], rows[key].itertuples(index=False, name=None), strict=True
        )
    ]
    return differing(name, rows, new, want, f"{stock} less that of the period before")


def years(run: Run) -> list[str]:
    """Nothing new without a year to decide it by: the period less the lead; now or later."""
    case = run.book.case
    decision = case["decision_year"]["all"]
    leads: dict[str, tuple[str, Any]] = {
        "installs": ("racks_new_count", lambda r: case["rack_lead_years"][case["country"][r[0]]]),
        "halls": ("halls_new_count", lambda r: case["hall_lead_years"][r[0]]),
        "power": ("connected_new_mw", lambda r: case["step_lead_years"].get((r[0], r[1]), 0)),
    }
    found = []
    for name, (new, lead) in leads.items():
        rows = run.tables[name]
        steps = rows["steps_count"] if "steps_count" in rows else rows["period"]
        by = [
            t - lead((s, n)) if amount > 1e-9 else float("nan")
            for s, n, t, amount in zip(
                rows["site_id"], steps, rows["period"], rows[new], strict=True
            )
        ]
        word = ["" if y != y else ("now" if y <= decision else "later") for y in by]
        found += differing(name, rows, "decide_by_year", by, "the period less the lead", 0.0)
        found += untrue(name, rows, rows["decide"] == word, "decide is not now or later as it is")
    return found


CHECKS = (additions, years)
