"""Coefficients of places: when power can flow, what a hall costs, how the climate cools it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from models.physics.finance import capital_recovery_factor
from models.physics.power import conversion_loss_frac
from planner.climate import cooling_table
from planner.coefficients.context import Context, picked
from planner.coefficients.hazard import too_exposed
from planner.coefficients.supply import onsite_by_country, supply_values
from planner.coefficients.tariffs import site_tariffs
from planner.coefficients.water import water_values
from planner.errors import Problem, refuse

PERMIT = ["extra_lead_years", "max_mw", "pass_frac", "free_mw", "exempt_from_year"]
"""What the permit region says of a site."""

HIGHEST_OVERSIZE = 2.0
"""Hall MW per MW at the meter that a plan may want: racks capped to half their nameplate."""


def sites_left(context: Context) -> pd.DataFrame:
    """Sites the scenario's filters leave, as the region has them."""
    sites = context.table("sites")
    keep = sites["country"].isin(context.countries)
    return sites[keep & picked(sites["site_id"], context.scenario.filters.sites)]


def candidate_sites(context: Context) -> pd.DataFrame:
    """The same with the power each could take, by site_id."""
    sites = sites_left(context).merge(
        context.table("permit_regions")[["permit_region", *PERMIT]],
        on="permit_region",
        how="left",
        validate="many_to_one",
    )
    most = sites[["headroom_mw", "max_mw"]].min(axis=1).fillna(np.inf)
    return sites.assign(usable_mw=most).set_index("site_id", drop=False)


def interconnection(context: Context, sites: pd.DataFrame) -> pd.DataFrame:
    """Steps by site: MW within what the site may take, cost, lead, and the first year they work.

    A step needs those before it, so it is decided no later than they are; and power is of no use
    before a hall can stand. A step that begins without a permit and needs one above some MW is two.
    """
    steps = context.table("interconnection_steps")
    permit = ["extra_lead_years", "exempt_from_year", "free_mw"]
    of_a_site = sites[["site_id", "country", "voltage_kv", "usable_mw", *permit]]
    rows = of_a_site.merge(steps, on=["country", "voltage_kv"], how="inner")
    rows = rows.sort_values(["site_id", "step_index"], kind="stable")
    before = rows.groupby("site_id")["step_mw"].cumsum() - rows["step_mw"]
    rows["usable_step_mw"] = np.minimum(rows["step_mw"], rows["usable_mw"] - before)
    rows = permitted(rows, before, context.scenario.decision_year)
    lead = whole_years(rows["lead_years"] + rows["extra_lead_years"])
    rows["whole_lead_years"] = lead.groupby(rows["site_id"]).cummax()
    rows["first_year"] = _first_year(context, rows)
    rows = _curtailable(context, rows)
    last = context.scenario.periods[-1]
    return rows[(rows["usable_step_mw"] > 0) & (rows["first_year"] <= last)]


def permitted(rows: pd.DataFrame, before: pd.Series, decision_year: int) -> pd.DataFrame:
    """Steps with the years their permit takes: what lies below `free_mw` needs none.

    Nor does what can wait until the year from which the region is exempt, if that is sooner.
    """
    wait = (rows["exempt_from_year"].fillna(np.inf) - decision_year - rows["lead_years"]).clip(0.0)
    extra = np.minimum(rows["extra_lead_years"].fillna(0.0), wait)
    free = (rows["free_mw"].fillna(0.0) - before).clip(0.0)
    free = free.clip(upper=rows["usable_step_mw"].clip(0.0)).where(extra > 0, 0.0)
    gated = rows.assign(usable_step_mw=rows["usable_step_mw"] - free, extra_lead_years=extra)
    early = rows.assign(usable_step_mw=free, extra_lead_years=0.0)[free > 0]
    if early.empty:
        return gated
    both = pd.concat([early, gated[(free == 0) | (gated["usable_step_mw"] > 0)]])
    both = both.sort_values(["site_id", "step_index"], kind="stable", ignore_index=True)
    return both.assign(step_index=both.groupby("site_id").cumcount() + 1)


def whole_years(lead_years: pd.Series) -> pd.Series:
    """Calendar years that a lead takes up: a decision of year y is at work in y + these."""
    return np.ceil(lead_years - 1e-9).astype(int)


