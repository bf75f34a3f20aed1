"""The power section from the scenario to the files: tariffs, sources, curtailable steps, backup."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.coefficients.case import make_case
from planner.errors import InputError
from planner.planning import plan
from planner.verify import checked, fleet, read_run, references, supply
from planner.verify.run import Run
from tests.region import context
from tests.runs import read_back, with_table

ULSAN = {"sites": {"include": ["ulsan-hitech-valley", "pohang-blue-valley"]}}


def values(**choices: Any) -> Any:
    return make_case((c := context(**choices)).region, c.scenario)


# -- tariffs --------------------------------------------------------------------------------------


def test_the_tariff_is_of_the_class_chosen_and_of_the_site_s_voltage() -> None:
    # Industrial (b) at 154 kV 169.34, at 345 kV 168.72 KRW/kWh; general 138.31, at 154 kV only
    sites = context().table("sites").query("country == 'KR'").set_index("site_id")["voltage_kv"]
    low, high = (str(sites.index[sites == kv][0]) for kv in (154, 345))
    usual = context(facts={f"sites[{low}].headroom_mw": 100.0})
    pick = {"filters": {"countries": ["KR"]}}
    for name, at_low, at_high in (("industrial", 169.34, 168.72), ("general", 138.31, 138.31)):
        case = values(power={"tariff_class": {"KR": name}}, **pick)
        price = case["energy_usd_per_mwh"]
        assert {round(price[s] * 1.45, 2) for s in (low, high)} == {at_low, at_high}
        assert set(case["billed_floor_frac"].values()) == {0.3}
    assert not make_case(usual.region, usual.scenario)["billed_floor_frac"]


def test_half_load_in_the_peak_hours_is_cheaper() -> None:
    # 1564.29 peak hours at half load: hours x price over hours, of the tariff's nine periods
    periods = context().table("tariff_periods").query("tariff_id == 'kr-industrial-154kv-3'")
    weight = periods["hours_h"] * periods["period"].map({"light": 1, "mid": 1, "peak": 0.5})
    mean = (weight * periods["energy_local_per_kwh"]).sum() / weight.sum()
    case = values(power={"load_shape": {"peak": 0.5}}, filters=ULSAN)
    stated = list(case["energy_usd_per_mwh"].values())
    assert stated == pytest.approx([(mean + 14) * 1.027 * 1000 / 1450] * 2)
    flat = values(power={"load_shape": {"peak": 1.0}}, filters=ULSAN)["energy_usd_per_mwh"]
    assert max(flat.values()) == pytest.approx(169.34 * 1000 / 1450, rel=1e-4)


# -- sources and steps ----------------------------------------------------------------------------


def test_sources_are_those_named_that_the_law_allows() -> None:
    case = values(power={"sources": ["*-ppa", "kr-fuel-cell"]}, filters=ULSAN)
    # two years to a solar contract, a year to cells; wind takes three and five; no gas, no nuclear
    first: dict[str, int] = {}
    for _, e, t in case.sets["SUPPLY"]:
        first[e] = min(t, first.get(e, t))
    assert first == {
        "kr-solar-ppa": 2028, "kr-fuel-cell": 2027, "kr-onshore-wind-ppa": 2029,
    }  # fmt: skip
    # 6.775 million KRW/kW at 1,450 KRW per USD; 168 KRW/kWh bought, 40 more to wheel it
    assert case["supply_musd_per_mw"]["kr-fuel-cell"] == pytest.approx(4.6724, rel=1e-4)
    assert case["supply_usd_per_mwh"]["kr-solar-ppa"] == pytest.approx(168e3 / 1450)
    assert case["supply_used_usd_per_mwh"]["kr-solar-ppa"] == pytest.approx(40e3 / 1450)
    freed = values(
        power={"sources": ["kr-nuclear-ppa"]}, filters=ULSAN,
        facts={"supply_options[kr-nuclear-ppa].allowed_flag": 1.0},
    )  # fmt: skip
    assert {e for _, e, _ in freed.sets["SUPPLY"]} == {"kr-nuclear-ppa"}


def test_a_curtailable_step_comes_earlier_and_stays_curtailable_until_it_is_firm() -> None:
    flexible = {"KR": {"years_earlier": 1, "curtailed_h_per_year": 219}}
    usual, early = values(filters=ULSAN), values(power={"flexible": flexible}, filters=ULSAN)
    first = {
        name: {(s, i): min(t for r, j, t in case.sets["STEP_PERIOD"] if (r, j) == (s, i))
               for s, i, _ in case.sets["STEP_PERIOD"]}
        for name, case in (("usual", usual), ("early", early))
    }  # fmt: skip
    waits = [i for i, year in early["firm_year"].items() if first["early"][i] < year]
    assert waits
    for i in waits:
        assert first["early"][i] == max(early["firm_year"][i] - 1, 2027)
        assert first["usual"].get(i, early["firm_year"][i]) == early["firm_year"][i]
    assert early["curtailed_frac"]["KR"] == pytest.approx(0.025)
    assert not usual["firm_year"]


def test_plant_on_the_site_brings_a_site_its_first_year() -> None:
    # Inside the capital region the grid takes three years more; fuel cells take one
    pick = {"sites": {"include": ["*"]}, "countries": ["KR"]}
    usual, with_cells = values(filters=pick), values(filters=pick, power={"sources": ["kr-fuel-*"]})
    late = [s for s, year in usual["first_year"].items() if year == 2029]
    assert late
    assert {with_cells["first_year"][s] for s in late} == {2027}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"power": {"sources": ["kr-sun"]}}, "matches no source"),
        ({"power": {"sources": ["kr-nuclear-ppa"]}}, "AI Data Centre Act"),
        ({"power": {"tariff_class": {"KR": "industry"}}}, "unknown tariff class"),
        ({"power": {"tariff_class": {"KP": "industrial"}}}, "unknown country"),
        ({"power": {"backup": {"KP": "N"}}}, "unknown country"),
        ({"power": {"backup": {"KR": "N+2"}}}, "N\\+1"),
        ({"power": {"load_shape": {"light": 0.0}}}, "every value is 0"),
        ({"policies": {"renewable_share_min": {"KR": {2028: 0.1}}}}, "no renewable source"),
        ({"policies": {"renewable_share_min": {"KR": {2031: 0.0}}}}, "is no period of the plan"),
    ],
)
def test_names_are_checked(choices: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        context(**choices)


def test_a_limit_of_nowhere_is_refused(spoiled: Callable) -> None:
    folder = spoiled("supply_limits", lambda rows: rows[1].__setitem__(1, "KR-XX"))
    from planner.reading import read

    stated = {"name": "x", "periods": [2028], "demand": {"mix": {"chat": 1.0}}, "power":
              {"sources": ["kr-*"]}}  # fmt: skip
    scenario, region = read(stated, folder)
    with pytest.raises(InputError, match="neither a country nor a grid zone"):
        make_case(region, scenario)


# -- a plan, and what is refused ------------------------------------------------------------------

SCENARIO = """\
name: power
periods: [2027, 2028]
scale: {facility_mw_min: {2027: 55, 2028: 76}}
demand: {mix: {chat: 1.0}, peak_to_mean_ratio: 1.5}
filters:
  sites: {include: [pohang-blue-valley]}
  systems: {include: [vr-nvl72-maxq, gb300-nvl72]}
