"""Rules of the model in the words of the scenario: which key asks for it, in which unit.

A row of the model is named `rule[index]`. `FAMILIES` says, for each rule a person can change, where
its number stands: a key of the scenario (a choice), or a table of the region (a fact). What power
can reach is no rule: its megawatts are stated beside the conflict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.case import Case

AT_LEAST, AT_MOST, EXACTLY = "at least", "at most", "exactly"


class Family(NamedTuple):
    """How the rows of one constraint are named and where their number is.

    `parts` names the parts of a row's index; rows that agree in the parts `key` are one rule.
    `value` is the coefficient of the case that holds the number, by the parts `at`.
    `own` marks rules of single sites.
    """

    parts: str
    key: str
    path: str
    value: str
    at: str
    sense: str
    unit: str = ""
    factor: float = 1.0
    choice: bool = True
    own: bool = False


FAMILIES = {
    "facility_floor": Family(
        "n t", "n t", "{scale}.facility_mw_min.{t}", "facility_mw_min", "n t", AT_LEAST, "MW"
    ),
    "facility_ceiling": Family(
        "n t", "n t", "{scale}.facility_mw_max.{t}", "facility_mw_max", "n t", AT_MOST, "MW"
    ),
    "token_floor": Family(
        "n t", "n t", "{scale}.tokens_per_s_min.{t}", "mtokens_per_s_min", "n t", AT_LEAST,
        "tokens/s", 1e6,
    ),
    "demand_floor": Family(
        "i w n k t", "i", "demand.floors[{i}].tokens_per_s", "floor_mtokens_per_s", "i", AT_LEAST,
        "tokens/s", 1e6,
    ),
    "demand_ceiling": Family(
        "i w n k t", "i", "demand.ceilings[{i}].tokens_per_s", "ceiling_mtokens_per_s", "i",
        AT_MOST, "tokens/s", 1e6,
    ),
    "demand_required": Family(
        "i w n k t", "i", "demand.required[{i}].tokens_per_s", "required_mtokens_per_s", "i t",
        AT_LEAST, "tokens/s", 1e6,
    ),
    "training_flop": Family(
        "j", "j", "training[{j}].flop", "training_zettaflop", "j", AT_LEAST, "FLOP", 1e21
    ),
    "training_chips": Family(
        "g j k t", "j", "training[{j}].chips_count_min", "training_chips_count", "j", AT_LEAST,
        "chips at one site",
    ),
    "training_hall": Family(
        "s j", "j", "training[{j}]: a gang in the halls of one site", "training_hall_mw", "j",
        AT_LEAST, "MW",
    ),
    "training_host": Family("j", "j", "training: {j}", "", "", EXACTLY),
    "share_of_country": Family(
        "n t", "n", "demand.country_share.{n}", "country_share_frac", "n", EXACTLY, "share"
    ),
    "in_country_share": Family(
        "n t", "n", "policies.in_country_share.{n}", "in_country_frac", "n", AT_LEAST, "share"
    ),
    "in_country_share_of": Family(
        "n q t", "n q", "policies.in_country_share_of.{n}.{q}", "in_country_of_frac", "n q",
        AT_LEAST, "share",
    ),
    "cross_border": Family(
        "n o q t", "n o q", "policies.cross_border_share.{n}.{o}.{q}", "cross_border_frac",
        "n o q", AT_MOST, "share",
    ),
    "domestic_accelerators": Family(
        "n b t", "n b", "policies.domestic_accelerator_share.{n}.share", "domestic_frac", "n b",
        AT_LEAST, "share of {b}",
    ),
    "domestic_accelerators_by_year": Family(
        "n b t", "n b t", "policies.domestic_accelerator_share.{n}.by_year.{t}",
        "domestic_by_year_frac", "n b t", AT_LEAST, "share of {b}",
    ),
    "vendor_share": Family(
        "f b t", "b", "policies.vendor_share_max.share", "vendor_frac", "f b", AT_MOST,
        "share of {b}",
    ),
    "country_floor": Family(
        "n t", "n", "policies.country_share.{n}.min", "country_min_frac", "n", AT_LEAST,
        "share of MW",
    ),
    "country_ceiling": Family(
        "n t", "n", "policies.country_share.{n}.max", "country_max_frac", "n", AT_MOST,
        "share of MW",
    ),
    "survivors_it_load": Family(
        "s t", "n", "policies.outage.{n}.share", "outage_frac", "n", AT_LEAST, "share of peak"
    ),
    "permit_gate": Family(
        "s t", "", "policies.permit_pass_min", "", "", EXACTLY, own=True
    ),
    "licence_loss": Family(
        "n m w t", "n", "policies.licence_loss.{n}.share", "licence_loss_frac", "n", AT_LEAST,
        "share of peak",
    ),
    "late_delivery": Family(
        "n x w t", "n", "policies.late_delivery.{n}.share", "late_delivery_frac", "n", AT_LEAST,
        "share of peak",
    ),
    "operator_share": Family(
        "o t", "o", "operators.{o}.share_max", "operator_share_max", "o", AT_MOST,
        "share of IT MW",
    ),
    "foreign_operated": Family(
        "n t", "n", "policies.foreign_operated_max.{n}", "foreign_operated_max_frac", "n",
        AT_MOST, "share of IT MW",
    ),
    "tier_operator": Family(
        "g n q t", "n q", "policies.tiers.{n}.{q}, operators", "", "", EXACTLY
    ),
    "barred_systems": Family(
        "n q t", "n q", "policies.tiers.{n}.{q}.systems_exclude", "", "", EXACTLY
    ),
    "dedicated_halls": Family(
        "g n q c t", "n q", "policies.tiers.{n}.{q}.dedicated_halls", "", "", EXACTLY
    ),
    "import_tpp": Family(
        "n m t", "n m t", "policies.import_tpp_max.{n}.{m}.{t}", "import_tpp_mega_max", "n m t",
        AT_MOST, "TPP", 1e6,
    ),
    "hbm_origin": Family(
        "n t", "n", "policies.hbm_origin_share_min.{n}", "hbm_origin_frac", "n", AT_LEAST,
        "share of HBM",
    ),
    "carbon_ceiling": Family(
        "t", "t", "policies.carbon_t_per_year_max.{t}", "carbon_kt_max", "t", AT_MOST, "t CO2",
        1e3,
    ),
    "renewable_floor": Family(
        "n t", "n t", "policies.renewable_share_min.{n}.{t}", "renewable_frac", "n t", AT_LEAST,
        "share of energy",
    ),
    "supply_limit": Family(
        "e p t", "e p", "supply_limits[{e}/{p}].most_mw", "supply_limit_mw", "e p", AT_MOST, "MW",
        choice=False,
    ),
    "pue_ceiling": Family(
        "s t", "n", "policies.pue_max.{n}", "pue_max", "s", AT_MOST, "PUE", own=True
    ),
    "capex_ceiling": Family(
        "t", "t", "budget.capex_musd.{t}", "capex_musd_max", "t", AT_MOST, "M$"
    ),
    "capex_total": Family(
        "a", "", "budget.capex_musd_total", "capex_total_musd_max", "a", AT_MOST, "M$"
    ),
    "capex_by_country": Family(
        "n", "n", "budget.capex_musd_by_country.{n}", "capex_country_musd_max", "n", AT_MOST, "M$"
    ),
    "subsidy_cap": Family(
        "p", "p", "subsidies[{p}].cap_local", "subsidy_cap_musd", "p", AT_MOST, "M$", choice=False
    ),
    "fund_size": Family(
        "n f", "n f", "budget.funds.{n}, musd of {f}", "fund_musd_max", "n f", AT_MOST, "M$"
    ),
    "fund_share": Family(
        "n f", "n f", "budget.funds.{n}, share_max of {f}", "fund_share_max", "n f", AT_MOST,
        "share of capex",
    ),
    "fund_group_ceiling": Family(
        "n f", "n f", "budget.fund_shares.{n}, max of {f}", "fund_group_max", "n f", AT_MOST,
        "share",
    ),
    "fund_group_floor": Family(
        "n f", "n f", "budget.fund_shares.{n}, min of {f}", "fund_group_min", "n f", AT_LEAST,
        "share",
    ),
    "opex_ceiling": Family(
        "t", "t", "budget.opex_musd_per_year.{t}", "opex_musd_max", "t", AT_MOST, "M$ a year"
    ),
    "cost_ceiling": Family(
        "t", "", "budget.cost_usd_per_mtoken_max", "cost_usd_per_mtoken_max", "all", AT_MOST,
        "$ per million tokens",
    ),
    "objective_floor": Family(
        "o", "o", "objective.no_worse_than.{o}", "objective_limit", "o", AT_LEAST
    ),
    "objective_ceiling": Family(
        "o", "o", "objective.no_worse_than.{o}", "objective_limit", "o", AT_MOST
    ),
    "forced_open": Family("s", "s", "filters.sites.force: {s}", "", "", EXACTLY),
    "forced_load": Family(
        "s", "s", "filters.sites.force: {s}", "forced_it_mw", "s", AT_LEAST, "MW of IT load"
    ),
    "rack_supply": Family(
        "n k t", "n", "table system_supply, racks of {n}", "racks_supply_count", "n k t", AT_MOST,
        "racks", choice=False,
    ),
    "hbm_supply": Family(
        "h v t", "h", "table hbm_supply, {h}", "hbm_supply_tb", "h v t", AT_MOST, "TB",
        choice=False,
    ),
    "hazard_share": Family(
        "z t", "z", "policies.hazard, share of {z}", "hazard_share_max", "z", AT_MOST,
        "share of MW",
    ),
    "zone_headroom": Family(
        "z t", "z", "zones[{z}].headroom_mw", "zone_headroom_mw", "z", AT_MOST, "MW", choice=False
    ),
    "grid_limit": Family(
        "c t", "c", "network, {c}", "grid_most_mw", "c t", AT_MOST, "MW", choice=False
    ),
    "staff_supply": Family(
        "r t", "r", "labour_regions[{r}].staff_count", "staff_supply_count", "r", AT_MOST,
        "people", choice=False,
    ),
    "builders": Family(
        "r t", "r", "people.builders_max.{r}", "builders_max_count", "r", AT_MOST, "workers"
    ),
    "water_day_limit": Family(
        "s r t", "", "sites[*].water_limit_m3_per_day", "water_limit_m3_per_day", "s r", AT_MOST,
        "m3 a day", choice=False, own=True,
    ),
    "water_year_limit": Family(
        "s r t", "", "sites[*].water_limit_m3_per_year", "water_limit_m3_per_year", "s r", AT_MOST,
        "m3 a year", choice=False, own=True,
    ),
    "parcel": Family(
        "s t", "", "sites[*].parcel_m2", "buildable_m2", "s", AT_MOST, "m2", choice=False, own=True
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A row's rule: its family, the key it shares with other rows, and where its numbers stand.

    `where` and `period` are those of the row alone.
    """

    family: str
    key: tuple[str, ...]
    path: str
    about: str
    unit: str
    at: tuple[tuple[str, Any], ...]
    where: str
    period: int | None


