import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

from models.physics.network import great_circle_km
from planner.catalogue import data_folder
from planner.commands.sites import sites as sites_command
from planner.errors import InputError
from planner.places import candidate_sites, read_layers, site_markets, write
from planner.places.candidates import APART_KM, slug, thin
from planner.places.geometry import coast_km, metric_crs, nearest, points
from planner.places.joins import weak_cells

REGION = data_folder() / "kr-jp"


@pytest.fixture(scope="module")
def layers():
    return read_layers("kr-jp")


@pytest.fixture(scope="module")
def sites(layers):
    return candidate_sites(layers).set_index("site_id", drop=False).rename_axis(None)


@pytest.fixture(scope="module")
def markets(sites, layers):
    return site_markets(sites, layers)


# What a map shows: province, grid zone, permit region, name of the nearest bus (None: no network
# there; the utility's Gangwon head office is in Chuncheon), nearest weather station (None: several
# as near), and whether it stands by the sea (None: a matter of a kilometre).
SPOT_CHECKS = {
    "ulsan-mipo": ("Ulsan", "KR-YN", "KR-DEZ", "Ulsan", "Ulsan", 1),
    "haenam-solaseado": ("South Jeolla", "KR-HN", "KR-AIDC", "Mokpo", "Mokpo", 1),
    "saemangeum": ("North Jeolla", "KR-HN", "KR-JEONBUK", "Gunsan", "Gunsan", 1),
    "gumi-national": ("North Gyeongsang", "KR-YN", "KR-REST", "Gumi", "Gumi", 0),
    "donghae-bukpyeong": ("Gangwon", "KR-GW", "KR-REST", "Donghae", "Donghae", 1),
    "sejong-jiphyeon": ("Sejong", "KR-CC", "KR-SEJONG", "Sejong", "Gongju", 0),
    "incheon-songdo": ("Incheon", "KR-CAP", "KR-INCHEON", "Incheon", "Incheon", 1),
    "paju-wollong": ("Gyeonggi", "KR-CAP", "KR-GYEONGGI", "Paju", "Paju", 0),
    "chuncheon-154kv-1": ("Gangwon", "KR-GW", "KR-REST", "Gangwon", "Chuncheon", 0),
    "hwaseong-345kv-1": ("Gyeonggi", "KR-CAP", "KR-GYEONGGI", "Pyeongtaek", None, None),
    "jeju-154kv-1": ("Jeju", "KR-JJ", "KR-DEZ", None, "Jeju", None),
    "gifu-substation-500kv": ("Gifu", "JP-CB", "JP-REST", None, "GIFU", 0),
    "shin-toyosu-substation-500kv": ("Tokyo", "JP-TK", "JP-TOKYO", None, "TOKYO", 1),
    "shin-noda-substation-500kv": ("Chiba", "JP-TK", "JP-TOKYO-EAST", None, None, None),
    "tomakomai-east": ("Hokkaido", "JP-HKD", "JP-GX", None, None, 1),
    "inzai": ("Chiba", "JP-TK", "JP-INZAI", None, "TOKYO", 0),
    "sakai-waterfront": ("Osaka", "JP-KN", "JP-OSAKA", None, "OSAKA", 1),
    "kitakyushu-hibikinada": ("Fukuoka", "JP-KY", "JP-GX", None, "SHIMONOSEKI", 1),
    "nanto": ("Toyama", "JP-HR", "JP-GX", None, None, 0),
    "shin-fuji-substation-500kv": ("Shizuoka", "JP-TK", "JP-REST", None, None, None),
    "sanuki-substation-500kv": ("Kagawa", "JP-SK", "JP-REST", None, "TAKAMATSU", None),
    "uruma": ("Okinawa", "JP-ON", "JP-REST", None, "NAHA", 1),
}


@pytest.mark.parametrize("site_id", SPOT_CHECKS)
def test_real_places_are_where_they_are(site_id, sites, layers):
    province, zone, permit, bus, station, sea = SPOT_CHECKS[site_id]
    site = sites.loc[site_id]
    assert (site["admin1_name"], site["zone_id"], site["permit_region"]) == (province, zone, permit)
    names = layers["network_buses"].set_index("bus_id")["name"]
    if bus is None:
        assert site["bus_id"] == ""
    else:
        assert bus in names[site["bus_id"]]
    if station is not None:
        assert station in site["climate_station"]
    if sea is not None:
        assert site["seawater_flag"] == sea


