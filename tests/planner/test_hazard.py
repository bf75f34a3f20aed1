"""Hazard of a scenario: sites above a ceiling, zones, provinces; verified; bad names."""

from dataclasses import replace

import pytest

from planner.coefficients.case import make_case
from planner.errors import InputError
from planner.limits import Book
from planner.planning import plan
from planner.verify import checked
from planner.verify.run import Run
from tests.region import context
from tests.runs import read_back


def case_of(**hazard):
    asked = context(policies={"hazard": hazard})
    return asked, make_case(asked.region, asked.scenario)


def test_a_ceiling_leaves_sites_out():
    asked, case = case_of(pga_g_max=0.4, typhoon_count_max=20)
    sites = asked.table("sites").set_index("site_id").loc[list(case.sets["SITE"])]
    assert len(sites) > 100
    assert sites["seismic_pga_g"].max() <= 0.4
    assert sites["typhoon_count"].max() <= 20


def test_zones_and_provinces():
    zone = {"name": "nankai", "country": "JP", "pga_g_min": 0.6, "share_max": 0.3}
    asked, case = case_of(zones=[zone], province_share_max=0.4)
    sites = asked.table("sites").set_index("site_id")
    nankai = sites.loc[sorted(case["hazard_zone"]["nankai"])]
    assert set(nankai["country"]) == {"JP"}
    assert nankai["seismic_pga_g"].min() >= 0.6
    assert case["hazard_of"]["nankai"] == "JP"
    assert case["hazard_share_max"]["KR-31"] == 0.4
    assert set(sites.loc[sorted(case["hazard_zone"]["KR-31"]), "admin1"]) == {"KR-31"}


def test_nothing_without_data():
    _, case = case_of()
    assert not case["hazard_zone"]


SPREAD = {
    "name": "spread",
    "periods": [2028],
    "scale": {"facility_mw_min": {2028: 30}},
    "demand": {"mix": {"chat": 1.0}},
    "filters": {
        "sites": {"include": ["ulsan-mipo", "gumi-154kv-1", "ishikari-bay", "haenam-154kv-1"]},
    },
    "policies": {
        "hazard": {
            "pga_g_max": 0.15,
            "zones": [{"name": "south", "admin1": ["KR-31", "KR-46"], "share_max": 0.5}],
        }
    },
    "solve": {"gap_frac": 0.01, "threads": 1},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    solved = plan(SPREAD, worth=False)
    return read_back(solved.write(tmp_path_factory.mktemp("runs") / "spread"))


def test_a_plan_keeps_its_shares(run):
    assert checked(run) == []
    rules = run.tables["policies"].set_index("rule")
    assert rules.loc["hazard_pga_g", "achieved"] <= 0.15
    assert rules.loc["hazard_share", "achieved"] <= 0.5 + 1e-6
    sites = run.tables["sites"].set_index("site_id")
    assert sites.at["ishikari-bay", "binding"] == "earthquake above the ceiling"


def test_a_plan_that_breaks_them_is_refused(run):
    everywhere = {"hazard_zone": {"south": frozenset(run.book.case.sets["SITE"])}}
    struck = run.book.case.having(values={**run.book.case.values, **everywhere})
    book = Book(struck, run.book.scenario, run.tables)
    assert "hazard share (south, 2028)" in "\n".join(checked(replace(run, book=book)))
    policies = run.book.scenario.policies
    hazard = policies.hazard.model_copy(update={"pga_g_max": 0.05})
    scenario = run.book.scenario.model_copy(
        update={"policies": policies.model_copy(update={"hazard": hazard})}
    )
    book = Book(run.book.case, scenario, run.tables)
    assert "hazard pga g (all)" in "\n".join(checked(replace(run, book=book)))


BAD = {
    "province": ({"zones": [{"name": "x", "admin1": ["JP-99"], "share_max": 0.3}]}, "JP-99"),
    "country": (
        {"zones": [{"name": "x", "country": "KO", "pga_g_min": 0.1, "share_max": 0.3}]},
        "unknown country",
    ),
    "twice": ({"zones": [{"name": "x", "pga_g_min": 0.1, "share_max": 0.3}] * 2}, "twice"),
    "nowhere": ({"zones": [{"name": "x", "share_max": 0.3}]}, "state 'admin1'"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_named(bad):
    hazard, words = BAD[bad]
    with pytest.raises(InputError, match=words):
        context(policies={"hazard": hazard})


def test_a_forced_site_above_a_ceiling_is_refused():
    asked = context(
        policies={"hazard": {"pga_g_max": 0.12}},
        filters={"sites": {"force": ["ishikari-bay"]}},
    )
    with pytest.raises(InputError, match="ishikari-bay"):
        make_case(asked.region, asked.scenario)
