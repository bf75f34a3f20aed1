"""The dictionary of the result files: every column a plan writes, with its unit and meaning."""

from functools import cache

import pandas as pd

from models.build import BLOCKS
from models.columns import UNITS, Column, unit_of
from planner import catalogue
from planner.provenance import RESULT as INPUTS

WORDS = {
    "site_id": "the site",
    "country": "ISO 3166-1 code",
    "source_id": "grid, a row of supply_options, or backup",
    "period": "planning period, by its first year",
    "system_id": "rack system",
    "cooling_class": "cooling designs that can host the same rack systems",
    "design_id": "cooling design",
    "state_id": "power state; `idle` where racks stand without work, `training` where they train",
    "workload_id": "workload, or training job; blank for idle racks",
    "market_id": "market served",
    "decide_by_year": "last year to decide what is new in the row: the period less its lead "
    "(racks: delivery; halls: building; power: connection and permit); blank: nothing is new",
    "decide": "now: by the decision year; later: it can wait",
    "sovereignty_class": "class of the data: open, private, public or restricted",
    "hour_block": "block of the day",
    "hours_h": "length of the block",
}
"""Columns that mean the same in every result file."""

KINDS = {"period": "number", "decide_by_year": "whole", "hours_h": "number"}

ORDER = {
    "sites": "rank site_id name country admin1 admin1_name zone_id lat_deg lon_deg chosen "
    "first_period facility_mw it_mw racks_count tokens_per_s tokens_per_s_per_mw "
    "potential_tokens_per_s_per_mw cost_usd_per_mtoken capex_musd pue wue_l_per_kwh headroom_mw "
    "earliest_period water_m3_per_day land_m2 staff_count loss_if_excluded_tokens_per_s_per_mw "
    "loss_if_forced_tokens_per_s_per_mw loss_basis binding recalled_inputs_count",
    "fleet": "site_id period system_id cooling_class design_id state_id workload_id racks_count "
    "racks_at_work_count tokens_per_s peak_tokens_per_s it_kw",
    "hours": "site_id period hour_block hours_h system_id cooling_class state_id workload_id "
    "racks_at_work_count tokens_per_s peak_tokens_per_s it_kw",
    "training": "job site_id system_id racks_at_work_count chips_at_work_count it_kw first_period "
    "last_period required_chips_count required_flop made_flop",
    "installs": "site_id period system_id cooling_class racks_new_count racks_count capex_musd "
    "decide_by_year decide",
    "halls": "site_id period design_id cooling_class halls_new_count halls_count hall_mw it_mw "
    "it_mean_mw curtailed_it_mw land_m2 decide_by_year decide",
    "power": "site_id country period steps_count connected_new_mw connected_mw facility_mw "
    "mean_facility_mw energy_mwh_per_year energy_usd_per_mwh emission_gco2_per_kwh "
    "carbon_t_per_year decide_by_year decide",
    "supply": "site_id period source_id capacity_mw carried_mw energy_mwh_per_year gco2_per_kwh "
    "cost_musd_per_year carbon_t_per_year",
    "water": "site_id water_source period water_m3_per_day water_m3_per_year "
    "water_limit_m3_per_day water_limit_m3_per_year water_usd_per_m3",
    "flows": "site_id workload_id market_id period tokens_per_s rtt_ms",
    "hour_flows": "site_id workload_id market_id period hour_block hours_h tokens_per_s",
    "demand": "workload_id country market_id period required_tokens_per_s tokens_per_s "
    "unserved_tokens_per_s unserved_usd_per_mtoken unserved_musd_per_year",
    "budget": "country site_id period kind item amount_musd",
    "grants": "programme_id country item period eligible_musd share_max_frac granted_musd",
    "funds": "country fund item period drawn_musd rate_frac",
    "operators": "site_id period operator home_country it_mw",
    "tier_halls": "site_id period design_id cooling_class sovereignty_class halls_count hall_mw",
    "policies": "rule where period sense required achieved slack unit binding_flag shadow_price",
    "rule_costs": "rule about sense required unit cost_tokens_per_s_per_mw basis",
    "serving": "system_id state_id workload_id tokens_per_s it_kw layout batch_count ttft_ms "
    "tpot_ms hbm_used_gb chip_w precision extrapolated_flag",
    "inputs": " ".join(column.name for column in INPUTS),
    "columns": "table column kind unit meaning",
}
"""Result files and their columns, in the order written."""

WHEN_STATED = ("grants", "funds", "operators", "tier_halls", "rule_costs", "supply")
"""Files written only where the scenario asks for what they hold."""

