"""Sources of water of a scenario: who can reach which, a plan with several, spoiled plans."""

import pytest

from planner.coefficients.case import make_case
from planner.coefficients.water import water_options
from planner.errors import InputError
from planner.planning import plan
from planner.verify import checked
from planner.verify.run import Run
from tests.region import context
from tests.runs import read_back, with_table

EVERY = ["river", "industrial", "reclaimed", "sea", "city"]


def options(**water):
    asked = context(water=water)
    return asked, water_options(asked, asked.table("sites").set_index("site_id", drop=False))


def test_one_source_a_site_without_a_choice():
    asked, rows = options()
    assert not rows["site_id"].duplicated().any()
    own = asked.table("sites").set_index("site_id")["water_source"]
    assert (rows.set_index("site_id")["water_source"] == own.loc[rows["site_id"]].to_numpy()).all()
    assert not make_case(asked.region, asked.scenario)["water_musd"]


def test_where_a_source_can_be_reached():
    asked, rows = options(sources=EVERY)
    sites = asked.table("sites").set_index("site_id")
    offered = set(asked.table("water_supplies").groupby(["admin1", "water_source"]).groups)
    extra = rows[rows["connection_musd"] > 0]
    assert set(zip(extra["admin1"], extra["water_source"], strict=True)) <= offered
    by_sea = extra.loc[extra["water_source"] == "sea", "site_id"]
    assert len(by_sea) > 20
    assert (sites.loc[by_sea, "seawater_flag"] == 1).all()
    by_river = extra.loc[extra["water_source"] == "river", "site_id"]
    assert 0 < len(by_river) < len(sites) / 2, "only below a dam"
    assert (rows.groupby("site_id")["connection_musd"].min() == 0).all(), "its own comes with it"


def test_a_stressed_basin_gives_no_river_water():
    # Seoul withdraws 0.283 of what it has, Japan as a whole 0.218
    _, rows = options(sources=["river"], stress_frac_max=0.25)
    river = rows[rows["water_source"] == "river"]
    assert (river.loc[river["country"] == "KR", "limit_m3_per_day"] == 0).all()
    calm = river[(river["country"] == "JP") & ~river["admin1"].isin(["JP-11", "JP-13"])]
    assert len(calm) > 5
    assert (calm["limit_m3_per_day"] > 0).all()


SCARCE = {
    "name": "scarce",
    "periods": [2028],
    "scale": {"facility_mw_min": {2028: 30}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {
        "sites": {"include": ["ulsan-mipo"]},
        "cooling": {"include": ["dtc-tower"]},
    },
    "facts": {"sites[ulsan-mipo].water_limit_m3_per_day": 300},
    "water": {"sources": ["city", "sea"]},
    "solve": {"gap_frac": 0.01, "threads": 1},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    solved = plan(SCARCE, worth=False)
    return read_back(solved.write(tmp_path_factory.mktemp("runs") / "scarce"))


def test_a_plan_with_two_sources(run):
    water = run.tables["water"]
    assert checked(run) == []
    assert set(water["water_source"]) >= {"industrial"}
    assert len(water) == 2, "one more source is enough, and is paid for"
    assert "water connection" in set(run.tables["budget"]["item"])
    rules = run.tables["policies"]
    at = rules.loc[rules["rule"] == "water_day_limit", "where"]
    assert set(at) == {f"ulsan-mipo, {source}" for source in water["water_source"]}


SPOILS = {
    "more than it gives": ("water_m3_per_day", lambda v: v + 400, "water day limit"),
    "water from nowhere": ("water_source", lambda _: "river", "no source of the site"),
    "a limit of nobody": ("water_limit_m3_per_day", lambda v: v + 1, "the region's table gives"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_spoiled_plan_is_refused(run, spoil):
    column, change, words = SPOILS[spoil]
    table = run.tables["water"].copy()
    table.at[table.index[-1], column] = change(table.at[table.index[-1], column])
    assert words in "\n".join(checked(with_table(run, "water", table)))


def test_a_connection_left_out_is_refused(run):
    table = run.tables["water"]
    table = table[table["water_source"] == "industrial"]
    found = "\n".join(checked(with_table(run, "water", table)))
    assert "halls.csv gives" in found
    assert "water connection" in found


def test_an_unknown_source_is_named():
    with pytest.raises(InputError, match="reclaimed"):
        context(water={"sources": ["recycled"]})
