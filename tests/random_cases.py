"""Small cases drawn by hypothesis: a few sites, two designs, two systems of two power states."""

from typing import Any

from hypothesis import strategies as st

from models.case import Case
from tests.tiny import YEARS, tiny_case


def numbers(*values: float) -> st.SearchStrategy[float]:
    """One of a few round numbers."""
    return st.sampled_from(values)


@st.composite
def small_cases(
    draw: Any, most_sites: int = 3, periods: tuple[int, ...] = YEARS, must: tuple[str, ...] = ()
) -> Case:
    """Sites of one country with random climate, grid, prices and racks, and a few limits.

    Of the limits, those in `must` are there. Most cases have a plan.
    Halls carry 1 MW, racks draw 0.2 or 0.25 MW, so that whole racks and halls matter.
    """
    names = "abc"[: draw(st.integers(2, most_sites))]
    designs = {"dry": "liquid", "wet": "liquid", "fan": "air"}
    pairs = [(s, d) for s in names for d in designs]
    modes = [(k, p, "chat") for k in ("fast", "slow") for p in ("full", "capped")]
    full = {"fast": draw(numbers(2.0, 2.5, 3.0)), "slow": draw(numbers(1.0, 1.5, 2.0))}
    rack = {"fast": 0.25, "slow": draw(numbers(0.2, 0.25))}
    capped = draw(numbers(0.6, 0.8))
    overhead = {pair: draw(numbers(0.1, 0.2, 0.3, 0.4)) for pair in pairs}
    halls = draw(numbers(1.0, 2.0))
    grid = {(s, i): draw(numbers(0.6, 1.2, 2.0)) for s in names for i in (1, 2)}
    most = min(sum(grid.values()), 1.2 * halls * len(pairs))
    load = {("all", t): most * draw(numbers(0.2, 0.4, 0.6)) for t in periods}
    values: dict[str, Any] = {
        "cooling_class": designs,
        "hosts": draw(
            st.sampled_from(
                [
                    {"liquid": ["fast", "slow"], "air": ["slow"]},
                    {"liquid": ["fast"], "air": ["slow"]},
                ]
            )
        ),
        "theta_mtokens_per_s": {
            (k, p, w): full[k] * (1.0 if p == "full" else draw(numbers(0.7, 0.9)))
            for k, p, w in modes
        },
        "kappa_mw": {(k, p, w): rack[k] * (1.0 if p == "full" else capped) for k, p, w in modes},
        "least_mw_per_mtoken_per_s": {"chat": 0.04},
        "rack_mw": rack,
        "rack_musd": {"fast": draw(numbers(2.0, 4.0)), "slow": 1.0},
        "facility_per_it_frac": {pair: 1 + x for pair, x in overhead.items()},
        "energy_per_it_frac": {pair: 1 + x / 2 for pair, x in overhead.items()},
        "wue_peak_l_per_kwh": {pair: 2.0 * (pair[1] == "wet") for pair in pairs},
        "wue_mean_l_per_kwh": {pair: 1.0 * (pair[1] == "wet") for pair in pairs},
        "hall_mw": dict.fromkeys(pairs, 1.0),
        "halls_max_count": dict.fromkeys(pairs, halls),
        "cooling_musd_per_hall": {pair: draw(numbers(0.5, 1.0, 2.0)) for pair in pairs},
        "energy_usd_per_mwh": {s: draw(numbers(60.0, 100.0)) for s in names},
        "site_musd": {s: draw(numbers(0.0, 1.0, 3.0)) for s in names},
        "step_mw": grid,
        "step_musd": {i: draw(numbers(0.5, 1.0)) for i in grid},
        "availability_frac": dict.fromkeys(rack, draw(numbers(0.9, 1.0))),
        "years": {t: 1.0 + (t == periods[-1]) for t in periods},
        "facility_mw_min": load,
    }
    values.update(draw(_limits(names, load, must)))
    return tiny_case(list(names), periods=periods, **values)


@st.composite
def _limits(
    draw: Any, names: str, load: dict[tuple[str, int], float], must: tuple[str, ...]
) -> dict[str, dict]:
    periods = [t for _, t in load]
    every = {
        "vendor_frac": {("F", "mw"): draw(numbers(0.5, 0.8))},
        "domestic_frac": {("KR", "tokens"): draw(numbers(0.2, 0.4))},
        "racks_supply_count": {("KR", "fast", t): draw(numbers(2.0, 4.5)) for t in periods},
        "water_limit_m3_per_year": {(names[0], "city"): draw(numbers(0.0, 4000.0))},
        "facility_mw_max": {i: 1.02 * x for i, x in load.items()},
        "zone_headroom_mw": {"KR": draw(numbers(2.5, 3.5))},
        "capex_total_musd_max": {"all": draw(numbers(30.0, 60.0))},
        "carbon_kt_max": {periods[-1]: draw(numbers(10.0, 20.0))},
        "buildable_m2": {names[-1]: draw(numbers(1000.0, 2000.0))},
    }
    chosen = draw(st.sets(st.sampled_from(sorted(every)), max_size=2)) | set(must)
    return {name: every[name] for name in every if name in chosen}