policies:
  renewable_share_min: {KR: {2028: 0.04}}
power:
  tariff_class: {KR: industrial}
  sources: [kr-solar-ppa, kr-fuel-cell, kr-battery]
  flexible: {KR: {years_earlier: 1, curtailed_h_per_year: 200, event_h: 8}}
  backup: {KR: N+1}
facts:
  supply_options[kr-battery].site_mw: 1
  supply_limits[kr-fuel-cell/KR].most_mw: 10
  tariff_periods[kr-industrial-154kv-3/*/peak].energy_local_per_kwh: "*10"
solve: {gap_frac: 0.005, threads: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("power") / "power.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return plan(path).write(path.parent / "out")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return read_back(folder)


def test_the_plan_is_accepted_and_uses_every_kind(run: Run) -> None:
    assert checked(run) == []
    sources = set(run.tables["supply"]["source_id"])
    assert sources == {"grid", "kr-solar-ppa", "kr-fuel-cell", "kr-battery", "backup"}
    assert (run.tables["halls"]["curtailed_it_mw"] > 0.1).any()
    assert {"renewable_floor", "supply_limit"} <= set(run.tables["policies"]["rule"])
    used = set(run.tables["inputs"]["table"])
    assert {"supply_options", "supply_limits", "tariff_periods", "tariffs"} <= used


def test_parts_sum_to_the_load_and_the_money(run: Run) -> None:
    rows, power = run.tables["supply"], run.tables["power"]
    by = ["site_id", "period"]
    for part, whole in (("carried_mw", "facility_mw"), ("energy_mwh_per_year",) * 2):
        sums = rows.groupby(by)[part].sum()
        assert sums.to_numpy() == pytest.approx(power.set_index(by)[whole].sort_index().to_numpy())
    yearly = run.tables["budget"].query("kind in ['opex', 'annuity']")
    items = ["energy", "demand charge", "fuel", "power purchase", "wheeling", "on-site plant",
             "on-site plant upkeep", "battery", "battery upkeep", "battery arbitrage"]  # fmt: skip
    paid = yearly[yearly["item"].isin(items)]["amount_musd"].sum()
    of_grid_and_sources = rows[rows["source_id"] != "backup"]["cost_musd_per_year"].sum()
    assert of_grid_and_sources == pytest.approx(paid, rel=1e-3)  # the land of plant comes besides


CHANGES: dict[str, tuple[str, str, float | str, str]] = {
    "a source of nowhere": ("kr-solar-ppa", "source_id", "kr-gas-turbine", "no such source there"),
    "capacity of the grid": ("grid", "capacity_mw", 1.1, "of the grid, but power.csv has"),
    "more than a site holds": ("kr-fuel-cell", "capacity_mw", 9.0, "one site has room for"),
    "half a set": ("backup", "capacity_mw", 1.01, "no whole number of sets"),
    "no set to spare": ("backup", "capacity_mw", 0.5, "MW to spare are"),
    "energy of the sun": ("kr-solar-ppa", "energy_mwh_per_year", 1.5, "the load can take"),
    "energy of all": ("grid", "energy_mwh_per_year", 1.01, "from all sources, but the load is"),
    "energy of a battery": ("kr-battery", "energy_mwh_per_year", 0.5, "its round trip"),
    "batteries beyond the load": ("kr-battery", "capacity_mw", 99.0, "than the mean load of"),
    "design hour": ("grid", "carried_mw", 1.01, "carried in the design hour, but the load is"),
    "firm capacity": ("kr-fuel-cell", "carried_mw", 2.0, "more than its firm capacity"),
    "carbon factor": ("kr-fuel-cell", "gco2_per_kwh", 0.5, "but the source gives"),
    "carbon": ("kr-fuel-cell", "carbon_t_per_year", 0.5, "its energy and factor gives"),
    "cost": ("kr-fuel-cell", "cost_musd_per_year", 0.9, "what it supplies gives"),
    "cost of backup": ("backup", "cost_musd_per_year", 0.9, "what it supplies gives"),
    "cost of the grid": ("grid", "cost_musd_per_year", 0.9, "what it supplies gives"),
}


def wrong(run: Run) -> list[str]:
    """What the checks of names say; where they are silent, those of supply and of the halls."""
    found = [message for check in references.CHECKS for message in check(run)]
    return found or [*supply.stated(run), *fleet.in_halls(run)]


@pytest.mark.parametrize("name", CHANGES)
def test_a_spoiled_supply_is_refused(name: str, run: Run) -> None:
    source, column, change, words = CHANGES[name]
    table = run.tables["supply"].copy()
    at = table.query("source_id == @source").index[-1]
    table.at[at, column] = change if isinstance(change, str) else table.at[at, column] * change
    found = wrong(with_table(run, "supply", table))
    assert [m for m in found if words in m], found[:5]


def test_plant_that_vanishes_or_shrinks_is_refused(run: Run) -> None:
    rows = run.tables["supply"]
    source = "backup"
    gone = rows[(rows["source_id"] != source) | (rows["period"] != 2028)]
    found = wrong(with_table(run, "supply", gone.reset_index(drop=True)))
    assert [m for m in found if "stands in 2027 and not in 2028" in m]
    less = rows.copy()
    less.loc[(less["source_id"] == source) & (less["period"] == 2028), "capacity_mw"] = 3.0
    found = wrong(with_table(run, "supply", less))
    assert [m for m in found if "less capacity than the period before" in m]
    without = rows[rows["source_id"] != "grid"].reset_index(drop=True)
    assert [m for m in wrong(with_table(run, "supply", without)) if "no row of the grid" in m]


def test_load_that_must_stop_and_does_not_is_refused(run: Run) -> None:
    halls = run.tables["halls"]
    none = halls.assign(curtailed_it_mw=0.0)
    found = wrong(with_table(run, "halls", none))
    assert [m for m in found if "on steps that may be curtailed, but only" in m]
    assert [m for m in found if "MW at work, but its halls carry" in m], "the work is not lost"
    more = halls.assign(curtailed_it_mw=halls["it_mw"] + 1)
    found = wrong(with_table(run, "halls", more))
    assert [m for m in found if "curtailed_it_mw is" in m and "its IT load" in m]


def test_without_the_section_there_is_no_file_and_no_row(written: Path, folder: Path) -> None:
    assert (folder / "supply.csv").is_file()
    assert not (written / "supply.csv").exists()
    found, _ = read_run(written, None)
    assert found is not None
    row = pd.DataFrame([dict.fromkeys(found.tables["supply"].columns, 1.0)])
    row = row.assign(
        site_id=found.tables["power"]["site_id"].iloc[0], source_id="grid", period=2028
    )
    said = wrong(with_table(found, "supply", row))
    assert [m for m in said if "the scenario has no power section" in m]


def test_a_share_that_cannot_be_is_explained(folder: Path, run: Run) -> None:
    # the sun shines half of the hours: no purchase makes nine tenths of a flat load
    from typer.testing import CliRunner

    from cli import app

    words = ("explain", str(folder.parent / "power.yaml"), "--quiet",
             "--set", "policies.renewable_share_min.KR.2028=0.9")  # fmt: skip
    said = CliRunner().invoke(app, list(words))
    assert said.exit_code == 3
    assert "policies.renewable_share_min.KR.2028: at least 0.9 share of energy" in said.output
