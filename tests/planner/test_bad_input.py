"""Every kind of bad input: exit status 2, no traceback, and a message that names the place."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from typer.testing import Result

from planner import catalogue, reading, scenario_yaml, tables

Run = Callable[..., Result]


@cache
def shipped(region: str | Path) -> tables.Region:
    return tables.read_region(region)


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped tables are read once for all; nobody may change them in place."""
    monkeypatch.setattr(reading, "read_region", shipped)


def refused(result: Result, *said: str) -> None:
    """Exit status 2, every fragment in the message, nothing on standard output, no traceback."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.stdout == ""
    for fragment in said:
        assert fragment in result.stderr, result.stderr


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


# -- options -------------------------------------------------------------------------------------

OPTIONS = {
    "no '='": (
        "--set budget",
        "--set budget: has no '='; allowed: path.to.key=value or table[name]",
    ),
    "unknown path": (
        "--set budget.capex_total=5",
        "--set budget.capex_total=5, budget.capex_total: unknown key",
        "did you mean 'capex_musd_total'?",
    ),
    "bad value": (
        "--set budget.capex_musd_total=-5",
        "--set budget.capex_musd_total=-5, budget.capex_musd_total: is too small, found -5",
    ),
    "broken value": ("--set periods=[2027", "--set periods=[2027: the value is not valid YAML"),
    "path through a value": (
        "--set name.first=x",
        "nothing can be set at 'first' in 'small'",
    ),
    "past the end of a list": ("--set periods.7=2030", "nothing can be set at 7 in [2027, 2028]"),
    "a change of a choice": ("--set budget.capex_musd_total*=2", "'*=' for facts only"),
    "unknown fact": ("--set sites[*].hedroom_mw*=2", "did you mean 'headroom_mw'?"),
    "gap that is a text": (
        "--gap small",
        "--set solve.gap_frac=small, solve.gap_frac: is not a number but a text, found 'small'",
    ),
    "gap above one": ("--gap 2", "--set solve.gap_frac=2, solve.gap_frac: is too large, found 2"),
    "gap that is no number": ("--gap .nan", "solve.gap_frac: is not a finite number, found nan"),
    "no threads": ("--threads 0", "--set solve.threads=0, solve.threads: is too small, found 0"),
    "part of a thread": ("--threads 1.5", "solve.threads: is not a whole number, found 1.5"),
    "no time": ("--time-limit 0", "--set solve.time_limit_s=0, solve.time_limit_s: is too small"),
    "negative seed": ("--seed -1", "--set solve.seed=-1, solve.seed: is too small"),
    "missing region": ("--region no/such", "no/such: no such folder; allowed: a folder"),
    "file as region": ("--region SCENARIO", "small.yaml: is not a folder; allowed: a folder"),
    "empty region": ("--region EMPTY", "systems.csv: no such file; allowed: every table"),
    "file as out": (
        "--out SCENARIO",
        "--out, ",
        "small.yaml: is a file; allowed: a folder that is new",
    ),
    "out inside a file": ("--out SCENARIO/x/y", "lies inside the file", "small.yaml"),
    "out that is another's": ("--out FOREIGN", "holds files that are not an earlier result"),
    "unwritable out": ("--out /proc/self/plan", "/proc/self/plan: cannot be written"),
    "name too long": (f"--out {'x' * 300}", "cannot be written: File name too long"),
    "unknown option": ("--gpa 1", "No such option: --gpa"),
}


@pytest.mark.parametrize("case", OPTIONS.values(), ids=OPTIONS)
def test_options(
    case: tuple[str, ...], small: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    words, *said = case
    path = small()
    for folder, inside in (("empty", ()), ("foreign", ("letter.txt",))):
        (tmp_path / folder).mkdir()
        for name in inside:
            (tmp_path / folder / name).write_text("dear all")
    words = words.replace("SCENARIO", str(path)).replace("EMPTY", str(tmp_path / "empty"))
    words = words.replace("FOREIGN", str(tmp_path / "foreign"))
    refused(run("plan", path, *words.split()), *said)
    assert (tmp_path / "foreign" / "letter.txt").read_text() == "dear all"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("plan", "Missing argument"),
        ("plna", "No such command 'plna'"),
        ("data columns site", "TABLE: unknown table, found 'site'"),
        ("data cite nothing", "unknown table, found 'nothing'"),
        ("data check --region no/such", "no/such: no such folder"),
        ("rank no/such.yaml", "no/such.yaml: no such file"),
        ("explain no/such.yaml", "no/such.yaml: no such file"),
        ("explain FOLDER", "FOLDER: is a folder; allowed: a file"),
        ("export no/such.yaml --mps x.mps", "no/such.yaml: no such file"),
        ("export SCENARIO", "Missing option '--mps'"),
        ("export SCENARIO --mps FOLDER", "is a folder; allowed: the name of a file"),
        ("export SCENARIO --mps SCENARIO/x.mps", "lies inside the file"),
        ("verify no/such", "no/such"),
        ("verify FOLDER", "FOLDER"),
        ("init SCENARIO", "lies inside the file"),
        ("sites --out SCENARIO", "is a file"),
        ("sites --out FOLDER --region no/such", "no/such: no such folder"),
    ],
)
def test_other_commands(
    words: str, said: str, small: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    path = small()
    folder = tmp_path / "folder"
    folder.mkdir()
    names = {"SCENARIO": str(path), "FOLDER": str(folder)}
    for name, there in names.items():
        words, said = words.replace(name, there), said.replace(name, there)
    refused(run(*words.split()), said)


def test_plan_file_that_is_none(tmp_path: Path, run: Run) -> None:
    for text in ("{", "[]", ""):
        (tmp_path / "plan.json").write_text(text)
        refused(run("explain", tmp_path), f"{tmp_path / 'plan.json'}: is no plan")


def test_init_never_overwrites(tmp_path: Path, run: Run) -> None:
    mine = tmp_path / "scenario.yaml"
    mine.write_text("mine")
    refused(run("init", tmp_path), f"{mine}: is there already; allowed: a new name")
    assert mine.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [mine]


# -- tables --------------------------------------------------------------------------------------


def cell(row: int, column: str, value: str) -> Callable[[list[list[str]]], None]:
    """Put a value in a cell; the row counts as in a spreadsheet, the header being 1."""

    def change(rows: list[list[str]]) -> None:
        rows[row - 1][rows[0].index(column)] = value

    return change


def drop(column: str) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        at = rows[0].index(column)
        for row in rows:
            del row[at]

    return change


TABLES = {
    "text in a number": (
        cell(3, "rack_kw", "many"),
        "row 3, column rack_kw: is not a finite number, found 'many'; allowed: a number, at",
    ),
    "NaN": (
        cell(3, "rack_kw", "NaN"),
        "row 3, column rack_kw: is not a finite number, found 'NaN'",
    ),
    "infinite": (
        cell(3, "price_musd", "inf"),
        "column price_musd: is not a finite number, found 'inf'",
    ),
    "thousands separator": (
        cell(3, "chip_tdp_w", "1,000"),
        "is not a finite number, found '1,000'",
    ),
    "unit in the cell": (cell(3, "rack_kw", "132 kW"), "is not a finite number, found '132 kW'"),
    "out of range": (
        cell(4, "rack_kw", "-1"),
        "row 4, column rack_kw: is out of range, found '-1'; allowed: a number, at least 0.1",
    ),
    "fraction of a chip": (cell(3, "chips_count", "7.5"), "is not a whole number, found '7.5'"),
    "two for a flag": (
        cell(3, "training_capable_flag", "2"),
        "column training_capable_flag: is not 0 or 1, found '2'; allowed: 0 or 1",
    ),
    "unknown word": (
        cell(3, "hbm_generation", "HBM33"),
        "row 3, column hbm_generation: is not allowed, found 'HBM33'; allowed: HBM2E,",
        "did you mean 'HBM3'?",
    ),
    "blank": (cell(3, "rack_kw", ""), "row 3, column rack_kw: is blank; allowed: a number"),
    "same key twice": (
        lambda rows: rows.append(rows[1]),
        "column system_id: repeats the key of row 2",
        "allowed: each key once",
    ),
    "missing column": (
        drop("rack_kw"),
        "row 1, column rack_kw: is missing; allowed: it is required",
    ),
    "misspelt column": (
        cell(1, "rack_kw", "rack_kW"),
        "row 1, column rack_kW: unknown column",
        "did you mean 'rack_kw'?",
    ),
    "wrong unit in the column": (cell(1, "rack_kw", "rack_mw"), "column rack_mw: unknown column"),
    "column twice": (
        cell(1, "rack_kw", "host_kw"),
        "row 1, column host_kw: is stated twice; allowed: each column once",
    ),
    "short row": (lambda rows: rows[4].pop(), "row 5: has ", " cells, the header "),
    "no rows": (lambda rows: rows.__delitem__(slice(1, None)), "has a header but no rows"),
    "no source": (cell(3, "source", ""), "row 3, column source: is blank; allowed: a text"),
    "unknown confidence": (
        cell(3, "confidence", "verfied"),
        "row 3, column confidence: is not allowed, found 'verfied'; allowed: verified, secondary,",
        "did you mean 'verified'?",
    ),
    "no year": (
        cell(3, "year", "lately"),
        "row 3, column year: is not allowed, found 'lately'; allowed: a year",
    ),
    "recalled names nothing": (
        cell(3, "recalled", "rack_kw;chip_w"),
        "row 3, column recalled: names no column, found 'chip_w'",
    ),
}


@pytest.mark.parametrize("case", TABLES.values(), ids=TABLES)
def test_cells_of_a_table(case: tuple, spoiled: Callable[..., Path], run: Run) -> None:
    spoil, *said = case
    folder = spoiled("systems", spoil)
    refused(run("data", "check", "--region", folder), str(folder / "systems.csv"), *said)


def test_reference_to_nothing(spoiled: Callable[..., Path], run: Run) -> None:
    folder = spoiled("system_supply", cell(2, "system_id", "h2000"))
    said = "row 2, column system_id: refers to nothing, found 'h2000'; allowed: a system_id of"
    refused(run("data", "check", "--region", folder), said, "did you mean 'h200'?")


@pytest.mark.parametrize(
    ("table", "name", "said"),
    [
        (
            "parameters",
            "discount_frac",
            "parameters.csv, column parameter: has no row 'discount_frac'",
        ),
        ("throughput_coefficients", "memory_usable_frac", "has no row 'memory_usable_frac'"),
    ],
)
def test_row_that_an_equation_asks_for(
    table: str, name: str, said: str, spoiled: Callable[..., Path], run: Run
) -> None:
    def misspell(rows: list[list[str]]) -> None:
        for row in rows:
            row[:] = [text.replace(name, f"{name}s") for text in row]

    folder = spoiled(table, misspell)
    refused(run("data", "check", "--region", folder), said, f"did you mean '{name}s'?")


def test_parameter_of_one_country_only(spoiled: Callable[..., Path], run: Run) -> None:
    def leave_out(rows: list[list[str]]) -> None:
        rows[:] = [row for row in rows if row[:2] != ["JP", "staff_local_per_year"]]

    said = "has no row 'staff_local_per_year' for JP; allowed: a row for * or for each country"
    refused(run("data", "check", "--region", spoiled("parameters", leave_out)), said)


RAWS = {
    "empty": (b"", "is empty; allowed: a header and rows"),
    "not UTF-8": ("system_id\n울산\n".encode("cp949"), "row 2: is not UTF-8"),
    "semicolons": (b"system_id;name\na;b\n", "row 1: is not separated by commas"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00", "systems.csv"),
    "null characters": (b"system_id\n\x00\n", "systems.csv"),
    "open quote": (b'system_id,name\n"a,b\n', "is not a CSV file: unexpected end of data"),
}


@pytest.mark.parametrize(("raw", "said"), RAWS.values(), ids=RAWS)
def test_bytes_of_a_table(raw: bytes, said: str, spoiled: Callable[..., Path], run: Run) -> None:
    folder = spoiled("systems", lambda rows: None)
    (folder / "systems.csv").write_bytes(raw)
    refused(run("data", "check", "--region", folder), str(folder / "systems.csv"), said)


def test_missing_table_names_the_nearest_file(spoiled: Callable[..., Path], run: Run) -> None:
    folder = spoiled("systems", lambda rows: None)
    (folder / "systems.csv").rename(folder / "system.csv")
    said = (
        f"{folder / 'systems.csv'}: no such file; allowed: every table; did you mean 'system.csv'?"
    )
    refused(run("data", "check", "--region", folder), said)


def test_huge_table(
    spoiled: Callable[..., Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = spoiled("systems", lambda rows: None)
    monkeypatch.setattr(tables, "LARGEST_BYTES", 1000)  # the check, without writing 200 MB
    refused(run("data", "check", "--region", folder), "systems.csv: is too large, 0 MB")


def test_long_lists_are_cut_and_counted(spoiled: Callable[..., Path], run: Run) -> None:
    def spoil(rows: list[list[str]]) -> None:
        for column in ("rack_kw", "host_kw", "price_musd", "chip_tdp_w"):
            for row in rows[1:]:
                row[rows[0].index(column)] = "?"

    count = 4 * (len((catalogue.data_folder() / "kr-jp/systems.csv").read_text().splitlines()) - 1)
    result = run("data", "check", "--region", spoiled("systems", spoil))
    refused(result, f"{count} problems in the input:", f"... and {count - 50} more")
    assert len(result.stderr.splitlines()) == 52  # a head, fifty problems, a count of the rest