OWN = (
    Column("sites", "rank", "1 is the best site", "whole"),
    Column("sites", "zone_id", "grid zone", "text"),
    Column("sites", "facility_mw", "load at the meter in the design hour, last period"),
    Column("sites", "potential_tokens_per_s_per_mw",
           "delivered tokens/s per MW if its country's mix were served here in the last period, by "
           "the design and racks that draw least"),
    Column("sites", "pue", "facility energy over IT energy of a year; of the best design where "
           "the site is not chosen"),
    Column("sites", "wue_l_per_kwh", "litres per kWh of IT energy over a year; of the best design "
           "where the site is not chosen"),
    Column("sites", "land_m2", "built area of halls and substation, last period"),
    Column("sites", "headroom_mw", "grid capacity still to be energised by the last period"),
    Column("sites", "earliest_period", "first period in which power can flow; blank: none"),
    Column("sites", "loss_if_excluded_tokens_per_s_per_mw",
           "what the objective loses if a chosen site is ruled out"),
    Column("sites", "loss_if_forced_tokens_per_s_per_mw",
           "what the objective loses if another site must be used"),
    Column("sites", "loss_basis", "bound: the loss is at least this; exact: solved again", "text"),
    Column("sites", "binding", "limits the site is at, or why it cannot be used", "text"),
    Column("sites", "recalled_inputs_count",
           "numbers of the site's own row that nobody has seen in a source", "whole"),
    Column("fleet", "racks_count", "racks standing, whole, shared out over what they do", "whole"),
    Column("fleet", "tokens_per_s", "mean delivered output tokens"),
    Column("fleet", "peak_tokens_per_s", "output tokens the racks at work can make"),
    Column("fleet", "it_kw", "IT load of the racks at work in the peak hour; mean of the day where "
           "demand has a daily shape"),
    Column("hours", "racks_at_work_count", "racks at work in the block"),
    Column("hours", "tokens_per_s", "output tokens delivered in the block"),
    Column("hours", "peak_tokens_per_s", "output tokens the racks at work can make"),
    Column("hours", "it_kw", "IT load of the racks at work"),
    Column("training", "job", "training job, by its name in the scenario", "text"),
    Column("training", "chips_at_work_count", "chips at work on the job, in the period with most"),
    Column("training", "it_kw", "IT load of the job, in the period with most"),
    Column("training", "first_period", "first period in which the job runs"),
    Column("training", "last_period", "last period in which the job runs"),
    Column("training", "required_chips_count", "chips the job needs at least whenever it runs"),
    Column("training", "required_flop", "FLOP the job needs"),
    Column("hour_flows", "tokens_per_s", "output tokens delivered in the block, site to market"),
    Column("demand", "market_id", "market that requires it; blank: the country", "text"),
    Column("demand", "workload_id", "workload required; blank: all together", "text"),
    Column("demand", "tokens_per_s", "mean output tokens delivered"),
    Column("demand", "unserved_usd_per_mtoken", "price of tokens not served; blank: all must be"),
    Column("demand", "unserved_musd_per_year", "cost of tokens not served"),
    Column("installs", "racks_new_count", "racks installed in the period", "whole"),
    Column("installs", "racks_count", "racks standing in the period", "whole"),
    Column("installs", "capex_musd", "price of the racks installed"),
    Column("halls", "halls_new_count", "halls built in the period", "whole"),
    Column("halls", "hall_mw", "IT capacity of the halls standing"),
    Column("halls", "it_mw", "peak IT load"),
    Column("halls", "it_mean_mw", "mean IT load over the year"),
    Column("halls", "land_m2", "built area of the halls"),
    Column("power", "steps_count", "interconnection steps built", "whole"),
    Column("power", "connected_new_mw", "interconnection built in the period"),
    Column("power", "facility_mw", "load at the meter in the design hour"),
    Column("power", "mean_facility_mw", "load at the meter, mean over the year"),
    Column("power", "energy_mwh_per_year", "energy drawn in a year, from all sources"),
    Column("power", "energy_usd_per_mwh", "price of grid energy"),
    Column("power", "emission_gco2_per_kwh", "carbon of grid energy, yearly mean"),
    Column("supply", "carried_mw", "load of the design hour that it carries"),
    Column("supply", "energy_mwh_per_year", "energy the load takes from it in a year; negative: "
           "what a battery loses"),
    Column("supply", "gco2_per_kwh", "carbon of its energy"),
    Column("supply", "cost_musd_per_year", "what it costs a year: energy, demand charge, fuel, "
           "upkeep, annuity of plant, less what a battery earns"),
    Column("supply", "carbon_t_per_year", "CO2 of its energy"),
    Column("water", "water_source", "where the water comes from", "text"),
    Column("water", "water_m3_per_day", "withdrawal on the peak day"),
    Column("water", "water_limit_m3_per_day", "limit; blank: none"),
    Column("water", "water_limit_m3_per_year", "limit; blank: none"),
    Column("water", "water_usd_per_m3", "price of water"),
    Column("flows", "rtt_ms", "fibre round trip from site to market"),
    Column("budget", "site_id", "the site; blank where the money is a country's", "text"),
    Column("budget", "kind", "capex (once), annuity, opex or revenue (a year)", "text"),
    Column("budget", "item", "what it is spent on, or earned by", "text"),
    Column("grants", "programme_id", "programme of public money", "text"),
    Column("grants", "item", "item of capex it pays for", "text"),
    Column("grants", "share_max_frac", "most it pays of it"),
    Column("funds", "fund", "the fund, by its name in the scenario", "text"),
    Column("funds", "item", "item of capex it pays for", "text"),
    Column("operators", "operator", "who runs the site", "text"),
    Column("operators", "home_country", "home of the operator, ISO 3166-1 code", "text"),
    Column("policies", "rule", "the rule, by its name in the model", "text"),
    Column("policies", "where", "site, zone, country, workload ... the rule is about", "text"),
    Column("policies", "period", "planning period; blank: all"),
    Column("policies", "sense", "at least, at most or exactly", "text"),
    Column("policies", "required", "what the rule asks, in its unit"),
    Column("policies", "achieved", "what the plan does, in the same unit"),
    Column("policies", "slack", "how far the plan is from the limit, in the same unit"),
    Column("policies", "unit", "unit of required, achieved and slack", "text"),
    Column("policies", "binding_flag", "1 where the plan is at the limit", "flag"),
    Column("policies", "shadow_price", "objective gained per unit the rule is loosened; sites, "
           "halls and connections as built"),
    Column("rule_costs", "rule", "the rule, by its place in the scenario", "text"),
    Column("rule_costs", "about", "what it is about, where its place does not say", "text"),
    Column("rule_costs", "sense", "at least, at most or exactly", "text"),
    Column("rule_costs", "required", "what the rule asks; blank: it is no one number"),
    Column("rule_costs", "unit", "unit of required", "text"),
    Column("rule_costs", "cost_tokens_per_s_per_mw", "what the objective gains if the rule alone "
           "is left out; blank: not known, or the objective is in another unit"),
    Column("rule_costs", "basis", "exact, or at least this; of divisible halls and racks", "text"),
    Column("columns", "table", "result file", "text"),
    Column("columns", "column", "its column", "text"),
    Column("columns", "kind", "number, whole, text or flag (0/1)", "text"),
    Column("columns", "unit", "unit, from the end of the name", "text"),
    Column("columns", "meaning", "what it says", "text"),
)  # fmt: skip


