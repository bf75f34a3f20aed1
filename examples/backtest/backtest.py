"""Announced AI factories, planned again: their place, MW and year put in, and what comes out.

    python examples/backtest/backtest.py --out docs/backtest.md [PROJECT ...]

Each project of `announced.csv` is planned twice, in the year announced, on the candidate site
nearest to it, with the makes of rack it names at their nominal power:
as we know the site, for the MW that the grid would carry by then; and, where that is less, with the
connection granted as announced, for the racks and the money of the whole.
"""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

import planner
from planner.coefficients.case import make_case
from planner.reading import read
from planner.tables import Region, read_region

HERE = Path(__file__).resolve().parent
LEAST_FRAC = 0.95
"""Share of the announced MW from which on the site counts as large enough."""

FIRST_DECISION = 2024
"""A scenario decides in this year at the earliest: projects announced before get less time."""

SUPPLIED = {"system_supply[*].racks_count": "+10000"}
"""Racks for one project are not held back by what a country can import for all."""

HORIZON = 2045

MIX = {"chat": 0.5, "reasoning": 0.3, "batch-documents": 0.2}


def scenario(project: Any, granted: bool) -> dict[str, Any]:
    """The scenario of one project; `granted` lifts what the grid and the plot would allow."""
    site, year, mw = project.site_id, int(project.energised_year), float(project.facility_mw)
    return {
        "name": project.project_id,
        "decision_year": max(int(project.announced_year), FIRST_DECISION),
        "periods": [year],
        "objective": {"name": "tokens"},
        "scale": {"facility_mw_max": {year: mw}},
        "demand": {"mix": MIX},
        "filters": {
            "countries": [project.country],
            "sites": {"include": [site]},
            "systems": {"include": project.systems.split(";")},
            "power_states": {"include": ["p100"]},
        },
        "facts": SUPPLIED | (_granted(site, mw) if granted else {}),
        "solve": {"gap_frac": 0.005, "time_limit_s": 120},
    }


def _granted(site: str, mw: float) -> dict[str, float | str]:
    return {
        f"sites[{site}].headroom_mw": mw,
        f"sites[{site}].parcel_m2": 1e7,
        "zones[*].headroom_mw": 1e5,
        "interconnection_steps[*].lead_years": 0,
        "interconnection_steps[*].step_mw": f"*{max(1.0, mw / 100):g}",
        "permit_regions[*].extra_lead_years": 0,
    }


def planned(project: Any, region: Region, granted: bool) -> dict[str, float]:
    """MW at the meter, GPUs and capex [M$] by the announced year; no MW where none can flow."""
    plan = planner.plan(scenario(project, granted), region=region, worth=False)
    if plan.value is None:
        return {"mw": 0.0}
    systems = plan.region.tables["systems"].set_index("system_id")["chips_count"]
    racks = plan.tables["installs"]
    money = plan.tables["budget"]
    money = money[money["kind"] == "capex"].groupby("item")["amount_musd"].sum()
    return {
        "mw": float(plan.tables["power"]["facility_mw"].sum()),
        "gpus": float((racks["racks_count"] * racks["system_id"].map(systems)).sum()),
        "capex": float(money.sum()),
        "buildings": float(money.drop(["racks", "network"], errors="ignore").sum()),
    }


def grid_year(project: Any, region: Region) -> int | None:
    """First year in which the steps and the permit we assume carry the whole load; None: never."""
    late = {**scenario(project, granted=False), "periods": [HORIZON], "scale": {}}
    chosen, facts = read(late, region)
    case = make_case(facts, chosen)
    carried = 0.0
    for (site, step), mw in sorted(case["step_mw"].items()):
        carried += mw
        if carried >= LEAST_FRAC * project.facility_mw:
            return chosen.decision_year + max(int(case["step_lead_years"][site, step]), 1)
    return None


def backtest(projects: pd.DataFrame) -> pd.DataFrame:
    """Every project with its plans: MW as we know the site; GPUs and capex with the MW granted."""
    region = read_region("kr-jp")
    rate = _usd(region)
    rows = []
    for project in projects.itertuples():
        known = planned(project, region, granted=False)
        enough = known["mw"] >= LEAST_FRAC * project.facility_mw
        whole = known if enough else planned(project, region, granted=True)
        capex = project.capex_local / rate.get(project.currency, float("nan")) / 1e6
        rows.append(
            {
                "project_id": project.project_id,
                "known_mw": known["mw"],
                "held": "" if enough else f"; {_whole(grid_year(project, region))}",
                "granted_mw": whole["mw"],
                "gpus": whole["gpus"],
                "capex_musd": whole["capex"],
                "buildings_musd": whole["buildings"],
                "announced_musd": capex,
            }
        )
        said = f"{project.project_id}: {known['mw']:.0f} of {project.facility_mw:.0f} MW"
        typer.echo(said, err=True)
    return projects.merge(pd.DataFrame(rows), on="project_id")


def _whole(year: int | None) -> str:
    return "never all at this node" if year is None else f"all from {year}"


def _usd(region: Region) -> dict[str, float]:
    rows = region.tables["parameters"].set_index("parameter")["value"]
    return {"USD": 1.0, "KRW": float(rows["krw_per_usd"]), "JPY": float(rows["jpy_per_usd"])}


def page(found: pd.DataFrame) -> str:
    """The comparison as Markdown, with what the misses say."""
    lines = [
        "| project | MW, year | MW by then on our facts | GPUs per MW: announced / ours "
        "| bn$ per 100 MW: announced (covers) / ours |",
        "|---|---|---|---|---|",
    ]
    for p in found.itertuples():
        announced_gpus = "-" if pd.isna(p.gpu_count) else f"{p.gpu_count / p.facility_mw:.0f}"
        per = 100 / p.facility_mw / 1000
        ours = p.buildings_musd if p.capex_covers == "buildings" else p.capex_musd
        announced = (
            "-" if pd.isna(p.announced_musd) else f"{p.announced_musd * per:.2f} ({p.capex_covers})"
        )
        lines.append(
            f"| {p.name}, {p.place} | {p.facility_mw:.0f}, {p.energised_year} "
            f"| {p.known_mw:.0f}{p.held} "
            f"| {announced_gpus} / {p.gpus / p.granted_mw:.0f} "
            f"| {announced} / {ours / p.granted_mw / 10:.2f} |"
        )
    return (HERE / "page.md").read_text(encoding="utf-8").replace("{table}", "\n".join(lines))


def main(
    projects: Annotated[list[str] | None, typer.Argument(help="only these; all if none")] = None,
    out: Annotated[Path, typer.Option(help="the page to write")] = Path("docs/backtest.md"),
) -> None:
    """Plan the announced projects again and write the comparison."""
    rows = pd.read_csv(HERE / "announced.csv")
    found = backtest(rows[rows["project_id"].isin(projects)] if projects else rows)
    out.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
