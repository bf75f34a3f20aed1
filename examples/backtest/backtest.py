"""Announced AI data centres planned as announced: their chips, money and year against ours.

    python examples/backtest/backtest.py docs/backtest.md [announcement_id ...]

Each project is planned alone at the nearest candidate site whose voltage can carry its load, in
its year, from the year of its announcement, at the load announced. Where no plan exists, the first
year in which one does is looked for; where the site's grid can never carry it, the site is given
the grid, so that chips and money can be compared all the same.
"""

import math
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from planner.coefficients import make_case
from planner.planning import Plan, plan
from planner.reading import read
from planner.tables import Region, read_region

LAST_YEAR = 2036
MIX = {"chat": 0.5, "reasoning": 0.3, "batch-documents": 0.2}

PROJECTS = {
    "ulsan-aws": ("full_mw", "full_year"),
    "haenam-nacc": ("first_mw", "first_year"),
    "naver-sejong": ("full_mw", "full_year"),
    "uplus-paju": ("full_mw", "full_year"),
    "sds-gumi": ("full_mw", "first_year"),
    "haenam-firhills": ("first_mw", "first_year"),
    "gs-donghae": ("first_mw", "first_year"),
    "softbank-tomakomai": ("first_mw", "first_year"),
    "softbank-sakai": ("full_mw", "full_year"),
    "kddi-sakai": ("full_mw", "full_year"),
    "nanto-campus": ("first_mw", "first_year"),
    "apl-itoshima": ("full_mw", "first_year"),
    "apl-kitakyushu": ("full_mw", "first_year"),
}
"""Which load and which year of an announcement belong together."""


def nearest(region: Region, row: Any, megawatts: float) -> str:
    """The nearest candidate site of the country whose voltage has steps for the load."""
    steps = region.tables["interconnection_steps"]
    most = steps.groupby(["country", "voltage_kv"])["step_mw"].sum()
    sites = region.tables["sites"]
    sites = sites[sites["country"] == row.country]
    able = [
        most.get((n, v), 0.0) >= megawatts
        for n, v in zip(sites["country"], sites["voltage_kv"], strict=True)
    ]
    sites = sites[able]
    north = sites["lat_deg"] - row.lat_deg
    east = (sites["lon_deg"] - row.lon_deg) * math.cos(math.radians(row.lat_deg))
    return str(sites.loc[(north**2 + east**2).idxmin(), "site_id"])


def scenario(row: Any, site: str, megawatts: float, year: int, given: bool) -> dict[str, Any]:
    """The project as a scenario; `given` grants it grid, permit, land and racks at once."""
    facts: dict[str, Any] = {}
    if given:
        facts = {
            f"sites[{site}].headroom_mw": 1.1 * megawatts,
            f"sites[{site}].parcel_m2": 1e7,
            f"sites[{site}].water_limit_m3_per_day": 1e9,
            f"sites[{site}].water_limit_m3_per_year": 1e11,
            "interconnection_steps[*].lead_years": 0.0,
            "permit_regions[*].extra_lead_years": 0.0,
            "permit_regions[*].max_mw": 1e5,
            "zones[*].headroom_mw": 1e5,
            "labour_regions[*].staff_count": 1e5,
            "system_supply[*].racks_count": "*20",
            "hbm_supply[*].supply_tb": "*20",
        }
    return {
        "name": f"backtest {row.announcement_id}",
        "decision_year": min(int(row.announced_year), year - 1),
        "periods": [year],
        "scale": {
            "facility_mw_min": {year: megawatts},
            "facility_mw_max": {year: 1.02 * megawatts},
        },
        "demand": {"mix": MIX},
        "filters": {
            "countries": [row.country],
            "sites": {"include": [site]},
            "systems": {"exclude": ["tpu-v7"]},  # rented in its maker's cloud, not sold
        },
        "facts": facts,
        "solve": {"gap_frac": 0.02, "time_limit_s": 120, "threads": 1},
    }