@cache
def declared() -> dict[tuple[str, str], Column]:
    """Every result column by table and name; the last word on a column is this module's."""
    found: dict[tuple[str, str], Column] = {}
    facts = catalogue.columns()
    for table, names in ORDER.items():
        for name in names.split():
            if name in WORDS:
                kind = KINDS.get(name, "text")
                found[table, name] = Column(table, name, WORDS[name], kind)
        for column in facts.get(table, ()):
            found.setdefault((table, column.name), column)
    for block in BLOCKS:
        found.update({(c.table, c.name): c for c in block.OUTCOMES})
    found.update({(c.table, c.name): c for c in (*INPUTS, *OWN)})
    return {(table, name): found[table, name] for table in ORDER for name in ORDER[table].split()}


def names_of(table: str) -> list[str]:
    """Columns of a result file, in order."""
    return ORDER[table].split()


def dictionary() -> pd.DataFrame:
    """`columns.csv`: table, column, kind, unit in words, meaning."""
    rows = []
    for (table, name), column in declared().items():
        unit = unit_of(name) if column.kind in ("number", "whole") else None
        words = " per ".join(UNITS[word] for word in (unit or "").split("_per_") if word)
        rows.append((table, name, column.kind, words, column.meaning))
    return pd.DataFrame(rows, columns=names_of("columns"))


def shaped(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the table's columns in order; absent ones blank, whole numbers as such."""
    frame = frame.reindex(columns=names_of(table)).reset_index(drop=True)
    for name in frame:
        kind = declared()[table, str(name)].kind
        if kind in ("whole", "flag") or name == "period":
            frame[name] = frame[name].astype("Int64")
    return frame