def _curtailable(context: Context, rows: pd.DataFrame) -> pd.DataFrame:
    """Steps with the year they are firm, and the shorter lead of those that may be curtailed.

    No step works before its least lead, a hall's lead, or its country's first year.
    """
    power = context.scenario.power
    rows["firm_year"] = rows["first_year"]
    for country, rule in power.flexible.items() if power is not None else ():
        here = rows["country"] == country
        lead = (rows["whole_lead_years"] - rule.years_earlier).clip(lower=rule.lead_years_min)
        shorter = here & (lead < rows["whole_lead_years"])
        rows.loc[shorter, "whole_lead_years"] = lead[shorter]
    rows["first_year"] = _first_year(context, rows)
    return rows


def _first_year(context: Context, rows: pd.DataFrame) -> pd.Series:
    """When a step can carry load: its lead and a hall's are over, its country has begun."""
    building = whole_years(context.by_country("hall_lead_years", rows["country"]))
    ready = context.scenario.decision_year + np.maximum(rows["whole_lead_years"], building)
    first = rows["country"].map(context.scenario.policies.first_year).fillna(0)
    return pd.Series(np.maximum(ready, first), rows.index).astype(int)


OF_A_SITE = ("site_id", "country", "climate_station", "seawater_flag", "parcel_m2", "powered_mw")
"""Columns of a site that its designs depend on."""


def site_designs(context: Context, sites: pd.DataFrame) -> pd.DataFrame:
    """Cooling designs by site with their climate response, space and cost; dominated ones left out.

    A design is left out at a site where another of the same hall size and the same class of racks
    draws no more power in the design hour or over the year, no more water, takes no more land and
    costs no more: any plan with the former stays feasible, and no worse in any objective, when its
    halls are exchanged for the latter.
    """
    designs = context.table("cooling_designs")
    designs = designs[picked(designs["design_id"], context.scenario.filters.cooling)]
    response = cooling_table(
        designs,
        context.table("climate_stations"),
        context.table("climate_bins"),
        context.table("sea_temperature"),
    )
    rows = sites[[*OF_A_SITE]].merge(
        response, left_on="climate_station", right_on="station_id", how="inner"
    )
    rows = rows.merge(designs, on="design_id", suffixes=("", "_design"))
    rows = rows[(rows["needs_sea_flag"] == 0) | (rows["seawater_flag"] == 1)]
    loss = rows["country"].map({n: _loss_frac(context, n) for n in context.countries})
    rows["facility_per_it_frac"] = 1 + rows["cool_peak_frac"] + loss
    rows["energy_per_it_frac"] = 1 + rows["cool_mean_frac"] + loss
    rows["cooling_class"] = rows["design_id"].map(cooling_classes(context, designs))
    rows = rows.dropna(subset=["cooling_class"])
    rows["hall_m2"] = rows["hall_mw"] * rows["hall_m2_per_mw"]
    for item in ("shell", "electrical"):
        rate = context.by_country(f"{item}_musd_per_mw", rows["country"])
        rows[f"{item}_musd_per_hall"] = rate * rows["hall_mw"]
    rows["cooling_musd_per_hall"] = rows["cooling_musd_per_mw"] * rows["hall_mw"]
    rows = rows.assign(halls_max_count=_most_halls(context, rows))
    rows = rows[rows["halls_max_count"] >= 1]
    return _undominated(rows).sort_values(["site_id", "design_id"], kind="stable")


def _loss_frac(context: Context, country: str) -> float:
    names = ("transformer", "ups", "distribution")
    chain = [context.parameter(f"{name}_efficiency_frac", country) for name in names]
    return float(conversion_loss_frac(*chain)) + context.parameter("auxiliary_frac", country)


def cooling_classes(context: Context, designs: pd.DataFrame) -> dict[str, str]:
    """Design to class; designs that can host the same rack systems share one."""
    systems = context.table("systems")
    systems = systems[picked(systems["system_id"], context.scenario.filters.systems)]
    classes: dict[str, str] = {}
    names: dict[frozenset, str] = {}
    for row, able in hosted(systems, designs):
        if not able:
            continue
        key = frozenset(able)
        names.setdefault(key, f"{row.serves}-{row.rack_kw_max:g}kw")
        classes[str(row.design_id)] = names[key]
    return classes


def hosted(systems: pd.DataFrame, designs: pd.DataFrame) -> Iterator[tuple[Any, list[str]]]:
    """Each cooling design, a row, with the rack systems that it can host."""
    ids, cooled, rack_kw = (systems[c].to_numpy() for c in ("system_id", "cooling", "rack_kw"))
    for row in designs.itertuples():
        yield row, ids[(cooled == row.serves) & (rack_kw <= row.rack_kw_max)].tolist()


