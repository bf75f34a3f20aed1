"""The 37 capacitated facility location cases of OR-Library, through the project's own blocks.

A facility is a site, its opening cost the site's development cost, its capacity one
interconnection step; a customer is a market whose share of the tokens is its share of the demand;
serving it costs transit. One rack makes 1 Mtoken/s of 1 MW, so that a unit of demand is a unit of
power. Whoever serves a customer at which cost must be known by site: the site-indexed form.
Numbers are in thousands, which keeps the solver's absolute tolerances small beside them.
"""

import csv
import functools
from pathlib import Path

import pytest

from models.case import Case
from planner.solve.narrow import site_indexed
from tests.solved import solve
from tests.tiny import tiny_case

FOLDER = Path(__file__).parent.parent / "cases" / "orlib"
FREE = "site_23"
"""The one site that costs nothing to open, in every case."""


@functools.cache
def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facility_location(instance: dict[str, str]) -> Case:
    """The case whose least yearly cost is the instance's optimum, in thousands."""
    sites = [r["site"] for r in table("sites") if instance["site_set"] in r["in_sets"].split(";")]
    customers = {r["customer"]: float(r["demand"]) / 1e3 for r in table("costs")}
    total = sum(customers.values())
    one, pairs = {("rack", "p", "chat"): 1.0}, dict.fromkeys([(s, "dry") for s in sites], 1.0)
    capacity, opening = float(instance["capacity"]) / 1e3, float(instance["opening_cost"]) / 1e3
    items = [f"{item}_musd_per_hall" for item in ("shell", "electrical", "cooling")]
    case = tiny_case(
        sites,
        site_musd={s: 0.0 if s == FREE else opening for s in sites},
        facility_crf_per_year=dict.fromkeys(sites, 1.0),
        step_mw={(s, 1): capacity for s in sites},
        step_musd={(s, 1): 0.0 for s in sites},
        hall_mw=dict.fromkeys(pairs, capacity),
        halls_max_count=pairs,
        facility_per_it_frac=pairs,
        energy_per_it_frac=pairs,
        energy_usd_per_mwh=dict.fromkeys(sites, 0.0),
        theta_mtokens_per_s=one,
        kappa_mw=one,
        hosts={"liquid": ["rack"]},
        available_from_year={"rack": 2026},
        delivered_in={("rack", 2027): [2027]},
        seconds_per_year={"s": 1e6},  # a dollar a Mtoken is then a M$ a year for each Mtoken/s
        market_country=dict.fromkeys(customers, "KR"),
        market_share_frac={c: demand / total for c, demand in customers.items()},
        reach=dict.fromkeys(sites, frozenset(("chat", c) for c in customers)),
        site_transit_usd_per_mtoken={
            (s, r["customer"]): float(r[s]) / float(r["demand"])
            for r in table("costs")
            for s in sites
        },
        facility_mw_min={},
        mtokens_per_s_min={("all", 2027): total},
        **{name: {"rack": value} for name, value in RACK.items()},
        **{item: dict.fromkeys(pairs, 0.0) for item in items},
    )
    return site_indexed(case.having(sets={**case.sets, "MARKET": tuple(customers)}))


RACK = {
    "availability_frac": 1.0,
    "maintenance_it_frac": 0.0,
    "rack_mw": 1.0,
    "rack_musd": 0.0,
    "rack_crf_per_year": 0.0,
    "chips_kilo_count": 1.0,
    "flops_exa": 1.0,
}


@pytest.mark.parametrize("instance", table("instances"), ids=lambda r: r["instance"])
def test_published_optimum(instance: dict[str, str]) -> None:
    least = solve(facility_location(instance), "cost").value
    assert least == pytest.approx(float(instance["optimum"]) / 1e3, rel=1e-6)


def test_all_37_are_here() -> None:
    assert len({r["instance"] for r in table("instances")}) == 37
