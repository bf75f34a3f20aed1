"""Cases small enough to work out by hand; every number is round."""

from collections.abc import Sequence
from typing import Any

from models.case import Case
from planner.coefficients.case import regrouped

YEARS = (2027, 2028)


def tiny_case(
    sites: int | Sequence[str] = 2, periods: tuple[int, ...] = (2027,), **values: Any
) -> Case:
    """Sites a, b, c ... (or as named), one hall size, two rack systems, one workload, one country.

    A rack of `fast` makes 2 Mtokens/s of 0.1 MW, one of `slow` 1 Mtoken/s of 0.1 MW.
    Site a meters 1.2 MW per IT MW, b 1.3, c 1.4, each with 24 MW of grid; 12 MW are asked for.
    Peak over mean is 1, in one block of the day; an idle rack draws as much as one at work.
    Any value can be replaced; designs, countries, workloads and markets are those of
    `cooling_class`, `country`, `sovereignty_class` and `market_country`. The sites of a
    country are one group.
    """
    names = list("abcdefghij"[:sites]) if isinstance(sites, int) else list(sites)
    pairs = [(s, d) for s in names for d in values.get("cooling_class", ["dry"])]
    index = [(s, t) for s in names for t in periods]
    one = dict.fromkeys(names, 1.0)
    zero = dict.fromkeys(names, 0.0)
    systems = ("fast", "slow")

    def each(value: float) -> dict[tuple, float]:
        return dict.fromkeys(pairs, value)

    base: dict[str, Any] = {
        "country": dict.fromkeys(names, "KR"),
        "zone": dict.fromkeys(names, "KR"),
        "labour_region": dict.fromkeys(names, "KR-11"),
        "site_musd": {**one},
        "discount_frac": zero,
        "facility_crf_per_year": dict.fromkeys(names, 0.1),
        "interconnection_crf_per_year": dict.fromkeys(names, 0.1),
        "maintenance_facility_frac": zero,
        "substation_m2": zero,
        "land_musd_per_m2": zero,
        "water_usd_per_m3": {(s, "city"): 0.0 for s in names},
        "staff_fixed_count": zero,
        "staff_per_mw_count": zero,
        "staff_usd_per_year": zero,
        "energy_usd_per_mwh": dict.fromkeys(names, 100.0),
        "demand_usd_per_kw_year": zero,
        "emission_gco2_per_kwh": dict.fromkeys(names, 400.0),
        "step_mw": {(s, 1): 24.0 for s in names},
        "step_musd": {(s, 1): 1.0 for s in names},
        "hall_mw": each(10.0),
        "hall_m2": each(1000.0),
        "halls_max_count": each(4.0),
        "facility_per_it_frac": {(s, d): 1.2 + 0.1 * names.index(s) for s, d in pairs},
        "energy_per_it_frac": {(s, d): 1.1 + 0.1 * names.index(s) for s, d in pairs},
        "wue_peak_l_per_kwh": each(0.0),
        "wue_mean_l_per_kwh": each(0.0),
        "shell_musd_per_hall": each(1.0),
        "electrical_musd_per_hall": each(1.0),
        "cooling_musd_per_hall": each(1.0),
        "cooling_class": {"dry": "liquid"},
        "theta_mtokens_per_s": {("fast", "p100", "chat"): 2.0, ("slow", "p100", "chat"): 1.0},
        "kappa_mw": {("fast", "p100", "chat"): 0.1, ("slow", "p100", "chat"): 0.1},
        "software_gain": dict.fromkeys(periods, 1.0),
        "least_mw_per_mtoken_per_s": {"chat": 0.05},
        "idle_frac": {"it": 1.0},
        "mean_load_frac": {"low": 1.0, "high": 1.0},
        "hour_frac": {"peak": 1.0},
        "peak_to_mean_ratio": {"chat": 1.0},
        "availability_frac": dict.fromkeys(systems, 1.0),
        "maintenance_it_frac": dict.fromkeys(systems, 0.0),
        "rack_mw": dict.fromkeys(systems, 0.1),
        "rack_musd": {"fast": 2.0, "slow": 1.0},
        "rack_crf_per_year": dict.fromkeys(systems, 0.2),
        "chips_kilo_count": dict.fromkeys(systems, 0.1),
        "flops_exa": {"fast": 2.0, "slow": 1.0},
        "maker_country": {"fast": "US", "slow": "KR"},
        "vendor": {"fast": "F", "slow": "S"},
        "sovereignty_class": {"chat": "public"},
        "home_country": {"chat": ""},
        "previous": dict(zip(periods[1:], periods[:-1], strict=True)),
        "years": dict.fromkeys(periods, 1.0),
        "discount_factor": dict.fromkeys(periods, 1.0),
        "seconds_per_year": {"s": 31_557_600.0},
        "mix_frac": {("chat", "KR"): 1.0},
        "market_country": {"seoul": "KR"},
        "market_share_frac": {"seoul": 1.0},
        "reach": dict.fromkeys(names, frozenset({("chat", "seoul")})),
        "available_from_year": dict.fromkeys(systems, 2026),
        "hosts": {"liquid": list(systems)},
        "delivered_in": {(k, t): [u for u in periods if u <= t] for k in systems for t in periods},
        "facility_mw_min": {("all", periods[-1]): 12.0},
    }
    base.update(values)
    base.setdefault(
        "work_frac",
        {
            (w, h): frac / peak if len(base["hour_frac"]) == 1 else frac
            for w, peak in base["peak_to_mean_ratio"].items()
            for h, frac in base["hour_frac"].items()
        },
    )
    sets = {
        "SITE": tuple(names),
        "SITE_PERIOD": tuple(index),
        "SITE_DESIGN": tuple(pairs),
        "HALL": tuple((s, d, t) for s, d in pairs for t in periods),
        "STEP_PERIOD": tuple((s, i, t) for s, i in base["step_mw"] for t in periods),
        "SUPPLY": tuple(
            (s, e, t) for s in names for e in base.get("supply_kind", ()) for t in periods
        ),
        "FORCED_SITE": (),
        "WATER": tuple(base["water_usd_per_m3"]),
        "PERIOD": tuple(periods),
        "COUNTRY": tuple(sorted(set(base["country"].values()))),
        "WORKLOAD": tuple(base["sovereignty_class"]),
        "MARKET": tuple(base["market_country"]),
        "HBM_TAKE": (),
        "HOUR": tuple(base["hour_frac"]),
        "JOB": tuple(base.get("training_zettaflop", ())),
        "HOST": tuple((s, j) for j in base.get("training_zettaflop", ()) for s in names),
        "REQUIRED": (),
        "FLOOR": (),
        "CEILING": (),
    }
    case = Case(sets, base)
    return regrouped(case, {s: f"{n}-1" for s, n in base["country"].items()})