def place(row_name: str, case: Case) -> Place | None:
    """Where a row of the model stands in the scenario; None for rows of logic and physics."""
    name, _, inside = row_name.partition("[")
    family = FAMILIES.get(name)
    if family is None:
        return None
    parts = dict(zip(family.parts.split(), inside.removesuffix("]").split(","), strict=True))
    here = ", ".join(v for part, v in parts.items() if part not in ("t", "i") and v) or "all"
    period = int(parts["t"]) if "t" in parts else None
    if "s" in parts:
        parts["n"] = case["country"][parts["s"]]
    parts["all"] = "all"
    parts["scale"] = (
        "scale" if parts.get("n") == "all" else f"scale_by_country.{parts.get('n', '')}"
    )
    words = {k: v for k, v in parts.items() if k in ("w", "n", "k") and v not in ("", "all")}
    about = " ".join(words.values()) if name.startswith("demand_") else ""
    where = [_value(part, parts[part]) for part in family.at.split()]
    at: list[tuple[str, Any]] = []
    if family.value:
        at = [(family.value, where[0] if len(where) == 1 else tuple(where))]
    return Place(
        name,
        tuple(parts[part] for part in family.key.split()),
        family.path.format_map(parts),
        about,
        family.unit.format_map(parts),
        tuple(at),
        here,
        period,
    )


def _value(part: str, text: str) -> Any:
    return int(text) if part in ("t", "i") else text


def number(value: float) -> str:
    """A number as a person writes it: four digits, thousands apart."""
    if value == 0:
        return "0"
    if abs(value) >= 1e9 or abs(value) < 1e-3:
        return f"{value:.4g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def sentence(path: str, sense: str, asked: float | None, unit: str, about: str = "") -> str:
    """`scale.facility_mw_min.2027: at least 500 MW`."""
    named = f"{path} ({about})" if about else path
    if asked is None:
        return named
    return f"{named}: {sense} {number(asked)} {unit}".rstrip()


def rules_by_key(names: Mapping[str, int], case: Case) -> dict[tuple, list[tuple[int, Place]]]:
    """Rows of the model by rule: family and key."""
    found: dict[tuple, list[tuple[int, Place]]] = {}
    for name, row in names.items():
        at = place(name, case)
        if at is not None:
            found.setdefault((at.family, at.key), []).append((row, at))
    return found