def test_about_eight_hundred_sites_of_every_kind_in_both_countries(sites):
    assert 700 < len(sites) < 900
    kinds = sites.groupby(["country", "kind"]).size()
    assert set(kinds.index) == {
        ("KR", "grid_node"),
        ("KR", "estate"),
        ("JP", "substation"),
        ("JP", "estate"),
    }
    assert kinds.min() > 30
    assert sites["admin1"].nunique() == 17 + 47  # every province and prefecture has one


def test_site_ids_are_unique_sorted_and_fit_for_a_command_line(sites):
    assert sites["site_id"].is_unique
    assert sites["site_id"].is_monotonic_increasing
    assert sites["site_id"].str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*").all()


def test_no_railway_converter_or_power_station_is_a_site(sites, layers):
    nodes = layers["grid_nodes"]
    assert not nodes["name_local"].str.contains("JR|新幹線|旅客鉄道").any()
    others = nodes[nodes["kind"].isin(["converter", "power_station", "cable_head"])]
    at = set(zip(others["lat_deg"], others["lon_deg"], strict=True))
    assert len(at) > 20
    assert not at & set(zip(sites["lat_deg"], sites["lon_deg"], strict=True))


def test_every_site_lies_in_its_province(sites, layers):
    outlines = layers["outlines"].set_index("admin1").geometry
    crs = metric_crs(layers["outlines"])
    home = outlines.to_crs(crs).loc[sites["admin1"]].reset_index(drop=True)
    off_km = sites.geometry.to_crs(crs).reset_index(drop=True).distance(home) / 1e3
    # The outlines lack new land and some islands of Sinan; estates are placed to 5 km.
    estate = (sites["kind"] == "estate").to_numpy()
    assert off_km[~estate].max() < 4
    assert off_km[estate].max() < 5


def test_recomputing_gives_the_shipped_files(sites, markets, tmp_path):
    write(sites, markets, tmp_path)
    for name in ("sites.csv", "site_markets.csv"):
        assert (tmp_path / name).read_bytes() == (REGION / "odbl" / name).read_bytes(), name


def test_two_runs_give_the_same_bytes(sites, tmp_path):
    first = sites_command("kr-jp", tmp_path / "one")
    second = sites_command(Path(REGION), tmp_path / "two")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    assert pyogrio.read_info(first[2])["features"] == len(pd.read_csv(first[0]))


def test_the_order_of_the_layers_rows_moves_no_site(layers, sites):
    # grid_nodes numbers its municipalities in the order of the layer: that one stays.
    turned = {
        name: layer if name in ("grid_nodes", "outlines") else layer.iloc[::-1]
        for name, layer in layers.items()
    }
    pd.testing.assert_frame_equal(
        pd.DataFrame(candidate_sites(turned)).drop(columns="geometry"),
        pd.DataFrame(sites).drop(columns="geometry").reset_index(drop=True),
    )


def test_distances_and_limits_are_sound(sites):
    for column in ("coast_km", "exchange_km", "landing_km", "headroom_mw", "parcel_m2"):
        assert (sites[column] >= 0).all(), column
    assert (sites["headroom_mw"] > 0).all()
    assert sites["coast_km"].max() < 120
    assert (sites["water_limit_m3_per_year"] <= 365 * sites["water_limit_m3_per_day"]).all()
    assert (sites["seawater_flag"] == (sites["coast_km"] <= 3.0)).all()


def test_the_border_with_the_north_is_no_coast(layers):
    # Cheorwon stands at the border, some 70 km from the sea either way; Sokcho is a port.
    places = pd.DataFrame({"lat_deg": [38.24, 38.207], "lon_deg": [127.22, 128.591]})
    inland, port = coast_km(places, layers["outlines"], layers["land_borders"])
    assert inland > 40
    assert port < 3


def test_the_farthest_place_from_the_sea_in_japan(layers):
    # Usuda in Saku, Nagano, 36.1753 N 138.5789 E: 114.9 km by the Geospatial Information Authority.
    place = pd.DataFrame({"lat_deg": [36.1753], "lon_deg": [138.5789]})
    found = coast_km(place, layers["outlines"], layers["land_borders"])
    assert found[0] == pytest.approx(114.9, rel=0.015)


def test_headroom_never_exceeds_class_or_zone(sites, layers):
    largest = layers["grid_classes"].set_index(["country", "voltage_kv"])["largest_mw"]
    pairs = list(zip(sites["country"], sites["voltage_kv"], strict=True))
    assert (sites["headroom_mw"].to_numpy() <= largest.loc[pairs].to_numpy()).all()
    zone = layers["zones"].set_index("zone_id")["headroom_mw"].loc[sites["zone_id"]]
    assert (sites["headroom_mw"].to_numpy() <= zone.to_numpy()).all()