def _most_halls(context: Context, rows: pd.DataFrame) -> pd.Series:
    setback = context.by_country("setback_frac", rows["country"])
    substation = context.by_country("substation_m2", rows["country"])
    buildable = rows["parcel_m2"] * (1 - setback) - substation
    by_land = np.floor(buildable.fillna(np.inf) / rows["hall_m2"])
    by_power = np.ceil(HIGHEST_OVERSIZE * rows["powered_mw"] / rows["hall_mw"])
    return pd.Series(np.minimum(by_land, by_power), rows.index)


def _undominated(rows: pd.DataFrame) -> pd.DataFrame:
    worth = [
        "facility_per_it_frac",
        "energy_per_it_frac",
        "wue_peak_l_per_kwh",
        "wue_mean_l_per_kwh",
        "hall_m2",
        "cooling_musd_per_hall",
    ]
    rows = rows.sort_values(["site_id", "cooling_class", "hall_mw", *worth], kind="stable")
    kept = np.ones(len(rows), dtype=bool)
    values = rows[worth].to_numpy()
    group = rows.groupby(["site_id", "cooling_class", "hall_mw"], sort=False).ngroup().to_numpy()
    # sorted, so a later row never dominates an earlier one unless they are equal
    for back in range(1, int(np.bincount(group).max(initial=1))):
        beaten = (values[:-back] <= values[back:]).all(axis=1)
        kept[back:] &= ~(beaten & (group[:-back] == group[back:]))
    return rows[kept]


class Places(NamedTuple):
    """Sites that power reaches in time, their steps and designs, and the first year of each."""

    sites: pd.DataFrame
    steps: pd.DataFrame
    designs: pd.DataFrame
    first: pd.Series


def places(context: Context) -> Places:
    """What can stand where, and from when; what it costs to run has no say in it."""
    sites = candidate_sites(context)
    sites = sites[too_exposed(context.scenario, sites) == ""]
    steps = interconnection(context, sites)
    connectable = steps.groupby("site_id")["usable_step_mw"].sum()
    sites = sites[sites.index.isin(connectable.index)]
    onsite = onsite_by_country(context)
    own_mw = sites["country"].map(onsite["firm_mw"]).fillna(0.0)
    grid_mw = connectable.reindex(sites.index)
    sites = sites.assign(connectable_mw=grid_mw, powered_mw=grid_mw + own_mw)
    designs = site_designs(context, sites)
    sites = sites[sites.index.isin(designs["site_id"])]
    steps = steps[steps["site_id"].isin(sites.index)]
    _refuse_impossible(context, sites)
    first = steps.groupby("site_id")["first_year"].min()
    own = sites["country"].map(onsite["first_year"]).reindex(first.index)
    return Places(sites, steps, designs, first.where(~(own < first), own).astype(int))


def where_values(
    context: Context, there: Places
) -> tuple[dict[str, tuple], dict[str, dict], dict[str, Any]]:
    """Sets, coefficients and tables of the *where* side."""
    sites, steps, designs, first = there
    forced = set(_forced(context))
    periods = context.scenario.periods
    begins = first.to_dict()
    available = {s: [t for t in periods if t >= begins[s]] for s in sites.index}
    pairs = list(zip(designs["site_id"].tolist(), designs["design_id"].tolist(), strict=True))
    sets = {
        "SITE": tuple(sites.index),
        "SITE_PERIOD": tuple((s, t) for s in sites.index for t in available[s]),
        "SITE_DESIGN": tuple(pairs),
        "HALL": tuple((s, d, t) for s, d in pairs for t in available[s]),
        "STEP_PERIOD": _step_periods(steps, periods),
        "FORCED_SITE": tuple(s for s in sites.index if s in forced),
    }
    water_sets, water = water_values(context, sites)
    tariffs = site_tariffs(context, sites)
    supply, of_supply = supply_values(context, sites, tariffs, first)
    sets.update(water_sets, SUPPLY=supply)
    values = {
        **_site_values(context, sites, tariffs),
        **water,
        **_step_values(context, steps),
        **of_supply,
        **_design_values(designs, pairs),
        "first_year": begins,
    }
    return sets, values, {"sites": sites, "steps": steps, "designs": designs}


def _step_periods(steps: pd.DataFrame, periods: Sequence[int]) -> tuple[tuple, ...]:
    """Site, step and each period in which the step can carry load."""
    rows = zip(
        steps["site_id"].tolist(),
        steps["step_index"].astype(int).tolist(),
        steps["first_year"].tolist(),
        strict=True,
    )
    return tuple((s, step, t) for s, step, year in rows for t in periods if t >= year)


def _forced(context: Context) -> list[str]:
    pick = context.scenario.filters.sites.model_copy(
        update={"include": context.scenario.filters.sites.force, "exclude": []}
    )
    names = context.table("sites")["site_id"]
    return list(names[picked(names, pick)])


