"""Sources besides the grid: which are built, what they carry, what they cost."""

from typing import Any

import pytest

from models.case import Case
from tests.solved import breaks, refused, rows, solve
from tests.tiny import YEARS, tiny_case

FULL = {"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0}
"""10 MW of IT at a: 12 MW in the design hour, 11 MW over the year."""

EACH = {
    "engine": {"kind": "onsite", "musd_per_mw": 1.0, "used_usd_per_mwh": 50.0, "firm_frac": 1.0,
               "lines": [(1.0, 0.0)], "output_frac": 1.0, "gco2_per_kwh": 500.0},
    "solar": {"kind": "ppa", "usd_per_mwh": 60.0, "used_usd_per_mwh": 10.0, "renewable": 1,
              "lines": [(0.2, 0.0), (0.0, 0.5)], "output_frac": 0.2},
    "cells": {"kind": "battery", "musd_per_mw": 1.0},
}  # fmt: skip
NOTHING = {"musd_per_mw": 0.0, "usd_per_mwh": 0.0, "used_usd_per_mwh": 0.0, "firm_frac": 0.0,
           "renewable": 0, "gco2_per_kwh": 0.0, "output_frac": 0.0}  # fmt: skip


def supplied(*names: str, **values: Any) -> Case:
    """The tiny case with some of these sources: annuities of a tenth, no upkeep, no land."""
    about = {e: {**NOTHING, **EACH[e]} for e in names}
    keys = [*NOTHING, "kind", "lines"]
    of = {f"supply_{k}": {e: about[e][k] for e in names if k in about[e]} for k in keys}
    every = dict.fromkeys(names, 0.0)
    pairs = {(s, e): 0.0 for s in "ab" for e in names}
    base = {
        **of,
        "supply_crf_per_year": dict.fromkeys(names, 0.1),
        "supply_upkeep_frac_per_year": every,
        "supply_m2_per_mw": every,
        "battery_cover_frac": every,
        "battery_loss_frac": pairs,
        "battery_usd_per_mw_year": pairs,
    }
    return tiny_case(**{**base, **values})


def test_the_cheapest_portfolio():
    # A MW of the year costs 0.876 M$ from the grid, 0.1 + 0.438 from an engine, 0.6132 from the
    # sun. Of engines 5 MW fit: 2.69 M$. Of 20 MW of solar 4 MW arrive: 2.1024 + 0.3504 to wheel it.
    # The grid has the other 2 MW of 11: 1.752.
    case = supplied(
        "engine", "solar", supply_most_mw={"engine": 5.0}, supply_limit_mw={("solar", "KR"): 20.0}
    )
    opex = (best := solve(case, "cost", held=FULL)).ledger("opex_musd")
    assert best["used_mw[a,engine,2027]"] == pytest.approx(5)
    assert best["used_mw[a,solar,2027]"] == pytest.approx(4)
    assert opex["fuel"] == pytest.approx(5 * 0.438)
    assert best.ledger("annuity_musd")["on-site plant"] == pytest.approx(0.5)
    assert best.ledger("capex_musd")["on-site plant"] == pytest.approx(5)
    assert opex["power purchase"] == pytest.approx(2.1024)
    assert opex["wheeling"] == pytest.approx(0.3504)
    assert opex["energy"] == pytest.approx(1.752)
    # 5 MW x 8.76 GWh x 500 g and 2 MW x 8.76 GWh x 400 g
    assert best["carbon_total"] == pytest.approx(21.9 + 7.008)


def test_surplus_of_the_sun_is_paid_and_lost():
    # However much is bought, the sun shines half of the hours: 5.5 of 11 MW, from 27.5 MW on
    case = supplied("solar")
    held = {**FULL, "supply_mw[a,solar,2027]": 40}
    assert refused(case, held={**held, "used_mw[a,solar,2027]": 5.6})
    best = solve(case, "cost", held=held)
    assert best["used_mw[a,solar,2027]"] == pytest.approx(5.5)
    assert best.ledger("opex_musd")["power purchase"] == pytest.approx(40 * 0.2 * 8760 * 60 / 1e6)


def test_nothing_is_sold():
    # 10 MW of solar make 2 MW, the engine 9: not a kWh more than the 11 MW of the load
    held = {**FULL, "supply_mw[a,engine,2027]": 11, "supply_mw[a,solar,2027]": 10}
    case = supplied("engine", "solar")
    assert not refused(case, held={**held, "used_mw[a,engine,2027]": 9, "used_mw[a,solar,2027]": 2})
    over = {"used_mw[a,engine,2027]": 10, "used_mw[a,solar,2027]": 2}
    assert refused(case, held={**held, **over})


def test_the_demand_charge_is_on_what_the_grid_carries():
    # 12 MW less 5 of the engine at 10 $/kW; where 0.4 of the 24 MW contract are billed, 9.6
    charge = {"demand_usd_per_kw_year": {"a": 10.0, "b": 10.0}, "supply_most_mw": {"engine": 5.0}}
    best = solve(supplied("engine", **charge), "cost", held=FULL)
    assert best.ledger("opex_musd")["demand charge"] == pytest.approx(0.07)
    floor = supplied("engine", **charge, billed_floor_frac={"a": 0.4})
    assert solve(floor, "cost", held=FULL).ledger("opex_musd")["demand charge"] == pytest.approx(
        0.096
    )


TWO_STEPS = {("a", 1): 6.0, ("a", 2): 6.0, ("b", 1): 0.0}
ONE_STEP = {**FULL, "connect[a,2,2027]": 0}


def test_plant_on_the_site_stands_for_a_grid_step():
    # One step of 6 MW carries half of the 12; an engine of 6 MW the rest, and makes at least 5 of
    # the mean 11 MW, since no more than 6 can come in
    steps = {"step_mw": TWO_STEPS, "step_musd": dict.fromkeys(TWO_STEPS, 1.0)}
    case = supplied("engine", **steps)
    assert refused(tiny_case(**steps), held=ONE_STEP)
    best = solve(case, held={**ONE_STEP, "supply_mw[a,engine,2027]": 6})
    assert best.value == pytest.approx(200 / 12), "MW at the meter count, wherever they come from"
    assert refused(case, held={**ONE_STEP, "supply_mw[a,engine,2027]": 5.9})
    assert refused(case, held={**ONE_STEP, "used_mw[a,engine,2027]": 4.9})
    assert refused(supplied("solar", **steps), held=ONE_STEP), "an agreement frees no connection"


def test_plant_takes_load_off_its_zone():
    case = supplied("engine", zone_headroom_mw={"KR": 6.0}, supply_most_mw={"engine": 3.0})
    # 6 MW of the grid and 3 of engines at each site make 12 MW possible; at a alone only 9
    assert solve(case).value == pytest.approx((9 / 1.2 + 3 / 1.3) / 0.1 * 2 / 12)


def test_sources_are_limited_by_country_and_stay():
    case = supplied("engine", supply_limit_mw={("engine", "KR"): 4.0})
    held = {"supply_mw[a,engine,2027]": 3, "supply_mw[b,engine,2027]": 2}
    assert breaks(case, held, supplied("engine"))
    both = supplied("engine", periods=YEARS)
    assert refused(both, held={"supply_mw[a,engine,2027]": 3, "supply_mw[a,engine,2028]": 2})


def test_a_share_of_renewables():
    # Half of 11 MW over the year from the sun: 27.5 MW of it
    case = supplied("solar", renewable_frac={("KR", 2027): 0.5})
    best = solve(case, "cost", held=FULL)
    assert best["supply_mw[a,solar,2027]"] == pytest.approx(27.5)
    little = {"supply_limit_mw": {("solar", "KR"): 27.0}}
    assert refused(supplied("solar", renewable_frac={("KR", 2027): 0.5}, **little), held=FULL)
    assert refused(supplied("engine", renewable_frac={("KR", 2027): 0.5}), held=FULL)


def test_a_battery_earns_and_loses_within_the_load():
    # 0.3 M$ a MW earned, 0.1 of annuity, 1 % lost at 0.876: it is built up to the 11 MW of the load
    pair = ("a", "cells")
    of = {"battery_usd_per_mw_year": {pair: 3e5, ("b", "cells"): 0.0}, "battery_loss_frac":
          {pair: 0.01, ("b", "cells"): 0.0}}  # fmt: skip
    best = solve(supplied("cells", **of), "cost", held=FULL)
    assert best["supply_mw[a,cells,2027]"] == pytest.approx(11)
    opex = best.ledger("opex_musd")
    assert opex["battery arbitrage"] == pytest.approx(-3.3)
    assert opex["energy"] == pytest.approx(11.11 * 0.876)


def test_plant_takes_land():
    # halls of 1000 m2 and 500 m2 of plant per MW on 2000 m2: 2 MW of plant beside one hall
    land = {"supply_m2_per_mw": {"engine": 500.0}, "land_musd_per_m2": {"a": 1e-3, "b": 0.0}}
    case = supplied("engine", **land, buildable_m2={"a": 2000.0})
    assert refused(case, held={**FULL, "supply_mw[a,engine,2027]": 2.1})
    best = solve(case, "cost", held={**FULL, "supply_mw[a,engine,2027]": 2})
    assert best.ledger("capex_musd")["land"] == pytest.approx(2.0)


def test_nothing_without_data():
    names = rows(tiny_case())
    families = ("supply", "onsite", "battery", "renewable", "grid_energy", "billed", "curtail",
                "backup")  # fmt: skip
    assert not [name for name in names if name.startswith(families)]
    columns = solve(tiny_case()).names
    assert not [c for c in columns if c.startswith(("supply", "used", "onsite", "billed"))]
    assert not [c for c in columns if c.startswith(("curtailed", "backup"))]