def test_assumptions_are_named(sites):
    assert sites["recalled"].str.contains("headroom_mw").all()
    estates = sites[sites["kind"] == "estate"]
    assert estates["recalled"].str.contains("lat_deg;lon_deg").all()
    assert estates["recalled"].str.contains("coast_km;seawater_flag").all()
    assert not sites["recalled"].str.contains("climate_station|zone_id|bus_km").any()


def test_weak_cells_are_those_of_uncertain_rows_and_those_listed():
    table = pd.DataFrame(
        {
            "confidence": ["verified", "verified", "assumed"],
            "recalled": ["", "price;parcel_m2", ""],
        }
    )
    assert weak_cells(table, "parcel_m2").tolist() == [False, True, True]
    assert weak_cells(table, "parcel").tolist() == [False, False, True]


def test_thinning_keeps_the_better_of_two_neighbours():
    # 0.01 degree of latitude is 1.1 km; the third stands 11 km off.
    nodes = pd.DataFrame(
        {
            "site_id": ["a", "b", "c"],
            "lat_deg": [36.0, 36.01, 36.1],
            "lon_deg": [127.0, 127.0, 127.0],
            "voltage_kv": [154.0, 345.0, 154.0],
            "links_count": [9, 1, 0],
        }
    )
    assert set(thin(nodes)["site_id"]) == {"b", "c"}
    assert set(thin(nodes.assign(voltage_kv=154.0))["site_id"]) == {"a", "c"}


def test_no_two_nodes_are_the_same_place(sites):
    nodes = sites[sites["kind"] != "estate"]
    at = nodes[["lat_deg", "lon_deg"]].to_numpy(float)
    km = great_circle_km(at[:, None, 0], at[:, None, 1], at[None, :, 0], at[None, :, 1])
    np.fill_diagonal(km, np.inf)
    assert km.min() >= APART_KM


def test_nearest_stays_in_the_country():
    # Busan is nearer to Fukuoka than to Seoul.
    busan = pd.DataFrame({"country": ["KR"], "lat_deg": [35.1], "lon_deg": [129.0]})
    cities = pd.DataFrame(
        {
            "city": ["Fukuoka", "Seoul"],
            "country": ["JP", "KR"],
            "lat_deg": [33.6, 37.57],
            "lon_deg": [130.4, 126.98],
        }
    )
    found, km = nearest(busan, cities)
    assert found["city"].tolist() == ["Seoul"]
    assert km[0] == pytest.approx(330, abs=5)


def test_slugs_are_plain_words():
    assert slug("Shin-Ōsaka 500 kV") == "shin-osaka-500-kv"
    assert slug("Ueno (Tokyo)") == "ueno-tokyo"


def test_every_site_reaches_every_market(sites, markets, layers):
    assert len(markets) == len(sites) * len(layers["markets"])
    assert np.isfinite(markets[["distance_km", "rtt_ms"]]).all(axis=None)
    # No fibre is quicker than straight glass without equipment.
    assert (markets["rtt_ms"] >= 0.00979 * markets["distance_km"]).all()


# Round trips operators and cloud regions report: Korea within a country 2-9 ms, Tokyo-Osaka 8-10,
# Seoul-Tokyo 30-40 (a few low-latency routes 27), Hokkaido-Tokyo 14-20.
KNOWN_MS = [
    ("seocho", "busan", 5, 8),
    ("seocho", "tokyo", 27, 40),
    ("shin-toyosu-substation-500kv", "osaka", 8, 10),
    ("shin-toyosu-substation-500kv", "seoul", 27, 40),
    ("shin-toyosu-substation-500kv", "tokyo", 2, 4),
    ("ishikari-bay", "tokyo", 12, 20),
    ("ulsan-mipo", "fukuoka", 9, 16),
]


@pytest.mark.parametrize(("start", "market", "low", "high"), KNOWN_MS)
def test_round_trips_are_those_known(start, market, low, high, markets):
    site = "seoul-seocho-345kv-1" if start == "seocho" else start
    row = markets[(markets["site_id"] == site) & (markets["market_id"] == market)]
    assert low <= row["rtt_ms"].item() <= high


def test_the_way_abroad_leads_over_a_border_cable(markets):
    # Busan-Fukuoka: 214 km direct; the cable is 250 km, and Ulsan lies 55 km from its landing.
    row = markets[(markets["site_id"] == "ulsan-mipo") & (markets["market_id"] == "fukuoka")]
    assert row["distance_km"].item() == pytest.approx(250 + 55, abs=5)
    assert row["recalled"].item() == "distance_km;rtt_ms"