def grid_year(region: Region, row: Any, site: str, megawatts: float) -> int | None:
    """First year in which the site's steps and permit carry the load; None: not by 2036."""
    stated = scenario(row, site, megawatts, LAST_YEAR, given=False)
    chosen, facts = read({**stated, "decision_year": int(row.announced_year)}, region)
    case = make_case(facts, chosen)
    decided, carried = int(row.announced_year), 0.0
    for (s, step), mw in sorted(case["step_mw"].items()):
        carried += mw if s == site else 0.0
        if carried >= megawatts:
            return decided + max(int(case["step_lead_years"][s, step]), 1)
    return None


def backtest(region: Region, row: Any) -> dict[str, Any]:
    """One project: what we plan for the load announced, beside what was announced."""
    load, when = PROJECTS[row.announcement_id]
    megawatts = float(getattr(row, load))
    year = int(getattr(row, when))
    site = nearest(region, row, megawatts)
    found = grid_year(region, row, site, megawatts)
    as_announced = found is not None and found <= year
    planned = None
    if as_announced:
        planned = plan(scenario(row, site, megawatts, year, given=False), region=region,
                       site_losses=False)  # fmt: skip
        as_announced = planned.value is not None
    if not as_announced:
        planned = plan(scenario(row, site, megawatts, year, given=True), region=region,
                       site_losses=False)  # fmt: skip
    assert planned is not None
    return {
        "project": row.name_, "site": site, "mw": megawatts, "year": year,
        "grid_year": found, "as_announced": as_announced,
        "chips": _chips(planned), "chips_announced": row.chips_count,
        "capex": _capex(planned), "capex_announced": row.capex_musd,
        "racks": _racks(planned), "note": row.note,
    }  # fmt: skip


def _chips(planned: Plan) -> float:
    rows = planned.tables["installs"]
    return float((rows["racks_count"] * rows["system_id"].map(_per_rack(planned))).sum())


def _per_rack(planned: Plan) -> dict[str, int]:
    systems = planned.region.tables["systems"]
    return dict(zip(systems["system_id"], systems["chips_count"], strict=True))


def _capex(planned: Plan) -> dict[str, float]:
    rows = planned.tables["budget"]
    rows = rows[rows["kind"] == "capex"]
    racks = rows["item"].isin(["racks", "network"])
    return {
        "all": float(rows["amount_musd"].sum()),
        "building": float(rows.loc[~racks, "amount_musd"].sum()),
    }


def _racks(planned: Plan) -> str:
    racks = planned.tables["installs"].groupby("system_id")["racks_count"].sum()
    return str(racks.astype(int).idxmax()) if len(racks) else "-"


def _cell(value: Any, form: str = ",.0f") -> str:
    return "-" if value is None or pd.isna(value) else format(value, form)


def table(results: list[dict[str, Any]]) -> str:
    """The comparison as a Markdown table."""
    head = (
        "| project | site planned | MW | year | grid by | chips | announced | kW/chip | announced "
        "| capex M$ | of it building | announced | mostly |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
    )
    rows = []
    for r in results:
        year = f"{r['year']}{'' if r['as_announced'] else ' no'}"
        said = r["mw"] * 1e3 / r["chips_announced"] if r["chips_announced"] else None
        mine = r["mw"] * 1e3 / r["chips"] if r["chips"] else None
        cells = [
            r["project"], r["site"], _cell(r["mw"]), year, _cell(r["grid_year"], "d"),
            _cell(r["chips"]), _cell(r["chips_announced"]), _cell(mine, ".2f"), _cell(said, ".2f"),
            _cell(r["capex"]["all"]), _cell(r["capex"]["building"]), _cell(r["capex_announced"]),
            r["racks"],
        ]  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |\n")
    return head + "".join(rows)


def run(ids: list[str], region: Region | None = None) -> list[dict[str, Any]]:
    """The backtest of these projects, all by default."""
    facts = region or read_region("kr-jp")
    rows = facts.tables["announcements"].rename(columns={"name": "name_"})
    wanted = ids or list(PROJECTS)
    return [backtest(facts, row) for row in rows.itertuples() if row.announcement_id in wanted]


BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"


def main(words: list[str]) -> None:
    """Put the table into a document, between its two marks, or at the end of it."""
    path, *ids = words
    text = Path(path).read_text("utf-8") if Path(path).exists() else BEGIN + END
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    Path(path).write_text(before + BEGIN + table(run(ids)) + END + after, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
