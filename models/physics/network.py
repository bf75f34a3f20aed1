"""Distance over the ground and time in fibre."""

from typing import Any

import numpy as np

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (Moritz 2000, Geodetic Reference System 1980,
doi:10.1007/s001900050278)."""
LIGHT_KM_PER_MS = 299.792458
GROUP_INDEX = 1.468
"""Group index of standard single-mode fibre at 1550 nm (Corning SMF-28 Ultra: 1.4682)."""


def great_circle_km(lat1_deg: Any, lon1_deg: Any, lat2_deg: Any, lon2_deg: Any) -> Any:
    """Shortest distance between two places over a spherical Earth.

    Parameters
    ----------
    lat1_deg, lon1_deg, lat2_deg, lon2_deg : float or array [deg]
        Latitude and longitude of both places; arrays broadcast.

    Returns
    -------
    float or array [km], within 0.5 % of the ellipsoid.

    Equation (haversine)
    --------------------
    h = sin^2(dlat/2) + cos(lat1) cos(lat2) sin^2(dlon/2);  d = 2 R asin(sqrt(h))

    Source: Sinnott, "Virtues of the haversine", Sky and Telescope 68 (1984) 159.
    """
    lat1, lat2 = np.radians(lat1_deg), np.radians(lat2_deg)
    half_lat = (lat2 - lat1) / 2
    half_lon = np.radians(np.subtract(lon2_deg, lon1_deg)) / 2
    h = np.sin(half_lat) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0)))


def fibre_rtt_ms(distance_km: Any, route_factor: Any = 1.5, equipment_ms: Any = 2.5) -> Any:
    """Round trip through fibre laid along roads, with the equipment on the way.

    Parameters
    ----------
    distance_km : float or array [km]
        Straight distance between the ends.
    route_factor : float or array
        Length of the fibre by straight distance. Median 1.5 of measured long-haul links: Durairajan
        et al., "InterTubes", SIGCOMM 2015, doi:10.1145/2785956.2787499 (fibre follows roads and
        railways); 1 for a cable whose own length is given.
    equipment_ms : float or array [ms]
        Round trip spent in access, transponders and routers.

    Returns
    -------
    float or array [ms]

    Equation
    --------
    rtt = 2 n_g / c * route_factor * distance + equipment       (9.79 us per km of fibre)

    Raises
    ------
    ValueError
        If a distance or the equipment time is negative, or a route is shorter than straight.
    """
    distance = np.asarray(distance_km, dtype=float)
    if np.any(distance < 0) or np.any(np.less(equipment_ms, 0)) or np.any(np.less(route_factor, 1)):
        raise ValueError("distance and equipment must be >= 0, route_factor >= 1")
    rtt = 2 * GROUP_INDEX / LIGHT_KM_PER_MS * np.multiply(route_factor, distance) + equipment_ms
    return rtt[()]
