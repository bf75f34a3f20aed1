"""Coefficients of supply: sources besides the grid, batteries, curtailed hours, backup."""

from fnmatch import fnmatchcase
from math import ceil
from typing import Any

import pandas as pd

from models.blocks.supply import BATTERY, HOURS_PER_YEAR, ONSITE, PPA
from models.physics.finance import capital_recovery_factor
from models.physics.supply import use_tangents
from planner.coefficients.context import Context
from planner.coefficients.tariffs import battery_cycle
from planner.errors import Problem, refuse


def options(context: Context) -> pd.DataFrame:
    """Sources that the scenario names, the law allows and a planned country can use."""
    rows = context.table("supply_options")
    power = context.scenario.power
    globs = power.sources if power is not None else []
    named = rows["option_id"].map(lambda name: any(fnmatchcase(name, g) for g in globs))
    here = rows["country"].isin(context.countries) & (rows["allowed_flag"] == 1)
    rows = rows[named.astype(bool) & here].copy()
    lead = rows["lead_years"].clip(lower=context.by_country("hall_lead_years", rows["country"]))
    ready = context.scenario.decision_year + lead.map(lambda years: ceil(years - 1e-9))
    first = rows["country"].map(context.scenario.policies.first_year).fillna(0)
    rows["first_year"] = ready.where(ready > first, first).astype(int)
    return rows.set_index("option_id", drop=False)


def onsite_by_country(context: Context) -> pd.DataFrame:
    """First year and firm MW of plant on one site, by country."""
    rows = options(context)
    rows = rows[(rows["kind"] == ONSITE) & (rows["firm_frac"] > 0)]
    firm = rows["site_mw"] * rows["firm_frac"]
    return pd.DataFrame(
        {
            "first_year": rows.groupby("country")["first_year"].min(),
            "firm_mw": firm.groupby(rows["country"]).sum(min_count=1),
        }
    )


def supply_values(
    context: Context, sites: pd.DataFrame, tariffs: pd.DataFrame, first: pd.Series
) -> tuple[tuple, dict[str, dict]]:
    """Index of the sources by site and period, and their coefficients."""
    rows = options(context)
    begins: dict[Any, int] = first.to_dict()
    ready = {n: part["first_year"].to_dict() for n, part in rows.groupby("country")}
    index = tuple(
        (s, e, t)
        for s, country in sites["country"].items()
        for e, year in ready.get(country, {}).items()
        for t in context.scenario.periods
        if t >= max(year, begins[s])
    )
    return index, {
        **_of_options(context, rows),
        **_of_batteries(context, rows, tariffs),
        **_limits(context, set(rows.index)),
        **_choices(context, sites),
        "billed_floor_frac": tariffs.loc[
            tariffs["chosen"] & (tariffs["billed_floor_frac"] > 0), "billed_floor_frac"
        ].to_dict(),
    }


def _of_options(context: Context, rows: pd.DataFrame) -> dict[str, dict]:
    fx = rows["country"].map({n: context.local_per_usd(n) for n in context.countries})
    rate = rows["country"].map({n: context.discount_frac(n) for n in context.countries})
    energy = rows["energy_local_per_kwh"] * 1000 / fx
    delivery = rows["delivery_local_per_kwh"] * 1000 / fx
    bought = rows["kind"] == PPA
    crf = capital_recovery_factor(rate.to_numpy(dtype=float), rows["life_years"].to_numpy())
    series = {
        "supply_kind": rows["kind"],
        "supply_renewable": rows["renewable_flag"].astype(int),
        "supply_output_frac": rows["output_frac"],
        "supply_firm_frac": rows["firm_frac"],
        "supply_gco2_per_kwh": rows["gco2_per_kwh"],
        "supply_musd_per_mw": rows["capex_local_per_kw"] / fx / 1e3,
        "supply_crf_per_year": pd.Series(crf, rows.index),
        "supply_upkeep_frac_per_year": rows["upkeep_frac_per_year"],
        "supply_m2_per_mw": rows["land_m2_per_kw"] * 1e3,
        "supply_most_mw": rows["site_mw"].dropna(),
        "supply_usd_per_mwh": energy.where(bought, 0.0),
        "supply_used_usd_per_mwh": (energy + delivery).where(~bought, delivery),
    }
    lines = {
        str(row.option_id): use_tangents(float(row.output_frac), float(row.running_frac))  # type: ignore[arg-type]
        for row in rows[rows["kind"] != BATTERY].itertuples()
    }
    return {**{name: column.to_dict() for name, column in series.items()}, "supply_lines": lines}


def _of_batteries(
    context: Context, rows: pd.DataFrame, tariffs: pd.DataFrame
) -> dict[str, dict[Any, float]]:
    power = context.scenario.power
    flexible = power.flexible if power is not None else {}
    cover, loss, gain = {}, {}, {}
    for row in rows[rows["kind"] == BATTERY].itertuples():
        e, country, hours = str(row.option_id), str(row.country), float(row.duration_h)  # type: ignore[arg-type]
        event = flexible.get(country)
        cover[e] = min(1.0, hours / event.event_h) if event else 0.0
        here = tariffs[tariffs["country"] == country]
        found = {
            str(name): battery_cycle(context, str(name), hours, float(row.round_trip_frac))  # type: ignore[arg-type]
            for name in here["tariff_id"].unique()
        }
        for s, name in here["tariff_id"].items():
            earned, loss[s, e] = found[name]
            gain[s, e] = earned * 1000 / context.local_per_usd(country)
    return {
        "battery_cover_frac": cover,
        "battery_loss_frac": loss,
        "battery_usd_per_mw_year": gain,
    }


def _limits(context: Context, named: set[str]) -> dict[str, dict]:
    rows = context.table("supply_limits")
    rows = rows[rows["option_id"].isin(named)]
    zones = context.table("zones")
    places = {*zones["zone_id"], *zones["country"]}
    refuse(
        [
            Problem(
                str(context.region.files["supply_limits"]), f"row {i}, column place",
                "is neither a country nor a grid zone", place, "a country, or a zone_id of zones",
            )
            for i, place in rows["place"].items()
            if place not in places
        ]
    )  # fmt: skip
    index = zip(rows["option_id"], rows["place"], strict=True)
    return {"supply_limit_mw": dict(zip(index, rows["most_mw"].astype(float), strict=True))}


def _choices(context: Context, sites: pd.DataFrame) -> dict[str, dict]:
    """Backup, curtailed hours and renewable shares that the scenario states."""
    scenario = context.scenario
    shares = {
        (n, t): share
        for n, by_year in scenario.policies.renewable_share_min.items()
        for t, share in by_year.items()
        if n in context.countries
    }
    found: dict[str, dict] = {"renewable_frac": shares}
    if scenario.power is None:
        return found
    found["curtailed_frac"] = {
        n: rule.curtailed_h_per_year / HOURS_PER_YEAR for n, rule in scenario.power.flexible.items()
    }
    backup = scenario.power.backup
    found["backup_spare_count"] = {n: int(kind == "N+1") for n, kind in backup.items()}
    with_backup = sites.loc[sites["country"].isin(backup), "country"]
    for name in ("backup_unit_mw", "backup_musd_per_mw"):
        found[name] = context.by_country(name, with_backup).to_dict()
    return found
