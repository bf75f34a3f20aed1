"""A scenario that says what cannot be: its file, its values; each problem in words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from planner import scenario_yaml
from tests.refused import refused

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("read_once")


# -- the scenario's file -------------------------------------------------------------------------

TEXTS = {
    "empty file": (" ", "small.yaml: is empty; allowed: a scenario in YAML"),
    "a list": ("- a\n- b\n", "line 1: holds a list, not a scenario; allowed: keys and values"),
    "a single value": ("hello\n", "line 1: holds a single value, not a scenario"),
    "a tab": ("name: x\nscale:\n\ta: 1\n", "line 3, column 1: begins with a tab; allowed: spaces"),
    "broken YAML": ("name: x\nperiods: [2027\n", "line 3, column 1: is not valid YAML"),
    "two documents": ("name: x\n---\nname: y\n", "line 2, column 1: is not valid YAML"),
    "a Python object": ("name: !!python/name:os.system\n", "could not determine a constructor"),
    "an undefined alias": ("name: *x\n", "line 1, column 7: is not valid YAML"),
    "a list as a key": ("? [a, b]\n: 1\n", "line 1, column 3: is not valid YAML"),
    "nested without end": ("[" * 4000, "small.yaml: is nested too deeply"),
    "itself inside itself": ("name: &x [*x]\n", "small.yaml: is nested too deeply"),
    "a number of 5000 digits": ("name: " + "9" * 5000, "small.yaml: is not readable"),
    "a control character": ("name: \x07\n", "small.yaml"),
    "the same key twice": (
        "name: a\nname: b\n",
        "line 2, name: is stated twice, first in line 1; allowed: each key once",
    ),
    "the same inner key twice": (
        "name: a\nbudget:\n  capex_musd: {2027: 1, 2027: 2}\n",
        "line 3, budget.capex_musd.2027: is stated twice, first in line 3",
    ),
    "no demand": (
        "name: a\nperiods: [2027]\n",
        "demand: is missing; allowed: this key is required",
    ),
}


@pytest.mark.parametrize(("text", "said"), TEXTS.values(), ids=TEXTS)
def test_text_of_a_scenario(text: str, said: str, small: Callable[..., Path], run: Run) -> None:
    refused(run("plan", small(text=text)), "small.yaml", said)


def test_missing_scenario_names_the_nearest_file(small: Callable[..., Path], run: Run) -> None:
    path = small()
    wrong = path.with_name("smal.yaml")
    refused(run("plan", wrong), f"{wrong}: no such file; did you mean {str(path)!r}?")


def test_folder_that_is_no_plan_is_not_explained(tmp_path: Path, run: Run) -> None:
    said = "is a folder without plan.json; allowed: a scenario, or the folder of a plan"
    refused(run("explain", tmp_path), f"{tmp_path}: {said}")


def test_folder_as_scenario(tmp_path: Path, run: Run) -> None:
    refused(run("plan", tmp_path), f"{tmp_path}: is a folder; allowed: a file")


def test_scenario_in_another_encoding(small: Callable[..., Path], run: Run) -> None:
    path = small(raw="name: a\ndescription: 울산\n".encode("cp949"))
    refused(run("plan", path), "line 2: is not UTF-8", "allowed: text in UTF-8")


def test_scenario_of_many_aliases(small: Callable[..., Path], run: Run) -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    refused(run("plan", small(text=text)), "holds too many values; allowed: at most 100000")


def test_huge_scenario(small: Callable[..., Path], run: Run) -> None:
    path = small("#" * scenario_yaml.LARGEST_BYTES)
    refused(run("plan", path), "is too large, 1.0 MB; allowed: at most 1 MB")


# -- values of the schema ------------------------------------------------------------------------

VALUES = {
    "unknown key": ("budgte: {}", "line 6, budgte: unknown key", "did you mean 'budget'?"),
    "unknown inner key": (
        "solve: {gap: 0.1}",
        "line 6, solve.gap: unknown key; allowed: gap_frac, time_limit_s, threads, seed",
        "did you mean 'gap_frac'?",
    ),
    "text for a number": (
        "budget: {capex_musd_total: lots}",
        "line 6, budget.capex_musd_total: is not a number but a text, found 'lots'",
    ),
    "quoted number": (
        'decision_year: "2026"',
        "line 6, decision_year: is not a whole number but a text (remove the quotes), found '2026'",
    ),
    "true for a number": (
        "last_period_years: true",
        "last_period_years: is not a number, found True",
    ),
    "fraction of a year": ("decision_year: 2026.5", "is not a whole number, found 2026.5"),
    "date for a year": ("decision_year: 2026-01-01", "is not a whole number but a text"),
    "not a number": (
        "budget: {capex_musd_total: .nan}",
        "budget.capex_musd_total: is not a finite number, found nan",
    ),
    "NaN between limits": (
        "policies: {pue_max: {KR: .nan}}",
        "policies.pue_max.KR: is not a finite number, found nan",
    ),
    "infinite": ("budget: {capex_musd: {2027: .inf}}", "is not a finite number, found inf"),
    "negative budget": (
        "budget: {capex_musd_total: -1}",
        "line 6, budget.capex_musd_total: is too small, found -1; allowed: at least 0",
    ),
    "zero threads": ("solve: {threads: 0}", "solve.threads: is too small, found 0"),
    "share above one": (
        "policies: {in_country_share: {KR: 1.5}}",
        "policies.in_country_share.KR: is too large, found 1.5; allowed: at most 1",
    ),
    "unknown objective": (
        "objective: {name: token_per_mw}",
        "objective.name: is not a known word, found 'token_per_mw'; allowed: tokens_per_mw,",
        "did you mean 'tokens_per_mw'?",
    ),
    "unknown basis": (
        "policies: {vendor_share_max: {share: 0.5, basis: watts}}",
        "policies.vendor_share_max.basis: is not a known word",
        "allowed: chips, mw, flops, tokens",
    ),
    "unknown currency": ("money: {exchange_rates: {USD: 1}}", "allowed: KRW, JPY"),
    "year of another century": (
        "policies: {carbon_t_per_year_max: {2127: 5}}",
        "policies.carbon_t_per_year_max.2127: is too large, found 2127; allowed: at most 2060",
    ),
    "word for a year": (
        "budget: {capex_musd: {first: 5}}",
        "budget.capex_musd.first: is not a whole",
    ),
    "empty section": (
        "budget:",
        "line 6, budget: has no value; allowed: a value, or leave the key out",
    ),
    "number for a section": ("budget: 7", "budget: is not a mapping (key: value), found 7"),
    "text for a list": ("filters: {countries: KR}", "filters.countries: is not a list, found 'KR'"),
    "number for a name": (
        "filters: {countries: [1]}",
        "filters.countries[0]: is not a text, found 1",
    ),
    "list for a fact": (
        "facts: {'zones[*].headroom_mw': [1]}",
        "line 6, facts.zones[*].headroom_mw: is not a fact's value, found [1]",
    ),
    # names and years, checked against the region
    "unknown country": (
        "policies: {first_year: {KP: 2027}}",
        "unknown country, found 'KP'; allowed: ",
    ),
    "unknown country in a filter": ("filters: {countries: [KOR]}", "filters.countries[0]: unknown"),
    "unknown workload in revenue": (
        "money: {revenue_usd_per_mtoken: {chatt: 1}}",
        "money.revenue_usd_per_mtoken.chatt: unknown workload, found 'chatt'",
        "did you mean 'chat'?",
    ),
    "unknown LLM": ("workloads: {chat: {llm_id: llama-9}}", "workloads.chat.llm_id: unknown LLM"),
    "unfinished new workload": (
        "workloads: {mine: {isl_tokens: 100}}",
        "line 6, workloads.mine: is a new workload and states no llm_id",
        "states no osl_tokens",
    ),
    "unplanned year": (
        "budget: {capex_musd: {2031: 5}}",
        "line 6, budget.capex_musd.2031: is no period of the plan, found 2031; allowed: 2027, 2028",
    ),
    "unknown site": (
        "filters: {sites: {exclude: [atlantis-1]}}",
        "line 6, filters.sites.exclude[0]: matches no site, found 'atlantis-1'",
    ),
    "unknown rack system": (
        "filters: {systems: {include: [gb300-nvl27]}}",
        "filters.systems.include[0]: matches no rack system, found 'gb300-nvl27'",
        "did you mean 'gb300-nvl72'?",
    ),
    "unknown cooling": (
        "filters: {cooling: {exclude: [dtc-dyr]}}",
        "matches no cooling design, found 'dtc-dyr'",
        "did you mean 'dtc-dry'?",
    ),
    "unknown power state": ("filters: {power_states: {include: [p101]}}", "matches no power state"),
    "everything left out": (
        "filters: {systems: {exclude: ['*']}}",
        "line 6, filters.systems: leaves no rack system; allowed: at least one rack system",
    ),
    "a forced site left out": (
        "filters: {sites: {exclude: ['*ulsan*'], force: ['*ulsan*']}}",
        "filters.sites.force[0]: forces ",
        ", which include or exclude leaves out",
    ),
    "unknown market": (
        "  floors: [{tokens_per_s: 1, market: soeul}]",
        "line 6, demand.floors[0].market: unknown market, found 'soeul'",
        "did you mean 'seoul'?",
    ),
    "unplanned floor": (
        "  floors: [{tokens_per_s: 1, period: 2035}]",
        "demand.floors[0].period: is no period of the plan, found 2035; allowed: 2027, 2028",
    ),
    "floor above ceiling": (
        "  floors: [{tokens_per_s: 9, country: KR}]\n  ceilings: [{tokens_per_s: 5, country: KR}]",
        "line 6, demand.floors[0].tokens_per_s: is above its ceiling, found 9.0; allowed: at",
    ),
    "least above most": (
        "scale_by_country: {KR: {facility_mw_min: {2027: 9}, facility_mw_max: {2027: 8}}}",
        "scale_by_country.KR.facility_mw_min.2027: is above facility_mw_max, found 9.0; "
        "allowed: at most 8",
    ),
    "least share above most": (
        "policies: {country_share: {KR: {min: 0.6, max: 0.5}}}",
        "policies.country_share.KR.min: is above max, found 0.6; allowed: at most 0.5",
    ),
    "least shares above one": (
        "policies: {country_share: {KR: {min: 0.6}, JP: {min: 0.6}}}",
        "policies.country_share: has least shares that sum to more than 1, found 1.2",
    ),
    "scale for a country left out": (
        "filters: {countries: [KR]}\nscale_by_country: {JP: {facility_mw_min: {2028: 5}}}",
        "line 7, scale_by_country.JP.facility_mw_min: asks for a country that filters.countries",
    ),
    "a market left out": (
        "  required: [{market: tokyo, tokens_per_s: 500}]\nfilters: {countries: [KR]}",
        "line 6, demand.required[0].market: asks for a market of JP, which filters.countries "
        "leaves out, found 'tokyo'; allowed: ",
    ),
    "a floor of a market left out": (
        "  floors: [{market: tokyo, tokens_per_s: 500}]\nfilters: {countries: [KR]}",
        "line 6, demand.floors[0].market: asks for a market of JP, which filters.countries",
    ),
    "demand of a country left out": (
        "  required: [{country: JP, tokens_per_s: 500}]\nfilters: {countries: [KR]}",
        "line 6, demand.required[0].country: asks for a country that filters.countries leaves "
        "out, found 'JP'; allowed: KR",
    ),
    "unknown region": (
        "region: kr-pj",
        "line 6, region: unknown region, found 'kr-pj'; allowed: kr-jp",
    ),
    "region outside": ("region: ../kr-jp", "line 6, region: unknown region, found '../kr-jp'"),
    # facts
    "not the name of a fact": (
        "facts: {headroom_mw: 5}",
        "line 6, facts.headroom_mw: is not the name of a fact",
        "allowed: table[key or glob].column",
    ),
    "unknown table": (
        "facts: {'site[*].headroom_mw': 5}",
        "no table 'site'",
        "did you mean 'sites'?",
    ),
    "unknown column": (
        "facts: {'sites[*].headrom_mw': 5}",
        "no column 'headrom_mw' in sites",
        "did you mean 'headroom_mw'?",
    ),
    "key of a fact": ("facts: {'sites[*].site_id': x}", "no column 'site_id' in sites"),
    "unknown row": (
        "facts: {'systems[h200x].rack_kw': 5}",
        "no row 'h200x'",
        "did you mean 'h200'?",
    ),
    "fact out of range": (
        "facts: {'systems[h200].rack_kw': -5}",
        "line 6, facts.systems[h200].rack_kw: puts rack_kw of h200 out of range, found -5.0; "
        "allowed: a number, at least 0.1",
    ),
    "change out of range": ("facts: {'systems[h*].rack_kw': '*-1'}", "out of range, found '*-1'"),
    "text for a number of fact": (
        "facts: {'systems[h200].rack_kw': much}",
        "is not a number or a change, found 'much'",
    ),
    "fraction of a chip": (
        "facts: {'systems[h200].chips_count': 1.5}",
        "does not give a whole number, found 1.5",
    ),
    "overflow": ("facts: {'zones[*].headroom_mw': '*1e308'}", "does not give a finite number"),
    "number for a word": ("facts: {'systems[h200].cooling': 5}", "is not a text, found 5"),
    "not an allowed word": (
        "facts: {'systems[h200].cooling': ice}",
        "puts cooling of h200 out of range, found 'ice'; allowed: air, liquid",
    ),
}


@pytest.mark.parametrize("case", VALUES.values(), ids=VALUES)
def test_values_of_a_scenario(case: tuple[str, ...], small: Callable[..., Path], run: Run) -> None:
    more, *said = case
    refused(run("plan", small(more)), "small.yaml", *said)


DEMANDS = {
    "empty": ("{}", "demand: state either 'mix' (shares that sum to 1) or 'weights', not both"),
    "both": ("{mix: {chat: 1}, weights: {chat: 1}}", "state either 'mix'"),
    "sum": ("{mix: {chat: 0.4, reasoning: 0.4}}", "demand: 'mix' must sum to 1, not 0.8"),
    "nothing": ("{weights: {chat: 0}}", "demand.weights: asks for nothing: every value is 0"),
    "unknown": ("{mix: {chatt: 1}}", "demand.mix.chatt: unknown workload, found 'chatt'"),
    "flat": (
        "{mix: {chat: 1}, peak_to_mean_ratio: 0.5}",
        "demand.peak_to_mean_ratio: is too small",
    ),
}


@pytest.mark.parametrize(("demand", "said"), DEMANDS.values(), ids=DEMANDS)
def test_demand(demand: str, said: str, small: Callable[..., Path], run: Run) -> None:
    refused(
        run("plan", small(text=f"name: a\nperiods: [2027]\ndemand: {demand}\n")), "line 3", said
    )


PERIODS = {
    "none": ("[]", "periods: is empty"),
    "falling": ("[2028, 2027]", "'periods' must be years in rising order, not [2028, 2027]"),
    "before the decision": ("[2025]", "'periods' starts in 2025, before decision_year 2026"),
    "texts": (
        '["2027"]',
        "line 2, periods[0]: is not a whole number but a text (remove the quotes)",
    ),
    "too early": ("[1999]", "periods[0]: is too small, found 1999; allowed: at least 2024"),
}


@pytest.mark.parametrize(("periods", "said"), PERIODS.values(), ids=PERIODS)
def test_periods(periods: str, said: str, small: Callable[..., Path], run: Run) -> None:
    text = f"name: a\nperiods: {periods}\ndemand: {{mix: {{chat: 1}}}}\n"
    refused(run("plan", small(text=text)), said)


def test_name_that_is_a_path(small: Callable[..., Path], run: Run) -> None:
    text = "name: ../../etc\nperiods: [2027]\ndemand: {mix: {chat: 1}}\n"
    said = "line 1, name: has characters that are not allowed, found '../../etc'; allowed: letters"
    refused(run("plan", small(text=text)), said)


def test_all_problems_are_named_at_once(small: Callable[..., Path], run: Run) -> None:
    path = small("budgte: {}\nlast_period_years: -1\nsolve: {gap_frac: 2, seed: x}\n")
    said = ["4 problems in the input:", "  1. ", "budgte", "last_period_years", "gap_frac", "seed"]
    refused(run("plan", path), *said)


def test_names_are_checked_beside_what_the_schema_refuses(
    small: Callable[..., Path], run: Run
) -> None:
    changes = ["budgt.x=1", "objective.name=tokns", "filters.countries=[KX]",
               "sites[ulsn-*].headroom_mw*=2", "policies.first_year.KP=2027"]  # fmt: skip
    words = [word for change in changes for word in ("--set", change)]
    refused(run("plan", small(), *words), "5 problems", "did you mean 'budget'", "'tokens'",
            "unknown country, found 'KX'", "no row 'ulsn-*' in sites", "found 'KP'")  # fmt: skip
