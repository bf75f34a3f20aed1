"""Coefficients of law and policy that need facts: operators, tiers, imports, rescues, PUE."""

from collections.abc import Iterable, Mapping

import pandas as pd

from planner.coefficients.context import Context, picked
from planner.scenario.filters import Pick

PRECISIONS = {"bf16_tflops": 16, "fp8_tflops": 8, "fp4_tflops": 4}
"""Columns of a chip's dense peak, and the bits of the format."""


def law_values(context: Context) -> dict[str, dict]:
    """What law and policy ask, by the name the blocks read."""
    return {
        **_homes(context),
        **_domestic(context),
        **_operators(context),
        **_tiers(context),
        **_imports(context),
        **_rescues(context),
        **_pue(context),
        **_permits(context),
    }


def _here(context: Context, stated: Mapping[str, object]) -> list[str]:
    return [n for n in stated if n in context.countries]


def _of_class(context: Context, classes: Iterable[str]) -> list[str]:
    of_class = context.workloads["sovereignty_class"]
    return [str(w) for w in of_class[of_class.isin(list(classes))].index]


def _homes(context: Context) -> dict[str, dict]:
    stated = context.scenario.policies.in_country_share_of
    parts = {(n, name): share for n in _here(context, stated) for name, share in stated[n].items()}
    return {
        "in_country_of_frac": parts,
        "in_country_members": {
            (n, name): [name] if name in context.workloads.index else _of_class(context, [name])
            for n, name in parts
        },
    }


def _domestic(context: Context) -> dict[str, dict]:
    stated = context.scenario.policies.domestic_accelerator_share
    rules = [(n, stated[n]) for n in _here(context, stated)]
    return {
        "domestic_frac": {(n, r.basis): r.share for n, r in rules if r.share is not None},
        "domestic_by_year_frac": {
            (n, r.basis, t): share for n, r in rules for t, share in r.by_year.items()
        },
    }


def _operators(context: Context) -> dict[str, dict]:
    stated = context.scenario.operators
    foreign = {
        (o, n): operator.foreign_equity_frac if operator.home_country == n else 1.0
        for o, operator in stated.items()
        for n in context.countries
    }
    ceilings = context.scenario.policies.foreign_operated_max
    return {
        "operator_home": {o: operator.home_country for o, operator in stated.items()},
        "operator_foreign_frac": foreign,
        "operator_domestic": {at: 1 for at, share in foreign.items() if share <= 0.5},
        "operator_share_max": {o: r.share_max for o, r in stated.items() if r.share_max < 1},
        "foreign_operated_max_frac": {n: ceilings[n] for n in _here(context, ceilings)},
    }


def _tiers(context: Context) -> dict[str, dict]:
    stated = context.scenario.policies.tiers
    tiers = {(n, q): tier for n in _here(context, stated) for q, tier in stated[n].items()}
    domestic = _operators(context)["operator_domestic"]
    systems = context.table("systems")["system_id"]

    def eligible(n: str, certification: str | None, control: bool) -> list[str]:
        return [
            o
            for o, operator in context.scenario.operators.items()
            if (certification is None or certification in operator.certifications)
            and (not control or (o, n) in domestic)
        ]

    return {
        "tier_operators": {
            (n, q): eligible(n, tier.certification, tier.domestic_control)
            for (n, q), tier in tiers.items()
            if tier.certification is not None or tier.domestic_control
        },
        "dedicated": {at: 1 for at, tier in tiers.items() if tier.dedicated_halls},
        "barred_systems": {
            at: list(systems[picked(systems, Pick(include=tier.systems_exclude))])
            for at, tier in tiers.items()
            if tier.systems_exclude
        },
    }


def tpp(systems: pd.DataFrame) -> pd.Series:
    """Total processing performance of a chip: the most of TFLOP/s times bits, dense.

    Source: 15 CFR part 774, supplement 1, ECCN 3A090, technical note: TPP is 2 x MacTOPS x bit
    length of the operation, and an operation of a multiply-accumulate counts as two.
    """
    each = [systems[name].fillna(0.0) * bits for name, bits in PRECISIONS.items()]
    return pd.concat(each, axis=1).max(axis=1)


def _imports(context: Context) -> dict[str, dict]:
    policies = context.scenario.policies
    systems = context.table("systems").set_index("system_id")
    makers = context.table("hbm_vendors")
    return {
        "tpp_mega": (tpp(systems) * systems["chips_count"] / 1e6).to_dict(),
        "import_tpp_mega_max": {
            (n, maker, t): most / 1e6
            for n in _here(context, policies.import_tpp_max)
            for maker, by_year in policies.import_tpp_max[n].items()
            for t, most in by_year.items()
        },
        "hbm_origin_frac": dict(policies.hbm_origin_share_min),
        "hbm_vendor_country": dict(zip(makers["hbm_vendor"], makers["country"], strict=True)),
    }


def _rescues(context: Context) -> dict[str, dict]:
    policies = context.scenario.policies
    licence, late = policies.licence_loss, policies.late_delivery
    systems = context.table("systems")
    systems = systems[picked(systems["system_id"], context.scenario.filters.systems)]
    return {
        "licence_loss_frac": {n: licence[n].share for n in _here(context, licence)},
        "licence_maker": {n: licence[n].maker for n in _here(context, licence)},
        "licence_from_year": {
            n: licence[n].from_year for n in _here(context, licence) if licence[n].from_year
        },
        "licence_loss_workload": {
            (n, w): 1
            for n in _here(context, licence)
            for w in _of_class(context, licence[n].classes)
        },
        "late_delivery_frac": {n: late[n].share for n in _here(context, late)},
        "late_generations": {n: late[n].generations for n in _here(context, late)},
        "late_delivery_workload": {
            (n, w): 1 for n in _here(context, late) for w in _of_class(context, late[n].classes)
        },
        "generation": {
            str(row.system_id): f"{row.vendor} {row.hbm_generation}" for row in systems.itertuples()
        },
    }


def _pue(context: Context) -> dict[str, dict]:
    policies, sites = context.scenario.policies, context.table("sites")
    country = dict(zip(sites["site_id"], sites["country"], strict=True))
    before: dict[str, int] = {}
    for n, scope in policies.pue_scope.items():
        earlier = [t for t in context.scenario.periods if t < (scope.opened_from or 0)]
        before.update({n: earlier[-1]} if earlier else {})
    above = {n: r.above_mwh_per_year for n, r in policies.pue_scope.items() if r.above_mwh_per_year}

    def by_site(values: Mapping[str, float]) -> dict[str, float]:
        return {s: values[n] for s, n in country.items() if n in values}

    return {
        "pue_max": by_site(policies.pue_max),
        "pue_opened_before": by_site(before),
        "pue_above_mwh_per_year": by_site(above),
    }


def _permits(context: Context) -> dict[str, dict]:
    least = context.scenario.policies.permit_pass_min
    if least is None:
        return {"permit_free_mw": {}}
    regions = context.table("permit_regions").set_index("permit_region")
    unlikely = regions.loc[regions["pass_frac"] < least, "free_mw"]
    sites = context.table("sites").set_index("site_id")["permit_region"]
    return {"permit_free_mw": sites[sites.isin(unlikely.index)].map(unlikely).to_dict()}
