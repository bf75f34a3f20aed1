import pytest

from planner.tables import read_region

TABLES = (
    "admin1",
    "land_prices",
    "hazards",
    "water_supplies",
    "permit_areas",
    "permit_regions",
    "zones",
    "grid_nodes",
    "network_buses",
    "network_lines",
    "network_generators",
    "network_hours",
    "jp_areas",
    "interconnectors",
    "grid_classes",
    "interconnection_steps",
    "industrial_estates",
    "reservoirs",
    "exchanges",
    "cable_landings",
    "border_cables",
    "markets",
    "land_borders",
)


@pytest.fixture(scope="module")
def facts():
    return read_region("kr-jp", only=TABLES).tables


def test_every_province_and_prefecture_has_its_facts(facts):
    units = set(facts["admin1"]["admin1"])
    assert len(units) == 17 + 47
    assert set(facts["land_prices"]["admin1"]) == units
    assert set(facts["hazards"]["admin1"]) == units
    for source in ("city", "river", "industrial"):
        supplies = facts["water_supplies"]
        assert set(supplies.loc[supplies["water_source"] == source, "admin1"]) == units


def test_one_permit_region_holds_for_the_whole_of_each_unit(facts):
    areas = facts["permit_areas"]
    whole = areas[areas["radius_km"].isna()]
    assert whole["admin1"].is_unique
    assert set(whole["admin1"]) == set(facts["admin1"]["admin1"])
    circles = areas[areas["radius_km"].notna()]
    assert circles[["lat_deg", "lon_deg"]].notna().all(axis=None)


def test_japanese_zones_are_the_ten_areas_and_pay_their_own_tariff(facts):
    zones = facts["zones"].set_index("zone_id")
    japanese = zones[zones["country"] == "JP"]
    assert set(japanese.index) == set(facts["jp_areas"]["zone_id"])
    assert len(japanese) == 10
    assert (japanese["tariff_zone_id"] == japanese.index).all()
    assert (zones.loc[zones["country"] == "KR", "tariff_zone_id"] == "KR").all()


def test_bus_demands_add_up_to_the_peak_hour(facts):
    hours = facts["network_hours"].set_index("hour_id")["demand_mw"]
    assert facts["network_buses"]["demand_at_peak_mw"].sum() == pytest.approx(
        hours["system-peak"], rel=1e-4
    )
    assert facts["network_buses"]["demand_mean_mw"].sum() == pytest.approx(hours["mean"], rel=1e-3)
    assert hours["spring-noon"] < hours["mean"] < hours["summer-evening"] < hours["system-peak"]


def test_the_network_is_one_and_can_carry_its_peak(facts):
    lines = facts["network_lines"]
    reached, edge = {"1"}, {"1"}
    ends = list(zip(lines["from_bus_id"], lines["to_bus_id"], strict=True))
    while edge:
        edge = {b for pair in ends for b in pair if edge & set(pair)} - reached
        reached |= edge
    assert reached == set(facts["network_buses"]["bus_id"])
    assert (lines.loc[lines["kind"] == "ac", "x_pu"] > 0).all()
    units = facts["network_generators"]["capacity_mw"].sum()
    hour = facts["network_hours"].set_index("hour_id").loc["system-peak"]
    assert units + hour["solar_mw"] + hour["wind_mw"] > hour["demand_mw"]


def test_interconnectors_never_shrink(facts):
    links = facts["interconnectors"]
    planned = links.dropna(subset=["planned_mw"])
    assert (planned["planned_mw"] > planned["capacity_mw"]).all()
    assert planned["planned_from_year"].notna().all()


def test_every_class_of_node_has_steps_and_every_step_a_class(facts):
    keys = [
        set(zip(facts[name]["country"], facts[name]["voltage_kv"], strict=True))
        for name in ("grid_classes", "interconnection_steps")
    ]
    assert keys[0] == keys[1]


def test_the_capital_region_is_the_harder_permit(facts):
    # Samil PwC 2026: 21 % of assessments passed in the capital region, 71 % elsewhere.
    permits = facts["permit_regions"].set_index("permit_region")
    assert permits.loc["KR-GYEONGGI", "pass_frac"] == 0.21
    assert permits.loc["KR-REST", "pass_frac"] == 0.71
    # Incheon: 24 of 24 refused; below 10 MW nothing is assessed.
    assert permits.loc["KR-INCHEON", "pass_frac"] == 0
    assert permits.loc["KR-INCHEON", "max_mw"] < 10


def test_assumed_rows_say_so(facts):
    for name, table in facts.items():
        assumed = table[table["confidence"] == "assumed"]
        assert assumed["source"].str.contains("assumption").all(), name
        recalled = table[table["confidence"] == "recalled"]
        assert recalled["source"].str.contains("recalled|general knowledge").all(), name


def test_markets_count_tokyo_once(facts):
    people = facts["markets"].set_index("market_id")["population_count"]
    # Greater Tokyo has about 37 million people, 44 with all Kanto; its wards counted again would
    # add 6 million to the sum of the larger cities, which is below 30.
    assert 25e6 < people["tokyo"] < 30e6
    assert 18e6 < people["seoul"] < 26e6


def test_a_small_load_needs_no_permit_in_korea(facts):
    # 10 MW by decree; 5 MW in the capital region, where larger loads may be refused
    free = facts["permit_regions"].set_index("permit_region")["free_mw"]
    assert {free[f"KR-{name}"] for name in ("SEOUL", "GYEONGGI", "INCHEON")} == {5.0}
    assert {free[name] for name in free.index if name in ("KR-REST", "KR-DEZ", "KR-SEJONG")} == {
        10.0
    }