def test_shares_of_a_country_sum_to_one(layers):
    shares = layers["markets"].groupby("country")["share_frac"].sum()
    assert shares.to_dict() == pytest.approx({"KR": 1.0, "JP": 1.0}, abs=1e-9)


def test_the_projection_keeps_lengths(layers):
    # One degree of latitude measured on the map, at the corners and in the middle of the region.
    crs = metric_crs(layers["outlines"])
    for lat, lon in ((26.0, 127.5), (33.5, 126.5), (37.0, 127.0), (35.7, 139.7), (43.5, 144.5)):
        two = points(pd.DataFrame({"lat_deg": [lat, lat + 0.5], "lon_deg": [lon, lon]})).to_crs(crs)
        metres = two.geometry.iloc[0].distance(two.geometry.iloc[1])
        true = great_circle_km(lat, lon, lat + 0.5, lon) * 1e3
        assert metres == pytest.approx(true, rel=0.015), (lat, lon)


def test_steps_add_up_to_the_largest_load_and_take_ever_longer():
    steps = pd.read_csv(REGION / "interconnection_steps.csv")
    classes = pd.read_csv(REGION / "grid_classes.csv").set_index(["country", "voltage_kv"])
    for key, of_class in steps.groupby(["country", "voltage_kv"]):
        assert of_class["step_index"].tolist() == [*range(1, len(of_class) + 1)]
        assert of_class["lead_years"].is_monotonic_increasing
        assert of_class["step_mw"].sum() == classes.loc[key, "largest_mw"]
    first = steps[steps["step_index"] == 1].groupby("country")["lead_years"].min()
    # Decided in 2026: Korea can be energised in 2027, Japan not before 2028.
    assert first.to_dict() == {"JP": 2, "KR": 1}


def test_a_missing_outline_is_one_clear_error(tmp_path):
    copy = tmp_path / "mine"
    shutil.copytree(REGION, copy)
    (copy / "admin1.geojson").unlink()
    with pytest.raises(InputError, match=r"admin1\.geojson.*no such file"):
        read_layers(copy)
    (copy / "admin1.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(InputError, match="cannot be read as outlines"):
        read_layers(copy)
    (copy / "admin1.geojson").write_text("no map")
    with pytest.raises(InputError, match="cannot be read as outlines"):
        read_layers(copy)


def test_a_row_added_to_a_layer_is_a_site(tmp_path):
    copy = tmp_path / "mine"
    shutil.copytree(REGION, copy)
    with (copy / "industrial_estates.csv").open("a", encoding="utf-8") as file:
        file.write(
            "our-estate,Our estate,KR,KR-44,36.60,126.75,,120000,,our own survey,2026,ours,"
            "verified,\n"
        )
    site = candidate_sites(read_layers(copy)).set_index("site_id").loc["our-estate"]
    assert site["admin1_name"] == "South Chungcheong"
    assert site["parcel_m2"] == 120000
    assert site["land_local_per_m2"] > 0
    assert "lat_deg" not in site["recalled"]
    assert "parcel_m2" not in site["recalled"].split(";")


def test_gaps_in_the_layers_are_named_all_at_once(tmp_path):
    copy = tmp_path / "mine"
    shutil.copytree(REGION, copy)
    for name in ("hazards.csv", "land_prices.csv"):
        rows = (copy / name).read_text(encoding="utf-8").splitlines(keepends=True)
        rows = [row for row in rows if not row.startswith("KR-31,")]
        (copy / name).write_text("".join(rows), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_layers(copy)
    assert "hazards.csv" in str(caught.value)
    assert "land_prices.csv" in str(caught.value)
    assert "has no row for KR-31" in str(caught.value)


def test_two_candidates_of_one_name_are_refused(layers):
    estates = layers["industrial_estates"].replace({"estate_id": {"inzai": "jeju-154kv-1"}})
    with pytest.raises(InputError, match="jeju-154kv-1.*two candidates"):
        candidate_sites({**layers, "industrial_estates": estates})


def test_without_a_border_cable_no_market_abroad_is_in_reach(sites, layers):
    alone = {**layers, "border_cables": layers["border_cables"].iloc[:0]}
    reach = site_markets(sites, alone).merge(sites[["site_id", "country"]], on="site_id")
    home = layers["markets"].set_index("market_id")["country"]
    assert (reach["country"].to_numpy() == home[reach["market_id"]].to_numpy()).all()
