import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.physics.network import (
    EARTH_RADIUS_KM,
    GROUP_INDEX,
    LIGHT_KM_PER_MS,
    fibre_rtt_ms,
    great_circle_km,
)

SEOUL, BUSAN = (37.566, 126.978), (35.102, 129.030)
TOKYO, OSAKA = (35.690, 139.692), (34.694, 135.501)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def test_a_quarter_of_the_globe_is_a_quarter_of_its_circumference():
    quarter = np.pi * EARTH_RADIUS_KM / 2
    assert great_circle_km(0, 0, 0, 90) == pytest.approx(quarter)
    assert great_circle_km(0, 0, 90, 17) == pytest.approx(quarter)
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(2 * quarter)


def test_distances_between_cities():
    # Great-circle distances of any atlas: Seoul-Busan 325-330 km, Tokyo-Osaka about 400 km.
    assert great_circle_km(*SEOUL, *BUSAN) == pytest.approx(329, abs=5)
    assert great_circle_km(*TOKYO, *OSAKA) == pytest.approx(397, abs=5)


@given(latitudes, longitudes, latitudes, longitudes)
def test_a_distance_is_symmetric_and_at_most_half_the_globe(lat1, lon1, lat2, lon2):
    there = great_circle_km(lat1, lon1, lat2, lon2)
    assert 0 <= there <= np.pi * EARTH_RADIUS_KM * (1 + 1e-12)
    assert there == pytest.approx(great_circle_km(lat2, lon2, lat1, lon1), abs=1e-6)


def test_bare_straight_fibre_takes_the_time_of_light_in_glass():
    # 1,000 km there and back at c / 1.468: 9.793 ms.
    assert fibre_rtt_ms(1000, 1, 0) == pytest.approx(2000 * GROUP_INDEX / LIGHT_KM_PER_MS)
    assert fibre_rtt_ms(1000, 1, 0) == pytest.approx(9.793, abs=0.001)


def test_known_round_trips():
    # Operators' looking glasses: Seoul-Busan 5 to 8 ms, Tokyo-Osaka 8 to 10 ms.
    assert 5 < fibre_rtt_ms(great_circle_km(*SEOUL, *BUSAN)) < 8
    assert 8 < fibre_rtt_ms(great_circle_km(*TOKYO, *OSAKA)) < 10


def test_at_no_distance_only_the_equipment_remains():
    assert fibre_rtt_ms(0, 1.5, 2.5) == 2.5


@given(st.floats(0, 20_000), st.floats(0, 20_000), st.floats(1, 3))
def test_farther_is_never_sooner(one, other, route):
    near, far = sorted((one, other))
    assert fibre_rtt_ms(near, route) <= fibre_rtt_ms(far, route)


def test_arrays_equal_scalars():
    lats, lons = np.array([37.0, 35.0]), np.array([127.0, 129.0])
    together = fibre_rtt_ms(great_circle_km(lats, lons, *TOKYO))
    for i in range(2):
        assert together[i] == fibre_rtt_ms(great_circle_km(lats[i], lons[i], *TOKYO))


@pytest.mark.parametrize(("km", "route", "equipment"), [(-1, 1.5, 0), (1, 0.9, 0), (1, 1.5, -1)])
def test_impossible_input_is_refused(km, route, equipment):
    with pytest.raises(ValueError, match="must be >= 0"):
        fibre_rtt_ms(km, route, equipment)
