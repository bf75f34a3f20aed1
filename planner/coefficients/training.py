"""Coefficients of training jobs: FLOP and kW of a rack, how many are of use, where they may be."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from models.blocks.objective import SECONDS_PER_YEAR
from planner.coefficients.context import Context, picked
from planner.coefficients.what import cross_border
from planner.scenario.training import Training
from planner.serving import training_kw

ZETTA = 1e21


class Needs(NamedTuple):
    """What a job asks of one rack system: FLOP of a rack by period, racks of the gang at least."""

    rack_zettaflop: dict[int, float]
    gang_racks: float

    def racks_for(self, zettaflop: float) -> tuple[float, float]:
        """Racks at work at least, in the best case, and racks beyond which none is of use."""
        if not self.rack_zettaflop:
            return 0.0, 0.0
        in_all, shortest = sum(self.rack_zettaflop.values()), min(self.rack_zettaflop.values())
        return max(self.gang_racks, zettaflop / in_all), max(self.gang_racks, zettaflop / shortest)


def training_systems(context: Context) -> pd.DataFrame:
    """Rack systems that the filters leave and that can train, by system_id."""
    systems = context.table("systems")
    able = picked(systems["system_id"], context.scenario.filters.systems)
    able &= systems["training_capable_flag"] == 1
    return systems[able].set_index("system_id", drop=False)


def training_sets(context: Context, country: Mapping[str, str]) -> dict[str, tuple]:
    """JOB, and HOST: (site, job) where the job's data may be; `country` is by site."""
    jobs = context.scenario.training
    lawful = {job.name: set(_countries(context, job)) for job in jobs}
    return {
        "JOB": tuple(lawful),
        "HOST": tuple(
            (s, j) for j, allowed in lawful.items() for s in country if country[s] in allowed
        ),
    }


def training_values(context: Context) -> dict[str, dict]:
    """FLOP, chips, power, room and countries of the scenario's jobs; empty where it has none."""
    jobs = context.scenario.training
    if not jobs:
        return {}
    systems = training_systems(context)
    kw = training_kw(systems, context.table("throughput_coefficients"))
    values: dict[str, dict] = {
        "training_zettaflop": {job.name: job.flop / ZETTA for job in jobs},
        "training_chips_count": {job.name: job.chips_count_min for job in jobs},
        "training_mw": dict(zip(systems.index, kw / 1e3, strict=True)),
        "training_rack_zettaflop": {},
        "training_racks_max_count": {},
        "training_hall_mw": {},
        "training_where": {(job.name, n): 1 for job in jobs for n in _countries(context, job)},
    }
    available = context.parameter("availability_frac", context.countries[0])
    for job in jobs:
        halls = []
        for k, row in systems.iterrows():
            needs = _needs(context, job, row)
            if needs.rack_zettaflop:
                least, most = needs.racks_for(job.flop / ZETTA)
                for t, flop in needs.rack_zettaflop.items():
                    values["training_rack_zettaflop"][job.name, k, t] = flop
                values["training_racks_max_count"][job.name, k] = most
                halls.append(least / available * row["rack_kw"] / 1e3)
        values["training_hall_mw"][job.name] = min(halls, default=0.0)
    return values


def mfu_frac(context: Context, job: Training) -> float:
    """Model FLOP utilisation: the job's own, or the region's coefficient."""
    if job.mfu_frac is not None:
        return job.mfu_frac
    rows = context.table("throughput_coefficients").set_index("coefficient")["value"]
    return float(rows["training_mfu_frac"])


def usable_years(context: Context, job: Training) -> dict[int, float]:
    """By period, the years of it that end with the job's last year at the latest."""
    lengths = context.scenario.period_years
    left = {t: min(t + length, job.by_year + 1) - t for t, length in lengths.items()}
    return {t: years for t, years in left.items() if years > 0}


def _needs(context: Context, job: Training, system: pd.Series) -> Needs:
    peak = system["bf16_tflops"] * 1e12 * system["chips_count"]
    per_year = peak * mfu_frac(context, job) * SECONDS_PER_YEAR / ZETTA
    flop = {
        t: per_year * years
        for t, years in usable_years(context, job).items()
        if t >= system["available_from_year"]
    }
    return Needs(flop, job.chips_count_min / system["chips_count"])


def _countries(context: Context, job: Training) -> list[str]:
    """Where the job's data may be: at home, or wherever all data of its class may go."""
    law, home, data = cross_border(context), job.country, job.sovereignty_class
    if home is None:
        return list(context.countries)
    return [
        n
        for n in context.countries
        if n == home or (data is not None and law.get((home, n, data), 1.0) >= 1.0)
    ]