def _refuse_impossible(context: Context, sites: pd.DataFrame) -> None:
    """A forced site that no power can reach within the plan is a contradiction in the input."""
    lost = [s for s in _forced(context) if s not in sites.index]
    refuse(
        [
            Problem(
                file=context.scenario.name,
                place="filters.sites.force",
                value=s,
                message="is forced but filtered out, above a ceiling of hazard, or cannot be "
                f"energised, cooled or built on by {context.scenario.periods[-1]}",
                allowed="a site that the filters leave and that power reaches in time",
                nearest="",
            )
            for s in lost
        ]
    )


def _site_values(context: Context, sites: pd.DataFrame, tariffs: pd.DataFrame) -> dict[str, dict]:
    country = sites["country"]
    rate = country.map({n: context.discount_frac(n) for n in context.countries})
    fx = country.map({n: context.local_per_usd(n) for n in context.countries})
    setback = context.by_country("setback_frac", country)

    def crf(life: str) -> pd.Series:
        return pd.Series(
            capital_recovery_factor(rate.to_numpy(), context.by_country(life, country).to_numpy()),
            sites.index,
        )

    buildable = (sites["parcel_m2"] * (1 - setback)).dropna()
    series = {
        "country": country,
        "zone": sites["zone_id"],
        "labour_region": sites["labour_region"],
        "site_musd": context.by_country("site_musd", country),
        "hall_lead_years": whole_years(context.by_country("hall_lead_years", country)),
        "discount_frac": rate,
        "facility_crf_per_year": crf("facility_life_years"),
        "interconnection_crf_per_year": crf("interconnection_life_years"),
        "maintenance_facility_frac": context.by_country("maintenance_facility_frac", country),
        "substation_m2": context.by_country("substation_m2", country),
        "buildable_m2": buildable,
        "land_musd_per_m2": sites["land_local_per_m2"] / fx / (1 - setback) / 1e6,
        "staff_fixed_count": context.by_country("staff_fixed_count", country),
        "staff_per_mw_count": context.by_country("staff_per_mw_count", country),
        "staff_usd_per_year": context.by_country("staff_local_per_year", country) / fx,
        "construction_staff_per_mw": context.by_country("construction_staff_per_mw_years", country),
        "energy_usd_per_mwh": tariffs["energy_local_per_kwh"] * 1000 / fx,
        "demand_usd_per_kw_year": tariffs["demand_local_per_kw_month"] * 12 / fx,
        "emission_gco2_per_kwh": tariffs["gco2_per_kwh"],
    }
    values: dict[str, dict] = {name: column.to_dict() for name, column in series.items()}
    values["zone_headroom_mw"] = context.zone_headroom_mw()
    labour = context.table("labour_regions").set_index("labour_region")["staff_count"]
    values["staff_supply_count"] = labour.dropna().to_dict()
    return values


def _step_values(context: Context, steps: pd.DataFrame) -> dict[str, dict]:
    number = steps["step_index"].astype(int).tolist()
    index = list(zip(steps["site_id"].tolist(), number, strict=True))
    # a step cut short by the site's headroom costs its share of the full step
    share = steps["usable_step_mw"] / steps["step_mw"]
    power = context.scenario.power
    may_wait = steps["country"].isin(power.flexible if power is not None else {}).tolist()
    firm = zip(index, steps["firm_year"].tolist(), may_wait, strict=True)
    return {
        "firm_year": {i: year for i, year, early in firm if early},
        "step_mw": dict(zip(index, steps["usable_step_mw"].tolist(), strict=True)),
        "step_musd": dict(zip(index, (steps["step_musd"] * share).tolist(), strict=True)),
        "step_lead_years": dict(zip(index, steps["whole_lead_years"].tolist(), strict=True)),
    }


def _design_values(designs: pd.DataFrame, pairs: list[tuple]) -> dict[str, dict]:
    names = [
        "hall_mw",
        "hall_m2",
        "halls_max_count",
        "facility_per_it_frac",
        "energy_per_it_frac",
        "wue_peak_l_per_kwh",
        "wue_mean_l_per_kwh",
        "shell_musd_per_hall",
        "electrical_musd_per_hall",
        "cooling_musd_per_hall",
    ]
    numbers = {name: designs[name].astype(float).tolist() for name in names}
    values = {name: dict(zip(pairs, each, strict=True)) for name, each in numbers.items()}
    by_design = designs.drop_duplicates("design_id").set_index("design_id")["cooling_class"]
    return {**values, "cooling_class": by_design.to_dict()}
